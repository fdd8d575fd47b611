import type { DataContract } from '../../contract';
import { LogicalType } from '../../contract';
import { CsvKind } from './csv-scanner';

const KINDS: Partial<Record<LogicalType, CsvKind>> = {
  [LogicalType.INTEGER]: CsvKind.INTEGER,
  [LogicalType.NUMBER]: CsvKind.NUMBER,
  [LogicalType.BOOLEAN]: CsvKind.BOOLEAN,
  [LogicalType.TIMESTAMP]: CsvKind.TIMESTAMP,
  [LogicalType.OBJECT]: CsvKind.JSON,
  [LogicalType.ARRAY]: CsvKind.JSON,
};

/** What the columns of a CSV file stand for, by the properties of a contract's first schema object. */
export function csvKinds(contract: DataContract): (column: string) => CsvKind {
  const byName = new Map<string, LogicalType>();
  for (const { name, physicalName, logicalType } of contract.schema().properties) {
    if (physicalName !== undefined) byName.set(physicalName, logicalType);
    byName.set(name, logicalType);
  }
  return (column) => KINDS[byName.get(column) ?? LogicalType.STRING] ?? CsvKind.TEXT;
}

import { LogicalType } from './contract-property';
import type { SchemaObject } from './schema-object';

/** What the text of a CSV column stands for. */
export enum CsvKind {
  TEXT = 'text',
  INTEGER = 'integer',
  NUMBER = 'number',
  BOOLEAN = 'boolean',
  /** Text, unless it is an integer: an epoch. */
  TIMESTAMP = 'timestamp',
  /** A list or an object as JSON. */
  JSON = 'json',
}

/** A column that a file with a header may have. */
export interface FileColumn {
  readonly name: string;
  /** Another name it may go by: its physical name. */
  readonly alias?: string;
  readonly kind: CsvKind;
  /** Whether a record needs a value there. */
  readonly required: boolean;
}

const KINDS: Partial<Record<LogicalType, CsvKind>> = {
  [LogicalType.INTEGER]: CsvKind.INTEGER,
  [LogicalType.NUMBER]: CsvKind.NUMBER,
  [LogicalType.BOOLEAN]: CsvKind.BOOLEAN,
  [LogicalType.TIMESTAMP]: CsvKind.TIMESTAMP,
  [LogicalType.OBJECT]: CsvKind.JSON,
  [LogicalType.ARRAY]: CsvKind.JSON,
};

/** The columns of files by the properties of a schema object, in their order. */
export function fileColumns({ properties }: SchemaObject): FileColumn[] {
  return properties.map(({ name, physicalName, logicalType, required }) => ({
    name,
    ...(physicalName !== undefined && physicalName !== name && { alias: physicalName }),
    kind: KINDS[logicalType] ?? CsvKind.TEXT,
    required,
  }));
}

/** What the columns of a CSV file stand for; those nobody knows are text. */
export function csvKinds(columns: readonly FileColumn[]): (column: string) => CsvKind {
  const byName = new Map<string, CsvKind>();
  for (const { alias, kind } of columns) if (alias !== undefined) byName.set(alias, kind);
  for (const { name, kind } of columns) byName.set(name, kind);
  return (column) => byName.get(column) ?? CsvKind.TEXT;
}

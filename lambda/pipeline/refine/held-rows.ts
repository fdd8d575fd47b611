import { createHash } from 'node:crypto';
import type { ColumnValue } from '../../../lib/contract/handler-code/row-runtime';
import type { IcebergStruct, IcebergType } from '../../../lib/contract/iceberg-types';
import { TECHNICAL_COLUMNS } from '../../../lib/contract/technical-columns';
import type { TableRow } from '../../rows/read-rows';
import { stringifyExact } from '../../formats/json/exact-json';
import { baseType, uuidText } from '../../tables/single-value';
import { recordValue } from '../transform/record-values';
import type { RefineTables } from './increment';

/**
 * Rows as quarantine keeps them: JSON by the names of their columns, in the order of the names, with values as a record
 * has them (exact numbers, ISO 8601, bytes in base64); columns without a value are left out. A row that is judged again
 * gives the same text.
 */
export class RowPayload {
  private readonly types = new Map<string, IcebergType>();

  constructor({ bronze, silver }: Pick<RefineTables, 'bronze' | 'silver'>) {
    for (const { fields } of [silver.schema, bronze.schema])
      for (const { name, type } of fields) this.types.set(name, type);
  }

  text(row: TableRow): string {
    return stringifyExact(this.object(row, (name) => this.types.get(name)));
  }

  /** Tells a row that is held in quarantine from every other, by where it came from and all it holds: a digest. */
  identity(row: TableRow): string {
    const { lane, position } = TECHNICAL_COLUMNS;
    return heldRow(row[lane] as string, row[position] as string, this.text(row));
  }

  private object(row: TableRow, typeOf: (name: string) => IcebergType | undefined): Record<string, unknown> {
    const entries = Object.entries(row).filter(([, value]) => value !== null && value !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([name, value]) => [name, this.value(value, typeOf(name))]));
  }

  private value(value: unknown, type: IcebergType | undefined): unknown {
    if (value === null || value === undefined) return null;
    if (typeof type === 'string') return primitive(value, type);
    if (type?.type === 'list') return (value as unknown[]).map((item) => this.value(item, type.element));
    if (type?.type === 'struct') return this.object(value as TableRow, fieldsOf(type));
    return value;
  }
}

/** As `RowPayload.identity`, of a row in quarantine. */
export function heldRow(lane: string, position: string, payload: string): string {
  return createHash('sha256').update(`${position} ${lane}\n${payload}`).digest('base64');
}

function fieldsOf({ fields }: IcebergStruct): (name: string) => IcebergType | undefined {
  return (name) => fields.find((field) => field.name === name)?.type;
}

function primitive(value: unknown, type: string): unknown {
  if (value instanceof Uint8Array)
    return baseType(type) === 'uuid' ? uuidText(value) : Buffer.from(value).toString('base64');
  // JSON has no word for these.
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return recordValue(value as ColumnValue, type);
}

import type { IcebergPrimitive } from '../../lib/contract/iceberg-types';
import type { PartitionValue } from '../tables/data-file';
import type { IcebergTable } from '../tables/iceberg-table';
import { uuidText } from '../tables/single-value';
import type { TableRow } from './read-rows';

export interface KeyColumn {
  readonly id: number;
  readonly name: string;
  readonly type: IcebergPrimitive;
}

/** The columns rows are told apart by: of the table itself, none of them nested. */
export class RowKey {
  readonly columns: readonly KeyColumn[];

  /** @throws Error when the table has no such column */
  constructor(
    table: Pick<IcebergTable, 'schema' | 'location'>,
    readonly names: readonly string[],
  ) {
    if (names.length === 0) throw new Error('A merge needs a key of at least one column.');
    this.columns = names.map((name) => {
      const field = table.schema.fields.find((one) => one.name === name);
      if (field && typeof field.type === 'string') return { id: field.id, name, type: field.type };
      const columns = table.schema.fields.map((one) => one.name).join(', ');
      throw new Error(`${table.location} has no column "${name}" that could be a key. It has: ${columns}.`);
    });
  }

  /** The same text for rows of the same key, and for no others. @throws Error when a column of it has no value */
  text(row: TableRow): string {
    if (this.columns.length === 1) return this.part(row, this.columns[0]);
    let text = '';
    for (const column of this.columns) {
      const part = this.part(row, column);
      // With its length: text may hold whatever parts the columns.
      text += `${part.length}:${part}`;
    }
    return text;
  }

  /** False when a column of the key has no value. */
  isIn(row: TableRow): boolean {
    return this.columns.every(({ name }) => row[name] !== null && row[name] !== undefined);
  }

  /** A column's value as bounds and transforms take it: 64-bit integers and decimals as bigint, uuid as text. */
  static value({ name, type }: KeyColumn, row: TableRow): Exclude<PartitionValue, null> {
    const value = row[name] as Exclude<PartitionValue, null>;
    if (/^(long|time|timestamp|timestamptz|decimal.*)$/.test(type)) return BigInt(value as number | bigint);
    return type === 'uuid' && value instanceof Uint8Array ? uuidText(value) : value;
  }

  private part(row: TableRow, { name, type }: KeyColumn): string {
    const value = row[name];
    if (value === null || value === undefined)
      throw new Error(`A row has no value for "${name}", a column of the key.`);
    if (value instanceof Uint8Array)
      return type === 'uuid' ? uuidText(value) : Buffer.from(value).toString('hex');
    return type === 'uuid' ? String(value).toLowerCase() : String(value);
  }
}

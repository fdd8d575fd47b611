import type { IcebergPrimitive } from '../../lib/contract/iceberg-types';
import type { DataFile, PartitionValue } from '../tables/data-file';
import type { IcebergTable } from '../tables/iceberg-table';
import { overwrite } from '../tables/overwrite';
import { filesThatMayHold } from '../tables/partition-pruning';
import { WriteConflict } from '../tables/replaced-files';
import type { TableRow } from './read-rows';
import { rowsOfFile } from './rows-of-file';
import { writeRows } from './write-rows';
import type { AppendResult, CommitNotes, LaneRange } from '../tables/table';
import { currentSnapshot } from '../tables/table-metadata';

const ATTEMPTS = 10;

export interface Merge {
  /** Columns of the primary key, none of them nested and none null in any row. */
  readonly key: readonly string[];
  /** Rows to put in the place of those of the same key, or to add. Of two rows of one key, the later in the list wins. */
  readonly upserts: readonly TableRow[];
  /** Keys whose rows go: objects with at least the key's columns. */
  readonly deletes?: readonly TableRow[];
  readonly ranges?: readonly LaneRange[];
  readonly notes?: CommitNotes;
}

/**
 * Merges rows into a table by primary key: the files that hold one of the keys are written anew without those rows, and
 * the rows come in files of their own (copy on write), so that every reader sees the result, and none has to apply
 * deletes. Reads the files only whose bounds of the key's first column allow one of the keys. Done again when another
 * commit interferes.
 */
export async function mergeByKey(table: IcebergTable, merge: Merge): Promise<AppendResult> {
  const keyOf = keyText(merge.key);
  const upserts = new Map(merge.upserts.map((row) => [keyOf(row), row]));
  const gone = new Set([...upserts.keys(), ...(merge.deletes ?? []).map(keyOf)]);
  for (let attempt = 1; ; attempt++) {
    try {
      return await mergeOnce(table, merge, upserts, gone);
    } catch (error) {
      if (!(error instanceof WriteConflict) || attempt === ATTEMPTS) throw error;
      await table.state.backOff(attempt);
      await table.refresh();
    }
  }
}

async function mergeOnce(
  table: IcebergTable,
  { key, upserts: given, deletes = [], ranges, notes }: Merge,
  upserts: ReadonlyMap<string, TableRow>,
  gone: ReadonlySet<string>,
): Promise<AppendResult> {
  const keyOf = keyText(key);
  const snapshot = currentSnapshot(table.metadata);
  const column = keyColumn(table, key[0]);
  const values = [...given, ...deletes].map((row) => boundValue(column.type, row[key[0]]));
  const candidates = filesThatMayHold(await table.dataFiles(snapshot), column, values);
  const removed: DataFile[] = [];
  const kept: TableRow[] = [];
  for (const file of candidates) {
    const rows: TableRow[] = [];
    for await (const part of rowsOfFile(table, file)) rows.push(...part);
    const left = rows.filter((row) => !gone.has(keyOf(row)));
    if (left.length === rows.length) continue;
    removed.push(file);
    kept.push(...left);
  }
  const added = await writeRows(table, concatenated(kept, upserts.values()));
  const readAt = snapshot?.['snapshot-id'] ?? null;
  return overwrite(table, { removed, added, readAt, partitionsRead: 'all', ranges, notes });
}

function* concatenated(kept: readonly TableRow[], added: Iterable<TableRow>): Iterable<TableRow> {
  yield* kept;
  yield* added;
}

function keyText(key: readonly string[]): (row: TableRow) => string {
  if (key.length === 0) throw new Error('A merge needs a key of at least one column.');
  const part = (value: unknown, name: string): string => {
    if (value === null || value === undefined)
      throw new Error(`A row has no value for "${name}", a column of the key.`);
    return value instanceof Uint8Array
      ? Buffer.from(value).toString('hex')
      : encodeURIComponent(String(value));
  };
  return (row) => key.map((name) => part(row[name], name)).join('/');
}

function keyColumn(table: IcebergTable, name: string): { id: number; type: IcebergPrimitive } {
  const field = table.schema.fields.find((one) => one.name === name);
  if (!field || typeof field.type !== 'string') {
    const columns = table.schema.fields.map((one) => one.name).join(', ');
    throw new Error(`${table.location} has no column "${name}" that could be a key. It has: ${columns}.`);
  }
  return { id: field.id, type: field.type };
}

/** As bounds are compared: 64-bit integers and decimals as bigint, uuid as text. */
function boundValue(type: IcebergPrimitive, value: unknown): Exclude<PartitionValue, null> {
  if (/^(long|time|timestamp|timestamptz|decimal.*)$/.test(type)) return BigInt(value as number | bigint);
  if (type === 'uuid' && value instanceof Uint8Array)
    return Buffer.from(value)
      .toString('hex')
      .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return value as Exclude<PartitionValue, null>;
}

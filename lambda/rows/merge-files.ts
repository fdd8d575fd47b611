import type { DataFile, PartitionValue } from '../tables/data-file';
import type { IcebergTable } from '../tables/iceberg-table';
import { partitionKey } from '../tables/partition-pruning';
import { sortOrder } from '../tables/sort-order';
import { inParallel, type TableFile } from '../tables/table-files';
import { filesOfKeys } from './files-of-keys';
import { FileReader } from './file-reader';
import { PartitionedOutput } from './partitioned-output';
import type { TableRow } from './read-rows';
import { RowKey } from './row-key';
import { sortRows } from './sort-rows';
import { partitioner } from './write-rows';

/** Files whose keys are looked through at a time. */
const READ_AT_ONCE = 4;

/** What is to become of the row of a key. */
export interface KeyedChange {
  /** The row that is to be there; of a deletion what tells its key, and its age where ages are compared. */
  readonly row: TableRow;
  readonly deletes: boolean;
}

export interface FileMerge {
  readonly key: RowKey;
  /** One change for each key, by the key's text. */
  readonly changes: ReadonlyMap<string, KeyedChange>;
  /** Files of the table that may hold the keys; those whose bounds exclude them are passed over here. */
  readonly files: readonly TableFile[];
  /** False where the row in the table stays instead. @default the change always wins */
  readonly replaces?: (change: KeyedChange, existing: TableRow) => boolean;
  /** Columns that `replaces` looks at. */
  readonly compared?: readonly string[];
  /** @default 32 MiB, or less if the table's property write.target-file-size-bytes says so */
  readonly targetBytes?: number;
}

export interface MergedFiles {
  readonly removed: readonly TableFile[];
  readonly added: readonly DataFile[];
  /** Keys whose row in the table stays. */
  readonly kept: ReadonlySet<string>;
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/**
 * Writes the files that a merge by key puts in the place of others, and commits nothing. First only the columns of the
 * key are decoded, of the files whose bounds allow one of the keys; then the files that lose a row are copied without
 * it, a row group at a time, and the new rows follow, partition by partition. In memory are the changes, one row group
 * and one file in the making, whatever the size of the table.
 */
export async function mergeFiles(table: IcebergTable, merge: FileMerge): Promise<MergedFiles> {
  const reader = new FileReader(table);
  const { losing, kept } = await look(table, reader, merge);
  const partitionOf = partitioner(table.schema, table.partitionSpec);
  const groups = new Groups(table.partitionSpec['spec-id']);
  for (const file of losing) groups.rewritten(file);
  for (const [key, { row, deletes }] of merge.changes)
    if (!deletes && !kept.has(key)) groups.arriving(partitionOf(row), row);

  const output = new PartitionedOutput(table, merge.targetBytes);
  const order = sortOrder(table.metadata);
  const lost = gone(merge);
  // Of an older partition spec: their rows may fall into several partitions of now.
  for (const file of groups.foreign) {
    for await (const part of reader.rows(file)) for (const row of part) if (!lost(row)) await output.add(row);
  }
  await output.close();
  for (const { partition, files, rows } of groups.byPartition) {
    for (const file of files) {
      for await (const part of reader.rows(file))
        for (const row of part) if (!lost(row)) await output.add(row, partition);
      reader.forget(file);
      // Copied as it lies, a file keeps its order; together with another it would not.
      if (order) await output.close(file.sortOrderId);
    }
    const arriving = order ? sortRows(rows, table.schema, order) : rows;
    for (const row of arriving) await output.add(row, partition);
    await output.close(order && rows.length > 0 ? order['order-id'] : undefined);
  }
  return {
    removed: losing,
    added: output.written,
    kept,
    bytesRead: reader.bytesRead,
    bytesWritten: output.bytes,
  };
}

/** Which files lose a row, and which keys have one that stays. */
async function look(
  table: IcebergTable,
  reader: FileReader,
  { key, changes, files, replaces = () => true, compared = [] }: FileMerge,
): Promise<{ losing: TableFile[]; kept: Set<string> }> {
  const kept = new Set<string>();
  const candidates = filesOfKeys(
    table,
    files,
    key,
    [...changes.values()].map(({ row }) => row),
  );
  const columns = [...new Set([...key.names, ...compared])];
  const loses = await inParallel(candidates, READ_AT_ONCE, async (file) => {
    let losesRow = false;
    for await (const rows of reader.rows(file, columns, true)) {
      for (const row of rows) {
        if (!key.isIn(row)) continue;
        const text = key.text(row);
        const change = changes.get(text);
        if (!change) continue;
        if (replaces(change, row)) losesRow = true;
        else kept.add(text);
      }
    }
    if (!losesRow) reader.forget(file);
    return losesRow;
  });
  return { losing: candidates.filter((_, i) => loses[i]), kept };
}

function gone({ key, changes, replaces = () => true }: FileMerge): (row: TableRow) => boolean {
  return (row) => {
    const change = key.isIn(row) ? changes.get(key.text(row)) : undefined;
    return change !== undefined && replaces(change, row);
  };
}

/** What is to be written, by partition, so that one file at a time is in the making. */
class Groups {
  readonly foreign: TableFile[] = [];
  private readonly groups = new Map<
    string,
    { partition: PartitionValue[]; files: TableFile[]; rows: TableRow[] }
  >();

  constructor(private readonly specId: number) {}

  get byPartition() {
    return this.groups.values();
  }

  rewritten(file: TableFile): void {
    if (file.specId === this.specId) this.group(file.partition).files.push(file);
    else this.foreign.push(file);
  }

  arriving(partition: PartitionValue[], row: TableRow): void {
    this.group(partition).rows.push(row);
  }

  private group(partition: PartitionValue[]) {
    const key = partitionKey({ specId: this.specId, partition });
    let found = this.groups.get(key);
    if (!found) this.groups.set(key, (found = { partition, files: [], rows: [] }));
    return found;
  }
}

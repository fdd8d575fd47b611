import type { DataFile } from '../tables/data-file';
import type { IcebergTable } from '../tables/iceberg-table';
import { requireWritable } from '../tables/metadata-change';
import { replaceFiles } from '../tables/overwrite';
import { partitionKey } from '../tables/partition-pruning';
import { WriteConflict } from '../tables/replaced-files';
import { rowsOfFile } from './rows-of-file';
import { RowFile } from './row-file';
import type { TableRow } from './read-rows';
import { sortRows } from './sort-rows';
import { storeFile } from './write-rows';
import { sortOrder, type SortOrder } from '../tables/sort-order';
import type { TableFile } from '../tables/table-files';
import { currentSnapshot } from '../tables/table-metadata';

const TARGET_SIZE_PROPERTY = 'write.target-file-size-bytes';
const DEFAULT_TARGET_BYTES = 128 * 1024 * 1024;
/** A file this near to the target is left alone. */
const LARGE_ENOUGH = 0.75;
const DEFAULT_MIN_FILES = 5;
const GROUPS_IN_A_COMMIT = 50;
/** Rows to be sorted are in memory as rows, at several times the size they have in columns. */
const LARGEST_SORTED_BYTES = 32 * 1024 * 1024;

export interface CompactionOptions {
  /**
   * Size of the files to write.
   * @default 128 MiB, or what the table's property write.target-file-size-bytes says; 32 MiB at the most for a table
   * with a sort order
   */
  readonly targetBytes?: number;
  /**
   * Small files of a partition from which on they are rewritten, unless fewer fill a file.
   * @default 5
   */
  readonly minFiles?: number;
}

export interface CompactionResult {
  readonly filesBefore: number;
  readonly filesAfter: number;
  readonly rewrittenFiles: number;
  readonly writtenFiles: number;
  readonly rewrittenBytes: number;
  readonly writtenBytes: number;
  /** Files left as they were because another commit replaced some of their group meanwhile. */
  readonly conflicts: number;
}

/**
 * Rewrites the small files of each partition as few large ones. Rows, lane positions and concurrent
 * appends stay as they are, and so does the order of rows within a partition, unless the table has a sort order: the rows
 * of each file are then sorted by it. Commits every few dozen groups, so that what is done is done.
 * @throws DeleteFilesPresent when another engine deleted rows by delete files
 * @throws CorruptFile when a data file is missing or broken; it names the file
 */
export async function compact(
  table: IcebergTable,
  options: CompactionOptions = {},
): Promise<CompactionResult> {
  await table.refresh();
  requireWritable(table.metadata);
  const wantedBytes =
    options.targetBytes ?? Number(table.property(TARGET_SIZE_PROPERTY) ?? DEFAULT_TARGET_BYTES);
  const order = sortOrder(table.metadata);
  const targetBytes = order ? Math.min(wantedBytes, LARGEST_SORTED_BYTES) : wantedBytes;
  const minFiles = Math.max(2, options.minFiles ?? DEFAULT_MIN_FILES);
  const snapshot = currentSnapshot(table.metadata);
  const files = await table.dataFiles(snapshot);
  const groups = groupsToCompact(files, targetBytes, minFiles);
  const done = { rewrittenFiles: 0, writtenFiles: 0, rewrittenBytes: 0, writtenBytes: 0, conflicts: 0 };
  for (let start = 0; start < groups.length; start += GROUPS_IN_A_COMMIT) {
    const batch = groups.slice(start, start + GROUPS_IN_A_COMMIT);
    const added: DataFile[] = [];
    for (const group of batch) added.push(await rewrite(table, group, order));
    const removed = batch.flat();
    try {
      await replaceFiles(table, { removed, added, readAt: snapshot!['snapshot-id'] });
    } catch (error) {
      if (!(error instanceof WriteConflict)) throw error;
      done.conflicts += removed.length;
      // What was written for nothing is left to the clean-up of orphans, as always.
      continue;
    }
    done.rewrittenFiles += removed.length;
    done.writtenFiles += added.length;
    done.rewrittenBytes += bytesOf(removed);
    done.writtenBytes += bytesOf(added);
  }
  return {
    filesBefore: files.length,
    filesAfter: files.length - done.rewrittenFiles + done.writtenFiles,
    ...done,
  };
}

/** Small files of one partition each, oldest first, packed until they fill a file. */
export function groupsToCompact(
  files: readonly TableFile[],
  targetBytes: number,
  minFiles: number,
): TableFile[][] {
  const partitions = new Map<string, TableFile[]>();
  for (const file of files) {
    if (file.fileSizeInBytes >= targetBytes * LARGE_ENOUGH) continue;
    const key = partitionKey(file);
    const small = partitions.get(key);
    if (small) small.push(file);
    else partitions.set(key, [file]);
  }
  const groups: TableFile[][] = [];
  for (const small of partitions.values()) {
    small.sort((a, b) => Number(a.sequenceNumber) - Number(b.sequenceNumber));
    let group: TableFile[] = [];
    let bytes = 0;
    for (const file of small) {
      if (bytes + file.fileSizeInBytes > targetBytes && group.length > 0) {
        if (group.length > 1) groups.push(group);
        [group, bytes] = [[], 0];
      }
      group.push(file);
      bytes += file.fileSizeInBytes;
    }
    if (group.length >= minFiles) groups.push(group);
  }
  return groups;
}

async function rewrite(
  table: IcebergTable,
  group: readonly TableFile[],
  order: SortOrder | undefined,
): Promise<DataFile> {
  const output = RowFile.of(table);
  const unsorted: TableRow[] = [];
  for (const file of group) {
    for await (const rows of rowsOfFile(table, file)) {
      for (const row of rows) {
        if (order) unsorted.push(row);
        else output.add(row);
      }
    }
  }
  if (order) for (const row of sortRows(unsorted, table.schema, order)) output.add(row);
  return storeFile(table, output, group[0].specId, group[0].partition, order?.['order-id']);
}

function bytesOf(files: readonly DataFile[]): number {
  return files.reduce((sum, file) => sum + file.fileSizeInBytes, 0);
}

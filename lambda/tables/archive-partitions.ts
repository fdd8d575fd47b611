import { ARCHIVE_TAG } from '../../lib/contract/archive-tag';
import { type ObjectTags, tagsFor } from '../stores/object-tags';
import type { DataFile } from './data-file';
import type { IcebergTable } from './iceberg-table';
import { openTable } from './open-table';
import { filesOfOldPartitions } from './old-partitions';
import { partitionKey } from './partition-pruning';
import { inParallel } from './table-files';

const DAY_MS = 24 * 3_600_000;
const AT_ONCE = 16;
/** A lifecycle leaves smaller objects where they are. */
const SMALLEST_MOVED = 128 * 1024;

export interface ArchivalOptions {
  /** Age of a partition, from its end, at which its files are archived; days, 1 or more. */
  readonly olderThanDays: number;
  /**
   * Counts and tags nothing.
   * @default false
   */
  readonly dryRun?: boolean;
}

/** Only what JSON can say. */
export interface ArchivalResult {
  /** Old partitions that hold files, those that are archived already among them. */
  readonly partitions: number;
  /** Their files, and the bytes of these. */
  readonly files: number;
  readonly bytes: number;
  /** Files that were tagged now; of a dry run those that may be tagged already as well. */
  readonly tagged: number;
  readonly taggedBytes: number;
  /** Files that stay where they are because they are too small to be moved: compact them. */
  readonly small: number;
  /** Files that could not be tagged; the next run tries them again. */
  readonly failed: number;
  /** Why the first of them could not. */
  readonly firstFailure?: string;
}

/** What became of a table. */
export interface TableArchival extends Partial<ArchivalResult> {
  readonly table: string;
  /** Why it was not archived, or not all of it. */
  readonly failure?: string;
}

/** As {@link archivePartitions} by the table's URI; never rejects: a failure is part of the answer. */
export async function archiveTable(uri: string, options: ArchivalOptions): Promise<TableArchival> {
  try {
    const table = await openTable(uri);
    const tags = options.dryRun ? undefined : await tagsFor(table.location);
    const result = await archivePartitions(table, tags, options);
    const { failed, firstFailure } = result;
    return {
      table: uri,
      ...result,
      ...(failed > 0 && { failure: `${failed} files could not be tagged, the first: ${firstFailure}` }),
    };
  } catch (error) {
    return {
      table: uri,
      failure: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    };
  }
}

/**
 * Tags the data files of old partitions, so that a lifecycle rule moves them. The age is that of the partition as the
 * table knows it, not of the object: what a compaction rewrote yesterday is as old as its rows, and a hot partition stays
 * where it is however long ago it was written. Metadata files are never tagged. Again on the same table it does nothing.
 * @throws NoTimePartition
 */
export async function archivePartitions(
  table: IcebergTable,
  tags: ObjectTags | undefined,
  { olderThanDays, dryRun = false }: ArchivalOptions,
): Promise<ArchivalResult> {
  if (!(olderThanDays >= 1)) {
    throw new Error(
      `olderThanDays must be 1 or more: younger partitions are written to. Received ${olderThanDays}.`,
    );
  }
  const old = await filesOfOldPartitions(table, Date.now() - olderThanDays * DAY_MS);
  const movable = old.filter(({ fileSizeInBytes }) => fileSizeInBytes >= SMALLEST_MOVED);
  const failures: string[] = [];
  const outcomes = await inParallel(movable, AT_ONCE, async (file): Promise<DataFile | undefined> => {
    if (dryRun || tags === undefined) return file;
    try {
      return (await tag(tags, file.filePath)) ? file : undefined;
    } catch (error) {
      failures.push(`${file.filePath}: ${(error as Error).message}`);
      return undefined;
    }
  });
  const tagged = outcomes.filter((file) => file !== undefined);
  return {
    partitions: new Set(old.map(partitionKey)).size,
    files: old.length,
    bytes: bytesOf(old),
    tagged: tagged.length,
    taggedBytes: bytesOf(tagged),
    small: old.length - movable.length,
    failed: failures.length,
    ...(failures.length > 0 && { firstFailure: failures[0] }),
  };
}

/** Other tags of the object stay. */
async function tag(tags: ObjectTags, uri: string): Promise<boolean> {
  const present = await tags.get(uri);
  if (present.get(ARCHIVE_TAG.key) === ARCHIVE_TAG.value) return false;
  await tags.set(uri, new Map([...present, [ARCHIVE_TAG.key, ARCHIVE_TAG.value]]));
  return true;
}

function bytesOf(files: readonly DataFile[]): number {
  return files.reduce((sum, { fileSizeInBytes }) => sum + fileSizeInBytes, 0);
}

import type { ObjectStore } from '../stores/object-store';
import type { DataFile } from '../tables/data-file';
import { queuedPath } from '../tables/queued-files';
import type { AppendableTable } from '../tables/table';
import type { EncodedFile } from './batch-encoder';

/** A table and the store its files live in. */
export interface TableTarget {
  readonly table: AppendableTable;
  readonly store: ObjectStore;
}

/** Files of one batch on their way into a table. */
export interface PendingFiles {
  readonly target: TableTarget;
  readonly files: readonly EncodedFile[];
}

/**
 * Writes the files of all tables at once: the commits are ordered, the writes need not be. When one fails, none was
 * offered to a table yet, so what was written is taken away again.
 */
export function writeFiles(pending: readonly PendingFiles[]): Promise<DataFile[][]> {
  return write(pending, (path) => path);
}

/** As `writeFiles`, for a committer to commit some day: until then, no clean-up takes the files for orphans. */
export function writeQueuedFiles(pending: readonly PendingFiles[]): Promise<DataFile[][]> {
  return write(pending, queuedPath);
}

async function write(
  pending: readonly PendingFiles[],
  nameOf: (path: string) => string,
): Promise<DataFile[][]> {
  const written = pending.map(({ target: { table }, files }) =>
    files.map((file) => ({
      ...file.metrics,
      content: 0 as const,
      filePath: nameOf(table.newDataFilePath(file.partition)),
      fileFormat: 'PARQUET' as const,
      specId: table.partitionSpec['spec-id'],
      partition: file.partition,
    })),
  );
  const outcomes = await Promise.allSettled(
    pending.flatMap(({ target, files }, i) =>
      files.map((file, j) => target.store.put(written[i][j].filePath, file.bytes)),
    ),
  );
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) {
    await Promise.all(pending.map(({ target }, i) => discard(target.store, written[i])));
    throw failed.reason;
  }
  return written;
}

/** Deletes files no table refers to. What stays behind costs storage until maintenance collects it, nothing else. */
export async function discard(store: ObjectStore, files: readonly DataFile[]): Promise<void> {
  await Promise.allSettled(files.map((file) => store.delete(file.filePath)));
}

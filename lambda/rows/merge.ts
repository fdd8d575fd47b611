import type { IcebergTable } from '../tables/iceberg-table';
import { overwrite } from '../tables/overwrite';
import { WriteConflict } from '../tables/replaced-files';
import type { AppendResult, CommitNotes, LaneRange } from '../tables/table';
import { currentSnapshot } from '../tables/table-metadata';
import { mergeFiles, type KeyedChange } from './merge-files';
import type { TableRow } from './read-rows';
import { RowKey } from './row-key';

const ATTEMPTS = 10;

export interface Merge {
  /** Columns of the primary key, none of them nested and none null in any row. */
  readonly key: readonly string[];
  /** Rows to put in the place of those of the same key, or to add. Of two rows of one key, the later in the list wins. */
  readonly upserts: readonly TableRow[];
  /** Keys whose rows go: objects with at least the key's columns. */
  readonly deletes?: readonly TableRow[];
  /** Size of the files to write. @default 32 MiB, or less if the table's property write.target-file-size-bytes says so */
  readonly targetBytes?: number;
  readonly ranges?: readonly LaneRange[];
  readonly notes?: CommitNotes;
}

/**
 * Merges rows into a table by primary key: the files that hold one of the keys are written anew without those rows, and
 * the rows follow (copy on write), so that every reader sees the result, and none has to apply deletes. Done again when
 * another commit interferes.
 */
export async function mergeByKey(table: IcebergTable, merge: Merge): Promise<AppendResult> {
  const key = new RowKey(table, merge.key);
  const changes = new Map<string, KeyedChange>();
  for (const row of merge.deletes ?? []) changes.set(key.text(row), { row, deletes: true });
  for (const row of merge.upserts) changes.set(key.text(row), { row, deletes: false });
  for (let attempt = 1; ; attempt++) {
    try {
      const snapshot = currentSnapshot(table.metadata);
      const readAt = snapshot?.['snapshot-id'] ?? null;
      const files = await table.dataFiles(snapshot);
      const { removed, added } = await mergeFiles(table, {
        key,
        changes,
        files,
        targetBytes: merge.targetBytes,
      });
      const { ranges, notes } = merge;
      return await overwrite(table, { removed, added, readAt, partitionsRead: 'all', ranges, notes });
    } catch (error) {
      if (!(error instanceof WriteConflict) || attempt === ATTEMPTS) throw error;
      await table.state.backOff(attempt);
      await table.refresh();
    }
  }
}

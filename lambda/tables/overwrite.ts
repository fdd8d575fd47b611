import type { DataFile } from './data-file';
import type { IcebergTable } from './iceberg-table';
import type { Long } from './json';
import { ReplacedFiles } from './replaced-files';
import { SnapshotCommit } from './snapshot-commit';
import type { AppendResult, CommitNotes, LaneRange } from './table';
import { currentSnapshot } from './table-metadata';

export enum Isolation {
  /** Others may have added rows to the same partitions meanwhile: they stay beside what is written now. */
  SNAPSHOT = 'snapshot',
  /** As if nobody had written meanwhile: rows that others added to the same partitions are a conflict. */
  SERIALIZABLE = 'serializable',
}

export interface Overwrite {
  /** Files that go, as {@link IcebergTable.dataFiles} lists them: their rows are in `added` or meant to go. */
  readonly removed: readonly DataFile[];
  readonly added: readonly DataFile[];
  /**
   * Snapshot that was read to decide what to write; null when the table was empty.
   * @default the one that is current in the state at hand
   */
  readonly readAt?: Long | null;
  /** @default SERIALIZABLE */
  readonly isolation?: Isolation;
  /**
   * Partitions that were read to decide what to write, so that rows added to them count as a conflict. An update by key
   * depends on the partitions where the key may be, also on those where it was not found.
   * @default the partitions of the files removed and added
   */
  readonly partitionsRead?: readonly Pick<DataFile, 'specId' | 'partition'>[] | 'all';
  /** What of the source's lanes this commit brings in: a replay is recognized as with an append. */
  readonly ranges?: readonly LaneRange[];
  readonly notes?: CommitNotes;
}

/**
 * Puts files in the place of others, in one atomic swap. Readers see all of it or none.
 * @throws WriteConflict when another commit removed one of the files, deleted rows of them or, under serializable
 *   isolation, added rows to the same partitions since `readAt`: read again, write again
 */
export async function overwrite(table: IcebergTable, change: Overwrite): Promise<AppendResult> {
  const { removed, added, ranges = [], notes = {}, isolation = Isolation.SERIALIZABLE } = change;
  const readAt =
    change.readAt === undefined ? (currentSnapshot(table.metadata)?.['snapshot-id'] ?? null) : change.readAt;
  const serializable = isolation === Isolation.SERIALIZABLE;
  const partitionsRead = serializable ? (change.partitionsRead ?? [...removed, ...added]) : [];
  const operation = removed.length === 0 ? 'append' : added.length === 0 ? 'delete' : 'overwrite';
  const content = new ReplacedFiles(table.store, { operation, removed, added, readAt, partitionsRead });
  return new SnapshotCommit(table.state, table.store, content, ranges, notes).run();
}

/**
 * As {@link overwrite}, for files that hold the same rows as those they replace: others may append meanwhile, and
 * incremental readers pass over it.
 * @throws WriteConflict
 */
export async function replaceFiles(
  table: IcebergTable,
  change: {
    readonly removed: readonly DataFile[];
    readonly added: readonly DataFile[];
    readonly readAt: Long;
  },
): Promise<AppendResult> {
  const content = new ReplacedFiles(table.store, { ...change, operation: 'replace', partitionsRead: [] });
  return new SnapshotCommit(table.state, table.store, content, [], {}).run();
}

/**
 * As {@link overwrite}, for rows that are to be forgotten: others may append meanwhile, and no manifest that stays has
 * an entry of a removed file, neither of these nor of those that earlier commits removed. With no file to remove it does
 * only the latter; `notes.properties` makes it a commit.
 * @throws WriteConflict
 */
export async function forgetFiles(
  table: IcebergTable,
  change: Required<Pick<Overwrite, 'removed' | 'added' | 'notes'>> & { readonly readAt: Long },
): Promise<AppendResult> {
  const { removed, added } = change;
  const operation = removed.length === 0 ? 'replace' : added.length === 0 ? 'delete' : 'overwrite';
  const content = new ReplacedFiles(table.store, {
    ...change,
    operation,
    partitionsRead: [],
    forgetRemoved: true,
  });
  return new SnapshotCommit(table.state, table.store, content, [], change.notes).run();
}

import type { ObjectStore } from '../stores/object-store';
import { AddedFiles, groupBySpec } from './added-files';
import type { DataFile } from './data-file';
import { lineage } from './history';
import type { Long } from './json';
import {
  EntryStatus,
  fromDataFileStruct,
  manifestContext,
  writeManifest,
  type ManifestEntry,
} from './manifest';
import { fieldSummaries, type ManifestFile } from './manifest-list';
import { newManifestPath, type UncommittedManifest } from './manifest-merge';
import { mayHoldPartition, partitionKey } from './partition-pruning';
import { snapshotSummary, type Snapshot, type SnapshotOperation } from './snapshot';
import type { CommitAttempt, SnapshotContent, SnapshotManifests } from './snapshot-commit';
import { DeleteFilesPresent, TableFiles } from './table-files';
import { currentSnapshot, type TableMetadata } from './table-metadata';

/** Another commit changed what this one was made from: read again, write again. */
export class WriteConflict extends Error {
  constructor(location: string, reason: string) {
    super(`${location}: ${reason} Nothing was changed: read the table again and write anew.`);
    this.name = 'WriteConflict';
  }
}

export interface Replacement {
  readonly operation: SnapshotOperation;
  readonly removed: readonly DataFile[];
  readonly added: readonly DataFile[];
  /** Snapshot that was read; null when the table was empty. */
  readonly readAt: Long | null;
  /** Rows added to these since are a conflict. */
  readonly partitionsRead: readonly Pick<DataFile, 'specId' | 'partition'>[] | 'all';
  /**
   * Leave no entry of a removed file behind, also none of earlier commits: its path, its partition and its bounds are
   * values of rows.
   * @default false
   */
  readonly forgetRemoved?: boolean;
}

interface Rewritten {
  /** Undefined where nothing is left to name. */
  readonly manifest: UncommittedManifest | undefined;
  readonly removed: readonly string[];
}

/** Files in the place of others: the manifests that named those are written anew, each entry with its age. */
export class ReplacedFiles implements SnapshotContent {
  private readonly added: AddedFiles;
  private readonly removedPaths: ReadonlySet<string>;
  private readonly removedBySpec: ReadonlyMap<number, DataFile[]>;
  /** What became of each manifest looked into; undefined for one that names none of the files. */
  private readonly rewritten = new Map<string, Rewritten | undefined>();
  private readonly validated = new Set<Long>();

  constructor(
    private readonly store: ObjectStore,
    private readonly change: Replacement,
  ) {
    this.added = new AddedFiles(store, change.added);
    this.removedPaths = new Set(change.removed.map((file) => file.filePath));
    this.removedBySpec = groupBySpec(change.removed);
  }

  get isEmpty(): boolean {
    return this.change.added.length === 0 && this.change.removed.length === 0;
  }

  async manifests(attempt: CommitAttempt): Promise<SnapshotManifests> {
    await this.validate(attempt.metadata);
    const found = new Set<string>();
    const own: UncommittedManifest[] = [];
    const kept: ManifestFile[] = [];
    for (const manifest of attempt.previous) {
      if (manifest.content === 1) await this.refuseDeletes(attempt.metadata, manifest);
      const rewritten = await this.rewrite(attempt, manifest);
      if (!rewritten) kept.push(manifest);
      else if (rewritten.manifest) own.push(rewritten.manifest);
      for (const path of rewritten?.removed ?? []) found.add(path);
    }
    for (const path of this.removedPaths) {
      if (!found.has(path))
        throw new WriteConflict(attempt.metadata.location, `another commit removed ${path} first.`);
    }
    return { own: [...(await this.added.manifests(attempt)), ...own], kept };
  }

  summary(parent: Snapshot | undefined): Record<string, string> {
    return snapshotSummary(this.change.operation, parent, this.change);
  }

  /** Looks at each snapshot since the one that was read: once, however many attempts it takes. */
  private async validate(metadata: TableMetadata): Promise<void> {
    const { readAt } = this.change;
    const since: Snapshot[] = [];
    let reached: Long | null = currentSnapshot(metadata)?.['snapshot-id'] ?? null;
    for (const snapshot of lineage(metadata, currentSnapshot(metadata))) {
      if (snapshot['snapshot-id'] === readAt) break;
      since.push(snapshot);
      reached = snapshot['parent-snapshot-id'] ?? null;
      if (reached === readAt) break;
    }
    if (reached !== readAt) {
      const reason = `snapshot ${readAt ?? '(none)'}, which was read, is no part of the table's history any more: it was rolled back or expired.`;
      throw new WriteConflict(metadata.location, reason);
    }
    for (const snapshot of since) {
      if (this.validated.has(snapshot['snapshot-id'])) continue;
      await this.validateAgainst(metadata, snapshot);
      this.validated.add(snapshot['snapshot-id']);
    }
  }

  private async validateAgainst(metadata: TableMetadata, snapshot: Snapshot): Promise<void> {
    const id = snapshot['snapshot-id'];
    const files = new TableFiles(this.store, metadata);
    const { partitionsRead } = this.change;
    const keys = partitionsRead === 'all' ? undefined : new Set(partitionsRead.map(partitionKey));
    const specs = partitionsRead === 'all' ? undefined : new Set(partitionsRead.map(({ specId }) => specId));
    for (const manifest of await files.manifests(snapshot)) {
      if (manifest.added_snapshot_id !== id || manifest.added_files_count === 0) continue;
      if (manifest.content === 1) {
        if (this.removedPaths.size === 0) continue;
        throw new WriteConflict(metadata.location, `snapshot ${id} deleted rows by delete files.`);
      }
      // A compaction adds files, but no rows.
      if (snapshot.summary?.operation === 'replace' || keys?.size === 0) continue;
      for (const entry of (await files.entries([manifest]))[0]) {
        if (entry.status !== EntryStatus.ADDED || entry.snapshot_id !== id) continue;
        const file = files.file(entry, manifest.partition_spec_id);
        // Files of another partition spec cannot be told apart: they may hold the same rows.
        if (keys && specs?.has(file.specId) && !keys.has(partitionKey(file))) continue;
        const reason = `snapshot ${id} added ${file.filePath} to a partition that was read.`;
        throw new WriteConflict(metadata.location, reason);
      }
    }
  }

  /** Files written anew are younger than the deletes of another engine, which would no longer apply to them. */
  private async refuseDeletes(metadata: TableMetadata, manifest: ManifestFile): Promise<void> {
    if (this.change.operation === 'delete' || this.removedPaths.size === 0) return;
    const files = new TableFiles(this.store, metadata);
    const [entries] = await files.entries([manifest]);
    const live = entries.filter(({ status }) => status !== EntryStatus.DELETED);
    if (live.length > 0) {
      const deletes = live.map((entry) => files.file(entry, manifest.partition_spec_id));
      throw new DeleteFilesPresent(metadata.location, deletes);
    }
  }

  private async rewrite(attempt: CommitAttempt, manifest: ManifestFile): Promise<Rewritten | undefined> {
    const wanted = this.removedBySpec.get(manifest.partition_spec_id) ?? [];
    if (manifest.content !== 0 || (wanted.length === 0 && !this.forgets(manifest))) return undefined;
    const path = manifest.manifest_path;
    if (!this.rewritten.has(path)) this.rewritten.set(path, await this.write(attempt, manifest, wanted));
    return this.rewritten.get(path);
  }

  private forgets({ deleted_files_count: deleted }: ManifestFile): boolean {
    return this.change.forgetRemoved === true && deleted > 0;
  }

  private async write(
    { metadata, snapshotId, wrote }: CommitAttempt,
    manifest: ManifestFile,
    wanted: readonly DataFile[],
  ): Promise<Rewritten | undefined> {
    const specId = manifest.partition_spec_id;
    const context = manifestContext(metadata, specId);
    const mayName = wanted.some((file) => mayHoldPartition(manifest, context.partition, file.partition));
    if (!mayName && !this.forgets(manifest)) return undefined;
    const [all] = await new TableFiles(this.store, metadata).entries([manifest]);
    const live = all.filter(({ status }) => status !== EntryStatus.DELETED);
    const goes = (entry: ManifestEntry) => this.removedPaths.has(entry.data_file.file_path);
    const removed = live.filter(goes);
    if (removed.length === 0 && !this.forgets(manifest)) return undefined;
    const stays = live.filter((entry) => !goes(entry));
    const told = this.change.forgetRemoved ? [] : removed;
    const named = [...stays, ...told];
    const paths = removed.map((entry) => entry.data_file.file_path);
    if (named.length === 0) return { removed: paths, manifest: undefined };
    const path = newManifestPath(metadata.location);
    const bytes = writeManifest(context, [
      ...stays.map((entry) => ({ ...entry, status: EntryStatus.EXISTING })),
      ...told.map((entry) => ({ ...entry, status: EntryStatus.DELETED, snapshot_id: snapshotId })),
    ]);
    await this.store.put(path, bytes);
    wrote(path);
    const files = named.map((entry) => fromDataFileStruct(entry.data_file, specId, context.partition));
    const rows = (entries: readonly ManifestEntry[]) =>
      entries.reduce((sum, entry) => sum + entry.data_file.record_count, 0);
    return {
      removed: paths,
      manifest: {
        manifest_path: path,
        manifest_length: bytes.length,
        partition_spec_id: specId,
        content: 0,
        min_sequence_number: named.map((entry) => entry.sequence_number!).reduce((a, b) => (b < a ? b : a)),
        added_files_count: 0,
        existing_files_count: stays.length,
        deleted_files_count: told.length,
        added_rows_count: 0,
        existing_rows_count: rows(stays),
        deleted_rows_count: rows(told),
        partitions: fieldSummaries(context.partition, files),
        key_metadata: null,
      },
    };
  }
}

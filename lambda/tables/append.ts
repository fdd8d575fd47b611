import { randomUUID } from 'node:crypto';
import type { ObjectStore } from '../stores/object-store';
import type { DataFile } from './data-file';
import { EntryStatus, toDataFileStruct, writeManifest, type ManifestContext } from './manifest';
import { fieldSummaries, writeManifestList, type ManifestFile } from './manifest-list';
import {
  manifestsToMerge,
  mergeManifests,
  newManifestPath,
  type MergedManifest,
  type UncommittedManifest,
} from './manifest-merge';
import { successor, timeAfter, withSnapshot } from './metadata-update';
import {
  checkRanges,
  compareRanges,
  lanePositions,
  positionProperties,
  rangesSummary,
  RangeVerdict,
  type LanePositions,
} from './positions';
import { partitionType } from './schema';
import { appendSummary, newSnapshotId, type Snapshot } from './snapshot';
import { AppendOutcome, type AppendResult, type CommitNotes, type LaneRange } from './table';
import { CommitConflict, CommitStateUnknown, type TableVersion } from './table-catalog';
import {
  currentSchema,
  currentSnapshot,
  partitionSpec,
  snapshotById,
  type TableMetadata,
} from './table-metadata';
import type { TableState } from './table-state';

/** Answers that may be lost, one after the other, before the writer gives up and lets the source deliver again. */
const LOST_ANSWERS_ALLOWED = 3;

/**
 * One append, over as many attempts as other writers make it take. All attempts carry one snapshot id: whichever of
 * them got into the table, also one whose answer was lost and that arrived late, is recognized by it.
 */
export class Append {
  private readonly snapshotId = newSnapshotId();
  /** What the caller trimmed its batch by. */
  private readonly positionsSeen: LanePositions;
  private readonly attemptFiles: string[] = [];
  private added: UncommittedManifest[] | undefined;
  private merged: MergedManifest | undefined;
  private attempts = 0;
  private lostAnswers = 0;
  private lastFailure: unknown;

  constructor(
    private readonly table: TableState,
    private readonly store: ObjectStore,
    private readonly files: readonly DataFile[],
    private readonly ranges: readonly LaneRange[],
    private readonly notes: CommitNotes,
  ) {
    checkRanges(ranges);
    this.positionsSeen = lanePositions(table.version.metadata);
  }

  async run(): Promise<AppendResult> {
    if (this.nothingToCommit) return this.result(AppendOutcome.COMMITTED);
    let fresh = false;
    for (;;) {
      const base = this.table.version;
      if (this.attempts > 0 && snapshotById(base.metadata, this.snapshotId)) {
        return this.result(AppendOutcome.COMMITTED);
      }
      const verdict = this.verdict(lanePositions(base.metadata));
      if (verdict === RangeVerdict.AHEAD) {
        await this.attempt(base);
        fresh = true;
      } else if (fresh) {
        await this.discardAttempts();
        const behind = verdict === RangeVerdict.BEHIND;
        return this.result(behind ? AppendOutcome.ALREADY_COMMITTED : AppendOutcome.OVERLAP);
      } else {
        // The state at hand may be old, and another engine may have taken snapshots back since.
        await this.table.refresh();
        fresh = true;
      }
    }
  }

  private verdict(positions: LanePositions): RangeVerdict {
    // Taken back by another engine since the caller trimmed: what it trimmed away may be missing now.
    const movedBack = this.ranges.some(({ lane }) => {
      const seen = this.positionsSeen.get(lane);
      return seen !== undefined && BigInt(positions.get(lane) ?? -1) < BigInt(seen);
    });
    return movedBack ? RangeVerdict.OVERLAP : compareRanges(positions, this.ranges);
  }

  /** Ends with the table's state being one that holds the commit, or a fresh one to decide upon again. */
  private async attempt(base: TableVersion): Promise<void> {
    if (base.metadata['format-version'] !== 2) {
      const version = base.metadata['format-version'];
      throw new Error(
        `${base.metadata.location} has format version ${version}. Appending needs 2: upgrade the table.`,
      );
    }
    this.giveUpAfterTooMany();
    const { next, manifestList, manifests } = await this.prepare(base);
    this.attempts++;
    try {
      await this.table.commit(base, next);
      this.table.rememberManifests(manifestList, manifests);
    } catch (error) {
      if (error instanceof CommitStateUnknown) this.lostAnswers++;
      else if (!(error instanceof CommitConflict)) throw error;
      this.lastFailure = error;
      await this.table.backOff(this.attempts);
      await this.table.refresh();
    }
  }

  /** Asked only after a look at the table: an attempt that failed last may have got in all the same. */
  private giveUpAfterTooMany(): void {
    if (this.lostAnswers > LOST_ANSWERS_ALLOWED || this.attempts > this.table.conflictsAllowed)
      throw this.lastFailure;
  }

  private get nothingToCommit(): boolean {
    return this.files.length === 0 && this.ranges.length === 0 && this.notes.properties === undefined;
  }

  private async prepare(
    base: TableVersion,
  ): Promise<{ next: TableMetadata; manifestList: string; manifests: ManifestFile[] }> {
    const { metadata } = base;
    const parent = currentSnapshot(metadata);
    const sequenceNumber = Number(metadata['last-sequence-number']) + 1;
    const snapshot = { id: this.snapshotId, parentId: parent?.['snapshot-id'], sequenceNumber };

    this.added ??= await this.writeManifests(metadata);
    const before = await this.table.manifests();
    const previous = await this.mergeWhenMany(metadata, before);
    const committed = [...this.added, ...previous.rewritten].map((manifest) => ({
      ...manifest,
      sequence_number: sequenceNumber,
      min_sequence_number: manifest.min_sequence_number ?? sequenceNumber,
      added_snapshot_id: this.snapshotId,
    }));
    const manifests: ManifestFile[] = [...committed, ...previous.kept];
    const manifestList = `${metadata.location}/metadata/snap-${this.snapshotId}-${this.attempts + 1}-${randomUUID()}.avro`;
    await this.store.put(manifestList, writeManifestList(manifests, snapshot));
    this.attemptFiles.push(manifestList);

    const next: Snapshot = {
      'snapshot-id': this.snapshotId,
      ...(parent ? { 'parent-snapshot-id': parent['snapshot-id'] } : {}),
      'sequence-number': sequenceNumber,
      'timestamp-ms': timeAfter(base),
      summary: appendSummary(this.files, parent, { ...this.notes.summary, ...rangesSummary(this.ranges) }),
      'manifest-list': manifestList,
      'schema-id': metadata['current-schema-id'],
    };
    const positions =
      this.ranges.length > 0 ? positionProperties(lanePositions(metadata), this.ranges, snapshot) : {};
    const properties = { ...this.notes.properties, ...positions };
    return { next: successor(base, withSnapshot(metadata, next, properties)), manifestList, manifests };
  }

  /** One manifest for each partition spec the files were written with; they serve every attempt. */
  private async writeManifests(metadata: TableMetadata): Promise<UncommittedManifest[]> {
    const written: UncommittedManifest[] = [];
    for (const [specId, files] of groupBySpec(this.files)) {
      const context = manifestContext(metadata, specId);
      if (!context)
        throw new Error(`Partition spec ${specId} of ${metadata.location} names a column that is gone.`);
      const entries = files.map((file) => ({
        status: EntryStatus.ADDED,
        snapshot_id: this.snapshotId,
        sequence_number: null,
        file_sequence_number: null,
        data_file: toDataFileStruct(file, context.partition),
      }));
      const path = newManifestPath(metadata.location);
      const bytes = writeManifest(context, entries);
      await this.store.put(path, bytes);
      this.attemptFiles.push(path);
      written.push({
        manifest_path: path,
        manifest_length: bytes.length,
        partition_spec_id: specId,
        content: 0,
        added_files_count: files.length,
        existing_files_count: 0,
        deleted_files_count: 0,
        added_rows_count: files.reduce((rows, file) => rows + file.recordCount, 0),
        existing_rows_count: 0,
        deleted_rows_count: 0,
        partitions: fieldSummaries(context.partition, files),
        key_metadata: null,
      });
    }
    return written;
  }

  private async mergeWhenMany(
    metadata: TableMetadata,
    manifests: readonly ManifestFile[],
  ): Promise<{ kept: readonly ManifestFile[]; rewritten: UncommittedManifest[] }> {
    const present = new Set(manifests.map((manifest) => manifest.manifest_path));
    const usable = this.merged && [...this.merged.replaced].every((path) => present.has(path));
    if (!usable) {
      this.merged = undefined;
      const specId = metadata['default-spec-id'];
      const many = manifestsToMerge(manifests, specId, metadata.properties);
      const context = manifestContext(metadata, specId);
      if (many.length > 0 && context) {
        const path = newManifestPath(metadata.location);
        this.merged = await mergeManifests(this.store, path, many, context);
        this.attemptFiles.push(path);
      }
    }
    if (!this.merged) return { kept: manifests, rewritten: [] };
    const { manifest, replaced } = this.merged;
    return {
      kept: manifests.filter(({ manifest_path }) => !replaced.has(manifest_path)),
      rewritten: [manifest],
    };
  }

  /**
   * Deletes what this append wrote, once it is certain that no attempt got in: after a lost answer it never is, the
   * request may still be under way. What stays is an orphan for maintenance to collect.
   */
  private async discardAttempts(): Promise<void> {
    if (this.lostAnswers > 0) return;
    await Promise.all(this.attemptFiles.map((uri) => this.store.delete(uri).catch(() => undefined)));
  }

  private result(outcome: AppendOutcome): AppendResult {
    const snapshotId =
      outcome === AppendOutcome.COMMITTED && this.attempts > 0 ? BigInt(this.snapshotId) : undefined;
    return { outcome, snapshotId, attempts: this.attempts };
  }
}

function manifestContext(metadata: TableMetadata, specId: number): ManifestContext | undefined {
  const schema = currentSchema(metadata);
  const spec = partitionSpec(metadata, specId);
  const partition = partitionType(schema, spec);
  return partition && { schema, spec, partition };
}

function groupBySpec(files: readonly DataFile[]): Map<number, DataFile[]> {
  const groups = new Map<number, DataFile[]>();
  for (const file of files) groups.set(file.specId, [...(groups.get(file.specId) ?? []), file]);
  return groups;
}

import { randomUUID } from 'node:crypto';
import { ObjectNotFound, type ObjectStore } from '../stores/object-store';
import { CorruptFile } from './corrupt-file';
import { settledLanes } from './finished-lanes';
import type { Long } from './json';
import { namesLiveFiles, writeManifestList, type ManifestFile } from './manifest-list';
import type { UncommittedManifest } from './manifest-merge';
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
import { newSnapshotId, type Snapshot } from './snapshot';
import { AppendOutcome, type AppendResult, type CommitNotes, type LaneRange } from './table';
import { CommitConflict, CommitStateUnknown, type TableVersion } from './table-catalog';
import { currentSnapshot, snapshotById, type TableMetadata } from './table-metadata';
import type { TableState } from './table-state';

/** Answers that may be lost, one after the other, before the writer gives up and lets the source deliver again. */
const LOST_ANSWERS_ALLOWED = 3;

/** What a commit puts into the table: the part in which an append, an overwrite and a compaction differ. */
export interface SnapshotContent {
  /** True when there is no file to add or remove: the commit may still move positions and set properties. */
  readonly isEmpty: boolean;
  /** Asked for each attempt. @throws WriteConflict when others changed what this content depends on */
  manifests(attempt: CommitAttempt): Promise<SnapshotManifests>;
  summary(parent: Snapshot | undefined): Record<string, string>;
}

export interface CommitAttempt {
  readonly metadata: TableMetadata;
  readonly snapshotId: number;
  /** Manifests of the snapshot that this one follows. */
  readonly previous: readonly ManifestFile[];
  /** Notes a manifest that was written, to be deleted should it be certain that no attempt got in. */
  wrote(path: string): void;
}

export interface SnapshotManifests {
  readonly own: readonly UncommittedManifest[];
  readonly kept: readonly ManifestFile[];
}

/**
 * One new snapshot, over as many attempts as other writers make it take. All attempts carry one snapshot id: whichever
 * of them got into the table, also one whose answer was lost and that arrived late, is recognized by it.
 */
export class SnapshotCommit {
  private readonly snapshotId = newSnapshotId();
  /** What the caller trimmed its batch by. */
  private readonly positionsSeen: LanePositions;
  private readonly attemptFiles: string[] = [];
  private attempts = 0;
  private lostAnswers = 0;
  private lastFailure: unknown;

  constructor(
    private readonly table: TableState,
    private readonly store: ObjectStore,
    private readonly content: SnapshotContent,
    private readonly ranges: readonly LaneRange[],
    private readonly notes: CommitNotes,
  ) {
    checkRanges(ranges);
    this.positionsSeen = this.positions(table.version.metadata);
  }

  async run(): Promise<AppendResult> {
    if (this.nothingToCommit) return this.result(AppendOutcome.COMMITTED);
    let fresh = false;
    for (;;) {
      const base = this.table.version;
      if (this.attempts > 0 && snapshotById(base.metadata, this.snapshotId)) {
        return this.result(AppendOutcome.COMMITTED);
      }
      const verdict = this.verdict(this.positions(base.metadata));
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
    const prepared = await this.prepareOrRefresh(base);
    if (!prepared) return;
    const { next, manifestList, manifests } = prepared;
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
    return this.content.isEmpty && this.ranges.length === 0 && this.notes.properties === undefined;
  }

  /** Undefined when the state at hand was so old that its files have been expired since: it is fresh now. */
  private async prepareOrRefresh(base: TableVersion) {
    try {
      return await this.prepare(base);
    } catch (error) {
      const isMissing = error instanceof ObjectNotFound || (error instanceof CorruptFile && error.isMissing);
      if (isMissing) await this.table.refresh();
      if (isMissing && this.table.version !== base) return undefined;
      await this.discardAttempts();
      throw error;
    }
  }

  private async prepare(
    base: TableVersion,
  ): Promise<{ next: TableMetadata; manifestList: string; manifests: ManifestFile[] }> {
    const { metadata } = base;
    const parent = currentSnapshot(metadata);
    const sequenceNumber = Number(metadata['last-sequence-number']) + 1;
    const snapshot = { id: this.snapshotId, parentId: parent?.['snapshot-id'], sequenceNumber };

    const { own, kept } = await this.content.manifests({
      metadata,
      snapshotId: this.snapshotId,
      previous: (await this.table.manifests()).filter(namesLiveFiles),
      wrote: (path) => this.attemptFiles.push(path),
    });
    const committed = own.map((manifest) => ({
      ...manifest,
      sequence_number: sequenceNumber,
      min_sequence_number: manifest.min_sequence_number ?? sequenceNumber,
      added_snapshot_id: this.snapshotId,
    }));
    const manifests: ManifestFile[] = [...committed, ...kept];
    const manifestList = `${metadata.location}/metadata/snap-${this.snapshotId}-${this.attempts + 1}-${randomUUID()}.avro`;
    await this.store.put(manifestList, writeManifestList(manifests, snapshot));
    this.attemptFiles.push(manifestList);

    const next: Snapshot = {
      'snapshot-id': this.snapshotId,
      ...(parent ? { 'parent-snapshot-id': parent['snapshot-id'] } : {}),
      'sequence-number': sequenceNumber,
      'timestamp-ms': timeAfter(base),
      summary: { ...this.notes.summary, ...rangesSummary(this.ranges), ...this.content.summary(parent) },
      'manifest-list': manifestList,
      'schema-id': metadata['current-schema-id'],
    };
    const { properties, moved } = this.bookkeeping(metadata, snapshot);
    const changed = withSnapshot({ ...metadata, properties }, next, { ...this.notes.properties, ...moved });
    return { next: successor(base, changed), manifestList, manifests };
  }

  /** Properties that stay, and those that record the positions: without what is known of lanes that ended. */
  private bookkeeping(metadata: TableMetadata, snapshot: { id: Long; sequenceNumber: Long }) {
    const settled = settledLanes(metadata, this.notes.finished ?? []);
    const positions = lanePositions(metadata);
    for (const { lane } of settled) positions.delete(lane);
    const properties = { ...metadata.properties };
    for (const name of settled.flatMap((one) => one.properties ?? [])) delete properties[name];
    const moved = this.ranges.length > 0 ? positionProperties(positions, this.ranges, snapshot) : {};
    return { properties, moved };
  }

  private positions(metadata: TableMetadata): LanePositions {
    return lanePositions(
      metadata,
      this.ranges.map(({ lane }) => lane),
    );
  }

  /**
   * Deletes what this commit wrote, once it is certain that no attempt got in: after a lost answer it never is, the
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

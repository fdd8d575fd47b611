import type { Long } from './json';
import { currentSnapshot, snapshotById, type TableMetadata } from './table-metadata';
import type { LaneRange } from './table';
import type { Snapshot } from './snapshot';

/** Table property: a JSON object of lane → last committed position. It moves in the same swap as the data. */
export const POSITIONS_PROPERTY = 'lakehouse.positions';
/** Table properties: the snapshot that moved the positions last, and its sequence number. */
export const POSITIONS_SNAPSHOT_PROPERTY = 'lakehouse.positions.snapshot';
export const POSITIONS_SEQUENCE_PROPERTY = 'lakehouse.positions.sequence-number';
/** Snapshot summary: what this snapshot added, a JSON array of `[lane, first, last]`. */
export const RANGES_SUMMARY = 'lakehouse.ranges';

export type LanePositions = Map<string, string>;

export enum RangeVerdict {
  /** Nothing of it is in the table. */
  AHEAD = 'ahead',
  /** All of it is. */
  BEHIND = 'behind',
  /** Some of it is. */
  OVERLAP = 'overlap',
}

export function compareRanges(positions: LanePositions, ranges: readonly LaneRange[]): RangeVerdict {
  let ahead = 0;
  let behind = 0;
  for (const { lane, first, last } of ranges) {
    const position = positions.get(lane);
    if (position === undefined || BigInt(first) > BigInt(position)) ahead++;
    else if (BigInt(last) <= BigInt(position)) behind++;
  }
  if (ahead === ranges.length) return RangeVerdict.AHEAD;
  return behind === ranges.length ? RangeVerdict.BEHIND : RangeVerdict.OVERLAP;
}

export function checkRanges(ranges: readonly LaneRange[]): void {
  const lanes = new Set<string>();
  for (const { lane, first, last } of ranges) {
    const shown = `Range ${first}..${last} of lane "${lane}"`;
    for (const position of [first, last]) {
      if (!/^\d+$/.test(position))
        throw new Error(`${shown}: a position is a decimal integer. Received "${position}"`);
    }
    if (BigInt(first) > BigInt(last)) throw new Error(`${shown}: the first position is past the last.`);
    if (lanes.has(lane)) throw new Error(`${shown}: one append takes one range for each lane.`);
    lanes.add(lane);
  }
}

/** What the table knows about every lane. */
export function lanePositions(metadata: TableMetadata): LanePositions {
  const recorded = readPositions(metadata);
  return wasRolledBack(metadata) ? positionsAfterRollback(metadata, recorded) : recorded;
}

/** Properties that record the positions after `ranges` were added by the snapshot. */
export function positionProperties(
  positions: LanePositions,
  ranges: readonly LaneRange[],
  snapshot: { id: Long; sequenceNumber: Long },
): Record<string, string> {
  const moved = new Map(positions);
  for (const { lane, last } of ranges) moved.set(lane, last);
  return {
    [POSITIONS_PROPERTY]: JSON.stringify(Object.fromEntries(moved)),
    [POSITIONS_SNAPSHOT_PROPERTY]: String(snapshot.id),
    [POSITIONS_SEQUENCE_PROPERTY]: String(snapshot.sequenceNumber),
  };
}

export function rangesSummary(ranges: readonly LaneRange[]): Record<string, string> {
  if (ranges.length === 0) return {};
  return { [RANGES_SUMMARY]: JSON.stringify(ranges.map(({ lane, first, last }) => [lane, first, last])) };
}

function readPositions(metadata: TableMetadata): LanePositions {
  return new Map(
    Object.entries(JSON.parse(metadata.properties[POSITIONS_PROPERTY] ?? '{}') as Record<string, string>),
  );
}

/**
 * Another engine may set the table back to an older snapshot; properties stay as they are and then claim records that
 * the table no longer holds. It happened if the snapshot that moved the positions is not an ancestor of the current.
 */
function wasRolledBack(metadata: TableMetadata): boolean {
  const recordedBy = metadata.properties[POSITIONS_SNAPSHOT_PROPERTY];
  if (recordedBy === undefined) return false;
  let oldest: Snapshot | undefined;
  for (const ancestor of ancestors(metadata)) {
    if (String(ancestor['snapshot-id']) === recordedBy) return false;
    oldest = ancestor;
  }
  if (metadata.snapshots.some((snapshot) => String(snapshot['snapshot-id']) === recordedBy)) return true;
  // It was expired. As an ancestor it can only be older than the oldest that is left.
  const sequence = metadata.properties[POSITIONS_SEQUENCE_PROPERTY];
  if (sequence === undefined) return false;
  return BigInt(oldest?.['sequence-number'] ?? 0) <= BigInt(sequence);
}

/**
 * Positions from the ranges of the snapshots that are left. A lane none of them mentions, but one that was taken back
 * does, stands just before the first range taken back, if older history is expired; otherwise it was never committed.
 */
function positionsAfterRollback(metadata: TableMetadata, recorded: LanePositions): LanePositions {
  const kept: LanePositions = new Map();
  const ancestorIds = new Set<Long>();
  let complete = true;
  for (const ancestor of ancestors(metadata)) {
    ancestorIds.add(ancestor['snapshot-id']);
    complete = ancestor['parent-snapshot-id'] == null;
    for (const [lane, , last] of rangesOf(ancestor)) {
      if (BigInt(last) > BigInt(kept.get(lane) ?? -1)) kept.set(lane, last);
    }
  }
  if (complete) return kept;

  const before = new Map(recorded);
  for (const snapshot of metadata.snapshots) {
    if (ancestorIds.has(snapshot['snapshot-id'])) continue;
    for (const [lane, first] of rangesOf(snapshot)) {
      if (BigInt(first) <= BigInt(before.get(lane) ?? first)) before.set(lane, String(BigInt(first) - 1n));
    }
  }
  return new Map([...before, ...kept]);
}

function* ancestors(metadata: TableMetadata): Iterable<Snapshot> {
  let snapshot = currentSnapshot(metadata);
  while (snapshot) {
    yield snapshot;
    const parent = snapshot['parent-snapshot-id'];
    snapshot = parent == null ? undefined : snapshotById(metadata, parent);
  }
}

function rangesOf(snapshot: Snapshot): [lane: string, first: string, last: string][] {
  return JSON.parse(snapshot.summary?.[RANGES_SUMMARY] ?? '[]');
}

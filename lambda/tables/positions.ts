import { isEnding, type SnapshotReference } from './finished-lanes';
import { ancestors, lineage } from './history';
import type { Long } from './json';
import { currentSnapshot, type TableMetadata } from './table-metadata';
import type { LaneRange } from './table';
import type { Snapshot } from './snapshot';

/** Table property: a JSON object of lane → last committed position. It moves in the same swap as the data. */
export const POSITIONS_PROPERTY = 'lakehouse.positions';
/** Table properties: the snapshot that moved the positions last, and its sequence number. */
export const POSITIONS_SNAPSHOT_PROPERTY = 'lakehouse.positions.snapshot';
export const POSITIONS_SEQUENCE_PROPERTY = 'lakehouse.positions.sequence-number';
/**
 * Table property: positions as of each snapshot whose own past is expired, JSON by snapshot id. With the ranges of what
 * came after, they tell the positions of every snapshot that is left, however much history is gone.
 */
export const POSITIONS_ROOTS_PROPERTY = 'lakehouse.positions.roots';
/** Table property: JSON of lane → stretches whose commit was set aside (lambda/pipeline/commit/lane-holds.ts). */
export const HELD_LANES_PROPERTY = 'lakehouse.lanes.held';
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

/**
 * What the table knows about every lane it keeps a position of, and about those asked for. That of a lane that ended is
 * not kept; the snapshots say how far it came, as long as they are not expired: whoever is late with a part of it has to
 * be told.
 */
export function lanePositions(metadata: TableMetadata, wanted: Iterable<string> = []): LanePositions {
  const recorded = readPositions(metadata);
  const positions = wasRolledBack(metadata) ? positionsAfterRollback(metadata, recorded) : recorded;
  for (const lane of wanted) {
    if (!isEnding(lane) || positions.has(lane)) continue;
    const position = positionInSnapshots(metadata, lane);
    if (position !== undefined) positions.set(lane, position);
  }
  return positions;
}

/** Positions grow from snapshot to snapshot: the newest that mentions the lane has it. */
function positionInSnapshots(metadata: TableMetadata, lane: string): string | undefined {
  const snapshot = newestOf(metadata, lane);
  return snapshot && rangesOf(snapshot).find(([name]) => name === lane)?.[2];
}

/** The newest snapshot a table grew from that added to a lane; undefined where none that is left did. */
export function lastSnapshotOf(metadata: TableMetadata, lane: string): SnapshotReference | undefined {
  const snapshot = newestOf(metadata, lane);
  return (
    snapshot && {
      snapshotId: String(snapshot['snapshot-id']),
      sequenceNumber: String(snapshot['sequence-number'] ?? 0),
    }
  );
}

function newestOf(metadata: TableMetadata, lane: string): Snapshot | undefined {
  const quoted = JSON.stringify(lane);
  for (const ancestor of ancestors(metadata)) {
    if (ancestor.summary?.[RANGES_SUMMARY]?.includes(quoted)) return ancestor;
  }
  return undefined;
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

/** What the property says; after a rollback by another engine that is not what the table holds. */
export function readPositions(metadata: TableMetadata): LanePositions {
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

function positionsAfterRollback(metadata: TableMetadata, recorded: LanePositions): LanePositions {
  return positionsAt(metadata, currentSnapshot(metadata), recorded);
}

/**
 * Positions from the ranges of the snapshots that are left, and from what was recorded when the others were expired. If
 * another engine expired them and nothing was: a lane that no ancestor mentions, but one that was taken back does,
 * stands just before the first range taken back.
 */
function positionsAt(
  metadata: TableMetadata,
  snapshot: Snapshot | undefined,
  recorded: LanePositions,
): LanePositions {
  const kept: LanePositions = new Map();
  const ancestorIds = new Set<Long>();
  let oldest: Snapshot | undefined;
  const raise = (lane: string, position: string) => {
    if (BigInt(position) > BigInt(kept.get(lane) ?? -1)) kept.set(lane, position);
  };
  for (const ancestor of lineage(metadata, snapshot)) {
    oldest = ancestor;
    ancestorIds.add(ancestor['snapshot-id']);
    for (const [lane, , last] of rangesOf(ancestor)) raise(lane, last);
  }
  const root = oldest && readRoots(metadata)[String(oldest['snapshot-id'])];
  for (const [lane, position] of Object.entries(root ?? {})) raise(lane, position);
  if (root || oldest?.['parent-snapshot-id'] == null) return kept;

  const before = new Map(recorded);
  for (const other of metadata.snapshots) {
    if (ancestorIds.has(other['snapshot-id'])) continue;
    for (const [lane, first] of rangesOf(other)) {
      if (BigInt(first) <= BigInt(before.get(lane) ?? first)) before.set(lane, String(BigInt(first) - 1n));
    }
  }
  // Taken back from its very first position on, a lane was never committed.
  const begun = [...before].filter(([, position]) => BigInt(position) >= 0n);
  return new Map([...begun, ...kept]);
}

/** Properties of a table whose current snapshot becomes the given one. */
export function positionsOfSnapshot(metadata: TableMetadata, snapshot: Snapshot): Record<string, string> {
  if (metadata.properties[POSITIONS_PROPERTY] === undefined) return {};
  return positionProperties(positionsAt(metadata, snapshot, readPositions(metadata)), [], {
    id: snapshot['snapshot-id'],
    sequenceNumber: snapshot['sequence-number'] ?? 0,
  });
}

/** Properties that keep the positions of every snapshot known when only those in `retained` are left. */
export function positionsAfterExpiry(
  metadata: TableMetadata,
  retained: ReadonlySet<Long>,
): Record<string, string> {
  // Also where there are none yet: that a snapshot had none is what a rollback to it has to know.
  const recorded = readPositions(metadata);
  const mentioned = new Set(
    metadata.snapshots
      .filter((snapshot) => retained.has(snapshot['snapshot-id']))
      .flatMap((snapshot) => rangesOf(snapshot).map(([lane]) => lane)),
  );
  // One that ended before all that is left cannot be taken back any more.
  const goesOn = (lane: string): boolean => recorded.has(lane) || mentioned.has(lane);
  const roots: Record<string, Record<string, string>> = {};
  for (const snapshot of metadata.snapshots) {
    const parent = snapshot['parent-snapshot-id'];
    if (!retained.has(snapshot['snapshot-id']) || parent == null || retained.has(parent)) continue;
    roots[String(snapshot['snapshot-id'])] = Object.fromEntries(
      [...positionsAt(metadata, snapshot, recorded)].filter(([lane]) => !isEnding(lane) || goesOn(lane)),
    );
  }
  const current = currentSnapshot(metadata);
  return {
    // Taken back by another engine: the ranges that tell where to are about to go.
    ...(current && wasRolledBack(metadata) ? positionsOfSnapshot(metadata, current) : {}),
    [POSITIONS_ROOTS_PROPERTY]: JSON.stringify(roots),
  };
}

function readRoots(metadata: TableMetadata): Record<string, Record<string, string>> {
  return JSON.parse(metadata.properties[POSITIONS_ROOTS_PROPERTY] ?? '{}');
}

function rangesOf(snapshot: Snapshot): [lane: string, first: string, last: string][] {
  return JSON.parse(snapshot.summary?.[RANGES_SUMMARY] ?? '[]');
}

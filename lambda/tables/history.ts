import type { Long } from './json';
import type { Snapshot } from './snapshot';
import { currentSnapshot, snapshotById, type TableMetadata } from './table-metadata';

/** A snapshot that the table does not hold, or that is not where it was looked for. */
export class SnapshotNotFound extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SnapshotNotFound';
  }
}

/** The current snapshot and those it grew from, newest first, as far as they are not expired. */
export function ancestors(metadata: TableMetadata): Iterable<Snapshot> {
  return lineage(metadata, currentSnapshot(metadata));
}

/** A snapshot and those it grew from, newest first. */
export function* lineage(metadata: TableMetadata, from: Snapshot | undefined): Iterable<Snapshot> {
  const { snapshots } = metadata;
  let indexes: Map<Long, number> | undefined;
  let snapshot = from;
  let index = from ? snapshots.lastIndexOf(from) : -1;
  while (snapshot) {
    yield snapshot;
    const parent = snapshot['parent-snapshot-id'];
    if (parent == null) return;
    // Mostly the one before it, and mostly nobody asks for more than the newest: every commit does.
    if (snapshots[index - 1]?.['snapshot-id'] === parent) index--;
    else {
      indexes ??= new Map(snapshots.map((one, i) => [one['snapshot-id'], i]));
      index = indexes.get(parent) ?? -1;
    }
    snapshot = snapshots[index];
  }
}

/** @throws SnapshotNotFound */
export function requireSnapshot(metadata: TableMetadata, id: Long | bigint): Snapshot {
  const wanted = typeof id === 'bigint' && id <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(id) : id;
  const found = snapshotById(metadata, wanted);
  if (found) return found;
  throw new SnapshotNotFound(
    `${metadata.location} has no snapshot ${id}: it was expired or never was. The table has ${held(metadata)}.`,
  );
}

/**
 * The snapshot that was current at a time, by the table's snapshot log.
 * @param time epoch milliseconds
 * @throws SnapshotNotFound when the table had none then, or it is expired
 */
export function snapshotAsOf(metadata: TableMetadata, time: number): Snapshot {
  const entry = metadata['snapshot-log'].findLast((logged) => logged['timestamp-ms'] <= time);
  if (entry) return requireSnapshot(metadata, entry['snapshot-id']);
  throw new SnapshotNotFound(
    `${metadata.location} had no snapshot at ${new Date(time).toISOString()} that is still kept. The table has ${held(metadata)}.`,
  );
}

function held({ snapshots }: TableMetadata): string {
  if (snapshots.length === 0) return 'no snapshot';
  const times = snapshots.map((snapshot) => snapshot['timestamp-ms']);
  const [oldest, newest] = [Math.min(...times), Math.max(...times)].map((ms) => new Date(ms).toISOString());
  return `${snapshots.length} snapshots from ${oldest} to ${newest}`;
}

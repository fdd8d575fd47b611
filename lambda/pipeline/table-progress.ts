import { ancestors } from '../tables/history';
import type { IcebergTable } from '../tables/iceberg-table';
import type { Snapshot } from '../tables/snapshot';
import { tableLaneOf } from '../tables/table-order';

/**
 * How far the clocks of those who commit, and of the catalog that tells of it, may be apart. Where they are further, a
 * commit waits for the next request to catch up.
 */
const CLOCK_MARGIN = 30_000;

/** The lane a table keeps its progress through another one in: positions are sequence numbers of that table's snapshots. */
export function tableLane(source: IcebergTable): string {
  return tableLaneOf(source.uuid);
}

export function sequence(snapshot: Snapshot): bigint {
  return BigInt(snapshot['sequence-number'] ?? 0);
}

/** The snapshot that a table grew from with a sequence number; undefined when it was expired or taken back. */
export function ancestorAt({ metadata }: IcebergTable, position: string): Snapshot | undefined {
  for (const snapshot of ancestors(metadata)) {
    if (sequence(snapshot) === BigInt(position)) return snapshot;
    if (sequence(snapshot) < BigInt(position)) return undefined;
  }
  return undefined;
}

/** What of the source the target has taken in, as both were last read; undefined where that snapshot is gone. */
export function consumedSnapshot(source: IcebergTable, target: IcebergTable): Snapshot | undefined {
  const position = target.position(tableLane(source));
  return position === undefined ? undefined : ancestorAt(source, position);
}

/**
 * True when the target, as last read, surely has what was committed to the source at a time or before: it has consumed
 * a snapshot that was made later. Then the source may be ahead all the same, by commits that are told later, too.
 * @param time epoch milliseconds
 */
export function hasConsumed(source: IcebergTable, target: IcebergTable, time: number): boolean {
  const consumed = consumedSnapshot(source, target);
  return consumed !== undefined && time + CLOCK_MARGIN < consumed['timestamp-ms'];
}

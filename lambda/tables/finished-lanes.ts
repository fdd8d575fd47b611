import { ancestors } from './history';
import type { TableMetadata } from './table-metadata';

/**
 * Start of the name of a lane that ends, as a file does: once it is finished, its position need not be kept. Streams,
 * and tables read by others, go on.
 */
const ENDING = 'file/';

export function isEnding(lane: string): boolean {
  return lane.startsWith(ENDING);
}

/** A snapshot as it can be told of after it was expired. Ids have more digits than a number holds. */
export interface SnapshotReference {
  readonly snapshotId: string;
  readonly sequenceNumber: string;
}

/** A lane that ended, and the snapshot its last record came with. */
export interface FinishedLane extends SnapshotReference {
  readonly lane: string;
  /** Table properties kept for the lane alone. */
  readonly properties?: readonly string[];
}

/** What a table grew from, as far as it is not expired. */
export class Past {
  private readonly ids = new Set<string>();
  private readonly others: Set<string>;
  /** Sequence number of the oldest snapshot that is left of it. */
  private readonly oldest: bigint;

  constructor(metadata: TableMetadata) {
    let oldest = 0n;
    for (const snapshot of ancestors(metadata)) {
      this.ids.add(String(snapshot['snapshot-id']));
      oldest = BigInt(snapshot['sequence-number'] ?? 0);
    }
    this.oldest = oldest;
    this.others = new Set(metadata.snapshots.map((snapshot) => String(snapshot['snapshot-id'])));
  }

  /**
   * Whether the table holds what a snapshot added. One that was taken back is none of its ancestors. Of one that was
   * expired the number tells: as an ancestor it can only be older than the oldest that is left.
   */
  holds({ snapshotId, sequenceNumber }: SnapshotReference): boolean {
    if (this.ids.has(snapshotId)) return true;
    return !this.others.has(snapshotId) && BigInt(sequenceNumber) < this.oldest;
  }
}

/** Those of the finished lanes whose end a table holds: what it keeps of them can go. */
export function settledLanes(metadata: TableMetadata, finished: readonly FinishedLane[]): FinishedLane[] {
  if (finished.length === 0) return [];
  const past = new Past(metadata);
  return finished.filter((one) => past.holds(one));
}

/** A snapshot of indexes, as its repository tells of it. */
export interface IndexSnapshot {
  readonly name: string;
  /** `SUCCESS`, `PARTIAL`, `FAILED`, `IN_PROGRESS`, or another one of a later version. */
  readonly state: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Undefined while it is under way. */
  readonly endedAt?: number;
  readonly indexes: readonly string[];
  readonly shards: number;
  readonly failedShards: readonly FailedShard[];
  /** Why it failed as a whole. */
  readonly reason?: string;
}

/** Whether all of it can be restored. One without an index, where no pattern matched, saves nothing, though it says `SUCCESS`. */
export function isWhole({ state, indexes }: IndexSnapshot): boolean {
  return state === 'SUCCESS' && indexes.length > 0;
}

/** Whether some of it can be restored. */
export function isPartial({ state, indexes }: IndexSnapshot): boolean {
  return state === 'PARTIAL' && indexes.length > 0;
}

/** What of an index is missing in a snapshot, and why. */
export interface FailedShard {
  readonly index: string;
  readonly shard: number;
  readonly reason: string;
}

/** Which indexes of a snapshot come back, and as what. */
export interface Restoration {
  readonly indexes: readonly string[];
  /** New name of each, `*` for its old one. */
  readonly renameTo: string;
  /** Whether aliases point to what comes back. */
  readonly aliases: boolean;
  /** Whether indexes with missing shards come back as well, with those empty. */
  readonly partial: boolean;
}

/** Where a search domain keeps snapshots of its indexes. */
export interface SnapshotRepository {
  /** Makes it known to the domain as it is to be. @returns whether there was something to do */
  register(): Promise<boolean>;
  list(): Promise<IndexSnapshot[]>;
  /** Begins a snapshot. @returns false where there is one of that name already, in whatever state */
  create(name: string, indexes: readonly string[]): Promise<boolean>;
  /** @returns false where it is going, but not gone yet */
  delete(name: string): Promise<boolean>;
  /** Begins to restore. */
  restore(name: string, restoration: Restoration): Promise<void>;
}

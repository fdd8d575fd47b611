import type { IcebergPartitionSpec, IcebergSchema } from '../../lib/contract/iceberg-types';
import type { DataFile } from './data-file';
import type { FinishedLane } from './finished-lanes';

/** A stretch of one lane that a commit adds: the first and the last position of its records, inclusive. */
export interface LaneRange {
  readonly lane: string;
  readonly first: string;
  readonly last: string;
}

export enum AppendOutcome {
  /** The files are in the table and the lane positions moved, in one atomic swap. */
  COMMITTED = 'committed',
  /** Every range was committed before (a replay, or our own attempt whose answer was lost): nothing was done. */
  ALREADY_COMMITTED = 'already-committed',
  /** A range overlaps what was committed: trim to the positions now returned, encode again, append again. */
  OVERLAP = 'overlap',
}

export interface AppendResult {
  readonly outcome: AppendOutcome;
  readonly snapshotId?: bigint;
  /** Attempts the commit took; 1 when nobody interfered. */
  readonly attempts: number;
}

/** An Iceberg table open for appending. */
export interface AppendableTable {
  readonly uri: string;
  /** Where the table's files live, for example `s3://bucket/orders`. */
  readonly location: string;
  readonly uuid: string;
  /** Of the last commit with a snapshot, as of the state last read: a decimal integer. */
  readonly sequenceNumber: string;
  readonly schema: IcebergSchema;
  readonly partitionSpec: IcebergPartitionSpec;
  /** Last committed position of a lane as of the state last read; undefined for a lane never seen. */
  position(lane: string): string | undefined;
  /** Reads the table's current state. */
  refresh(): Promise<void>;
  /** A fresh, never reused name for a data file of the given partition. */
  newDataFilePath(partition: DataFile['partition']): string;
  /** A table property as of the state last read. */
  property(name: string): string | undefined;
  /** Files, lane positions, summary entries and properties are in the table together or not at all. */
  append(files: DataFile[], ranges: LaneRange[], notes?: CommitNotes): Promise<AppendResult>;
}

/** What a commit records beside its files, and what it lets go. */
export interface CommitNotes {
  /** Entries of the new snapshot's summary: what this commit did. */
  readonly summary?: Record<string, string>;
  /** Table properties the commit sets: state carried from commit to commit, replaced each time. */
  readonly properties?: Record<string, string>;
  /** Lanes that ended: what the table keeps of them goes, where it holds the snapshot they ended with. */
  readonly finished?: readonly FinishedLane[];
}

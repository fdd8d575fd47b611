import type { IcebergPartitionSpec, IcebergSchema } from '../../lib/contract/iceberg-types';
import type { DataFile } from './data-file';

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
  readonly schema: IcebergSchema;
  readonly partitionSpec: IcebergPartitionSpec;
  /** Last committed position of a lane as of the state last read; undefined for a lane never seen. */
  position(lane: string): string | undefined;
  /** Reads the table's current state. */
  refresh(): Promise<void>;
  /** A fresh, never reused name for a data file of the given partition. */
  newDataFilePath(partition: DataFile['partition']): string;
  append(files: DataFile[], ranges: LaneRange[], summary?: Record<string, string>): Promise<AppendResult>;
}

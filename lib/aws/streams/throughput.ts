/** The load of a stream at its peak. */
export interface StreamThroughput {
  readonly recordsPerSecond: number;
  /**
   * Average size of a record with its partition key, in bytes.
   * @default 1024
   */
  readonly averageRecordBytes?: number;
}

/** What one shard takes a second. */
const SHARD_RECORDS = 1000;
const SHARD_BYTES = 1024 * 1024;

/** Shards a load needs: what its records or its bytes ask for, whichever is more. */
export function shardsFor(throughput: StreamThroughput): number {
  const { recordsPerSecond } = throughput;
  const averageRecordBytes = throughput.averageRecordBytes ?? 1024;
  for (const [name, value] of Object.entries({ recordsPerSecond, averageRecordBytes })) {
    if (!Number.isFinite(value) || value <= 0) {
      throw new Error(
        `${name} must be a number above 0, received ${value}. Give the expected load at its peak.`,
      );
    }
  }
  return Math.ceil(
    Math.max(recordsPerSecond / SHARD_RECORDS, (recordsPerSecond * averageRecordBytes) / SHARD_BYTES),
  );
}

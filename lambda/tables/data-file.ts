/** A value of a partition field after its transform. Int and date as number, long and timestamps as bigint. */
export type PartitionValue = null | boolean | number | bigint | string | Uint8Array;

/** Column metrics of one data file, keyed by field id (Iceberg specification, "Manifests", data_file). */
export interface DataFileMetrics {
  readonly recordCount: number;
  readonly fileSizeInBytes: number;
  readonly columnSizes: Map<number, number>;
  readonly valueCounts: Map<number, number>;
  readonly nullValueCounts: Map<number, number>;
  readonly nanValueCounts: Map<number, number>;
  /** Bounds in the single-value binary serialization (Iceberg specification, appendix D). */
  readonly lowerBounds: Map<number, Uint8Array>;
  readonly upperBounds: Map<number, Uint8Array>;
  /** Byte offsets at which the file's row groups start. */
  readonly splitOffsets: number[];
}

/** A data file as a manifest lists it. */
export interface DataFile extends DataFileMetrics {
  /** 0 data, 1 position deletes, 2 equality deletes. */
  readonly content: 0 | 1 | 2;
  readonly filePath: string;
  readonly fileFormat: 'PARQUET';
  readonly specId: number;
  /** In the order of the partition spec's fields. */
  readonly partition: PartitionValue[];
  readonly sortOrderId?: number;
  readonly equalityIds?: number[];
}

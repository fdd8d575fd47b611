import type { IcebergPartitionSpec, IcebergSchema } from '../../lib/contract/iceberg-types';
import type { DataFileMetrics, PartitionValue } from '../tables/data-file';
import type { DriftCounts } from './drift/drift-counts';
import type { Rejection, SourceRecord } from './record';

/** The contract as code: what the module written beside a bundle at synth exports as `contract`. */
export interface CompiledContract {
  readonly contractId: string;
  readonly contractVersion: string;
  /** Name of the contract's schema object. */
  readonly schemaName: string;
  /** Hash of the shape the contract describes. */
  readonly schemaHash: string;
  readonly hasCriticalFields: boolean;
  /** Bronze table schema and partition spec the contract asks for; a table may have evolved past them. */
  readonly schema: IcebergSchema;
  readonly partitionSpec: IcebergPartitionSpec;
}

/** What a table looks like now: its field ids decide over those of the contract. */
export interface EncodingTarget {
  readonly schema: IcebergSchema;
  readonly partitionSpec: IcebergPartitionSpec;
  /** A table property. @default - none is set */
  property?(name: string): string | undefined;
}

/** Takes the records of one batch and turns the accepted ones into Parquet. Not reusable after `finish`. */
export interface BatchEncoder {
  /** Decodes, validates and encodes one record. Returns why it was rejected, or undefined when accepted. Never throws for bad data. */
  add(record: SourceRecord): Rejection | undefined;
  /**
   * Encodes the rows a transform made of one record, all of them or none. Their values are JSON's, or a bigint or an
   * ExactNumber where a number would have lost digits.
   */
  addRows(record: SourceRecord, rows: readonly object[]): Rejection | undefined;
  /** Rows accepted so far. */
  readonly accepted: number;
  /** Fields seen so far that the contract does not name. */
  readonly unknownFields: number;
  /** How the records seen so far, refused ones among them, differ from the contract. */
  readonly drift: DriftCounts;
  /** One Parquet file for each partition the accepted records fall into; empty when none was accepted. */
  finish(): EncodedFile[];
}

export interface EncodedFile {
  /** Partition values in the order of the partition spec's fields; empty for an unpartitioned table. */
  readonly partition: PartitionValue[];
  readonly bytes: Uint8Array;
  readonly metrics: DataFileMetrics;
}

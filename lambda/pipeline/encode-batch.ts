import type { BatchEncoder, EncodedFile } from './batch-encoder';
import { RejectionCode, type RejectedRecord, type SourceRecord } from './record';

export interface EncodedBatch {
  readonly files: EncodedFile[];
  readonly accepted: number;
  readonly rejected: RejectedRecord[];
  readonly unknownFields: number;
  /** Failures of the encoder itself, one for each record rejected as an internal error. */
  readonly failures: Error[];
}

/**
 * Encodes what the contract accepts and collects the rest. Should the encoder itself fail, which is a defect, the
 * batch is halved until the record that sets it off stands alone and is rejected: one record never holds up a shard.
 */
export function encodeBatch(records: readonly SourceRecord[], newEncoder: () => BatchEncoder): EncodedBatch {
  // Outside: a table that cannot hold what the contract allows is no record's fault.
  const encoder = newEncoder();
  try {
    return encodeWhole(records, encoder);
  } catch (error) {
    if (records.length === 1) return internalError(records[0], error);
    const middle = records.length >> 1;
    const first = encodeBatch(records.slice(0, middle), newEncoder);
    const second = encodeBatch(records.slice(middle), newEncoder);
    return {
      files: [...first.files, ...second.files],
      accepted: first.accepted + second.accepted,
      rejected: [...first.rejected, ...second.rejected],
      unknownFields: first.unknownFields + second.unknownFields,
      failures: [...first.failures, ...second.failures],
    };
  }
}

function encodeWhole(records: readonly SourceRecord[], encoder: BatchEncoder): EncodedBatch {
  const rejected: RejectedRecord[] = [];
  for (const record of records) {
    const rejection = encoder.add(record);
    if (rejection) rejected.push({ record, rejection });
  }
  return {
    accepted: encoder.accepted,
    unknownFields: encoder.unknownFields,
    rejected,
    files: encoder.finish(),
    failures: [],
  };
}

function internalError(record: SourceRecord, error: unknown): EncodedBatch {
  const failure = error instanceof Error ? error : new Error(String(error));
  const rejection = {
    code: RejectionCode.INTERNAL_ERROR,
    message: `The handler failed on this record (${failure.name}); the record itself may be good. Replay it once mended.`,
  };
  return {
    files: [],
    accepted: 0,
    rejected: [{ record, rejection }],
    unknownFields: 0,
    failures: [failure],
  };
}

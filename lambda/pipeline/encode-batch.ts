import type { BatchEncoder, EncodedFile } from './batch-encoder';
import { DriftCounts } from './drift/drift-counts';
import { RejectionCode, type RejectedRecord, type Rejection, type SourceRecord } from './record';
import type { TransformOutcome } from './transform/record-transform';

export interface EncodedBatch {
  readonly files: EncodedFile[];
  /** Records that gave rows. */
  readonly accepted: number;
  /** Records the transform made nothing of. */
  readonly dropped: number;
  /** Rows of the accepted records: one each, unless a transform made several. */
  readonly rows: number;
  /** Records left out, because an earlier one of the same event is in. */
  readonly duplicates: number;
  readonly rejected: RejectedRecord[];
  readonly unknownFields: number;
  readonly drift: DriftCounts;
  /** Failures of the encoder itself, one for each record rejected as an internal error. */
  readonly failures: Error[];
}

/** What a transform made of each record of a batch. */
export type Transformed = ReadonlyMap<SourceRecord, TransformOutcome>;

/**
 * Encodes what the contract accepts and collects the rest. Should the encoder itself fail, which is a defect, the
 * batch is halved until the record that sets it off stands alone and is rejected: one record never holds up a shard.
 */
export function encodeBatch(
  records: readonly SourceRecord[],
  newEncoder: () => BatchEncoder,
  transformed?: Transformed,
): EncodedBatch {
  // Outside: a table that cannot hold what the contract allows is no record's fault.
  const encoder = newEncoder();
  try {
    return transformed === undefined
      ? encodeWhole(records, encoder)
      : encodeTransformed(records, encoder, transformed);
  } catch (error) {
    if (records.length === 1) return internalError(records[0], error);
    const middle = records.length >> 1;
    const first = encodeBatch(records.slice(0, middle), newEncoder, transformed);
    const second = encodeBatch(records.slice(middle), newEncoder, transformed);
    first.drift.addAll(second.drift);
    return {
      files: [...first.files, ...second.files],
      accepted: first.accepted + second.accepted,
      dropped: first.dropped + second.dropped,
      rows: first.rows + second.rows,
      duplicates: 0,
      rejected: [...first.rejected, ...second.rejected],
      unknownFields: first.unknownFields + second.unknownFields,
      drift: first.drift,
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
  return encodedBatch(encoder, records.length - rejected.length, rejected, 0);
}

function encodeTransformed(
  records: readonly SourceRecord[],
  encoder: BatchEncoder,
  transformed: Transformed,
): EncodedBatch {
  const rejected: RejectedRecord[] = [];
  const drift = new DriftCounts();
  let dropped = 0;
  for (const record of records) {
    const outcome = transformed.get(record);
    if (outcome === undefined) throw new Error('A record of the batch has not been transformed.');
    if (outcome.drift !== undefined) drift.addAll(outcome.drift);
    const rejection: Rejection | undefined = outcome.rejection ?? encoder.addRows(record, outcome.rows);
    if (rejection) rejected.push({ record, rejection });
    else if (outcome.rejection === undefined && outcome.rows.length === 0) dropped++;
  }
  const batch = encodedBatch(encoder, records.length - rejected.length - dropped, rejected, dropped);
  batch.drift.addAll(drift);
  return batch;
}

function encodedBatch(
  encoder: BatchEncoder,
  accepted: number,
  rejected: RejectedRecord[],
  dropped: number,
): EncodedBatch {
  return {
    accepted,
    dropped,
    rows: encoder.accepted,
    duplicates: 0,
    unknownFields: encoder.unknownFields,
    drift: encoder.drift,
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
    dropped: 0,
    rows: 0,
    duplicates: 0,
    rejected: [{ record, rejection }],
    unknownFields: 0,
    drift: new DriftCounts(),
    failures: [failure],
  };
}

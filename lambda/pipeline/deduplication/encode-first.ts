import type { EncodedBatch, Transformed } from '../encode-batch';
import type { SourceRecord } from '../record';
import type { TransformOutcome } from '../transform/record-transform';
import type { EventDeduplication } from './event-deduplication';

/**
 * A batch without its duplicates. Only what is accepted claims its event, so that a record in quarantine keeps no good
 * twin out; and what has been written cannot be taken back, so that a batch with duplicates is encoded once more.
 */
export async function encodeFirst(
  encoded: EncodedBatch,
  { records, transformed, deduplication, encode }: EncodeFirstOptions,
): Promise<EncodedBatch> {
  if (deduplication === undefined) return encoded;
  const rejected = new Set(encoded.rejected.map(({ record }) => record));
  await deduplication.release([...rejected]);
  const accepted = records.filter((record) => !rejected.has(record) && !isDropped(transformed?.get(record)));
  const duplicates = await deduplication.duplicates(accepted);
  if (duplicates.size === 0) return encoded;
  return { ...encode(records.filter((record) => !duplicates.has(record))), duplicates: duplicates.size };
}

function isDropped(outcome: TransformOutcome | undefined): boolean {
  return outcome !== undefined && outcome.rejection === undefined && outcome.rows.length === 0;
}

interface EncodeFirstOptions {
  /** In the order they are to be accepted in. */
  readonly records: readonly SourceRecord[];
  readonly transformed: Transformed | undefined;
  readonly deduplication: EventDeduplication | undefined;
  readonly encode: (records: readonly SourceRecord[]) => EncodedBatch;
}

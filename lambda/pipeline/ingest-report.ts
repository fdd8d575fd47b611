import type { LaneRange } from '../tables/table';
import type { DriftReport } from './drift/drift-report';
import type { EncodedBatch } from './encode-batch';
import type { Lane } from './lane';
import type { PersonalDataSighting } from './pii/personal-data-watch';
import type { RejectionCode } from './record';

/** What became of a batch. `read` is the sum of `accepted`, `dropped`, `duplicates`, `quarantined` and `replayed`. */
export interface IngestReport {
  /** The batch as delivered: first and last position of each lane. */
  readonly lanes: LaneRange[];
  readonly read: number;
  readonly accepted: number;
  /** Records the transform made nothing of: they are in no table, as its author wanted. Undefined without a transform. */
  readonly dropped?: number;
  /** Records whose event is in by another record, of this batch or an earlier one. Undefined without deduplication. */
  readonly duplicates?: number;
  /** Rows of the accepted records: as many, unless a transform made several of one. */
  readonly rows: number;
  readonly quarantined: number;
  /** Delivered although bronze or quarantine had them already, or twice in this batch. */
  readonly replayed: number;
  readonly unknownFields: number;
  readonly drift: DriftReport;
  /** Undefined where nobody looks. */
  readonly personalData?: PersonalDataSighting;
  readonly reasons: Partial<Record<RejectionCode, number>>;
  readonly bronzeSnapshot?: bigint;
  readonly quarantineSnapshot?: bigint;
  /** Attempts beyond the first that the commits took. */
  readonly conflicts: number;
  /** Epoch milliseconds at which the oldest record that was new arrived; undefined when none was new. */
  readonly oldestArrival?: number;
  readonly encodeMilliseconds: number;
  readonly commitMilliseconds: number;
  /** Defects of ours, for the log; their records are in quarantine. */
  readonly internalErrors: Error[];
}

export function reasonsOf({ rejected }: EncodedBatch): Partial<Record<RejectionCode, number>> {
  const reasons: Partial<Record<RejectionCode, number>> = {};
  for (const { rejection } of rejected) reasons[rejection.code] = (reasons[rejection.code] ?? 0) + 1;
  return reasons;
}

export function oldestArrival(lanes: readonly Lane[]): number | undefined {
  let arrival: number | undefined;
  for (const { records } of lanes) {
    for (const { arrivedAt } of records) {
      if (arrival === undefined || arrivedAt < arrival) arrival = arrivedAt;
    }
  }
  return arrival;
}

import type { RejectionHandling } from '../../lib/contract/rejection-handling';
import type { BatchEncoder, CompiledContract, EncodedFile, EncodingTarget } from './batch-encoder';
import type { CommitQueue } from './commit/commit-request';
import type { EventDeduplication } from './deduplication/event-deduplication';
import type { PersonalDataWatch } from './pii/personal-data-watch';
import type { QuarantineRow } from './quarantine';
import type { SourceRecord } from './record';
import type { TableTarget } from './table-target';
import type { TransformOutcome } from './transform/record-transform';

export interface IngestTargets {
  readonly bronze: TableTarget;
  readonly quarantine: TableTarget;
  readonly contract: Pick<
    CompiledContract,
    'contractId' | 'contractVersion' | 'schemaHash' | 'hasCriticalFields'
  >;
  readonly newEncoder: (target: EncodingTarget) => BatchEncoder;
  readonly encodeRows: (rows: QuarantineRow[], target: EncodingTarget) => EncodedFile[];
  readonly rejections: RejectionHandling;
  /**
   * The user's own code, between decoding and encoding.
   * @default - records are encoded as they came
   */
  readonly transform?: (records: readonly SourceRecord[]) => Promise<Map<SourceRecord, TransformOutcome>>;
  /**
   * Keeps records out whose event is in already.
   * @default - every record counts, whatever it holds
   */
  readonly deduplication?: EventDeduplication;
  /**
   * Looks for personal data that the contract does not know of.
   * @default - nobody looks
   */
  readonly personalData?: PersonalDataWatch;
  /** Files are handed over here instead of being committed. */
  readonly commits?: CommitQueue;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

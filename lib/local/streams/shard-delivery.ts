import { randomUUID } from 'node:crypto';
import { firstFailure } from './event-source-mapping';
import type { EventSourceMapping, InvocationResult } from './event-source-mapping';
import type { StreamRecord } from './stream-record';

export enum DiscardCondition {
  RETRIES_EXHAUSTED = 'RetryAttemptsExhausted',
  RECORD_TOO_OLD = 'RecordAgeExceeded',
}

/** A batch given up: what Lambda sends to the failure destination of a Kinesis mapping. It names records, it does not hold them. */
export interface DiscardedBatch {
  readonly requestContext: {
    readonly requestId: string;
    readonly functionArn: string;
    readonly condition: DiscardCondition;
    readonly approximateInvokeCount: number;
  };
  readonly responseContext?: {
    readonly statusCode: number;
    readonly executedVersion: string;
    readonly functionError: string;
  };
  readonly version: string;
  readonly timestamp: string;
  readonly KinesisBatchInfo: {
    readonly shardId: string;
    readonly startSequenceNumber: string;
    readonly endSequenceNumber: string;
    readonly approximateArrivalOfFirstRecord: string;
    readonly approximateArrivalOfLastRecord: string;
    readonly batchSize: number;
    readonly streamArn: string;
  };
}

export interface ShardDeliveryOptions {
  readonly mapping: EventSourceMapping;
  readonly shardId: string;
  readonly streamArn: string;
  readonly functionArn: string;
  readonly invoke: (records: readonly StreamRecord[]) => Promise<InvocationResult>;
  /** Called for each batch that is given up. What it throws ends the delivery. */
  readonly discard: (batch: DiscardedBatch, records: readonly StreamRecord[]) => Promise<void>;
  /** Called after each invocation that moved the checkpoint, with the records it succeeded for. */
  readonly delivered?: (records: readonly StreamRecord[]) => void;
  /** @default - 100 ms doubled with each attempt, at most 5 s */
  readonly backoffMilliseconds?: (attempt: number) => number;
  /** @default Date.now */
  readonly now?: () => number;
}

/** Records still to deliver, and how often they were tried. */
interface Piece {
  readonly records: readonly StreamRecord[];
  readonly attempts: number;
}

/**
 * Delivers the batches of one shard in order, as Lambda's event source mapping does: a failed batch blocks the shard
 * until it succeeds, is given up for its age or its attempts, or is narrowed down by bisecting it. Knows nothing of
 * where the records come from.
 */
export class ShardDelivery {
  private readonly now: () => number;
  private readonly backoff: (attempt: number) => number;

  constructor(private readonly options: ShardDeliveryOptions) {
    this.now = options.now ?? Date.now;
    this.backoff = options.backoffMilliseconds ?? ((attempt) => Math.min(5000, 100 * 2 ** (attempt - 1)));
  }

  /** Returns when each record of the batch was delivered or given up. */
  async deliver(batch: readonly StreamRecord[]): Promise<void> {
    const { mapping } = this.options;
    // A stack: the earlier half of a bisected batch comes first.
    const pending: Piece[] = [{ records: batch, attempts: 0 }];
    for (let piece = pending.pop(); piece; piece = pending.pop()) {
      const { records, attempts } = await this.withoutExpired(piece);
      if (records.length === 0) continue;
      const result = await this.options.invoke(records);
      const failed = this.failedFrom(result, records);
      const delivered = records.slice(0, failed);
      if (delivered.length > 0) this.options.delivered?.(delivered);
      const remaining = records.slice(failed);
      if (remaining.length === 0) continue;

      if (mapping.bisectBatchOnFunctionError && records.length > 1) {
        pending.push(...this.bisect(remaining, delivered.length > 0, attempts));
      } else if (mapping.maximumRetryAttempts >= 0 && attempts >= mapping.maximumRetryAttempts) {
        await this.discard(DiscardCondition.RETRIES_EXHAUSTED, remaining, attempts + 1);
      } else {
        await sleep(this.backoff(attempts + 1));
        pending.push({ records: remaining, attempts: attempts + 1 });
      }
    }
  }

  private failedFrom(result: InvocationResult, records: readonly StreamRecord[]): number {
    if (result.error) return 0;
    if (!this.options.mapping.reportBatchItemFailures) return records.length;
    return (
      firstFailure(
        result.value,
        records.map((record) => record.sequenceNumber),
      ) ?? records.length
    );
  }

  /**
   * Splitting does not count as a retry. A batch that reported a record is split there, so only the rest goes again;
   * a report of its first record says nothing new and the batch is halved.
   */
  private bisect(remaining: readonly StreamRecord[], progressed: boolean, attempts: number): Piece[] {
    if (progressed || remaining.length === 1) return [{ records: remaining, attempts }];
    const middle = Math.ceil(remaining.length / 2);
    return [
      { records: remaining.slice(middle), attempts },
      { records: remaining.slice(0, middle), attempts },
    ];
  }

  private async withoutExpired(piece: Piece): Promise<Piece> {
    const { maximumRecordAgeSeconds } = this.options.mapping;
    if (maximumRecordAgeSeconds < 0) return piece;
    const oldest = this.now() - maximumRecordAgeSeconds * 1000;
    const fresh = piece.records.findIndex((record) => record.arrivedAt >= oldest);
    const expired = fresh < 0 ? piece.records.length : fresh;
    if (expired > 0) {
      await this.discard(DiscardCondition.RECORD_TOO_OLD, piece.records.slice(0, expired), piece.attempts);
    }
    return { ...piece, records: piece.records.slice(expired) };
  }

  private async discard(
    condition: DiscardCondition,
    records: readonly StreamRecord[],
    invocations: number,
  ): Promise<void> {
    const { shardId, streamArn, functionArn } = this.options;
    const first = records[0];
    const last = records[records.length - 1];
    await this.options.discard(
      {
        requestContext: {
          requestId: randomUUID(),
          functionArn,
          condition,
          approximateInvokeCount: invocations,
        },
        ...(invocations > 0 && {
          responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
        }),
        version: '1.0',
        timestamp: new Date(this.now()).toISOString(),
        KinesisBatchInfo: {
          shardId,
          startSequenceNumber: first.sequenceNumber,
          endSequenceNumber: last.sequenceNumber,
          approximateArrivalOfFirstRecord: new Date(first.arrivedAt).toISOString(),
          approximateArrivalOfLastRecord: new Date(last.arrivedAt).toISOString(),
          batchSize: records.length,
          streamArn,
        },
      },
      records,
    );
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

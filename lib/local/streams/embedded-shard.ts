import { payloadSize } from './stream-record';
import type { StreamRecord } from './stream-record';

/** An invocation's payload is at most 6 MB, records in base64 included. */
export const MAXIMUM_PAYLOAD_BYTES = 6 * 1024 * 1024;

export interface ShardLimits {
  readonly batchSize: number;
  readonly batchingWindowSeconds: number;
}

/**
 * One shard of an embedded stream: a bounded buffer between the reader of a file and the delivery of batches. A full
 * buffer holds the reader back, so that a file of any size fits in memory.
 */
export class EmbeddedShard {
  private buffer: StreamRecord[] = [];
  private bufferedBytes = 0;
  private ended = false;
  private failure: Error | undefined;
  private wakeReader: (() => void) | undefined;
  private wakeWriter: (() => void) | undefined;

  constructor(
    readonly shardId: string,
    private readonly limits: ShardLimits,
  ) {}

  /** Undefined when there is room for more; else what to wait for before the next record. */
  put(record: StreamRecord): Promise<void> | undefined {
    if (this.failure) throw this.failure;
    this.buffer.push(record);
    this.bufferedBytes += payloadSize(record);
    if (this.batchIsFull()) this.wakeReader?.();
    if (this.buffer.length < 2 * this.limits.batchSize && this.bufferedBytes < 2 * MAXIMUM_PAYLOAD_BYTES) {
      return undefined;
    }
    return new Promise((resolve) => (this.wakeWriter = resolve));
  }

  /** No record will follow. */
  end(): void {
    this.ended = true;
    this.wakeReader?.();
  }

  /** Ends the shard early: what it holds is dropped, and the next `put` throws. */
  fail(error: Error): void {
    this.failure ??= error;
    this.buffer = [];
    this.ended = true;
    this.wakeWriter?.();
    this.wakeReader?.();
  }

  /**
   * The next batch: as many records as the mapping and the payload limit allow, fewer when the batching window closes
   * or the source ends; undefined at the end.
   */
  async take(): Promise<StreamRecord[] | undefined> {
    if (!this.ended && !this.batchIsFull()) await this.batchOrWindow();
    while (!this.ended && this.buffer.length === 0) await this.batchOrWindow();
    if (this.buffer.length === 0) return undefined;
    let count = 0;
    let bytes = 0;
    while (count < this.buffer.length && count < this.limits.batchSize) {
      bytes += payloadSize(this.buffer[count]);
      // A record larger than any payload still goes, alone: on this machine nothing forbids it.
      if (count > 0 && bytes > MAXIMUM_PAYLOAD_BYTES) {
        bytes -= payloadSize(this.buffer[count]);
        break;
      }
      count++;
    }
    const batch = this.buffer.slice(0, count);
    this.buffer = this.buffer.slice(count);
    this.bufferedBytes -= bytes;
    this.wakeWriter?.();
    return batch;
  }

  private batchIsFull(): boolean {
    return this.buffer.length >= this.limits.batchSize || this.bufferedBytes >= MAXIMUM_PAYLOAD_BYTES;
  }

  private batchOrWindow(): Promise<void> {
    return new Promise((resolve) => {
      // Without a window Lambda polls about once a second.
      const window = setTimeout(done, Math.max(1, this.limits.batchingWindowSeconds) * 1000);
      this.wakeReader = done;
      function done(): void {
        clearTimeout(window);
        resolve();
      }
    });
  }
}

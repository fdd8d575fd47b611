import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { EmbeddedShard, type ShardLimits } from './embedded-shard';
import { ShardLog } from './shard-log';

/** What Kinesis answers for a record that a shard has no room for. */
export const SHARD_FULL = 'ProvisionedThroughputExceededException';

/** A record as it is put on a stream; its data in base64. */
export interface PutRecord {
  readonly partitionKey: string;
  readonly data: string;
}

interface OpenShard {
  readonly log: ShardLog;
  readonly buffer: EmbeddedShard;
  full: boolean;
}

/** A stream that functions put records on: each is in a file before it is said to be taken, and comes out in batches. */
export class EmbeddedStream {
  private readonly open: readonly OpenShard[];

  constructor(directory: string, shards: number, limits: ShardLimits) {
    this.open = Array.from({ length: shards }, (_, index) => {
      const shardId = `shardId-${String(index).padStart(12, '0')}`;
      const log = new ShardLog(shardId, join(directory, shardId));
      const shard: OpenShard = { log, buffer: new EmbeddedShard(shardId, limits), full: false };
      for (const record of log.undelivered) noteFull(shard, shard.buffer.put(record));
      return shard;
    });
  }

  get shards(): readonly { readonly log: ShardLog; readonly buffer: EmbeddedShard }[] {
    return this.open;
  }

  /** Whether the shard of a record has no room: Kinesis refuses it then. */
  isFull(record: PutRecord): boolean {
    return this.shardOf(record).full;
  }

  /** The record is in a file when this returns. */
  put(record: PutRecord): void {
    const shard = this.shardOf(record);
    noteFull(shard, shard.buffer.put(shard.log.append(record.partitionKey, record.data)));
  }

  private shardOf({ partitionKey }: PutRecord): OpenShard {
    return this.open[shardOf(partitionKey, this.open.length)];
  }

  /** No record will follow: what is there is delivered. */
  end(): void {
    for (const { buffer } of this.open) buffer.end();
  }
}

function noteFull(shard: OpenShard, room: Promise<void> | undefined): void {
  if (room === undefined) return;
  shard.full = true;
  void room.then(() => (shard.full = false));
}

/** As Kinesis finds the shard: by where the MD5 of the key lies among the shards' equal shares. */
export function shardOf(partitionKey: string, shards: number): number {
  const hash = BigInt(`0x${createHash('md5').update(partitionKey, 'utf8').digest('hex')}`);
  return Number((hash * BigInt(shards)) >> 128n);
}

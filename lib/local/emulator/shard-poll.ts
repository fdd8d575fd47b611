import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { ShardDelivery } from '../streams/shard-delivery';
import type { StreamRecord } from '../streams/stream-record';

export interface ShardPollOptions {
  readonly kinesis: KinesisClient;
  readonly streamArn: string;
  readonly shardId: string;
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST';
  readonly batchSize: number;
  readonly delivery: ShardDelivery;
  /** Asked after each poll that found nothing; true ends the poll. */
  readonly stopWhenIdle: () => boolean;
}

const POLL_MILLISECONDS = 100;

/** Reads one shard of a real Kinesis API to its end, or until told to stop, and delivers what it finds in batches. */
export async function pollShard(options: ShardPollOptions): Promise<void> {
  const { kinesis, streamArn, shardId } = options;
  const { GetRecordsCommand, GetShardIteratorCommand } = await import('@aws-sdk/client-kinesis');
  const start = await kinesis.send(
    new GetShardIteratorCommand({
      StreamARN: streamArn,
      ShardId: shardId,
      ShardIteratorType: options.startingPosition,
    }),
  );
  let iterator = start.ShardIterator;
  while (iterator !== undefined) {
    const answer = await kinesis.send(
      new GetRecordsCommand({ StreamARN: streamArn, ShardIterator: iterator, Limit: options.batchSize }),
    );
    iterator = answer.NextShardIterator ?? undefined;
    const records: StreamRecord[] = (answer.Records ?? []).map((record) => ({
      sequenceNumber: record.SequenceNumber ?? '',
      partitionKey: record.PartitionKey ?? '',
      data: Buffer.from(record.Data ?? []).toString('base64'),
      arrivedAt: record.ApproximateArrivalTimestamp?.getTime() ?? Date.now(),
    }));
    if (records.length > 0) await options.delivery.deliver(records);
    else if (options.stopWhenIdle()) return;
    else await new Promise((wake) => setTimeout(wake, POLL_MILLISECONDS));
  }
}

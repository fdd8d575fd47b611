import type { FunctionPool } from '../functions/function-pool';
import type { EmbeddedShard } from '../streams/embedded-shard';
import { ShardDelivery } from '../streams/shard-delivery';
import type { DiscardedBatch } from '../streams/shard-delivery';
import { kinesisEvent } from '../streams/stream-record';
import type { StreamRecord } from '../streams/stream-record';
import { LAPTOP } from '../template/physical-names';
import type { Pipeline } from './pipeline';
import { appendToQueue } from './queue-file';
import type { ServiceMetrics } from './service-metrics';

/** A batch failed until it was given up. Nothing after it in its shard was delivered, so running again goes on there. */
export class BatchGivenUp extends Error {
  constructor(
    readonly batch: DiscardedBatch,
    reason: string,
  ) {
    const { shardId, batchSize, startSequenceNumber } = batch.KinesisBatchInfo;
    super(
      `${batch.requestContext.condition}: ${batchSize} record(s) of ${shardId} from sequence number ${startSequenceNumber} on. ` +
        `Last error of the function: ${reason}`,
    );
    this.name = 'BatchGivenUp';
  }
}

export interface ShardRunOptions {
  readonly pipeline: Pipeline;
  readonly pool: FunctionPool;
  readonly service: ServiceMetrics;
  /** Directory of what the run keeps beside the tables. */
  readonly stateDirectory: string;
  /** Called with records that the function is done with. */
  readonly delivered: (records: readonly StreamRecord[]) => void;
}

/** Lambda tries for hours; somebody who waits at a terminal would rather know. */
const MAXIMUM_RETRIES = 4;

/** Hands a shard to its function, batch by batch, to the end of it. @throws BatchGivenUp */
export async function deliverShard(
  shard: EmbeddedShard,
  { pipeline, pool, service, stateDirectory, delivered }: ShardRunOptions,
): Promise<void> {
  let lastError = 'none';
  const delivery = new ShardDelivery({
    mapping: withFewRetries(pipeline.mapping),
    shardId: shard.shardId,
    streamArn: pipeline.stream.arn,
    functionArn: pipeline.function.arn,
    invoke: async (records) => {
      const invoked = Date.now();
      const result = await pool.invoke(
        kinesisEvent(records, shard.shardId, {
          streamArn: pipeline.stream.arn,
          region: LAPTOP.region,
          roleArn: pipeline.roleArn,
        }),
      );
      service.invoked(records, invoked, result);
      lastError = result.error ? `${result.error.type}: ${result.error.message}` : 'reported as failed';
      return result;
    },
    delivered,
    discard: async (batch) => {
      service.deadLettered();
      if (pipeline.failureQueue) appendToQueue(stateDirectory, pipeline.failureQueue.name, batch);
      throw new BatchGivenUp(batch, lastError);
    },
  });
  for (let batch = await shard.take(); batch; batch = await shard.take()) await delivery.deliver(batch);
}

function withFewRetries(mapping: Pipeline['mapping']): Pipeline['mapping'] {
  const { maximumRetryAttempts } = mapping;
  const attempts =
    maximumRetryAttempts < 0 ? MAXIMUM_RETRIES : Math.min(MAXIMUM_RETRIES, maximumRetryAttempts);
  return { ...mapping, maximumRetryAttempts: attempts };
}

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { EventFile, Inspection } from '../events/event-file';
import { FunctionLog } from '../functions/function-log';
import { FunctionPool } from '../functions/function-pool';
import { LatencyHistogram } from '../metrics/latency-histogram';
import type { MetricStore } from '../metrics/metric-store';
import { workerModule } from '../package-root';
import { EmbeddedShard } from '../streams/embedded-shard';
import type { StreamRecord } from '../streams/stream-record';
import { addLeftOut, leftOutOf } from './left-out';
import type { LeftOut } from './left-out';
import { addPersonalData, personalDataOf } from './personal-data';
import type { PersonalData } from './personal-data';
import type { Pipeline } from './pipeline';
import type { Fed } from './product-run';
import { addDrift, driftOf, NO_DRIFT } from './schema-drift';
import { ServiceMetrics } from './service-metrics';
import { BatchGivenUp, deliverShard } from './shard-run';
import { sequenceNumber, shardIds } from './source-ledger';
import type { Source } from './source-ledger';

export interface PipelineRunOptions {
  readonly pipeline: Pipeline;
  readonly events: EventFile;
  readonly inspection: Inspection;
  readonly source: Source;
  /** Rows of the file to feed: from one on and before another. @default - all */
  readonly rows?: RowRange;
  readonly metrics: MetricStore;
  readonly latency: LatencyHistogram;
  /** Directory of what the run keeps beside the tables. */
  readonly stateDirectory: string;
  readonly progress: (delivered: number, total: number) => void;
}

export interface RowRange {
  readonly from: number;
  readonly to: number;
}

export interface PipelineResult extends Fed {
  /** The run's first batch that was given up; the function's records up to it are in the tables. */
  readonly failure?: BatchGivenUp;
}

/** Feeds a file of events through a pipeline: into its stream, and batch by batch into its function. */
export async function runPipeline(options: PipelineRunOptions): Promise<PipelineResult> {
  const { pipeline, events, inspection, source, metrics, latency, stateDirectory } = options;
  const rows = options.rows ?? { from: 0, to: inspection.rows };
  const started = performance.now();
  const service = new ServiceMetrics(pipeline, metrics);
  let leftOut: LeftOut | undefined;
  let drift = NO_DRIFT;
  let personalData: PersonalData | undefined;
  const log = new FunctionLog(
    join(stateDirectory, 'logs', `${pipeline.function.name}.log`),
    metrics,
    (entry) => {
      const more = leftOutOf(entry);
      if (more) leftOut = addLeftOut(leftOut, more);
      drift = addDrift(drift, driftOf(entry) ?? NO_DRIFT);
      personalData = addPersonalData(personalData, personalDataOf(entry));
    },
  );
  const concurrency = Math.min(source.shards, availableParallelism());
  const pool = new FunctionPool(
    { definition: pipeline.function, worker: workerModule(), output: (line) => log.add(line) },
    concurrency,
  );
  let delivered = 0;
  let failure: BatchGivenUp | undefined;

  const shards = shardIds(source).map((shardId) => new EmbeddedShard(shardId, pipeline.mapping));
  const deliverAll = (shard: EmbeddedShard): Promise<void> =>
    deliverShard(shard, {
      pipeline,
      pool,
      service,
      stateDirectory,
      delivered: (records) => {
        const now = Date.now();
        for (const { arrivedAt } of records) latency.add(now - arrivedAt);
        delivered += records.length;
        options.progress(rows.from + delivered, inspection.rows);
      },
    });

  const deliveries = shards.map(deliverAll);
  try {
    await Promise.all([feed(events, rows, shards, service), ...deliveries]);
  } catch (error) {
    // Every shard stops after the batch it is at.
    for (const shard of shards) shard.fail(error as Error);
    await Promise.allSettled(deliveries);
    if (!(error instanceof BatchGivenUp)) throw error;
    failure = error;
  } finally {
    await pool.close();
    log.close();
  }
  return {
    read: delivered,
    seconds: (performance.now() - started) / 1000,
    reasons: log.reasons,
    ...(leftOut && { leftOut }),
    drift,
    personalData,
    failure,
  };
}

/** Puts the records into the shards in turn, as fast as the slowest of them takes them. */
async function feed(
  events: EventFile,
  { from, to }: RowRange,
  shards: EmbeddedShard[],
  service: ServiceMetrics,
): Promise<void> {
  let row = 0;
  for await (const read of events.records()) {
    const first = row;
    row += read.length;
    const records = read.slice(Math.max(0, from - first), Math.max(0, to - first));
    let bytes = 0;
    let index = Math.max(from, first);
    for (const { bytes: data, position } of records) {
      const record: StreamRecord = {
        sequenceNumber: sequenceNumber(position),
        partitionKey: String(index),
        data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
        arrivedAt: Date.now(),
      };
      bytes += data.byteLength;
      const full = shards[index % shards.length].put(record);
      index++;
      if (full) await full;
    }
    if (records.length > 0) service.received(records.length, bytes);
    if (row >= to) break;
  }
  for (const shard of shards) shard.end();
}

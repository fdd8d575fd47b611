import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { FunctionLog } from '../functions/function-log';
import { FunctionPool } from '../functions/function-pool';
import { type Answered, ApiServer, apiRoutes, type ApiRoute, ServedSecrets, webhookOf } from '../http';
import type { ServedSecret } from '../http';
import { MetricStore } from '../metrics/metric-store';
import { workerModule } from '../package-root';
import { EmbeddedStream, type PutRecord, SHARD_FULL } from '../streams/embedded-stream';
import { objectAt } from '../template/json';
import type { WebhookSettings } from '../../contract/webhook-settings';
import { LocalApp, stateDirectory, whileDeployed } from './deployment';
import type { EventFlow } from './event-flow';
import type { Pipeline } from './pipeline';
import { ServiceMetrics } from './service-metrics';
import { deliverShard } from './shard-run';

/** A route that is served. */
export interface ServedRoute extends Pick<ApiRoute, 'method' | 'path' | 'authorization'> {
  readonly url: string;
  /** How it receives webhooks; undefined where another function is behind it. */
  readonly webhook?: WebhookSettings;
}

export interface Listening {
  readonly routes: readonly ServedRoute[];
  readonly secrets: readonly ServedSecret[];
}

export interface ServeOptions {
  /** Directory of the synthesized app. */
  readonly assembly: string;
  /** Directory of the tables. */
  readonly out: string;
  /** 0 for one that is free. */
  readonly port: number;
  /** Texts of secrets by their names; the others are made. */
  readonly secrets: ReadonlyMap<string, string>;
  readonly listening: (listening: Listening) => void;
  readonly answered: (request: Answered) => void;
  /** Called with what became of records, and with what failed behind their stream. */
  readonly told: (line: string) => void;
  /** Ends it: what the streams hold is delivered before. */
  readonly stop: AbortSignal;
}

/** An app that nobody can send a request to. */
export class NothingToServe extends Error {
  constructor(directory: string) {
    super(
      `The app in ${directory} has no HTTP API with a route to a function of its own: a WebhookEndpoint makes one.`,
    );
    this.name = 'NothingToServe';
  }
}

interface Consumer {
  readonly pipeline: Pipeline;
  readonly stream: EmbeddedStream;
}

/**
 * Serves the HTTP APIs of an app on this machine: what its functions put on streams goes into its tables, and what follows from
 * that happens as well, until it is told to stop. Gives what failed on the way.
 *
 * @throws NothingToServe, UnknownSecret, SecretWithoutFields, ProvisioningFailed
 * @throws BatchGivenUp when a function fails again and again; what is not delivered is delivered the next time
 */
export async function serveOnLaptop(options: ServeOptions): Promise<string[]> {
  const out = resolve(options.out);
  const state = stateDirectory(out);
  const app = new LocalApp(options.assembly, out);
  const routes = apiRoutes(app.assembly);
  if (routes.length === 0) throw new NothingToServe(options.assembly);
  const webhooks = new Map(routes.map((route) => [route, webhookOf(app.assembly, route.function)]));
  const secrets = new ServedSecrets(
    [...webhooks.values()].filter((webhook) => webhook !== undefined),
    options.secrets,
    join(state, 'webhook-secrets'),
  );
  const consumers = app.pipelines.map((pipeline) => ({ pipeline, stream: streamOf(pipeline, state) }));
  const failures: string[] = [];
  const context = {
    out,
    stateDirectory: state,
    metrics: new MetricStore(),
    progress: { invoking: () => undefined },
    services: {
      readSecret: (arn: string) => secrets.text(arn),
      putRecords: (arn: string, records: readonly PutRecord[]) => put(consumers, arn, records),
    },
  };
  await whileDeployed(app, context, async (flow) => {
    const server = await ApiServer.listen({
      routes,
      port: options.port,
      invoke: (target, event) => flow.request(target, event),
      answered: options.answered,
    });
    options.listening({
      routes: routes.map((route) => ({
        ...route,
        url: server.url + route.path,
        webhook: webhooks.get(route),
      })),
      secrets: secrets.all,
    });
    const effects = new Effects(flow, (failure) => {
      failures.push(failure);
      options.told(failure);
    });
    const delivered = Promise.all(
      consumers.map((consumer) => consume(consumer, { ...context, told: options.told, effects })),
    );
    try {
      // Deliveries end by themselves only where they fail, or where there are none.
      const failed = delivered.then(() => stopped(options.stop));
      await Promise.race([stopped(options.stop), failed, effects.failed]);
    } catch (error) {
      for (const { stream } of consumers) fail(stream, error as Error);
      throw error;
    } finally {
      await server.close();
      for (const { stream } of consumers) stream.end();
      await Promise.allSettled([delivered]);
    }
    await delivered;
    await effects.settled();
  });
  return failures;
}

/** What follows from commits, one after the other; many that come together are one. */
class Effects {
  readonly failed: Promise<never>;
  private fail!: (error: unknown) => void;
  private running = Promise.resolve();
  private isWaiting = false;
  private told = 0;

  constructor(
    private readonly flow: EventFlow,
    private readonly tell: (failure: string) => void,
  ) {
    this.failed = new Promise((_resolve, reject) => (this.fail = reject));
    // Somebody hears of it where it is raced.
    this.failed.catch(() => undefined);
  }

  follow(): void {
    if (this.isWaiting) return;
    this.isWaiting = true;
    this.running = this.running.then(async () => {
      this.isWaiting = false;
      await this.flow.settle();
      for (const { message, halted } of this.flow.failures.slice(this.told)) {
        if (!halted) this.tell(message);
      }
      this.told = this.flow.failures.length;
    });
    this.running.catch((error: unknown) => this.fail(error));
  }

  settled(): Promise<void> {
    return this.running;
  }
}

interface ConsumeOptions {
  readonly stateDirectory: string;
  readonly metrics: MetricStore;
  readonly told: (line: string) => void;
  readonly effects: Effects;
}

/** Hands what comes on a stream to the function that reads it, until the stream ends. */
async function consume({ pipeline, stream }: Consumer, options: ConsumeOptions): Promise<void> {
  const { stateDirectory: state, metrics, told, effects } = options;
  const { product } = pipeline;
  const log = new FunctionLog(join(state, 'logs', `${pipeline.function.name}.log`), metrics, (entry) => {
    for (const [reason, count] of Object.entries(objectAt(entry, 'reasons'))) {
      told(`${product}: ${Number(count)} quarantined, ${reason}`);
    }
  });
  const pool = new FunctionPool(
    { definition: pipeline.function, worker: workerModule(), output: (line) => log.add(line) },
    Math.min(stream.shards.length, availableParallelism()),
  );
  const service = new ServiceMetrics(pipeline, metrics);
  const deliveries = stream.shards.map(({ buffer, log: shardLog }) =>
    deliverShard(buffer, {
      pipeline,
      pool,
      service,
      stateDirectory: state,
      delivered: (records) => {
        shardLog.delivered(records);
        told(`${product}: ${records.length} delivered`);
        effects.follow();
      },
    }),
  );
  try {
    await Promise.all(deliveries);
  } catch (error) {
    // Every shard stops after the batch it is at.
    fail(stream, error as Error);
    await Promise.allSettled(deliveries);
    throw error;
  } finally {
    await pool.close();
    log.close();
  }
}

function fail({ shards }: EmbeddedStream, error: Error): void {
  for (const { buffer } of shards) buffer.fail(error);
}

/** Each function that reads a stream has a copy of it, and comes as far in it as it comes. */
function streamOf({ stream, function: reader, shards, mapping }: Pipeline, state: string): EmbeddedStream {
  // Somebody who waits at a terminal would rather see it: no batching window, but for the second that Lambda takes to poll.
  const limits = { ...mapping, batchingWindowSeconds: 0 };
  return new EmbeddedStream(join(state, 'streams', stream.name, reader.name), shards, limits);
}

/** Undefined where nothing reads the stream: what would be put there comes nowhere. */
function put(
  consumers: readonly Consumer[],
  arn: string,
  records: readonly PutRecord[],
): (string | undefined)[] | undefined {
  const readers = consumers.filter(({ pipeline }) => pipeline.stream.arn === arn);
  if (readers.length === 0) return undefined;
  return records.map((record) => {
    // Taken by all or by none.
    if (readers.some(({ stream }) => stream.isFull(record))) return SHARD_FULL;
    for (const { stream } of readers) stream.put(record);
    return undefined;
  });
}

function stopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((stop) => signal.addEventListener('abort', () => stop(), { once: true }));
}

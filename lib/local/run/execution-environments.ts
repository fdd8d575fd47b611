import { join } from 'node:path';
import { HANDLER_ENVIRONMENT } from '../../contract/handler-environment';
import { containerDefinition } from '../functions/container-definition';
import { functionDefinition } from '../functions/function-definition';
import type { FunctionDefinition } from '../functions/function-definition';
import { FunctionLog } from '../functions/function-log';
import { FunctionPool } from '../functions/function-pool';
import type { MetricStore } from '../metrics/metric-store';
import { workerModule } from '../package-root';
import type { InvocationResult } from '../streams/event-source-mapping';
import type { CloudAssembly, Resource } from '../template/assembly';
import type { JsonObject } from '../template/json';
import type { EmbeddedLake } from './embedded-lake';

export interface ExecutionEnvironmentsOptions {
  readonly assembly: CloudAssembly;
  readonly lake: EmbeddedLake;
  /** Address of what stands for AWS here. */
  readonly endpoint: string;
  readonly logDirectory: string;
  readonly metrics: MetricStore;
  /** Called with each structured line a function or container logs. */
  readonly logged: (entry: JsonObject) => void;
}

interface Environment {
  readonly pool: FunctionPool;
  readonly log: FunctionLog;
}

/** Of one function at once: a state machine may call it in branches. */
const CONCURRENCY = 2;

/** The functions and containers of an app on this machine, each started when it is first invoked. */
export class ExecutionEnvironments {
  private readonly started = new Map<string, Environment>();

  constructor(private readonly options: ExecutionEnvironmentsOptions) {}

  /** With the URIs of the event as those of this machine. */
  invoke(resource: Resource, event: unknown): Promise<InvocationResult> {
    return this.invokeVerbatim(resource, this.localEvent(event));
  }

  async invokeVerbatim(resource: Resource, event: unknown): Promise<InvocationResult> {
    const environment = this.started.get(resource.path) ?? this.start(resource);
    if (!environment) {
      const message = `${resource.path} has no code on this machine: neither a code asset of its own nor an image with a bundle`;
      return { error: { type: 'NoCode', message } };
    }
    const started = Date.now();
    const result = await environment.pool.invoke(event);
    this.measure(resource, started, result);
    return result;
  }

  /** Why a function says it failed where its answer does not: by the last error in its log. */
  lastError(resource: Resource): string | undefined {
    return this.started.get(resource.path)?.log.lastError;
  }

  /** The variables a function or container is given; undefined for anything else. */
  environmentOf(resource: Resource): Record<string, string> | undefined {
    return this.definitionOf(resource)?.environment;
  }

  async close(): Promise<void> {
    for (const { pool, log } of this.started.values()) {
      await pool.close();
      log.close();
    }
    this.started.clear();
  }

  private start(resource: Resource): Environment | undefined {
    const { logDirectory, metrics, logged } = this.options;
    const definition = this.definitionOf(resource);
    if (!definition) return undefined;
    const log = new FunctionLog(join(logDirectory, `${resource.name}.log`), metrics, logged);
    const pool = new FunctionPool(
      { definition: this.local(definition), worker: workerModule(), output: (line) => log.add(line) },
      CONCURRENCY,
    );
    const environment = { pool, log };
    this.started.set(resource.path, environment);
    return environment;
  }

  private definitionOf(resource: Resource): FunctionDefinition | undefined {
    const { assembly } = this.options;
    return resource.type === 'AWS::ECS::TaskDefinition'
      ? containerDefinition(assembly, resource)
      : functionDefinition(assembly, resource);
  }

  /** Tables as directories, queues behind the endpoint, SQL by DuckDB, and no way to any account. */
  private local(definition: FunctionDefinition): FunctionDefinition {
    const { lake, endpoint } = this.options;
    const environment = Object.fromEntries(
      Object.entries(lake.environment(definition.environment)).map(([name, value]) => [
        name,
        value.replace(/^https:\/\/sqs\.[^/]+(?=\/)/, endpoint),
      ]),
    );
    const { goldTable, sqlEngine } = HANDLER_ENVIRONMENT;
    if (goldTable in environment || sqlEngine in environment) environment[sqlEngine] = 'duckdb';
    return {
      ...definition,
      environment: {
        ...environment,
        AWS_ENDPOINT_URL: endpoint,
        AWS_ACCESS_KEY_ID: 'laptop',
        AWS_SECRET_ACCESS_KEY: 'laptop',
      },
    };
  }

  /** Requests name tables by their URIs, also in the bodies of messages. */
  private localEvent(event: unknown): unknown {
    const text = JSON.stringify(event ?? null, (_key, value: unknown) =>
      typeof value === 'string' ? this.options.lake.localized(value) : value,
    );
    return JSON.parse(text) as unknown;
  }

  private measure({ name, type }: Resource, started: number, result: InvocationResult): void {
    if (type !== 'AWS::Lambda::Function') return;
    const measure = (metric: string, value: number): void =>
      this.options.metrics.add(
        { namespace: 'AWS/Lambda', name: metric, dimensions: { FunctionName: name } },
        value,
        started,
      );
    measure('Invocations', 1);
    measure('Errors', result.error ? 1 : 0);
    measure('Throttles', 0);
    measure('Duration', Date.now() - started);
  }
}

import { join } from 'node:path';
import { HANDLER_ENVIRONMENT } from '../../contract/handler-environment';
import { containerDefinition } from '../functions/container-definition';
import { EventRouter } from '../messaging/event-router';
import type { DeadLetter, QueueConsumer, ServiceEvent } from '../messaging/event-router';
import { ServiceEndpoint, type Services } from '../messaging/service-endpoint';
import { queueMapping } from '../messaging/queue-delivery';
import type { MetricStore } from '../metrics/metric-store';
import type { InvocationResult } from '../streams/event-source-mapping';
import type { CloudAssembly, Resource } from '../template/assembly';
import { appendToQueue } from './queue-file';
import type { EmbeddedLake } from './embedded-lake';
import { fileBatchOf, fileLineOf } from './file-report';
import type { FileBatch, FileLine } from './file-report';
import { GeneratedSecrets } from './generated-secrets';
import { incrementOf } from './increment';
import type { Increment } from './increment';
import { ExecutionEnvironments } from './execution-environments';
import { TableCommits } from './table-commits';
import { type ExecutedWorkflow, WorkflowRuns } from './workflow-runs';

export interface EventFlowOptions {
  readonly assembly: CloudAssembly;
  readonly lake: EmbeddedLake;
  /** Directory of what the run keeps beside the tables. */
  readonly stateDirectory: string;
  readonly metrics: MetricStore;
  /** More of AWS than queues and the secrets that the app makes. @default - nothing */
  readonly services?: Partial<Pick<Services, 'putRecords' | 'readSecret'>>;
  /** Called before a function or container is invoked. */
  readonly invoking: (resource: Resource) => void;
}

/** An event that had no effect, whatever was tried. The next run tries again. */
export interface FailedEvent {
  /** Data product of the function or container that failed; absent where it names none. */
  readonly product?: string;
  readonly message: string;
  /** A quality gate let nothing on: the contract at work, no failure. */
  readonly halted: boolean;
}

/** One invocation that an event brought about. */
export interface Invocation {
  readonly path: string;
  readonly seconds: number;
  readonly failed: boolean;
}

/** What a handler says of a gate that let nothing on. */
const SHUT = 'The gate is shut.';

/**
 * What follows from a commit, or from a file that arrives: the rules of the app, their queues, and the functions and containers behind them, until
 * nothing is left to do.
 */
export class EventFlow {
  readonly invocations: Invocation[] = [];
  readonly failures: FailedEvent[] = [];
  readonly increments: Increment[] = [];
  /** What became of files, and of their records. */
  readonly fileLines: FileLine[] = [];
  readonly fileBatches: FileBatch[] = [];

  static async open(options: EventFlowOptions): Promise<EventFlow> {
    // The endpoint is needed to start functions, the router for what they put into queues: each knows the other.
    const opened: { flow?: EventFlow } = {};
    const secrets = new GeneratedSecrets(options.assembly, join(options.stateDirectory, 'secrets.json'));
    const { services } = options;
    const endpoint = await ServiceEndpoint.open({
      send: (queue, body, how) => opened.flow?.router.send(queue, body, how),
      readSecret: (arn) => services?.readSecret?.(arn) ?? secrets.text(arn),
      putRecords: services?.putRecords,
    });
    opened.flow = new EventFlow(options, endpoint);
    return opened.flow;
  }

  private readonly buried = new Map<string, number>();
  private readonly router: EventRouter;
  private readonly environments: ExecutionEnvironments;
  private readonly commits: TableCommits;
  private readonly workflows: WorkflowRuns;

  private constructor(
    private readonly options: EventFlowOptions,
    private readonly endpoint: ServiceEndpoint,
  ) {
    const { assembly, lake, stateDirectory, metrics } = options;
    this.environments = new ExecutionEnvironments({
      assembly,
      lake,
      endpoint: endpoint.url,
      logDirectory: join(stateDirectory, 'logs'),
      metrics,
      logged: (entry) => {
        const increment = incrementOf(entry);
        if (increment) this.increments.push(increment);
        const line = fileLineOf(entry);
        if (line) this.fileLines.push(line);
        const batch = fileBatchOf(entry);
        if (batch) this.fileBatches.push(batch);
      },
    });
    this.commits = new TableCommits(lake.tables, join(stateDirectory, 'commits.json'));
    this.workflows = new WorkflowRuns(assembly, (resource, event) => this.invoke(resource, event));
    this.router = new EventRouter(
      {
        assembly,
        invoke: (resource, event) => this.invoke(resource, event),
        ...(interpretsWorkflows() && {
          execute: (machine: Resource, input: string) => this.workflows.execute(machine, input),
        }),
        occurred: () => this.commits.occurred(),
        deadLetter: (letter) => this.bury(letter),
        failureOf: (consumer) => this.environments.lastError(consumer),
      },
      containersOnQueues(assembly),
    );
  }

  /** Rules and targets of them that are not run on this machine. */
  get notRun(): string[] {
    return this.router.notRun;
  }

  /** Runs of workflows, in their order. */
  get executed(): readonly ExecutedWorkflow[] {
    return this.workflows.executed;
  }

  /** Notes an event, whose effects are what `settle` waits for. */
  publish(event: ServiceEvent): void {
    this.router.publish(event);
  }

  /** Lets every commit so far have its effect. @throws EndlessEvents */
  async settle(): Promise<void> {
    for (const event of await this.commits.occurred()) this.router.publish(event);
    await this.router.untilQuiet();
    // What failed comes again in the next run.
    if (this.failures.length === 0) this.commits.settle();
  }

  /** Does once what the app does by the clock, and what follows from it. */
  async runSchedules(): Promise<void> {
    this.router.runSchedules();
    await this.settle();
  }

  /** Invokes a function with an event of which every byte counts, for example one that is signed. */
  async request(resource: Resource, event: object): Promise<InvocationResult> {
    return this.environments.invokeVerbatim(resource, event);
  }

  async close(): Promise<void> {
    await this.environments.close();
    await this.endpoint.close();
  }

  private async invoke(resource: Resource, event: unknown): Promise<InvocationResult> {
    this.options.invoking(resource);
    const started = performance.now();
    const result = await this.environments.invoke(resource, event);
    const seconds = (performance.now() - started) / 1000;
    this.invocations.push({ path: resource.path, seconds, failed: result.error !== undefined });
    return result;
  }

  private bury({ queue, body, consumer, reason }: DeadLetter): void {
    const { stateDirectory, metrics } = this.options;
    this.failures.push({
      product: this.environments.environmentOf(consumer)?.[HANDLER_ENVIRONMENT.product],
      message: `${consumer.path} failed each time it was tried: ${reason}`,
      halted: reason.includes(SHUT),
    });
    if (queue === undefined) return;
    appendToQueue(stateDirectory, queue, { body, reason });
    this.buried.set(queue, (this.buried.get(queue) ?? 0) + 1);
    const dimensions = { QueueName: queue };
    const name = 'ApproximateNumberOfMessagesVisible';
    metrics.add({ namespace: 'AWS/SQS', name, dimensions }, this.buried.get(queue) ?? 0, Date.now());
  }
}

/** Whether the library is here that evaluates the expressions of state machines (docs/constructs/pipeline-workflow.md). */
function interpretsWorkflows(): boolean {
  try {
    require.resolve('jsonata');
    return true;
  } catch {
    return false;
  }
}

/** Containers that poll a queue: the one their environment names. */
function containersOnQueues(assembly: CloudAssembly): QueueConsumer[] {
  return assembly.ofType('AWS::ECS::TaskDefinition').flatMap((consumer) => {
    const url = containerDefinition(assembly, consumer)?.environment[HANDLER_ENVIRONMENT.taskQueue];
    if (url === undefined) return [];
    const mapping = queueMapping({ BatchSize: 1, FunctionResponseTypes: ['ReportBatchItemFailures'] });
    return [{ queue: url.slice(url.lastIndexOf('/') + 1), consumer, mapping }];
  });
}

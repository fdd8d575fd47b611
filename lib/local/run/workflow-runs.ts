import { HANDLER_ENVIRONMENT } from '../../contract/handler-environment';
import { functionDefinition } from '../functions/function-definition';
import type { InvocationResult } from '../streams/event-source-mapping';
import type { CloudAssembly, Resource } from '../template/assembly';
import { isObject, textAt } from '../template/json';
import type { Json, JsonObject } from '../template/json';
import { VirtualClock } from '../workflow/clock';
import { LocalAccount, type LocalFunction } from '../workflow/local-account';
import type { LocalExecution } from '../workflow/local-execution';

/** One run of a workflow on this machine. */
export interface WorkflowRun {
  readonly name: string;
  /** Day it was for. */
  readonly date: string;
  readonly status: string;
  /** What it ended with, where that is a failure. */
  readonly error?: string;
  readonly cause?: string;
  readonly seconds: number;
  readonly states: readonly WorkflowState[];
  /** URIs of the tables that it told others of. */
  readonly published: readonly string[];
  /** Subjects of the messages that it sent. */
  readonly messages: readonly string[];
  /** Page of the run in the console, as notifications have it; where one was sent. */
  readonly link?: string;
}

/** A state that was entered. */
export interface WorkflowState {
  readonly state: string;
  readonly seconds: number;
  /** Attempts that failed, by their errors. */
  readonly errors: readonly string[];
}

/** A workflow, and the products whose functions it called. */
export interface ExecutedWorkflow {
  readonly run: WorkflowRun;
  readonly products: ReadonlySet<string>;
}

/** Errors of a gate that is shut: the workflow did what it is for. */
const HALTED = 'Lakehouse.GateHalted';

/**
 * The state machines of an app, as the template defines them, with the app's functions in the place of their Lambda tasks.
 * What they wait for passes at once.
 */
export class WorkflowRuns {
  readonly executed: ExecutedWorkflow[] = [];

  constructor(
    private readonly assembly: CloudAssembly,
    private readonly invoke: (resource: Resource, event: unknown) => Promise<InvocationResult>,
  ) {}

  /** A shut gate is no failure of this: it is in `executed`. */
  async execute(machine: Resource, input: string): Promise<InvocationResult> {
    const products = new Set<string>();
    const clock = new VirtualClock(Date.now());
    const account = new LocalAccount(this.assembly, { clock, functions: this.functions(clock, products) });
    const started = performance.now();
    const execution = account.start(machine.arn, JSON.parse(input) as Json);
    await execution.ended;
    await account.settled();
    const run = describe(machine, execution, account, (performance.now() - started) / 1000);
    this.executed.push({ run, products });
    if (run.status === 'SUCCEEDED' || run.error === HALTED) return { value: null };
    return { error: { type: run.error ?? run.status, message: run.cause ?? '' } };
  }

  private functions(clock: VirtualClock, products: Set<string>): Record<string, LocalFunction> {
    return Object.fromEntries(
      this.assembly.ofType('AWS::Lambda::Function').map((resource) => [
        resource.name,
        async (payload: Json): Promise<Json> => {
          const environment = functionDefinition(this.assembly, resource)?.environment ?? {};
          const product = environment[HANDLER_ENVIRONMENT.product];
          if (product !== undefined) products.add(product);
          const result = await clock.during(this.invoke(resource, payload));
          if (!result.error) return (result.value ?? null) as Json;
          throw Object.assign(new Error(result.error.message), { name: result.error.type });
        },
      ]),
    );
  }
}

function describe(
  machine: Resource,
  execution: LocalExecution,
  account: LocalAccount,
  seconds: number,
): WorkflowRun {
  const details = (type: string): JsonObject[] =>
    account.events
      .filter((event) => event['detail-type'] === type)
      .flatMap(({ detail }) => (isObject(detail) ? [detail] : []));
  const notice = [...details('Lakehouse Workflow Failed'), ...details('Lakehouse Workflow Succeeded')].at(0);
  return {
    name: machine.name,
    date: (notice && textAt(notice, 'date')) ?? new Date(execution.startDate).toISOString().slice(0, 10),
    status: execution.status,
    ...(execution.error !== undefined && { error: execution.error, cause: execution.cause }),
    seconds: rounded(seconds),
    states: execution.visits.map(({ state, seconds: taken = 0, errors }) => ({
      state,
      seconds: rounded(taken),
      errors,
    })),
    published: details('Lakehouse Table Published').map((detail) => textAt(detail, 'table') ?? ''),
    messages: account.messages.map(({ subject }) => subject ?? ''),
    ...(notice && textAt(notice, 'link') !== undefined && { link: textAt(notice, 'link') }),
  };
}

function rounded(seconds: number): number {
  return Number(seconds.toFixed(3));
}

import { Token, type Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { ILakeTable } from '../catalog';
import type { ContainerProcessor, SilverProcessor } from '../processing';
import type { SqlTransform } from '../transform';
import { type ContainerTask, containerStates } from './container-states';
import { expression, literal } from './expression';
import { gateStates, type RateGate, rateGateStates } from './gate-states';
import type { RetryPolicy } from './retry-policy';
import {
  chainStates,
  functionStates,
  type NamedStates,
  parallelStates,
  type StepStates,
  type StepSurroundings,
} from './step-states';

/** What every step may be told. */
export interface StepOptions {
  /**
   * How long one attempt may take.
   * @default - 15 minutes for a function; the timeout of the run for the others
   */
  readonly timeout?: Duration;
  /**
   * How a failure is tried again.
   * @default - as the workflow says
   */
  readonly retries?: RetryPolicy;
  /**
   * Whether the workflow's `switches` can leave the step out at run time.
   * @default - true for `validate` and gates, false for the others
   */
  readonly canBeSwitchedOff?: boolean;
}

/** What a function is sent. */
export interface FunctionStepOptions extends StepOptions {
  /**
   * The payload. Texts of the form `{% … %}` are JSONata: `$date` is the date of the run, `$results.<step>` what an
   * earlier step answered, `$states.context` the execution.
   * @default - `{ date, workflow, execution, results }`
   */
  readonly payload?: { [key: string]: unknown };
}

/** How a gold table is made. */
export interface TransformStepOptions extends StepOptions {
  /**
   * Parameters of the SQL text; as in `payload`, texts of the form `{% … %}` are JSONata.
   * @default - none: the table is brought up to date with its inputs
   */
  readonly parameters?: { [key: string]: unknown };
}

/** What a gate that is not passed leads to. */
export interface GateStepOptions extends StepOptions {
  /**
   * Topic of the team the data come from: told which rules failed when the gate halts or quarantines.
   * @default - only the workflow's topics are told, when the gate halts
   */
  readonly sourceTeam?: ITopic;
  /**
   * Steps that put right what can be when the decision is `quarantine`, before the run goes on.
   * @default - none
   */
  readonly remedies?: WorkflowStep[];
}

/** One piece of work of a `PipelineWorkflow`. Its name is the name of the state, and of the task in notifications. */
export class WorkflowStep {
  /**
   * Brings a silver table up to date with bronze, however many invocations it takes.
   * @param handler invoked with `{ "refine": "<uri of the table>" }` until its answer no longer has `caughtUp: false`
   */
  static refine(
    name: string,
    handler: IFunction,
    table: ILakeTable,
    options: StepOptions = {},
  ): WorkflowStep {
    const asked = { ...options, permanentErrors: IN_VAIN, untilCaughtUp: true };
    return new WorkflowStep(name, functionStates(handler, { refine: table.uri }, asked), { table });
  }

  /** Brings the silver table of a processor up to date, beside what its queue does. */
  static silver(name: string, processor: SilverProcessor, options: StepOptions = {}): WorkflowStep {
    return WorkflowStep.refine(name, processor.handler, processor.silver, options);
  }

  /**
   * Makes a gold table with SQL.
   * @param handler invoked with `{ "transform": "<uri of the table>", "id": "…", "parameters": { … } }`; the id stays the
   * same while the step is tried again
   */
  static transform(
    name: string,
    handler: IFunction,
    table: ILakeTable,
    options: TransformStepOptions = {},
  ): WorkflowStep {
    const { parameters } = options;
    const payload = {
      transform: table.uri,
      id: requestId(name),
      ...(parameters === undefined ? {} : { parameters }),
    };
    const states = functionStates(handler, payload, { ...options, permanentErrors: IN_VAIN });
    return new WorkflowStep(name, states, { table });
  }

  /** Brings the gold table of a transform up to date, in its function or its container. */
  static gold(name: string, transform: SqlTransform, options: TransformStepOptions = {}): WorkflowStep {
    const { handler, container, output, request } = transform;
    if (handler !== undefined) return WorkflowStep.transform(name, handler, output, options);
    if (container === undefined) throw new Error(`The transform "${transform.node.path}" runs nowhere.`);
    const { cluster, taskDefinition, subnets, securityGroups, assignPublicIp } = container;
    const place = { cluster, taskDefinition, subnets, securityGroups, assignPublicIp };
    const { parameters } = options;
    const asked = { ...request, id: requestId(name), ...(parameters === undefined ? {} : { parameters }) };
    const states = containerStates({ ...place, container: container.container, request: asked }, options);
    return new WorkflowStep(name, states, { table: output });
  }

  /**
   * Lets the run on only if a table keeps its quality rules.
   * @param handler invoked with `{ "gate": "<uri of the table>", "date": "…" }`, answers
   * `{ "decision": "proceed" | "quarantine" | "halt", "results": […] }`; any other decision halts
   */
  static gate(
    name: string,
    handler: IFunction,
    table: ILakeTable,
    options: GateStepOptions = {},
  ): WorkflowStep {
    return new WorkflowStep(name, gateStates(handler, table, options, WorkflowStep.named(options.remedies)), {
      topic: options.sourceTeam,
      inner: options.remedies,
    });
  }

  /** Lets the run on only if the share of one number in another is small enough; exact at the boundary. */
  static rateGate(name: string, gate: RateGate, options: GateStepOptions = {}): WorkflowStep {
    return new WorkflowStep(name, rateGateStates(gate, options, WorkflowStep.named(options.remedies)), {
      topic: options.sourceTeam,
      inner: options.remedies,
    });
  }

  /** A check before the work: a function that fails when something is wrong with what came. */
  static validate(name: string, handler: IFunction, options: FunctionStepOptions = {}): WorkflowStep {
    const switchable = { canBeSwitchedOff: true, ...options };
    return new WorkflowStep(name, functionStates(handler, options.payload ?? RUN, switchable));
  }

  /** Any function. What it answers is `$results.<name>` for the steps after it. */
  static function(name: string, handler: IFunction, options: FunctionStepOptions = {}): WorkflowStep {
    return new WorkflowStep(name, functionStates(handler, options.payload ?? RUN, options));
  }

  /** One request to a container of this library, as a task of its own: started beside its queue, and waited for. */
  static processor(
    name: string,
    processor: ContainerProcessor,
    request: { [key: string]: unknown },
    options: StepOptions = {},
  ): WorkflowStep {
    const { cluster, taskDefinition, container, subnets, securityGroups, assignPublicIp } = processor;
    const task = { cluster, taskDefinition, container, subnets, securityGroups, assignPublicIp, request };
    return new WorkflowStep(name, containerStates(task, options));
  }

  /** A container task that is started, and waited for. */
  static container(name: string, task: ContainerTask, options: StepOptions = {}): WorkflowStep {
    return new WorkflowStep(name, containerStates(task, options));
  }

  /** States of your own, in JSONata. What the last of them puts out is `$results.<name>`. */
  static chain(name: string, chain: sfn.IChainable, options: StepOptions = {}): WorkflowStep {
    return new WorkflowStep(name, chainStates(chain, options));
  }

  /** Steps that run side by side; the run goes on when all are done. Not gates. */
  static parallel(name: string, steps: WorkflowStep[], options: StepOptions = {}): WorkflowStep {
    if (steps.length === 0)
      throw new Error(`The step "${name}" has no steps to run side by side. Give it some.`);
    return new WorkflowStep(name, parallelStates(name, WorkflowStep.named(steps), options), { inner: steps });
  }

  private static named(steps: WorkflowStep[] = []): NamedStates[] {
    return steps.map((step) => ({ name: step.name, states: step.states }));
  }

  private constructor(
    /** Name of the step. */
    readonly name: string,
    private readonly states: StepStates,
    private readonly parts: StepParts = {},
  ) {
    if (!Token.isUnresolved(name) && !/^[A-Za-z][A-Za-z0-9 _-]{0,59}$/.test(name)) {
      throw new Error(
        `The name of a step must be a letter, then up to 59 letters, digits, blanks, _ or -. Received "${name}". ` +
          'It is the name of a state, and the task in notifications.',
      );
    }
  }

  /** Names of this step and of those within. @internal */
  get _names(): string[] {
    return [this.name, ...this.inner.flatMap((step) => step._names)];
  }

  /** Tables it writes. @internal */
  get _tables(): ILakeTable[] {
    return [this.parts.table, ...this.inner.flatMap((step) => step._tables)].filter(
      (table) => table !== undefined,
    );
  }

  /** Topics it tells. @internal */
  get _topics(): ITopic[] {
    return [this.parts.topic, ...this.inner.flatMap((step) => step._topics)].filter(
      (topic) => topic !== undefined,
    );
  }

  /** Name of the step, this or one within, that writes a table last. @internal */
  _writerOf(table: ILakeTable): string | undefined {
    if (this.parts.table === table) return this.name;
    return this.inner.map((step) => step._writerOf(table)).findLast((name) => name !== undefined);
  }

  /** Whether switches can leave it out. @internal */
  get _switchable(): boolean {
    return this.states.switchable;
  }

  private get inner(): WorkflowStep[] {
    return this.parts.inner ?? [];
  }

  /** Makes the states of the step, which go on to `next`; gives the first. @internal */
  _bind(surroundings: StepSurroundings, next: sfn.IChainable): sfn.IChainable {
    return this.states.bind(surroundings, this.name, next);
  }
}

/** Errors of the handlers of this library that stay however often they are asked. */
const IN_VAIN = ['GateHalted', 'SqlRefused', 'CannotRefine', 'UnexpectedEvent'];

/** What is known of a step beside its states. */
interface StepParts {
  readonly table?: ILakeTable;
  readonly topic?: ITopic;
  readonly inner?: WorkflowStep[];
}

/** The same for every attempt at a step: what still runs is waited for, and not started again. */
function requestId(name: string): string {
  return expression(`$states.context.Execution.Id & ${literal(`/${name}`)}`);
}

const DATE = '{% $date %}';
const RUN = {
  date: DATE,
  workflow: '{% $states.context.StateMachine.Name %}',
  execution: '{% $states.context.Execution.Id %}',
  results: '{% $results %}',
};

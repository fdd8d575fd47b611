import type { Json, JsonObject } from '../template/json';
import type { Clock } from './clock';
import {
  type Catcher,
  type ChoiceRule,
  matches,
  type Retrier,
  type State,
  type StateMachineDefinition,
  StatesError,
} from './definition';
import type { Queries } from './queries';

/** Calls what a task names; throws a `StatesError` with the error Step Functions would see. */
export type TaskCall = (resource: string, argument: Json, execution: ExecutionIdentity) => Promise<Json>;

export interface ExecutionIdentity {
  readonly executionArn: string;
}

/** One state that was entered. */
export interface Visit {
  readonly state: string;
  readonly at: number;
  /** Attempts that failed, by their errors. */
  readonly errors: string[];
  /** What it took on this machine, pauses of the clock left out; set when the state is left. */
  seconds?: number;
}

export interface InterpreterOptions {
  readonly clock: Clock;
  readonly queries: Queries;
  readonly call: TaskCall;
  /** From 0 up to 1; decides on jitter. */
  readonly random: () => number;
  readonly execution: ExecutionIdentity;
  /** `Execution` and `StateMachine` of the context object. */
  readonly context: JsonObject;
}

const PAYLOAD_LIMIT = 256 * 1024;

/** Variables, each level of a map or parallel state with its own; reading goes outward, assigning does not. */
class Scope {
  private readonly variables = new Map<string, Json>();

  constructor(private readonly outer?: Scope) {}

  assign(values: JsonObject): void {
    for (const [name, value] of Object.entries(values)) {
      if (this.outer?.knows(name)) {
        throw new StatesError('States.Runtime', `The variable ${name} is one of an outer scope`);
      }
      this.variables.set(name, value);
    }
  }

  all(): JsonObject {
    return { ...this.outer?.all(), ...Object.fromEntries(this.variables) };
  }

  private knows(name: string): boolean {
    return this.variables.has(name) || (this.outer?.knows(name) ?? false);
  }
}

interface Place {
  readonly scope: Scope;
  /** `Map` of the context object, within a map. */
  readonly item?: JsonObject;
  /** Set when a sibling failed: what is under way goes no further. */
  readonly halted: { now: boolean };
}

interface Outcome {
  readonly output: Json;
  readonly next?: string;
}

/** Runs the states of one execution. */
export class Interpreter {
  readonly visits: Visit[] = [];
  private readonly halted = { now: false };

  constructor(private readonly options: InterpreterOptions) {}

  /** The output of a state machine for an input. @throws StatesError what it fails with */
  run(definition: StateMachineDefinition, input: Json): Promise<Json> {
    return this.machine(definition, input, { scope: new Scope(), halted: this.halted });
  }

  /** Lets no further state begin. */
  halt(): void {
    this.halted.now = true;
  }

  private async machine(definition: StateMachineDefinition, input: Json, place: Place): Promise<Json> {
    let name: string | undefined = definition.StartAt;
    let data = input;
    while (name !== undefined) {
      if (place.halted.now || this.halted.now) throw new StatesError('States.Halted', 'Stopped');
      const state: State | undefined = definition.States[name];
      if (state === undefined) throw new StatesError('States.Runtime', `There is no state ${name}`);
      const outcome: Outcome = await this.state(name, state, data, place);
      requireSmall(outcome.output);
      data = outcome.output;
      name = outcome.next;
    }
    return data;
  }

  private async state(name: string, state: State, input: Json, place: Place): Promise<Outcome> {
    const visit: Visit = { state: name, at: this.options.clock.now(), errors: [] };
    this.visits.push(visit);
    const entered = performance.now();
    try {
      return await this.attempts(visit, state, input, place);
    } finally {
      visit.seconds = (performance.now() - entered) / 1000;
    }
  }

  private async attempts(visit: Visit, state: State, input: Json, place: Place): Promise<Outcome> {
    const attempts = new Map<Retrier, number>();
    for (;;) {
      const see = this.sight(visit, place, input, { RetryCount: visit.errors.length });
      try {
        return await this.attempt(visit.state, state, input, place, see);
      } catch (error) {
        if (!(error instanceof StatesError) || error.error === 'States.Halted') throw error;
        visit.errors.push(error.error);
        const retrier = state.Retry?.find(({ ErrorEquals }) => matches(ErrorEquals, error.error));
        const tried = retrier === undefined ? 0 : (attempts.get(retrier) ?? 0);
        if (retrier !== undefined && tried < (retrier.MaxAttempts ?? 3)) {
          attempts.set(retrier, tried + 1);
          await this.options.clock.sleep(this.pause(retrier, tried)).over;
          continue;
        }
        const catcher = state.Catch?.find(({ ErrorEquals }) => matches(ErrorEquals, error.error));
        if (catcher === undefined) throw error;
        const errorOutput = { Error: error.error, Cause: error.reason };
        const caught = this.sight(visit, place, input, {}, { errorOutput });
        return this.leave(catcher, errorOutput, place, caught, catcher.Next);
      }
    }
  }

  private async attempt(name: string, state: State, input: Json, place: Place, see: Sight): Promise<Outcome> {
    switch (state.Type) {
      case 'Pass':
        return this.leave(state, input, place, see, state.Next);
      case 'Succeed':
        return this.leave(state, input, place, see, undefined);
      case 'Fail':
        throw new StatesError(
          String(await this.evaluate(state.Error ?? '', see)),
          String(await this.evaluate(state.Cause ?? '', see)),
        );
      case 'Wait':
        await this.options.clock.sleep(await this.waitOf(state, see)).over;
        return this.leave(state, input, place, see, state.Next);
      case 'Choice':
        return this.choose(state, input, place, see);
      case 'Task':
        return this.leaveWith(state, await this.task(state, see), place, see);
      case 'Parallel':
        return this.leaveWith(state, await this.parallel(state, input, place), place, see);
      case 'Map':
        return this.leaveWith(state, await this.map(state, input, place, see), place, see);
      default:
        throw new StatesError('States.Runtime', `${name} is a ${state.Type}, which is not run here`);
    }
  }

  private async task(state: State, see: Sight): Promise<Json> {
    const argument = await this.evaluate(state.Arguments ?? see.states.input, see);
    const called = this.options.call(state.Resource ?? '', argument, this.options.execution);
    if (state.TimeoutSeconds === undefined) return called;
    const seconds = Number(await this.evaluate(state.TimeoutSeconds, see));
    const timeout = this.options.clock.sleep(seconds * 1000);
    const late = timeout.over.then(() => {
      throw new StatesError('States.Timeout', `The task took longer than ${seconds} seconds`);
    });
    late.catch(() => undefined);
    called.catch(() => undefined);
    try {
      return await Promise.race([called, late]);
    } finally {
      timeout.cancel();
    }
  }

  private async parallel(state: State, input: Json, place: Place): Promise<Json> {
    const halted = { now: false };
    return this.together(
      (state.Branches ?? []).map(
        (branch) => () => this.machine(branch, input, { ...place, scope: new Scope(place.scope), halted }),
      ),
      Infinity,
      halted,
    );
  }

  private async map(state: State, input: Json, place: Place, see: Sight): Promise<Json> {
    const items = await this.evaluate(state.Items ?? input, see);
    if (!Array.isArray(items)) {
      throw new StatesError(
        'States.QueryEvaluationError',
        `Items gives ${JSON.stringify(items)}, not a list`,
      );
    }
    const limit = Number(await this.evaluate(state.MaxConcurrency ?? 0, see));
    const halted = { now: false };
    return this.together(
      items.map((value, index) => async () => {
        const item = { Item: { Index: index, Value: value } };
        const selected =
          state.ItemSelector === undefined
            ? value
            : await this.evaluate(state.ItemSelector, { ...see, states: withItem(see.states, item) });
        const within = { scope: new Scope(place.scope), item, halted };
        return this.machine(state.ItemProcessor!, selected, within);
      }),
      limit === 0 ? Infinity : limit,
      halted,
    );
  }

  /** As many at once as allowed, begun in order; the first that fails ends the rest. */
  private async together(
    work: (() => Promise<Json>)[],
    limit: number,
    halted: { now: boolean },
  ): Promise<Json[]> {
    const results: Json[] = [];
    let begun = 0;
    const worker = async (): Promise<void> => {
      while (begun < work.length && !halted.now) {
        const index = begun++;
        results[index] = await work[index]();
      }
    };
    try {
      await Promise.all(Array.from({ length: Math.min(limit, work.length) }, worker));
    } catch (error) {
      halted.now = true;
      throw error;
    }
    return results;
  }

  private async choose(state: State, input: Json, place: Place, see: Sight): Promise<Outcome> {
    for (const rule of state.Choices ?? []) {
      const condition = await this.evaluate(rule.Condition, see);
      if (typeof condition !== 'boolean') {
        throw new StatesError(
          'States.QueryEvaluationError',
          `The condition ${rule.Condition} gives ${JSON.stringify(condition)}, not true or false`,
        );
      }
      if (condition) return this.leave(rule, input, place, see, rule.Next);
    }
    if (state.Default === undefined) throw new StatesError('States.NoChoiceMatched', 'No choice matches');
    return this.leave(state, input, place, see, state.Default);
  }

  private leaveWith(state: State, result: Json, place: Place, see: Sight): Promise<Outcome> {
    requireSmall(result);
    const seen = { ...see, states: { ...see.states, result } };
    return this.leave(state, result, place, seen, state.Next);
  }

  private async leave(
    from: Pick<State | Catcher | ChoiceRule, 'Assign' | 'Output'>,
    otherwise: Json,
    place: Place,
    see: Sight,
    next: string | undefined,
  ): Promise<Outcome> {
    const output = from.Output === undefined ? otherwise : await this.evaluate(from.Output, see);
    if (from.Assign !== undefined) {
      place.scope.assign((await this.evaluate(from.Assign, see)) as JsonObject);
    }
    return { output, next };
  }

  private async waitOf(state: State, see: Sight): Promise<number> {
    if (state.Timestamp !== undefined) {
      const at = Date.parse(String(await this.evaluate(state.Timestamp, see)));
      return at - this.options.clock.now();
    }
    return Number(await this.evaluate(state.Seconds ?? 0, see)) * 1000;
  }

  private pause(retrier: Retrier, tried: number): number {
    const seconds = (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** tried;
    const capped = Math.min(seconds, retrier.MaxDelaySeconds ?? Infinity);
    return capped * 1000 * (retrier.JitterStrategy === 'FULL' ? this.options.random() : 1);
  }

  private sight(visit: Visit, place: Place, input: Json, more: JsonObject, states: JsonObject = {}): Sight {
    const context = {
      ...this.options.context,
      State: { Name: visit.state, EnteredTime: new Date(visit.at).toISOString(), ...more },
      ...(place.item === undefined ? {} : { Map: place.item }),
    };
    return { states: { input, context, ...states }, variables: place.scope.all() };
  }

  private evaluate(value: Json, { states, variables }: Sight): Promise<Json> {
    return this.options.queries.evaluate(value, { ...variables, states });
  }
}

interface Sight {
  readonly states: { readonly input: Json; readonly context: JsonObject; readonly [key: string]: Json };
  readonly variables: JsonObject;
}

function withItem(states: Sight['states'], item: JsonObject): Sight['states'] {
  return { ...states, context: { ...states.context, Map: item } };
}

function requireSmall(value: Json): void {
  if (Buffer.byteLength(JSON.stringify(value ?? null)) > PAYLOAD_LIMIT) {
    throw new StatesError('States.DataLimitExceeded', `A state put out more than ${PAYLOAD_LIMIT} bytes`);
  }
}

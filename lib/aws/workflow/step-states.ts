import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { expression, literal } from './expression';
import type { FailurePath, Guarded } from './failure-path';
import { applyRetries, type RetryPolicy, requireRetryPolicy } from './retry-policy';
import type { StepOptions } from './workflow-step';

/** What a step finds around it. */
export interface StepSurroundings {
  readonly scope: Construct;
  readonly failures: FailurePath;
  readonly retries: RetryPolicy;
  /** Wildcards that a step's grants need, with the reason. */
  readonly acknowledge: (resourceArns: string[], reason: string) => void;
}

/** A step as states. */
export interface StepStates {
  readonly switchable: boolean;
  /** Makes the states, which go on to `next`, and gives the first. */
  bind(surroundings: StepSurroundings, name: string, next: sfn.IChainable): sfn.IChainable;
  /** The step as a branch, which puts out `{ <name>: <answer> }`; undefined where it cannot be one. */
  branch?(surroundings: StepSurroundings, name: string): sfn.IChainable;
}

/** A step's states with its name. */
export interface NamedStates {
  readonly name: string;
  readonly states: StepStates;
}

/** How a function is asked. */
export interface Asked extends StepOptions {
  /** Errors by which handlers of this library say that asking again is in vain. */
  readonly permanentErrors?: string[];
  /** Asked again until it answers that it has caught up. A function that says nothing of it has. */
  readonly untilCaughtUp?: boolean;
}

/** Invokes a function and keeps what it answers. */
export function functionStates(
  handler: IFunction,
  payload: { [key: string]: unknown },
  options: Asked,
): StepStates {
  const invoke = (surroundings: StepSurroundings, name: string, keep: Keep): tasks.LambdaInvoke => {
    surroundings.acknowledge(
      [`${handler.functionArn}:*`],
      'Step Functions may invoke versions and aliases of the function.',
    );
    return tasks.LambdaInvoke.jsonata(surroundings.scope, name, {
      lambdaFunction: handler,
      payload: sfn.TaskInput.fromObject(payload),
      taskTimeout: sfn.Timeout.duration(options.timeout ?? Duration.minutes(15)),
      ...keep(name, '$states.result.Payload'),
    });
  };
  return oneTask(invoke, options);
}

/** A step that is one task, perhaps asked again and again. */
export function oneTask(
  make: (surroundings: StepSurroundings, name: string, keep: Keep) => sfn.TaskStateBase,
  options: Asked,
): StepStates {
  return {
    switchable: options.canBeSwitchedOff ?? false,
    bind: (surroundings, name, next) => {
      const task = make(surroundings, name, keepResult);
      guardStep(surroundings, task, options);
      return task.next(caughtUp(surroundings, name, `$results.\`${name}\``, options, task, next));
    },
    branch: (surroundings, name) => {
      const task = make(surroundings, name, putOut);
      applyRetries(task, retriesOf(surroundings, name, options));
      // The parallel state knows what failed, but not where: the cause says it.
      task.addCatch(
        sfn.Fail.jsonata(surroundings.scope, `${name} failed`, {
          error: expression('$states.input.Error'),
          cause: expression(`${literal(`${name}: `)} & $states.input.Cause`),
        }),
        { errors: ['States.ALL'] },
      );
      const done = sfn.Succeed.jsonata(surroundings.scope, `${name} done`);
      return task.next(caughtUp(surroundings, name, `$states.input.\`${name}\``, options, task, done));
    },
  };
}

/** What is behind is asked again: a function stops before its time is up, or leaves the work to a container. */
function caughtUp(
  { scope }: StepSurroundings,
  name: string,
  answered: string,
  { untilCaughtUp }: Asked,
  again: sfn.IChainable,
  next: sfn.IChainable,
): sfn.IChainable {
  if (untilCaughtUp !== true) return next;
  const behind = `$string(${answered}.caughtUp) = 'false'`;
  const pause = `${answered}.handedOver = true ? 60 : 1`;
  return sfn.Choice.jsonata(scope, `Is ${name} behind`)
    .when(
      sfn.Condition.jsonata(expression(behind)),
      sfn.Wait.jsonata(scope, `${name} goes on`, { time: sfn.WaitTime.seconds(expression(pause)) }).next(
        again,
      ),
    )
    .otherwise(next);
}

/** The user's own states, as one state, so that whatever fails in them is caught and told. */
export function chainStates(chain: sfn.IChainable, options: StepOptions): StepStates {
  return {
    switchable: options.canBeSwitchedOff ?? false,
    bind: (surroundings, name, next) => {
      const state = sfn.Parallel.jsonata(surroundings.scope, name, {
        ...keepResult(name, '$states.result[0]'),
      }).branch(chain);
      guardStep(surroundings, state, options);
      return state.next(next);
    },
  };
}

/** Steps side by side. Variables of a branch end with it, so each branch puts out what its step answered. */
export function parallelStates(name: string, steps: NamedStates[], options: StepOptions): StepStates {
  const unfit = steps.find(({ states }) => states.branch === undefined);
  if (unfit !== undefined) {
    throw new Error(
      `"${unfit.name}" in "${name}" cannot run beside other steps: only functions, containers, refine and transform ` +
        'steps can. Put it before or after them.',
    );
  }
  return {
    switchable: options.canBeSwitchedOff ?? false,
    bind: (surroundings, _, next) => {
      const state = sfn.Parallel.jsonata(surroundings.scope, name, {
        assign: { results: expression('$merge([$results, $states.result])') },
        outputs: {},
      });
      for (const step of steps) state.branch(step.states.branch!(surroundings, step.name));
      // The steps within have their own retries.
      surroundings.failures.catchAll(state as unknown as Guarded);
      return state.next(next);
    },
  };
}

/** The workflow's retries or the step's own, then the failure path. */
export function guardStep(surroundings: StepSurroundings, state: sfn.State & Guarded, options: Asked): void {
  applyRetries(state, retriesOf(surroundings, state.stateId, options));
  surroundings.failures.catchAll(state);
}

function retriesOf(surroundings: StepSurroundings, name: string, options: Asked): RetryPolicy {
  if (options.retries !== undefined) requireRetryPolicy(`retries of "${name}"`, options.retries);
  const policy = options.retries ?? surroundings.retries;
  return {
    ...policy,
    permanentErrors: [...(options.permanentErrors ?? []), ...(policy.permanentErrors ?? [])],
  };
}

/** What becomes of the answer of a step. */
export type Keep = (
  name: string,
  result: string,
) => { readonly assign?: Assignments; readonly outputs: unknown };
interface Assignments {
  readonly [variable: string]: unknown;
}

/** `$results.<name>`; a function that answers nothing has null there. */
export const keepResult: Keep = (name, result) => ({
  assign: { results: expression(`$merge([$results, {${literal(name)}: ${answer(result)}}])`) },
  outputs: {},
});

const putOut: Keep = (name, result) => ({
  outputs: expression(`{${literal(name)}: ${answer(result)}}`),
});

function answer(result: string): string {
  return `$exists(${result}) ? ${result} : null`;
}

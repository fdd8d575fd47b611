import { Duration, Token } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { GateDecision } from '../../contract';
import type { ILakeTable } from '../catalog';
import { expression, literal, optional } from './expression';
import {
  guardStep,
  keepResult,
  type NamedStates,
  type StepStates,
  type StepSurroundings,
} from './step-states';
import { WorkflowEvent } from './workflow-event';
import type { GateStepOptions } from './workflow-step';

/** A share that must not be exceeded: `failed` of `total`. */
export interface RateGate {
  /** JSONata without the braces that gives a whole number: `$results.Check.anomalies`. */
  readonly failed: string;
  /** JSONata without the braces that gives the whole number it is a share of. Of 0, every share is 0 %. */
  readonly total: string;
  /** Percent that pass, as decimal text: at `'2'`, 2.00 % passes and 2.01 % does not. */
  readonly maxPercent: string;
  /**
   * What a share above it does.
   * @default GateDecision.HALT
   */
  readonly decision?: GateDecision;
}

/** A function that measures a table, and a choice by its decision. */
export function gateStates(
  handler: IFunction,
  table: ILakeTable,
  options: GateStepOptions,
  remedies: NamedStates[],
): StepStates {
  return {
    switchable: options.canBeSwitchedOff ?? true,
    bind: (surroundings, name, next) => {
      surroundings.acknowledge(
        [`${handler.functionArn}:*`],
        'Step Functions may invoke versions and aliases of the function.',
      );
      const kept = keepResult(name, '$states.result.Payload');
      const task = tasks.LambdaInvoke.jsonata(surroundings.scope, name, {
        lambdaFunction: handler,
        payload: sfn.TaskInput.fromObject({ gate: table.uri, date: expression('$date') }),
        taskTimeout: sfn.Timeout.duration(options.timeout ?? Duration.minutes(15)),
        outputs: kept.outputs,
        assign: {
          ...kept.assign,
          decision: expression(optional('$states.result.Payload.decision', "'unreadable'")),
          findings: expression(FINDINGS),
        },
      });
      guardStep(surroundings, task, options);
      return task.next(decide(surroundings, name, next, { options, remedies, table: table.uri }));
    },
  };
}

/** Rules that failed, and those that hold the gate shut because nothing was measured; the first twenty in words. */
const FINDINGS =
  "($r := $states.result.Payload.results[outcome = 'failed' or (outcome = 'not-evaluated' and mode = 'halt')]; " +
  "$join([$r[[0..19]].(rule & ': ' & reason)], '\\n'))";

/** Exact: counts are whole numbers, the percentage is one too once its decimals are taken to the other side. */
export function rateGateStates(
  gate: RateGate,
  options: GateStepOptions,
  remedies: NamedStates[],
): StepStates {
  const { percent, scale } = wholePercent(gate.maxPercent);
  return {
    switchable: options.canBeSwitchedOff ?? true,
    bind: (surroundings, name, next) => {
      // An expression of the user's may fail, which only a state that catches may do.
      const measured = sfn.Pass.jsonata(surroundings.scope, `Measure ${name}`, {
        outputs: expression(
          `($part := ${gate.failed}; $whole := ${gate.total}; ` +
            `{'failed': $part, 'total': $whole, 'maxPercent': ${literal(gate.maxPercent)}, ` +
            `'decision': $part * ${100 * scale} <= ${percent} * $whole ? 'proceed' : ` +
            `${literal(gate.decision ?? GateDecision.HALT)}})`,
        ),
      });
      const state = sfn.Parallel.jsonata(surroundings.scope, name, {
        assign: {
          ...keepResult(name, '$states.result[0]').assign,
          decision: expression('$states.result[0].decision'),
          findings: expression(
            `$string($states.result[0].failed) & ' of ' & $string($states.result[0].total) & ` +
              literal(` are above ${gate.maxPercent} %`),
          ),
        },
        outputs: {},
      }).branch(measured);
      guardStep(surroundings, state, options);
      return state.next(decide(surroundings, name, next, { options, remedies }));
    },
  };
}

interface Decided {
  readonly options: GateStepOptions;
  readonly remedies: NamedStates[];
  readonly table?: string;
}

/** Proceed, remedy and proceed, or halt. What cannot be read is shut. */
function decide(
  surroundings: StepSurroundings,
  name: string,
  next: sfn.IChainable,
  { options, remedies, table }: Decided,
): sfn.IChainable {
  const remedied = remedies.reduceRight<sfn.IChainable>(
    (following, remedy) => remedy.states.bind(surroundings, remedy.name, following),
    next,
  );
  const halt = surroundings.failures.fail(
    `Halt at ${name}`,
    name,
    'GateHalted',
    `'The gate ' & ${literal(name)} & ' is shut (' & $decision & ').\\n' & $findings`,
  );
  return sfn.Choice.jsonata(surroundings.scope, `Decide ${name}`)
    .when(is(GateDecision.PROCEED), next)
    .when(
      is(GateDecision.QUARANTINE),
      tell(surroundings, `${name} quarantined`, name, remedied, options.sourceTeam, table),
    )
    .otherwise(tell(surroundings, `${name} halted`, name, halt, options.sourceTeam, table));
}

function is(decision: GateDecision): sfn.Condition {
  return sfn.Condition.jsonata(expression(`$decision = ${literal(decision)}`));
}

/** An event for whoever traces lineage or opens tickets, and a message to the team the data come from. */
function tell(
  { scope, failures }: StepSurroundings,
  id: string,
  name: string,
  next: sfn.IChainable,
  sourceTeam: ITopic | undefined,
  table: string | undefined,
): sfn.IChainable {
  const told = sourceTeam === undefined ? next : failures.publish(`Tell source of ${id}`, sourceTeam, next);
  const more = { decision: expression('$decision'), ...(table === undefined ? {} : { table }) };
  return sfn.Pass.jsonata(scope, `Describe ${id}`, {
    assign: { notice: failures.notice("'Lakehouse.GateHalted'", '$findings', literal(name), more) },
  }).next(failures.announce(`Announce ${id}`, WorkflowEvent.GATE_FAILED, told));
}

function wholePercent(text: string): { readonly percent: number; readonly scale: number } {
  if (Token.isUnresolved(text) || !/^(100(\.0{1,6})?|[0-9]{1,2}(\.[0-9]{1,6})?)$/.test(text)) {
    throw new Error(
      `maxPercent must be a decimal from 0 to 100 with up to 6 decimals, known at synthesis. Received "${text}". ` +
        "Write it as text: '2', '0.1'.",
    );
  }
  const [whole, decimals = ''] = text.split('.');
  return { percent: Number(whole + decimals), scale: 10 ** decimals.length };
}

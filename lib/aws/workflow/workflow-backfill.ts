import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import type * as logs from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { requireWhole } from '../bounds';
import { acknowledgeWildcards } from '../suppressions';
import { AuditedStateMachine } from './audited-state-machine';
import { DAY_MILLISECONDS, dateOf, expression, isDate, optional } from './expression';
import type { PipelineWorkflow } from './pipeline-workflow';

/** How a range of dates is run. */
export interface BackfillOptions {
  /**
   * One date after the other, from the first to the last; the first that fails ends the backfill.
   * @default true
   */
  readonly inOrder?: boolean;
  /**
   * Dates at once where the order does not matter, 1 to 40; dates that fail do not stop the others.
   * @default - 1 in order, else 4, and never more than the workflow's slots
   */
  readonly concurrency?: number;
}

/** Which workflow, and how. */
export interface WorkflowBackfillProps extends BackfillOptions {
  /** The workflow whose runs are started. */
  readonly workflow: PipelineWorkflow;
  /**
   * Slots of the workflow.
   * @default - no limit
   */
  readonly runsAtOnce?: number;
  /**
   * How long logs are kept.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;
}

/** Keeps the history of a backfill far from the 25,000 events of an execution. */
const MOST_DATES = 1000;

/**
 * Runs a workflow for each date of a range, each as an execution of its own, with its own history and link. Start it
 * with `{ "from": "2026-01-01", "to": "2026-01-31" }`; without `to` it goes up to yesterday (UTC).
 */
export class WorkflowBackfill extends Construct {
  readonly stateMachine: sfn.StateMachine;

  /** @throws Error when the concurrency is out of its bounds, contradicts the order, or is more than the slots */
  constructor(scope: Construct, id: string, props: WorkflowBackfillProps) {
    super(scope, id);
    const inOrder = props.inOrder ?? true;
    const concurrency = concurrencyOf(props, inOrder);
    const machine = new AuditedStateMachine(this, 'Machine', {
      definition: this.states(props.workflow, inOrder, concurrency),
      comment: `${props.workflow.workflowName} for each date of a range`,
      encryptionKey: props.workflow.encryptionKey,
      timeout: Duration.days(90),
      logRetention: props.logRetention,
    });
    this.stateMachine = machine.stateMachine;
    const { stateMachine } = props.workflow;
    acknowledgeWildcards(
      machine.role,
      [executionsOf(this, stateMachine)],
      'The executions it starts get names of their own.',
    );
  }

  private states(workflow: PipelineWorkflow, inOrder: boolean, concurrency: number): sfn.IChainable {
    const scope = new Construct(this, 'States');
    const run = tasks.StepFunctionsStartExecution.jsonata(scope, 'RunDate', {
      stateMachine: workflow.stateMachine,
      integrationPattern: sfn.IntegrationPattern.RUN_JOB,
      input: sfn.TaskInput.fromObject({
        date: expression('$states.input'),
        AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: expression('$states.context.Execution.Id'),
      }),
      outputs: { date: expression('$states.input'), succeeded: true },
    });
    const failed = inOrder
      ? sfn.Fail.jsonata(scope, 'Stopped', {
          error: 'Lakehouse.BackfillStopped',
          cause: expression("'The run for ' & $states.input.date & ' failed; later dates were not run.'"),
        })
      : sfn.Pass.jsonata(scope, 'DateFailed');
    run.addCatch(failed, {
      errors: ['States.ALL'],
      outputs: { date: expression('$states.input'), succeeded: false },
    });
    const each = sfn.Map.jsonata(scope, 'EachDate', {
      items: sfn.ProvideItems.jsonata(expression(DATES)),
      maxConcurrency: concurrency,
      outputs: {
        dates: expression('$count($states.result)'),
        failed: expression('[$states.result[succeeded = false].date]'),
      },
    }).itemProcessor(run);
    const done = sfn.Choice.jsonata(scope, 'AllDone')
      .when(
        sfn.Condition.jsonata(expression('$count($states.input.failed) = 0')),
        sfn.Succeed.jsonata(scope, 'Done'),
      )
      .otherwise(
        sfn.Fail.jsonata(scope, 'Incomplete', {
          error: 'Lakehouse.BackfillIncomplete',
          cause: expression("'Runs failed for ' & $join($states.input.failed, ', ')"),
        }),
      );
    const refused = sfn.Fail.jsonata(scope, 'RefuseRange', {
      error: 'Lakehouse.InvalidRange',
      cause: expression(
        `'from and to must be days of the calendar, from not after to, ${MOST_DATES} at most. Received ' & $from & ' to ' & $to`,
      ),
    });
    const text = (field: string): string => `$substring($string($states.input.${field}), 0, 40)`;
    const yesterday = dateOf(`$toMillis($states.context.Execution.StartTime) - ${DAY_MILLISECONDS}`);
    return sfn.Pass.jsonata(scope, 'Plan', {
      assign: {
        from: expression(optional(text('from'), "'nothing'")),
        to: expression(`$exists($states.input.to) ? ${text('to')} : ${yesterday}`),
      },
    }).next(
      sfn.Choice.jsonata(scope, 'AreDates')
        .when(
          sfn.Condition.jsonata(expression(`(${isDate('$from')}) ? (${isDate('$to')}) : false`)),
          sfn.Choice.jsonata(scope, 'IsRange')
            .when(
              sfn.Condition.jsonata(expression(`$from <= $to and ${DAYS} < ${MOST_DATES}`)),
              each.next(done),
            )
            .otherwise(refused),
        )
        .otherwise(refused),
    );
  }
}

/** Days from the first to the last date: dates of UTC are 24 hours apart. */
const DAYS = `($toMillis($to & 'T00:00:00.000Z') - $toMillis($from & 'T00:00:00.000Z')) / ${DAY_MILLISECONDS}`;
/** The brackets keep a single date a list. */
const DATES = `($first := $toMillis($from & 'T00:00:00.000Z'); $days := ${DAYS}; [[0..$days].${dateOf(
  `$first + $ * ${DAY_MILLISECONDS}`,
)}])`;

function concurrencyOf(props: WorkflowBackfillProps, inOrder: boolean): number {
  const slots = props.runsAtOnce ?? 40;
  requireWhole('backfill.concurrency', props.concurrency, {
    minimum: 1,
    maximum: 40,
    remedy: 'A Map state runs 40 items at once at the most.',
  });
  const concurrency = props.concurrency ?? (inOrder ? 1 : Math.min(4, slots));
  if (inOrder && concurrency > 1) {
    throw new Error(
      `backfill.concurrency must be 1 where dates are run in order. Received ${concurrency}. Set backfill.inOrder: ` +
        'false if the dates do not need each other.',
    );
  }
  if (concurrency > slots) {
    throw new Error(
      `backfill.concurrency must be at most the workflow's slots, ${slots}. Received ${concurrency}. More runs would ` +
        'only wait for, or be refused, a slot: raise limit.slots or lower the concurrency.',
    );
  }
  return concurrency;
}

function executionsOf(scope: Construct, stateMachine: sfn.IStateMachine): string {
  const stack = Stack.of(scope);
  const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
  const { resourceName } = stack.splitArn(stateMachine.stateMachineArn, arnFormat);
  return stack.formatArn({
    service: 'states',
    resource: 'execution',
    resourceName: `${resourceName}*`,
    arnFormat,
  });
}

import type { Duration } from 'aws-cdk-lib';
import type * as events from 'aws-cdk-lib/aws-events';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IStringParameter } from 'aws-cdk-lib/aws-ssm';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import type { ILakeTable } from '../catalog';
import {
  consoleLink,
  DAY_MILLISECONDS,
  dateOf,
  epochSeconds,
  expression,
  isDate,
  literal,
  NOW,
  optional,
} from './expression';
import { FailurePath, retryQuickly } from './failure-path';
import type { RetryPolicy } from './retry-policy';
import { LEDGER_EXPIRY, LEDGER_KEY, OUTCOME_RETENTION_SECONDS, type RunLedger } from './run-ledger';
import { type RunLimit, RunSlots } from './run-limit';
import { WORKFLOW_EVENT_SOURCE, WorkflowEvent } from './workflow-event';
import type { WorkflowStep } from './workflow-step';

export interface RunStatesProps {
  readonly workflowName: string;
  readonly steps: WorkflowStep[];
  readonly published: ILakeTable[];
  readonly retries: RetryPolicy;
  readonly topics: ITopic[];
  readonly tellSuccess: boolean;
  readonly eventBus: events.IEventBus;
  readonly ledger: RunLedger;
  readonly limit?: RunLimit;
  readonly switches?: IStringParameter;
  readonly timeout: Duration;
  readonly acknowledge: (resourceArns: string[], reason: string) => void;
}

export interface RunStates {
  readonly start: sfn.IChainable;
  readonly slots?: RunSlots;
}

/**
 * The states of one run, built from its end: begin → slot → switches → steps → publish → record → give the slot back.
 * Whatever fails goes by the failure path to the same end.
 */
export function runStates(scope: Construct, props: RunStatesProps): RunStates {
  const slots =
    props.limit === undefined
      ? undefined
      : new RunSlots(scope, props.ledger, props.limit, props.workflowName, props.timeout);
  const ended = sfn.Choice.jsonata(scope, 'HasFailed')
    .when(
      sfn.Condition.jsonata(expression('$failed')),
      sfn.Fail.jsonata(scope, 'Failed', {
        // One name for all, so that listeners can tell what was told already; what happened is in the cause.
        error: expression(
          "$contains($failure.error, /^Lakehouse[.]/) ? $failure.error : 'Lakehouse.StepFailed'",
        ),
        cause: expression(
          "$failure.task & ': ' & $failure.error & ': ' & $substring($failure.cause, 0, 4000)",
        ),
      }),
    )
    .otherwise(
      sfn.Succeed.jsonata(scope, 'Succeeded', {
        outputs: { date: expression('$date'), results: expression('$results') },
      }),
    );
  const end = slots?.giveBack(ended) ?? ended;

  const failures = new FailurePath(
    scope,
    { workflowName: props.workflowName, topics: props.topics, eventBus: props.eventBus },
    recordFailure(scope, props, end),
  );
  const success = recordSuccess(scope, props, failures, end);
  const published = publish(scope, props, failures, success);
  const first = props.steps.reduceRight<sfn.IChainable>(
    (next, step) =>
      switched(
        scope,
        props,
        step,
        step._bind({ scope, failures, retries: props.retries, acknowledge: props.acknowledge }, next),
        next,
      ),
    published,
  );
  const work = readSwitches(scope, props, first);
  const admitted = slots?.take(work, failures.guard) ?? work;
  return { start: begin(scope, failures, admitted), slots };
}

/** The date from the input, else the UTC day before the run was to start. */
function begin(scope: Construct, failures: FailurePath, next: sfn.IChainable): sfn.IChainable {
  const scheduled = optional('$states.input.scheduled', '$states.context.Execution.StartTime');
  const yesterday = dateOf(`$toMillis(${scheduled}) - ${DAY_MILLISECONDS}`);
  const onDay = '$exists($states.input.on) ? $substring($string($states.input.on), 0, 10)';
  const given = '$substring($string($states.input.date), 0, 40)';
  return sfn.Pass.jsonata(scope, 'Begin', {
    assign: {
      date: expression(`$exists($states.input.date) ? ${given} : ${onDay} : ${yesterday}`),
      link: expression(consoleLink('$states.context.Execution.Id')),
      results: {},
      failed: false,
      slot: 0,
    },
  }).next(
    sfn.Choice.jsonata(scope, 'IsDate')
      .when(sfn.Condition.jsonata(expression(isDate('$date'))), next)
      .otherwise(
        failures.fail(
          'RefuseDate',
          'Begin',
          'InvalidDate',
          "'date must be a day of the calendar, as in 2026-11-20. Received ' & $date",
        ),
      ),
  );
}

/** Unreadable switches leave everything on: a check that is not wanted does less harm than one that is missed. */
function readSwitches(scope: Construct, props: RunStatesProps, next: sfn.IChainable): sfn.IChainable {
  if (props.switches === undefined) return next;
  const read = tasks.CallAwsService.jsonata(scope, 'ReadSwitches', {
    service: 'ssm',
    action: 'getParameter',
    parameters: { Name: props.switches.parameterName },
    iamResources: [props.switches.parameterArn],
    assign: { switches: expression('$parse($states.result.Parameter.Value)') },
    outputs: {},
  });
  retryQuickly(read);
  read.addCatch(next, { errors: ['States.ALL'], assign: { switches: {} } });
  read.next(next);
  return read;
}

function switched(
  scope: Construct,
  props: RunStatesProps,
  step: WorkflowStep,
  start: sfn.IChainable,
  next: sfn.IChainable,
): sfn.IChainable {
  if (props.switches === undefined || !step._switchable) return start;
  const off = `$string($lookup($switches, ${literal(step.name)})) = 'false'`;
  return sfn.Choice.jsonata(scope, `Is ${step.name} on`)
    .when(sfn.Condition.jsonata(expression(off)), next)
    .otherwise(start);
}

/** One event for each table, and one for the run. A table's snapshot is what its step answered, if it did. */
function publish(
  scope: Construct,
  props: RunStatesProps,
  failures: FailurePath,
  next: sfn.IChainable,
): sfn.IChainable {
  const common = {
    date: expression('$date'),
    workflow: props.workflowName,
    execution: expression('$states.context.Execution.Id'),
  };
  const snapshotOf = (table: ILakeTable): string => {
    const name = props.steps.map((step) => step._writerOf(table)).findLast((writer) => writer !== undefined);
    if (name === undefined) return expression('null');
    const snapshot = `$results.\`${name}\`.snapshotId`;
    return expression(`$exists(${snapshot}) ? ${snapshot} : null`);
  };
  const entry = (
    detailType: string,
    detail: { [key: string]: unknown },
  ): tasks.EventBridgePutEventsEntry => ({
    source: WORKFLOW_EVENT_SOURCE,
    detailType,
    detail: sfn.TaskInput.fromObject({ ...detail, ...common }),
    eventBus: props.eventBus,
  });
  const task = tasks.EventBridgePutEvents.jsonata(scope, 'Publish', {
    entries: [
      ...props.published.map((table) =>
        entry(WorkflowEvent.TABLE_PUBLISHED, { table: table.uri, snapshot: snapshotOf(table) }),
      ),
      entry(WorkflowEvent.SUCCEEDED, {
        time: expression(NOW),
        link: expression('$link'),
        tables: props.published.map((table) => table.uri),
      }),
    ],
    outputs: {},
  });
  failures.guard(task);
  return task.next(next);
}

function recordSuccess(
  scope: Construct,
  props: RunStatesProps,
  failures: FailurePath,
  end: sfn.IChainable,
): sfn.IChainable {
  const done = props.topics.reduceRight<sfn.IChainable>(
    (next, topic, index) =>
      props.tellSuccess
        ? failures.publish(`Tell success${index === 0 ? '' : ` ${index + 1}`}`, topic, next)
        : next,
    end,
  );
  const described =
    !props.tellSuccess || props.topics.length === 0
      ? done
      : sfn.Pass.jsonata(scope, 'DescribeSuccess', {
          assign: {
            notice: {
              ...(failures.notice("''", "''", "''") as { [field: string]: unknown }),
              subject: expression(`$substring('Workflow done: ' & ${literal(props.workflowName)}, 0, 100)`),
              text: expression(
                `'Workflow: ' & ${literal(props.workflowName)} & '\\nDate: ' & $date & '\\nTime: ' & ${NOW} & ` +
                  `'\\nExecution: ' & $link`,
              ),
            },
          },
        }).next(done);
  // The first success of a date stays: a deadline that was met is not missed by a later repetition.
  const task = recordOutcome(
    scope,
    'RecordSuccess',
    props,
    'succeeded',
    ', #succeeded = if_not_exists(#succeeded, :time)',
  );
  failures.guard(task);
  return task.next(described);
}

function recordFailure(scope: Construct, props: RunStatesProps, end: sfn.IChainable): sfn.IChainable {
  const task = recordOutcome(scope, 'RecordFailure', props, 'failed', '');
  retryQuickly(task);
  task.addCatch(end, { errors: ['States.ALL'] });
  return task.next(end);
}

function recordOutcome(
  scope: Construct,
  id: string,
  props: RunStatesProps,
  status: string,
  more: string,
): tasks.DynamoUpdateItem {
  const text = tasks.DynamoAttributeValue.fromString.bind(tasks.DynamoAttributeValue);
  return tasks.DynamoUpdateItem.jsonata(scope, id, {
    table: props.ledger.table,
    key: { [LEDGER_KEY]: text(expression(runId(props.workflowName))) },
    updateExpression: `SET #status = :status, #execution = :execution, #time = :time, #expiry = :expiry${more}`,
    expressionAttributeNames: {
      '#status': 'status',
      '#execution': 'execution',
      '#time': 'time',
      '#expiry': LEDGER_EXPIRY,
      ...(more === '' ? {} : { '#succeeded': 'succeededAt' }),
    },
    expressionAttributeValues: {
      ':status': text(status),
      ':execution': text(expression('$states.context.Execution.Id')),
      ':time': text(expression(NOW)),
      ':expiry': tasks.DynamoAttributeValue.numberFromString(
        expression(epochSeconds(OUTCOME_RETENTION_SECONDS)),
      ),
    },
    outputs: {},
  });
}

/** Key of what became of a date, as JSONata. */
export function runId(workflowName: string): string {
  return `${literal(`run/${workflowName}/`)} & $date`;
}

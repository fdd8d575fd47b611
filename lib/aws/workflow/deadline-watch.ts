import { Duration, TimeZone, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as events from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { METRIC_NAMESPACE } from '../../contract/metric-names';
import { requireWhole } from '../bounds';
import { AuditedStateMachine } from './audited-state-machine';
import { DAY_MILLISECONDS, dateOf, expression, literal } from './expression';
import { FailurePath, retryQuickly } from './failure-path';
import type { PipelineWorkflow } from './pipeline-workflow';
import { LEDGER_KEY, type RunLedger } from './run-ledger';
import { runId } from './run-states';
import { WorkflowEvent } from './workflow-event';
import { WorkflowSchedule } from './workflow-schedule';

/** By when something has to be done each day, and who is told if it is not. */
export interface DeadlineOptions {
  /** Time of day, `08:00`. */
  readonly at: string;
  /**
   * IANA time zone of it; summer time is taken care of.
   * @default 'Etc/UTC'
   */
  readonly timeZone?: string;
  /**
   * For which date: this many days before the day of the deadline, 0 to 31.
   * @default 1
   */
  readonly daysBack?: number;
  /**
   * Days of the week, as cron has them: `MON-FRI`.
   * @default - every day
   */
  readonly weekDays?: string;
  /**
   * Topics told of a miss.
   * @default - the topics of the workflow's notifications
   */
  readonly topics?: ITopic[];
}

/** What is looked for in the ledger, and by when. */
export interface DeadlineWatchProps extends DeadlineOptions {
  /** What is watched: dimension of the metric. */
  readonly name: string;
  /** Where it is looked for. */
  readonly ledger: RunLedger;
  /** Bus that is told of a miss. */
  readonly eventBus: events.IEventBus;
  /** Key of logs and queue. */
  readonly encryptionKey: IKey;
  /** Key of the ledger's item, as JSONata over `$date`. */
  readonly itemId: string;
  /** Whether the item says it was done by `$deadline`, as JSONata over `$item`; must not fail. */
  readonly isDone: string;
  /** What is missing, as JSONata over `$item` that gives a text. */
  readonly missing: string;
}

/** Metric of every watch: 1 for a day that was missed, 0 for one that was not. */
export const DEADLINE_METRIC = 'DeadlineMissed';

/**
 * Looks once a day, at the deadline, whether the ledger has what should be done by then. Not done: an event, a message,
 * and 1 in the metric `DeadlineMissed`. A ledger that cannot be read counts as not done.
 */
export class DeadlineWatch extends Construct {
  readonly stateMachine: sfn.StateMachine;
  readonly schedule: scheduler.Schedule;
  private readonly watched: string;

  /** @throws Error for a time, zone or number of days that is none */
  constructor(scope: Construct, id: string, props: DeadlineWatchProps) {
    super(scope, id);
    const { hour, minute } = requireTime(props.at);
    const timeZone = props.timeZone ?? 'Etc/UTC';
    requireTimeZone(timeZone);
    requireWhole('daysBack', props.daysBack, {
      minimum: 0,
      maximum: 31,
      unit: 'days',
      remedy: 'Leave it out for the day before.',
    });
    this.watched = props.name;
    const shift = middayShift(timeZone, hour, minute) - (props.daysBack ?? 1) * DAY_MILLISECONDS;
    const machine = new AuditedStateMachine(this, 'Machine', {
      definition: this.states(props, shift, timeZone),
      comment: `${props.name}: done by ${props.at} ${timeZone}?`,
      encryptionKey: props.encryptionKey,
      timeout: Duration.hours(1),
    });
    this.stateMachine = machine.stateMachine;
    for (const topic of props.topics ?? []) {
      topic.masterKey?.grant(machine.role, 'kms:Decrypt', 'kms:GenerateDataKey');
    }
    this.schedule = new WorkflowSchedule(this, 'Schedule', {
      stateMachine: this.stateMachine,
      encryptionKey: props.encryptionKey,
      expression: scheduler.ScheduleExpression.cron({
        minute: String(minute),
        hour: String(hour),
        ...(props.weekDays === undefined ? {} : { weekDay: props.weekDays }),
        timeZone: TimeZone.of(timeZone),
      }),
    }).schedule;
  }

  /** 1 for a day that was missed. For the share of days that were met, take `1 - Average`. */
  metricMissed(): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: METRIC_NAMESPACE,
      metricName: DEADLINE_METRIC,
      dimensionsMap: { Workflow: this.watched },
      statistic: 'Sum',
      period: Duration.days(1),
    });
  }

  private states(props: DeadlineWatchProps, shift: number, timeZone: string): sfn.IChainable {
    const scope = new Construct(this, 'States');
    const failures = new FailurePath(
      scope,
      { workflowName: props.name, topics: [], eventBus: props.eventBus },
      sfn.Succeed.jsonata(scope, 'Unused'),
    );
    const missed = sfn.Succeed.jsonata(scope, 'Missed', {
      outputs: { date: expression('$date'), missed: true },
    });
    const told = (props.topics ?? []).reduceRight<sfn.IChainable>(
      (next, topic, index) => failures.publish(`Notify${index === 0 ? '' : index + 1}`, topic, next),
      missed,
    );
    const what = `${literal(props.name)} & ' is not done for ' & $date & ' at ' & ${literal(`${props.at} ${timeZone}`)}`;
    const describe = sfn.Pass.jsonata(scope, 'DescribeMiss', {
      assign: {
        notice: {
          workflow: props.name,
          date: expression('$date'),
          deadline: expression('$deadline'),
          timeZone,
          missing: expression('$missing'),
          subject: expression(`$substring('Deadline missed: ' & ${literal(props.name)}, 0, 100)`),
          text: expression(`${what} & '.\\n' & $missing`),
        },
      },
    }).next(failures.announce('AnnounceMiss', WorkflowEvent.DEADLINE_MISSED, told));
    const choose = sfn.Choice.jsonata(scope, 'IsDone')
      .when(
        sfn.Condition.jsonata(expression('$done')),
        sfn.Succeed.jsonata(scope, 'Met', { outputs: { date: expression('$date'), missed: false } }),
      )
      .otherwise(describe);
    const report = tasks.CallAwsService.jsonata(scope, 'Report', {
      service: 'cloudwatch',
      action: 'putMetricData',
      parameters: {
        Namespace: METRIC_NAMESPACE,
        MetricData: [
          {
            MetricName: DEADLINE_METRIC,
            Dimensions: [{ Name: 'Workflow', Value: props.name }],
            Value: expression('$done ? 0 : 1'),
            Unit: 'Count',
          },
        ],
      },
      iamResources: ['*'],
      outputs: {},
    });
    retryQuickly(report);
    report.addCatch(choose, { errors: ['States.ALL'] });
    report.next(choose);
    const look = tasks.DynamoGetItem.jsonata(scope, 'LookUp', {
      table: props.ledger.table,
      key: { [LEDGER_KEY]: tasks.DynamoAttributeValue.fromString(expression(props.itemId)) },
      consistentRead: true,
      assign: {
        done: expression(`($item := $states.result.Item; ${props.isDone})`),
        missing: expression(`($item := $states.result.Item; ${props.missing})`),
      },
      outputs: {},
    });
    retryQuickly(look);
    look.addCatch(report, {
      errors: ['States.ALL'],
      assign: { done: false, missing: 'The ledger could not be read.' },
    });
    look.next(report);
    const scheduled =
      '$exists($states.input.scheduled) ? $states.input.scheduled : $states.context.Execution.StartTime';
    return sfn.Pass.jsonata(scope, 'Due', {
      assign: {
        deadline: expression(scheduled),
        date: expression(dateOf(`$toMillis(${scheduled}) + ${shift}`)),
      },
    }).next(look);
  }
}

/** What a watch over a workflow is told. */
export interface SlaWatchProps extends DeadlineOptions {
  /** The workflow. */
  readonly workflow: PipelineWorkflow;
}

/** Tells when the run of a workflow for a date has not succeeded by the deadline. */
export class SlaWatch extends DeadlineWatch {
  constructor(scope: Construct, id: string, props: SlaWatchProps) {
    const { workflow } = props;
    super(scope, id, {
      ...props,
      name: workflow.workflowName,
      ledger: workflow.ledger,
      eventBus: workflow.eventBus,
      encryptionKey: workflow.encryptionKey,
      itemId: runId(workflow.workflowName),
      isDone: '$exists($item.succeededAt.S) ? $toMillis($item.succeededAt.S) <= $toMillis($deadline) : false',
      missing:
        "$exists($item.status.S) ? 'The last run ' & $item.status.S & ': ' & $item.execution.S : 'No run has ended.'",
    });
  }
}

function requireTime(at: string): { readonly hour: number; readonly minute: number } {
  const parts = /^([01][0-9]|2[0-3]):([0-5][0-9])$/.exec(at);
  if (parts === null) {
    throw new Error(
      `at must be a time of day from 00:00 to 23:59. Received "${at}". Write eight o'clock as 08:00.`,
    );
  }
  return { hour: Number(parts[1]), minute: Number(parts[2]) };
}

function requireTimeZone(timeZone: string): void {
  if (Token.isUnresolved(timeZone)) {
    throw new Error(
      'timeZone must be known at synthesis. Received a token. Give the name of the zone itself.',
    );
  }
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    throw new Error(
      `timeZone must be an IANA time zone. Received "${timeZone}". Europe/Berlin and America/New_York are ones.`,
    );
  }
}

/**
 * What to add to the moment of the deadline so that it lies around midday of its local day, in UTC: then its UTC date
 * is the local one, in summer and in winter. JSONata knows no time zones.
 */
function middayShift(timeZone: string, hour: number, minute: number): number {
  const reference = Date.UTC(2025, 0, 1, 12);
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(reference);
  const part = (type: string): number => Number(parts.find((each) => each.type === type)!.value);
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'));
  const offset = local - reference;
  return offset + (12 * 60 - hour * 60 - minute) * 60_000;
}

import { Duration, Stack, TimeZone, Token } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnSchedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { requireDuration } from '../bounds';
import type { ILakeTable } from '../catalog';
import { commitPattern, messageGroup } from '../processing/commit-queue';
import { DeadLetterQueue } from '../processing/dead-letter-queue';
import { allowEvents, grantSend } from '../queue-access';
import { requireSamePlace } from '../same-environment';
import { acknowledge, complianceRules } from '../suppressions';

/** When a transform follows the commits to its inputs. */
export interface CommitTriggerOptions {
  /**
   * How long a commit waits for others that can be done with it, up to 15 minutes.
   * @default Duration.minutes(5)
   */
  readonly deliveryDelay?: Duration;
  /**
   * How often the table is brought up to date although no commit was told, from 5 minutes to a day: Glue promises no
   * delivery of its events.
   * @default Duration.hours(1)
   */
  readonly catchUpInterval?: Duration;
}

/** How a schedule is kept. */
export interface ScheduleTriggerOptions {
  /**
   * How much later than scheduled a run may begin, 1 to 1,440 minutes, so that not everything begins at the full hour.
   * @default Duration.minutes(15)
   */
  readonly flexibleWindow?: Duration;
}

/** What a trigger is made for. */
export interface _TriggerContext {
  readonly inputs: ILakeTable[];
  readonly output: ILakeTable;
  /** Queue of requests: FIFO. */
  readonly queue: Queue;
  readonly encryptionKey: IKey;
  readonly request: { readonly [name: string]: string };
}

/** What makes a transform run. */
export abstract class TransformTrigger {
  /** Every commit to an input that is no lookup, and a look at an interval. */
  static onCommit(options: CommitTriggerOptions = {}): TransformTrigger {
    return new CommitTrigger(options);
  }

  /**
   * EventBridge Scheduler, with a dead-letter queue for what it could not deliver. A full transform then runs whether or not
   * an input changed.
   */
  static schedule(expression: ScheduleExpression, options: ScheduleTriggerOptions = {}): TransformTrigger {
    return new ScheduleTrigger(expression, options);
  }

  /**
   * As `schedule`, by the five fields of cron, or `@hourly`, `@daily`, `@weekly`, `@monthly`.
   *
   * @param expression `0 2 * * *` is two o'clock every day
   * @param timeZone of the expression; UTC where it is left out
   * @throws Error for an expression EventBridge cannot keep
   */
  static cron(
    expression: string,
    timeZone?: TimeZone,
    options: ScheduleTriggerOptions = {},
  ): TransformTrigger {
    return new ScheduleTrigger(
      ScheduleExpression.expression(awsCron(expression), timeZone ?? TimeZone.ETC_UTC),
      options,
    );
  }

  /** Nothing: a workflow of yours runs it. */
  static none(): TransformTrigger {
    return new NoTrigger();
  }

  /** @internal */
  public abstract readonly _deliveryDelay: Duration;
  /** Whether requests come by the queue. @internal */
  public abstract readonly _needsQueue: boolean;
  /** @internal */
  public abstract _bind(scope: Construct, context: _TriggerContext): void;
}

class NoTrigger extends TransformTrigger {
  public readonly _deliveryDelay = Duration.seconds(0);
  public readonly _needsQueue = false;
  public _bind(): void {}
}

class CommitTrigger extends TransformTrigger {
  public readonly _deliveryDelay: Duration;
  public readonly _needsQueue = true;
  private readonly catchUpInterval: Duration;

  constructor({ deliveryDelay, catchUpInterval }: CommitTriggerOptions) {
    super();
    requireDuration('deliveryDelay', deliveryDelay, {
      minimum: 0,
      maximum: 900,
      remedy: 'Leave it out for five minutes.',
    });
    requireDuration('catchUpInterval', catchUpInterval, {
      minimum: 300,
      maximum: 86_400,
      remedy: 'Leave it out for an hour: a request that finds nothing new costs next to nothing.',
    });
    this._deliveryDelay = deliveryDelay ?? Duration.minutes(5);
    this.catchUpInterval = catchUpInterval ?? Duration.hours(1);
  }

  public _bind(scope: Construct, { inputs, output, queue, encryptionKey, request }: _TriggerContext): void {
    for (const input of inputs) {
      const { account, region } = Stack.of(input);
      requireSamePlace(
        scope,
        input,
        { account, region },
        'Glue tells of commits in its own account and region.',
      );
    }
    allowEvents(scope, queue, encryptionKey);
    const sqsParameters = { messageGroupId: messageGroup(output.uri) };
    const toQueue = (input?: events.RuleTargetInput): events.IRuleTarget => ({
      bind: () => ({ arn: queue.queueArn, input, sqsParameters }),
    });
    const name = `${output.databaseName}.${output.tableName}`;
    new events.Rule(scope, 'Commits', {
      description: `Commits that ${name} is made from`,
      eventPattern: commitPattern(inputs),
      targets: [toQueue()],
    });
    new events.Rule(scope, 'CatchUp', {
      description: `Brings ${name} up to date, whatever was missed`,
      schedule: events.Schedule.rate(this.catchUpInterval),
      targets: [toQueue(events.RuleTargetInput.fromObject(request))],
    });
  }
}

class ScheduleTrigger extends TransformTrigger {
  public readonly _deliveryDelay = Duration.seconds(0);
  public readonly _needsQueue = true;

  constructor(
    private readonly expression: ScheduleExpression,
    private readonly options: ScheduleTriggerOptions,
  ) {
    super();
    requireDuration('flexibleWindow', options.flexibleWindow, {
      minimum: 60,
      maximum: 86_400,
      remedy: 'Leave it out for a quarter of an hour.',
    });
  }

  public _bind(scope: Construct, { output, queue, encryptionKey, request }: _TriggerContext): void {
    const undelivered = new DeadLetterQueue(scope, 'Undelivered', { encryptionKey }).queue;
    const role = schedulerRole(scope, [queue, undelivered]);
    const { expressionString, timeZone } = this.expression;
    const schedule = new CfnSchedule(scope, 'Schedule', {
      description: `Makes ${output.databaseName}.${output.tableName}`,
      scheduleExpression: expressionString,
      scheduleExpressionTimezone: (timeZone ?? TimeZone.ETC_UTC).timezoneName,
      flexibleTimeWindow: {
        mode: 'FLEXIBLE',
        maximumWindowInMinutes: (this.options.flexibleWindow ?? Duration.minutes(15)).toMinutes(),
      },
      target: {
        arn: queue.queueArn,
        roleArn: role.roleArn,
        // The time it was scheduled for: the run is for that day, however late it is.
        input: Stack.of(scope).toJsonString({ ...request, scheduledTime: '<aws.scheduler.scheduled-time>' }),
        sqsParameters: { messageGroupId: messageGroup(output.uri) },
        deadLetterConfig: { arn: undelivered.queueArn },
        retryPolicy: { maximumEventAgeInSeconds: 3600, maximumRetryAttempts: 10 },
      },
    });
    schedule.node.addDependency(role);
  }
}

function schedulerRole(scope: Construct, queues: IQueue[]): iam.Role {
  const role = new iam.Role(scope, 'SchedulerRole', {
    assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
    description: 'Sends the requests of a schedule',
  });
  for (const queue of queues) grantSend(queue, role);
  acknowledge(
    role,
    complianceRules('IAMNoInlinePolicy'),
    'The policy is written by grants for this one role and is deleted with it; shared managed policies would widen it.',
  );
  return role;
}

const NICKNAMES: { readonly [name: string]: string } = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
};

/** EventBridge has a sixth field, for the year, counts days of the week from 1, and wants a `?` in one of the two fields for days. */
function awsCron(expression: string): string {
  if (Token.isUnresolved(expression)) return expression;
  const fields = (NICKNAMES[expression.trim()] ?? expression).trim().split(/\s+/);
  const wrong = (reason: string): Error =>
    new Error(
      `cron "${expression}": ${reason}. Allowed: five fields such as "0 2 * * *", or ${Object.keys(NICKNAMES).join(', ')}.`,
    );
  if (fields.length !== 5) throw wrong(`it has ${fields.length} fields`);
  const [minute, hour, day, month, weekday] = fields;
  if (![minute, hour, day].every((field) => /^[\d*,/-]+$/.test(field))) {
    throw wrong('minute, hour and day take digits and * , - /');
  }
  if (day !== '*' && weekday !== '*')
    throw wrong('EventBridge takes the day of the month or of the week, not both');
  if (weekday === '*') return `cron(${minute} ${hour} ${day} ${month} ? *)`;
  const counted = weekday.replace(/(?<!\/)\d+/g, (number) => String((Number(number) % 7) + 1));
  return `cron(${minute} ${hour} ? ${month} ${counted} *)`;
}

import { Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as targets from 'aws-cdk-lib/aws-scheduler-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { requireDuration } from '../bounds';
import { DeadLetterQueue } from '../processing/dead-letter-queue';
import { acknowledge, complianceRules } from '../suppressions';

/** When a state machine starts. */
export interface WorkflowScheduleProps {
  /** The state machine. It is given `{ "scheduled": "<time>" }`. */
  readonly stateMachine: sfn.IStateMachine;
  /** When, in its time zone. */
  readonly expression: scheduler.ScheduleExpression;
  /** Key of the queue. */
  readonly encryptionKey: IKey;
  /**
   * How much later it may start.
   * @default - on time
   */
  readonly flexibleWindow?: Duration;
}

/** Starts a state machine by the clock (EventBridge Scheduler); what could not be started is kept in a queue. */
export class WorkflowSchedule extends Construct {
  readonly schedule: scheduler.Schedule;
  /** Starts that failed for an hour. */
  readonly deadLetterQueue: IQueue;
  /** Role the scheduler works in. */
  readonly role: iam.IRole;

  /** @throws Error for a window Scheduler does not take */
  constructor(scope: Construct, id: string, props: WorkflowScheduleProps) {
    super(scope, id);
    requireDuration('flexibleWindow', props.flexibleWindow, {
      minimum: 60,
      maximum: 86_400,
      remedy: 'Leave it out to start on time.',
    });
    this.deadLetterQueue = new DeadLetterQueue(this, 'DeadLetters', {
      encryptionKey: props.encryptionKey,
    }).queue;
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    this.role = role;
    acknowledge(
      role,
      complianceRules('IAMNoInlinePolicy'),
      'The policy is written by grants for this one role and is deleted with it; shared managed policies would widen it.',
    );
    props.encryptionKey.grant(role, 'kms:Decrypt', 'kms:GenerateDataKey');
    this.schedule = new scheduler.Schedule(this, 'Schedule', {
      schedule: props.expression,
      timeWindow:
        props.flexibleWindow === undefined
          ? scheduler.TimeWindow.off()
          : scheduler.TimeWindow.flexible(props.flexibleWindow),
      target: new targets.StepFunctionsStartExecution(props.stateMachine, {
        role,
        deadLetterQueue: this.deadLetterQueue,
        input: scheduler.ScheduleTargetInput.fromObject({
          scheduled: scheduler.ContextAttribute.scheduledTime,
        }),
        maxEventAge: Duration.hours(1),
      }),
    });
  }
}

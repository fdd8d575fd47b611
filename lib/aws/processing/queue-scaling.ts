import { Duration, Stack } from 'aws-cdk-lib';
import {
  AdjustmentType,
  MetricAggregationType,
  ScalableTarget,
  ServiceNamespace,
  StepScalingAction,
} from 'aws-cdk-lib/aws-applicationautoscaling';
import { Alarm, ComparisonOperator, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { ApplicationScalingAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { FargateService } from 'aws-cdk-lib/aws-ecs';
import { Role } from 'aws-cdk-lib/aws-iam';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export interface QueueScalingProps {
  readonly service: FargateService;
  readonly queue: Queue;
  /** Messages for which there is to be a task. */
  readonly messagesPerTask: number;
  readonly maxTasks: number;
}

/**
 * As many tasks as the messages of a queue ask for, none while there are none.
 *
 * Messages at work count as those that wait do: the last task is not taken away from under its message. What is set is
 * the number of tasks, not a change of it: messages that wait for another of their group raise nothing for longer than
 * they are there.
 */
export class QueueScaling extends Construct {
  readonly target: ScalableTarget;
  /** Sounds while there are messages, and sets the number of tasks. */
  readonly work: Alarm;
  /** Sounds once there are none, and sets it to 0. */
  readonly idle: Alarm;

  constructor(scope: Construct, id: string, props: QueueScalingProps) {
    super(scope, id);
    const { service, queue, maxTasks, messagesPerTask } = props;
    this.target = new ScalableTarget(this, 'Target', {
      serviceNamespace: ServiceNamespace.ECS,
      scalableDimension: 'ecs:service:DesiredCount',
      resourceId: `service/${service.cluster.clusterName}/${service.serviceName}`,
      minCapacity: 0,
      maxCapacity: maxTasks,
      role: Role.fromRoleArn(this, 'ServiceLinkedRole', serviceLinkedRole(this)),
    });
    this.target.node.addDependency(service);
    const messages = new MathExpression({
      expression: 'FILL(waiting, 0) + FILL(working, 0)',
      usingMetrics: {
        waiting: queue.metricApproximateNumberOfMessagesVisible({ period: PERIOD, statistic: 'Maximum' }),
        working: queue.metricApproximateNumberOfMessagesNotVisible({ period: PERIOD, statistic: 'Maximum' }),
      },
      label: 'Messages',
      period: PERIOD,
    });

    this.work = new Alarm(this, 'Work', {
      metric: messages,
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: `Not an alarm: starts a task for every ${messagesPerTask} messages, ${maxTasks} at the most.`,
    });
    const start = this.action('Start');
    for (const { tasks, above, upTo } of stepsOf(maxTasks)) {
      start.addAdjustment({
        adjustment: tasks,
        // Counted from the threshold, which is one message.
        lowerBound: above * messagesPerTask,
        upperBound: upTo === undefined ? undefined : upTo * messagesPerTask,
      });
    }
    this.work.addAlarmAction(new ApplicationScalingAction(start));

    this.idle = new Alarm(this, 'Idle', {
      metric: messages,
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: IDLE_PERIODS,
      treatMissingData: TreatMissingData.BREACHING,
      alarmDescription: 'Not an alarm: stops the tasks when there is nothing to do.',
    });
    const stop = this.action('Stop');
    stop.addAdjustment({ adjustment: 0, upperBound: 0 });
    this.idle.addAlarmAction(new ApplicationScalingAction(stop));
  }

  private action(id: string): StepScalingAction {
    return new StepScalingAction(this, id, {
      scalingTarget: this.target,
      adjustmentType: AdjustmentType.EXACT_CAPACITY,
      metricAggregationType: MetricAggregationType.MAXIMUM,
    });
  }
}

/** Steps a scaling policy may have. */
const MOST_STEPS = 20;

interface Step {
  readonly tasks: number;
  /** Messages for this many tasks are fewer than the step is for. */
  readonly above: number;
  /** Messages for this many tasks are all the step is for. */
  readonly upTo?: number;
}

/** One task more with each step; several, where there would be too many steps. */
function stepsOf(maxTasks: number): Step[] {
  const count = Math.min(maxTasks, MOST_STEPS);
  const tasksOf = (step: number): number => Math.ceil((step * maxTasks) / count);
  return Array.from({ length: count }, (_, index) => ({
    tasks: tasksOf(index + 1),
    above: tasksOf(index),
    upTo: index + 1 === count ? undefined : tasksOf(index + 1),
  }));
}

const PERIOD = Duration.minutes(1);
/** A message on its way back from a failed task is not seen for a moment. */
const IDLE_PERIODS = 3;

/** The role Application Auto Scaling has in every account for the services of ECS. */
function serviceLinkedRole(scope: Construct): string {
  return Stack.of(scope).formatArn({
    service: 'iam',
    region: '',
    resource: 'role',
    resourceName:
      'aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService',
  });
}

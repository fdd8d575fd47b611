import { Duration } from 'aws-cdk-lib';
import { type Alarm, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { requireDuration } from '../bounds';
import { AlarmFactory, PACKAGED_RUNBOOK } from '../observability/alarm-factory';
import { AlarmGroup } from '../observability/alarm-group';
import type { PipelineWorkflow } from './pipeline-workflow';

/** How the alarms of a workflow behave. */
export interface WorkflowAlarmsOptions {
  /**
   * A run that took longer raises `duration`, from a second to a year.
   * @default Duration.minutes(5)
   */
  readonly maxDuration?: Duration;
  /**
   * Topics told when an alarm starts and when it ends. More can be added with `notify`.
   * @default - the topics of the workflow's notifications
   */
  readonly topics?: ITopic[];
  /**
   * Whether the alarms tell anybody. Set to false, they still show their state, and need no receiver.
   * @default true
   */
  readonly actionsEnabled?: boolean;
  /**
   * Page the alarms' descriptions link to, with the fragments `#workflow-duration`, `#workflow-failures`.
   * @default - docs/operations.md of this package
   */
  readonly runbookUrl?: string;
}

/** What the alarms watch, and how they behave. */
export interface WorkflowAlarmsProps extends WorkflowAlarmsOptions {
  /** The workflow. */
  readonly workflow: PipelineWorkflow;
}

/**
 * Alarms over the runs of a workflow. Step Functions reports the duration of a run when it ends: for one that hangs
 * there is the timeout, and the deadline of `sla`.
 */
export class WorkflowAlarms extends AlarmGroup {
  /** A run took longer than it should. */
  readonly duration: Alarm;
  /** A run failed; what failed is in the notification. */
  readonly failures: Alarm;
  /** A run did not end in its time. */
  readonly timeouts: Alarm;
  /** Somebody stopped a run. */
  readonly aborts: Alarm;
  readonly all: Alarm[];

  /** @throws Error when the duration is out of its bounds; at synthesis when the alarms reach nobody */
  constructor(scope: Construct, id: string, props: WorkflowAlarmsProps) {
    super(scope, id, props.actionsEnabled ?? true);
    requireDuration('alarms.maxDuration', props.maxDuration, {
      minimum: 1,
      maximum: 31_536_000,
      remedy: 'Leave it out for five minutes.',
    });
    const { workflow } = props;
    const maxDuration = props.maxDuration ?? Duration.minutes(5);
    const alarms = new AlarmFactory(this, props.runbookUrl ?? PACKAGED_RUNBOOK, this.actionsEnabled);
    const period = Duration.minutes(5);
    const atOnce = {
      evaluationPeriods: 1,
      datapointsToAlarm: 1,
      // No run, nothing to report.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    };
    this.duration = alarms.create('Duration', {
      ...atOnce,
      metric: workflow.stateMachine.metricTime({ period, statistic: 'Maximum' }),
      threshold: maxDuration.toMilliseconds(),
      meaning: `${workflow.workflowName}: a run took longer than ${maxDuration.toHumanString()}.`,
      runbookSection: 'workflow-duration',
    });
    const count = (
      id: string,
      metric: 'metricFailed' | 'metricTimedOut' | 'metricAborted',
      what: string,
    ): Alarm =>
      alarms.create(id, {
        ...atOnce,
        metric: workflow.stateMachine[metric]({ period, statistic: 'Sum' }),
        threshold: 0,
        meaning: `${workflow.workflowName}: a run ${what}.`,
        runbookSection: 'workflow-failures',
      });
    this.failures = count('Failures', 'metricFailed', 'failed');
    this.timeouts = count('Timeouts', 'metricTimedOut', 'ran out of time');
    this.aborts = count('Aborts', 'metricAborted', 'was stopped');
    this.all = [this.duration, this.failures, this.timeouts, this.aborts];
    for (const topic of props.topics ?? []) this.notify(topic);
  }
}

import { Duration } from 'aws-cdk-lib';
import { type Alarm, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { METRIC_NAMESPACE } from '../../contract/metric-names';
import { AlarmFactory, AT_ONCE, PACKAGED_RUNBOOK } from '../observability/alarm-factory';
import { AlarmGroup } from '../observability/alarm-group';
import type { SubjectErasure } from './subject-erasure';

/** Which erasures are watched, and whom the alarms tell. */
export interface ErasureAlarmsProps {
  readonly erasure: SubjectErasure;

  /**
   * Topics told when an alarm starts and when it ends. More can be added with `notify`.
   * @default - none: add a topic with `notify` or an action with `addAction`, or synthesis fails
   */
  readonly topics?: ITopic[];

  /**
   * Whether the alarms tell anybody.
   * @default true
   */
  readonly actionsEnabled?: boolean;

  /**
   * Page the alarms' descriptions link to, at `#tables-not-erased` and `#erasure-dead-letters`.
   * @default - docs/operations.md of this package
   */
  readonly runbookUrl?: string;

  /**
   * CloudWatch namespace of the metric that counts runs over all tables.
   * @default 'Lakehouse'
   */
  readonly metricNamespace?: string;
}

/**
 * The alarms of erasures: a subject could not be erased from some table, or a request was given up. A person has asked for
 * it, and the law sets a time: neither may go unnoticed.
 */
export class ErasureAlarms extends AlarmGroup {
  /** A run could not erase a subject from a table. */
  readonly notErased: Alarm;
  /** Requests that failed three times, or were none, wait to be looked at. */
  readonly deadLetters: Alarm;
  readonly all: Alarm[];

  /** @throws Error at synthesis when the alarms reach nobody */
  constructor(scope: Construct, id: string, props: ErasureAlarmsProps) {
    super(scope, id, props.actionsEnabled ?? true);
    const { erasure } = props;
    const alarms = new AlarmFactory(this, props.runbookUrl ?? PACKAGED_RUNBOOK, this.actionsEnabled);
    const failures = new logs.MetricFilter(this, 'NotErasedFilter', {
      logGroup: erasure.logGroup,
      filterPattern: logs.FilterPattern.stringValue('$.message', '=', 'Subject not erased'),
      metricNamespace: props.metricNamespace ?? METRIC_NAMESPACE,
      // Over all tables. Those of another function would otherwise count into one metric.
      metricName: `${erasure.node.addr.slice(0, 12)}-TablesNotErased`,
    });
    this.notErased = alarms.create('NotErased', {
      metric: failures.metric({ statistic: 'Sum', period: Duration.minutes(5) }),
      threshold: 0,
      ...AT_ONCE,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      meaning: 'A subject could not be erased from a table. It is still there.',
      runbookSection: 'tables-not-erased',
    });
    this.deadLetters = alarms.create('DeadLetters', {
      metric: erasure.deadLetterQueue.metricApproximateNumberOfMessagesVisible({
        statistic: 'Maximum',
        period: Duration.minutes(5),
      }),
      threshold: 0,
      ...AT_ONCE,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      meaning: 'A request for erasure was given up. It waits in the dead-letter queue, for 14 days at most.',
      runbookSection: 'erasure-dead-letters',
    });
    this.all = [this.notErased, this.deadLetters];
    for (const topic of props.topics ?? []) this.notify(topic);
  }
}

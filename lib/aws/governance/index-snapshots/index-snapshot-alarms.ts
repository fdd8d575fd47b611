import { Duration } from 'aws-cdk-lib';
import { type Alarm, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { AlarmFactory, AT_ONCE, PACKAGED_RUNBOOK } from '../../observability/alarm-factory';
import { AlarmGroup } from '../../observability/alarm-group';
import type { IndexSnapshots } from './index-snapshots';

/** What the alarms of snapshots watch, and whom they tell. */
export interface IndexSnapshotAlarmsProps {
  readonly snapshots: IndexSnapshots;

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
   * Page the alarms' descriptions link to, at `#index-snapshots`.
   * @default - docs/operations.md of this package
   */
  readonly runbookUrl?: string;
}

/** Hours of one kind before anybody is told: a snapshot takes its time, and a check makes up for one that did not come. */
const HOURS = 3;

/** The alarms of snapshots of search indexes: one failed, none is new enough, requests were given up. */
export class IndexSnapshotAlarms extends AlarmGroup {
  /** A snapshot failed or lacks a part, and no whole one has come after it. */
  readonly failed: Alarm;
  /** The newest whole snapshot is older than `maximumAge` for three hours, or nobody has told of one. */
  readonly tooOld: Alarm;
  /** Requests were given up. */
  readonly deadLetters: Alarm;
  readonly all: Alarm[];

  /** @throws Error at synthesis when the alarms reach nobody */
  constructor(scope: Construct, id: string, props: IndexSnapshotAlarmsProps) {
    super(scope, id, props.actionsEnabled ?? true);
    const { snapshots } = props;
    const { path } = snapshots.node;
    const alarms = new AlarmFactory(this, props.runbookUrl ?? PACKAGED_RUNBOOK, this.actionsEnabled);
    this.failed = alarms.create('Failed', {
      metric: snapshots.metricFailed(),
      threshold: 0,
      ...AT_ONCE,
      treatMissingData: TreatMissingData.IGNORE,
      meaning: `${path}: a snapshot of indexes failed or lacks a part, and no whole one has come after it.`,
      runbookSection: 'index-snapshots',
    });
    this.tooOld = alarms.create('TooOld', {
      metric: snapshots.metricAge(),
      threshold: snapshots.maximumAge.toSeconds(),
      evaluationPeriods: HOURS,
      datapointsToAlarm: HOURS,
      // A backup that nobody tells of is none.
      treatMissingData: TreatMissingData.BREACHING,
      meaning: `${path}: there is no whole snapshot of indexes that is younger than ${snapshots.maximumAge.toHours()} hours.`,
      runbookSection: 'index-snapshots',
    });
    this.deadLetters = alarms.create('DeadLetters', {
      metric: snapshots.deadLetterQueue.metricApproximateNumberOfMessagesVisible({
        statistic: 'Maximum',
        period: Duration.minutes(5),
      }),
      threshold: 0,
      ...AT_ONCE,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      meaning: `${path}: requests for snapshots of indexes were given up.`,
      runbookSection: 'index-snapshots',
    });
    this.all = [this.failed, this.tooOld, this.deadLetters];
    for (const topic of props.topics ?? []) this.notify(topic);
  }
}

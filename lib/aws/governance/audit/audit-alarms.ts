import { Duration } from 'aws-cdk-lib';
import { type Alarm, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { METRIC_NAMESPACE } from '../../../contract/metric-names';
import { AlarmFactory, AT_ONCE, PACKAGED_RUNBOOK } from '../../observability/alarm-factory';
import { AlarmGroup } from '../../observability/alarm-group';
import type { IZoneBucket } from '../../storage';
import type { AuditTrail } from './audit-trail';

/** What of a trail is told at once, and to whom. */
export interface AuditAlarmsProps {
  readonly trail: AuditTrail;

  /**
   * Zone from which nothing is to be deleted, bronze for example.
   * @default - no such alarm
   */
  readonly appendOnlyZone?: IZoneBucket;

  /**
   * Roles that may delete from it: those of compaction and expiry.
   * @default - none
   */
  readonly maintainers?: iam.IRole[];

  /**
   * Topics told when an alarm starts and when it ends, for example that of the pipeline's alarms. More can be added
   * with `notify`.
   * @default - none: add a topic with `notify` or an action with `addAction`, or synthesis fails
   */
  readonly topics?: ITopic[];

  /**
   * Whether the alarms tell anybody.
   * @default true
   */
  readonly actionsEnabled?: boolean;

  /**
   * Page the alarms' descriptions link to, at `#suspicious-changes`.
   * @default - docs/operations.md of this package
   */
  readonly runbookUrl?: string;

  /**
   * CloudWatch namespace of the metrics.
   * @default 'Lakehouse/Audit'
   */
  readonly metricNamespace?: string;
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html */
const MAINTAINERS = 4;

/** What CloudFormation does is reviewed before it is deployed; the rest is somebody at the console or with a key. */
const BY_HAND = '$.sourceIPAddress != "cloudformation.amazonaws.com"';

/**
 * Alarms on what an attacker or a mistake does first: policies of buckets that change, keys that are disabled, the trail
 * that is stopped, objects deleted where nothing is to be. What CloudFormation changes is left out.
 */
export class AuditAlarms extends AlarmGroup {
  /** A policy, the public access block, the encryption or the versioning of a bucket was changed. */
  readonly policyChanges: Alarm;
  /** A key was disabled, is going to be deleted, or has another policy. */
  readonly keyChanges: Alarm;
  /** The trail was stopped, deleted or records something else. */
  readonly trailChanges: Alarm;
  /** Something was deleted by somebody who does not maintain the zone. */
  readonly deletions?: Alarm;
  readonly all: Alarm[];

  constructor(scope: Construct, id: string, props: AuditAlarmsProps) {
    super(scope, id, props.actionsEnabled ?? true);
    const factory = new AlarmFactory(this, props.runbookUrl ?? PACKAGED_RUNBOOK, this.actionsEnabled);
    const namespace = props.metricNamespace ?? `${METRIC_NAMESPACE}/Audit`;
    const create = (name: string, pattern: string, meaning: string): Alarm => {
      const filter = new logs.MetricFilter(this, `${name}Filter`, {
        logGroup: props.trail.logGroup,
        filterPattern: logs.FilterPattern.literal(pattern),
        metricNamespace: namespace,
        // Two trails in one account would otherwise count into one metric.
        metricName: `${props.trail.node.addr.slice(0, 12)}-${name}`,
      });
      return factory.create(name, {
        metric: filter.metric({ statistic: 'Sum', period: Duration.minutes(5) }),
        threshold: 0,
        ...AT_ONCE,
        treatMissingData: TreatMissingData.NOT_BREACHING,
        meaning,
        runbookSection: 'suspicious-changes',
      });
    };
    this.policyChanges = create(
      'PolicyChanges',
      changes('s3.amazonaws.com', POLICY_CALLS),
      'What protects a bucket was changed, and not by CloudFormation.',
    );
    this.keyChanges = create(
      'KeyChanges',
      changes('kms.amazonaws.com', KEY_CALLS),
      'A key was disabled, is going to be deleted, or has another policy, and not by CloudFormation.',
    );
    this.trailChanges = create(
      'TrailChanges',
      changes('cloudtrail.amazonaws.com', TRAIL_CALLS),
      'A trail was stopped, deleted or records something else, and not by CloudFormation.',
    );
    const { appendOnlyZone, maintainers = [] } = props;
    if (maintainers.length > MAINTAINERS) {
      throw new Error(
        `maintainers names ${maintainers.length} roles; a filter of CloudWatch Logs has 1,024 characters, room for ${MAINTAINERS}. ` +
          'Let functions of maintenance share a role.',
      );
    }
    this.deletions =
      appendOnlyZone &&
      create(
        'Deletions',
        deletionsFrom(appendOnlyZone, maintainers),
        'Something was deleted from an append-only zone, or tried to be, by somebody who does not maintain it.',
      );
    this.all = [this.policyChanges, this.keyChanges, this.trailChanges, this.deletions].filter(
      (alarm) => alarm !== undefined,
    );
    for (const topic of props.topics ?? []) this.notify(topic);
  }
}

const POLICY_CALLS = [
  'PutBucketPolicy',
  'DeleteBucketPolicy',
  'PutBucketPublicAccessBlock',
  'DeleteBucketPublicAccessBlock',
  'PutAccountPublicAccessBlock',
  'DeleteAccountPublicAccessBlock',
  'PutBucketEncryption',
  'DeleteBucketEncryption',
  'PutBucketVersioning',
  'PutBucketLifecycle',
  'PutObjectLockConfiguration',
  'PutBucketAcl',
];
const KEY_CALLS = ['DisableKey', 'ScheduleKeyDeletion', 'PutKeyPolicy', 'DisableKeyRotation'];
const TRAIL_CALLS = ['StopLogging', 'DeleteTrail', 'UpdateTrail', 'PutEventSelectors'];

function changes(source: string, calls: readonly string[]): string {
  return `{ ($.eventSource = "${source}") && (${BY_HAND}) && (${anyOf('eventName', calls)}) }`;
}

/** Writers clear away metadata files that a commit superseded; that is no deletion of data. */
function deletionsFrom({ bucket }: IZoneBucket, maintainers: readonly iam.IRole[]): string {
  const others = maintainers.map(
    ({ roleArn }) => ` && ($.userIdentity.sessionContext.sessionIssuer.arn != "${roleArn}")`,
  );
  return (
    `{ ($.eventSource = "s3.amazonaws.com") && ($.requestParameters.bucketName = "${bucket.bucketName}") && ` +
    `(${anyOf('eventName', ['DeleteObject', 'DeleteObjects'])}) && ` +
    `($.requestParameters.key NOT EXISTS || $.requestParameters.key != "*.metadata.json")${others.join('')} }`
  );
}

function anyOf(field: string, values: readonly string[]): string {
  return values.map((value) => `($.${field} = "${value}")`).join(' || ');
}

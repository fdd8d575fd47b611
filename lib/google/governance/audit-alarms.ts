import { MonitoringAlertPolicy } from '@cdktf/provider-google/lib/monitoring-alert-policy';
import type { MonitoringNotificationChannel } from '@cdktf/provider-google/lib/monitoring-notification-channel';
import { Construct } from 'constructs';
import { literal, requireTerraformStack } from '../../terraform';
import type { IZoneBucket } from '../storage/zone-bucket-access';
import type { AuditTrail } from './audit-trail';

/** What is told, and to whom. */
export interface AuditAlarmsProps {
  /** Whose zones and records are watched. */
  readonly trail: AuditTrail;
  /** Channels told: e-mail, chat, Pub/Sub. */
  readonly notificationChannels: MonitoringNotificationChannel[];
  /**
   * Zone from which nobody but its maintainers deletes.
   * @default - none is watched for deletions
   */
  readonly appendOnlyZone?: IZoneBucket;
  /**
   * Who may delete there, as the audit log names them: e-mail addresses of service accounts.
   * @default - nobody
   */
  readonly maintainers?: string[];
}

const CHANGES = 'log_id("cloudaudit.googleapis.com/activity")';

/**
 * Tells at once of what would undo the protection of a lake: policies and settings of its buckets, keys, the audit
 * configuration and the sink of the records that change, and deletions from an append-only zone.
 *
 * Alerts are made of the logs themselves, so that they need no metric; one at the most each five minutes and kind.
 *
 * @throws Error without a channel
 */
export class AuditAlarms extends Construct {
  /** Policies by what they tell of. */
  readonly alarms: MonitoringAlertPolicy[];

  constructor(scope: Construct, id: string, props: AuditAlarmsProps) {
    super(scope, id);
    requireTerraformStack(this);
    const { trail, notificationChannels, appendOnlyZone, maintainers = [] } = props;
    if (notificationChannels.length === 0) {
      throw new Error(`"${this.node.path}" tells nobody. Name notificationChannels.`);
    }
    const channels = notificationChannels.map(({ id }) => id);
    const alarm = (kind: string, displayName: string, filter: string) =>
      new MonitoringAlertPolicy(this, kind, {
        displayName: `${this.node.path}: ${displayName}`.slice(0, 512),
        combiner: 'OR',
        severity: 'CRITICAL',
        conditions: [{ displayName, conditionMatchedLog: { filter } }],
        alertStrategy: { notificationRateLimit: { period: '300s' }, autoClose: '604800s' },
        notificationChannels: channels,
      });
    const watched = anyOf([...trail.zones, trail.records].map(({ bucketName }) => bucketName));
    this.alarms = [
      alarm(
        'BucketChanged',
        'A bucket of the lake has another policy or other settings',
        `${CHANGES} AND resource.type="gcs_bucket" AND resource.labels.bucket_name=${watched} AND ` +
          'protoPayload.methodName=("storage.setIamPermissions" OR "storage.buckets.update" OR "storage.buckets.delete")',
      ),
      alarm(
        'KeyChanged',
        'A key is disabled, on its way to be destroyed, or has another policy',
        `${CHANGES} AND protoPayload.serviceName="cloudkms.googleapis.com" AND ` +
          'protoPayload.methodName=("DestroyCryptoKeyVersion" OR "UpdateCryptoKeyVersion" OR "UpdateCryptoKey" OR "SetIamPolicy")',
      ),
      alarm(
        'TrailChanged',
        'The records go elsewhere, or no longer',
        `${CHANGES} AND ((protoPayload.methodName=("google.logging.v2.ConfigServiceV2.UpdateSink" OR ` +
          `"google.logging.v2.ConfigServiceV2.DeleteSink") AND protoPayload.resourceName:"/sinks/${trail.sink.name}") OR ` +
          '(protoPayload.methodName="SetIamPolicy" AND protoPayload.serviceData.policyDelta.auditConfigDeltas:*))',
      ),
    ];
    if (appendOnlyZone === undefined) return;
    const { bucketName } = appendOnlyZone;
    const others =
      maintainers.length === 0
        ? ''
        : ` AND NOT protoPayload.authenticationInfo.principalEmail=${literal(anyOf(maintainers))}`;
    this.alarms.push(
      alarm(
        'Deleted',
        `Objects of ${bucketName} were deleted`,
        'log_id("cloudaudit.googleapis.com/data_access") AND resource.type="gcs_bucket" AND ' +
          `resource.labels.bucket_name="${bucketName}" AND protoPayload.methodName="storage.objects.delete"${others}`,
      ),
    );
  }
}

function anyOf(values: readonly string[]): string {
  return `(${[...new Set(values)].map((value) => `"${value}"`).join(' OR ')})`;
}

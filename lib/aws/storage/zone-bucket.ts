import { Duration, Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledge, complianceRules } from '../suppressions';
import { monitorAccess, requestMetric } from './access-monitoring';
import { AccessLogBucket, deliverAccessLogs } from './access-log-bucket';
import { lifecycleRules } from './lifecycle';
import { maintainerArn } from './maintainer-arn';
import { retainPolicyWithBucket } from './retained-policy';
import { type StorageCost, sumOfCosts, type ZoneUsage } from './tiering/storage-cost';
import { TieringProfile } from './tiering/tiering-profile';
import {
  archiveTiers,
  noncurrentRule,
  requireSensible,
  transitionsOf,
  type ZoneTiering,
} from './tiering/zone-tiering';
import { ImportedZoneBucket, type IZoneBucket, ZoneBucketBase } from './zone-bucket-access';
import type { ZoneBucketProps } from './zone-bucket-props';
import { isLocked, profilesOf, validateLock, validateRemoval, validateTiering } from './zone-bucket-rules';

/**
 * The S3 bucket of one zone: encrypted with KMS, versioned, TLS 1.2 only, closed to the public, owned by the bucket
 * owner, logged, with EventBridge notifications, and kept when the stack is deleted.
 *
 * @throws Error for lifecycle values S3 would refuse at deployment, and for `autoDeleteObjects` on a bucket that is
 * locked, append-only or retained
 */
export class ZoneBucket extends ZoneBucketBase {
  /**
   * A bucket the user already owns, or a folder of it, with the grants of a zone. Its configuration is left as it is.
   * @param prefix the folder, for example `bronze`; the whole bucket when left out
   */
  static fromBucket(scope: Construct, id: string, bucket: s3.IBucket, prefix?: string): IZoneBucket {
    return new ImportedZoneBucket(scope, id, bucket, prefix);
  }

  readonly bucket: s3.Bucket;
  readonly encryptionKey: kms.IKey;
  readonly root?: string;
  /** Where the server access logs go. */
  readonly logBucket: s3.IBucket;
  private readonly appendOnly: boolean;
  private readonly tiering: ZoneTiering[];
  private readonly noncurrentVersionExpiration: Duration;
  private readonly maintainers: string[] = [];

  constructor(scope: Construct, id: string, props: ZoneBucketProps = {}) {
    super(scope, id);
    validateRemoval(props);
    validateLock(props);
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    const tiering = props.tiering ?? [];
    const expirations = props.expirations ?? [];
    const noncurrentVersionExpiration = props.noncurrentVersionExpiration ?? Duration.days(30);
    validateTiering(tiering, props.transitions ?? []);
    this.tiering = [...tiering, ...profilesOf(props.transitions ?? [])];
    this.noncurrentVersionExpiration = noncurrentVersionExpiration;
    const archives = tiering.flatMap((one) => archiveTiers(one) ?? []);

    this.encryptionKey =
      props.encryptionKey ??
      new kms.Key(this, 'Key', {
        description: `Objects of ${this.node.path}`,
        enableKeyRotation: true,
        removalPolicy,
      });
    this.bucket = new s3.Bucket(this, 'Bucket', {
      bucketName: props.bucketName,
      encryption: s3.BucketEncryption.KMS,
      encryptionKey: this.encryptionKey,
      bucketKeyEnabled: true,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      objectLockEnabled: isLocked(props) ? true : undefined,
      objectLockDefaultRetention: props.objectLock,
      removalPolicy,
      autoDeleteObjects: props.autoDeleteObjects ?? false,
      lifecycleRules: [
        {
          id: 'clean-up',
          noncurrentVersionExpiration,
          abortIncompleteMultipartUploadAfter: Duration.days(7),
          expiredObjectDeleteMarker: true,
        },
        ...lifecycleRules([...(props.transitions ?? []), ...tiering.flatMap(transitionsOf)], expirations),
        ...tiering.flatMap((one) => noncurrentRule(one) ?? []),
      ],
      intelligentTieringConfigurations: archives.length > 0 ? archives : undefined,
    });
    for (const one of this.tiering) requireSensible(one, expirations, noncurrentVersionExpiration);
    // The bucket property of aws-cdk-lib brings a custom resource with wide permissions; CloudFormation needs none.
    const resource = this.bucket.node.defaultChild as s3.CfnBucket;
    resource.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };

    this.logBucket =
      props.serverAccessLogsBucket ??
      new AccessLogBucket(this, 'AccessLogs', { removalPolicy, autoDeleteObjects: props.autoDeleteObjects })
        .bucket;
    const logPrefix = props.serverAccessLogsPrefix ?? `${id}/`;
    deliverAccessLogs(this.bucket, this.logBucket, logPrefix);
    if (props.accessMonitoring)
      monitorAccess(this.bucket, this.logBucket, `inventory/${logPrefix}`, props.accessMonitoring);

    this.appendOnly = props.appendOnly ?? false;
    if (this.appendOnly) this.denyDeletes();
    retainPolicyWithBucket(this.bucket, removalPolicy);
    acknowledge(
      this.bucket,
      complianceRules('S3BucketReplicationEnabled'),
      'A copy in a second region is a choice of recovery objective and cost, made for the whole lake, not a default.',
    );
  }

  /**
   * What the zone costs a month by its tiering, US dollars: the sum over the folders that are given.
   * @throws Error where a duration is known at deployment only
   */
  estimateMonthlyCost(usages: ZoneUsage[]): StorageCost {
    return sumOfCosts(
      usages.map((usage) =>
        this.profileOf(usage.prefix).estimateMonthlyCost({
          noncurrentRetention: this.noncurrentVersionExpiration,
          ...usage,
        }),
      ),
    );
  }

  /**
   * A request metric by its name, `GetRequests` or `BytesDownloaded` for example: the sum over 5 minutes. The zone needs
   * `accessMonitoring`.
   * @param prefix one of its `prefixes`; the whole zone when left out
   */
  metricRequests(metricName: string, prefix?: string): Metric {
    return requestMetric(this.bucket, metricName, prefix);
  }

  /** Of rules that overlap S3 takes the cheaper class; profiles of nested folders are taken to be meant one by one. */
  private profileOf(folder = ''): TieringProfile {
    const covering = this.tiering
      .filter(({ prefix = '' }) => folder.startsWith(prefix))
      .sort((a, b) => (b.prefix ?? '').length - (a.prefix ?? '').length);
    return covering[0]?.profile ?? TieringProfile.custom({ name: 'standard' });
  }

  protected exemptFromAppendOnly(grantee: iam.IGrantable): void {
    if (!this.appendOnly) return;
    this.maintainers.push(maintainerArn(grantee, this));
  }

  private denyDeletes(): void {
    // The root user stays exempt: without it a mistake in this policy could not be mended.
    const root = Stack.of(this).formatArn({ service: 'iam', region: '', resource: 'root' });
    const conditions = {
      ArnNotLike: { 'aws:PrincipalArn': Lazy.list({ produce: () => [root, ...new Set(this.maintainers)] }) },
    };
    this.bucket.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'AppendOnly',
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ['s3:DeleteObject'],
        // Writers clear away metadata files that a commit superseded; versioning keeps those, too, for a while.
        notResources: [this.bucket.arnForObjects(SUPERSEDED_METADATA)],
        conditions,
      }),
    );
    this.bucket.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'KeepVersions',
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ['s3:DeleteObjectVersion'],
        resources: [this.bucket.arnForObjects('*')],
        conditions,
      }),
    );
  }
}

/** Iceberg metadata files; all but the newest of a table are superseded. */
const SUPERSEDED_METADATA = '*/metadata/*.metadata.json';

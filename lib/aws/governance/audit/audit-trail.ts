import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as cloudtrail from 'aws-cdk-lib/aws-cloudtrail';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { requireDuration } from '../../bounds';
import { allowLogEncryption } from '../../log-encryption';
import { type IZoneBucket, type MedallionLake, ZoneBucket } from '../../storage';
import { acknowledge, complianceRules } from '../../suppressions';

/** What is recorded, and how long the records cannot be lost. */
export interface AuditTrailProps {
  /**
   * Lake whose zones are recorded.
   * @default - none: name `zones`
   */
  readonly lake?: MedallionLake;

  /**
   * Zones recorded beside those of the lake.
   * @default - none
   */
  readonly zones?: IZoneBucket[];

  /**
   * Which calls for objects are recorded. Each costs; most are the reads of your own pipelines and queries.
   * @default ReadWriteType.ALL
   */
  readonly objectEvents?: cloudtrail.ReadWriteType;

  /**
   * Whether changes to the account's resources are recorded too: policies, keys, roles. The alarms need them.
   * @default true
   */
  readonly managementEvents?: boolean;

  /**
   * Whether changes of every region are recorded, those of IAM among them.
   * @default false - of the stack's region
   */
  readonly multiRegion?: boolean;

  /**
   * How long a record can neither be changed nor deleted, in whole days; it is deleted after that.
   * @default Duration.days(365)
   */
  readonly retention?: Duration;

  /**
   * Who may lift the lock: in GOVERNANCE mode somebody with a permission of its own, in COMPLIANCE mode nobody, the root
   * user included.
   * @default ObjectLockMode.GOVERNANCE
   */
  readonly lockMode?: s3.ObjectLockMode;

  /**
   * How long the copy in CloudWatch Logs is kept, which alarms are made of.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * Key of the records. An imported key has to allow CloudTrail and CloudWatch Logs in its policy.
   * @default - a key of its own, rotated yearly and kept when the stack is deleted
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Bucket for the server access logs of the bucket of records.
   * @default - that of the lake, or one of its own
   */
  readonly serverAccessLogsBucket?: s3.IBucket;
}

const DAY = 86_400;

/**
 * A record of who read and wrote what in a lake, and who changed what protects it: a trail of CloudTrail over the lake's
 * objects and the changes to the account, in a bucket whose objects are locked, with a digest that shows whether any
 * was changed.
 *
 * @throws Error without a zone, and for a retention S3 would refuse
 */
export class AuditTrail extends Construct {
  readonly trail: cloudtrail.CfnTrail;
  /** Where the records are: `AWSLogs/<account>/CloudTrail/<region>/<year>/<month>/<day>/`. */
  readonly records: ZoneBucket;
  /** The copy alarms are made of. */
  readonly logGroup: logs.LogGroup;
  readonly encryptionKey: kms.IKey;
  /** What is recorded. */
  readonly zones: IZoneBucket[];

  constructor(scope: Construct, id: string, props: AuditTrailProps) {
    super(scope, id);
    const { lake } = props;
    this.zones = [
      ...(lake ? [lake.bronze, lake.silver, lake.gold, lake.quarantine] : []),
      ...(props.zones ?? []),
    ];
    if (this.zones.length === 0) {
      throw new Error(`"${this.node.path}" records nothing. Pass a lake, or name zones.`);
    }
    const retention = props.retention ?? Duration.days(365);
    requireDuration('retention', retention, {
      minimum: DAY,
      maximum: 36_500 * DAY,
      remedy: 'Use whole days.',
    });
    this.encryptionKey =
      props.encryptionKey ??
      new kms.Key(this, 'Key', {
        description: `Records of ${this.node.path}`,
        enableKeyRotation: true,
        removalPolicy: RemovalPolicy.RETAIN,
      });
    this.records = new ZoneBucket(this, 'Records', {
      encryptionKey: this.encryptionKey,
      serverAccessLogsBucket: props.serverAccessLogsBucket ?? lake?.logBucket,
      serverAccessLogsPrefix: 'audit-records/',
      appendOnly: true,
      objectLock:
        (props.lockMode ?? s3.ObjectLockMode.GOVERNANCE) === s3.ObjectLockMode.COMPLIANCE
          ? s3.ObjectLockRetention.compliance(retention)
          : s3.ObjectLockRetention.governance(retention),
      transitions: transitionsWithin(retention),
      expirations: [{ prefix: '', after: Duration.days(retention.toDays() + 1) }],
    });
    this.logGroup = new logs.LogGroup(this, 'Logs', {
      encryptionKey: this.encryptionKey,
      retention: props.logRetention ?? logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    allowLogEncryption(this, this.encryptionKey);
    this.allowDelivery();
    const role = new iam.Role(this, 'LogRole', {
      assumedBy: new iam.ServicePrincipal('cloudtrail.amazonaws.com'),
      description: `Copies the records of ${this.node.path} to CloudWatch Logs`.slice(0, 1000),
    });
    acknowledge(
      role,
      complianceRules('IAMNoInlinePolicy'),
      'The policy is written for the one role that copies the records and is deleted with it.',
    );
    const granted = this.logGroup.grantWrite(role);

    this.trail = new cloudtrail.CfnTrail(this, 'Trail', {
      s3BucketName: this.records.bucket.bucketName,
      kmsKeyId: this.encryptionKey.keyArn,
      isLogging: true,
      enableLogFileValidation: true,
      isMultiRegionTrail: props.multiRegion ?? false,
      includeGlobalServiceEvents: props.multiRegion ?? false,
      cloudWatchLogsLogGroupArn: this.logGroup.logGroupArn,
      cloudWatchLogsRoleArn: role.roleArn,
      advancedEventSelectors: [
        ...((props.managementEvents ?? true) ? [CHANGES] : []),
        objectsOf(this.zones, props.objectEvents ?? cloudtrail.ReadWriteType.ALL),
      ],
    });
    granted.applyBefore(this.trail);
    if (this.records.bucket.policy) this.trail.node.addDependency(this.records.bucket.policy);
  }

  /** The trail cannot be named in what it depends on: the statements are for the trails of this account and region. */
  private allowDelivery(): void {
    const stack = Stack.of(this);
    const principals = [new iam.ServicePrincipal('cloudtrail.amazonaws.com')];
    const trails = stack.formatArn({ service: 'cloudtrail', resource: 'trail', resourceName: '*' });
    const { bucket } = this.records;
    const fromHere = { ArnLike: { 'aws:SourceArn': trails } };
    bucket.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'TrailLooks',
        principals,
        actions: ['s3:GetBucketAcl'],
        resources: [bucket.bucketArn],
        conditions: fromHere,
      }),
    );
    bucket.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'TrailWrites',
        principals,
        actions: ['s3:PutObject'],
        resources: [bucket.arnForObjects(`AWSLogs/${stack.account}/*`)],
        conditions: { ...fromHere, StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' } },
      }),
    );
    // https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
    this.encryptionKey.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'TrailEncrypts',
        principals,
        actions: ['kms:GenerateDataKey*'],
        resources: ['*'],
        conditions: {
          ...fromHere,
          StringLike: { 'kms:EncryptionContext:aws:cloudtrail:arn': trails },
        },
      }),
    );
    this.encryptionKey.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'TrailLooksAtKey',
        principals,
        actions: ['kms:DescribeKey'],
        resources: ['*'],
        conditions: fromHere,
      }),
    );
  }
}

/** What changes something: reads of the account's resources, each decryption among them, are far more and tell less. */
const CHANGES: cloudtrail.CfnTrail.AdvancedEventSelectorProperty = {
  name: 'Changes to the account',
  fieldSelectors: [
    { field: 'eventCategory', equalTo: ['Management'] },
    { field: 'readOnly', equalTo: ['false'] },
  ],
};

/** The objects of the zones and no others: a trail that records its own bucket feeds itself. */
function objectsOf(
  zones: readonly IZoneBucket[],
  events: cloudtrail.ReadWriteType,
): cloudtrail.CfnTrail.AdvancedEventSelectorProperty {
  const readOnly = {
    [cloudtrail.ReadWriteType.READ_ONLY]: ['true'],
    [cloudtrail.ReadWriteType.WRITE_ONLY]: ['false'],
    [cloudtrail.ReadWriteType.ALL]: undefined,
    [cloudtrail.ReadWriteType.NONE]: undefined,
  }[events];
  return {
    name: 'Objects of the lake',
    fieldSelectors: [
      { field: 'eventCategory', equalTo: ['Data'] },
      { field: 'resources.type', equalTo: ['AWS::S3::Object'] },
      {
        field: 'resources.ARN',
        startsWith: zones.map(({ bucket, root }) => bucket.arnForObjects(root ?? '')),
      },
      ...(readOnly ? [{ field: 'readOnly', equalTo: readOnly }] : []),
    ],
  };
}

/** Records are read rarely once they are a quarter old, and then at once. */
function transitionsWithin(retention: Duration): {
  readonly storageClass: s3.StorageClass;
  readonly after: Duration;
  readonly prefix: string;
}[] {
  const quarter = 90;
  // The class is paid for ninety days at least.
  if (retention.toDays() < 2 * quarter) return [];
  return [
    { storageClass: s3.StorageClass.GLACIER_INSTANT_RETRIEVAL, after: Duration.days(quarter), prefix: '' },
  ];
}

import { Duration, type RemovalPolicy, Size, SizeRoundingBehavior, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { requireDuration, requireWhole } from '../bounds';
import { handlerKey, handlerLogs } from '../handler-parts';
import { requireSamePlace } from '../same-environment';
import { type IZoneBucket, ZoneBucket } from '../storage';
import { TieringProfile } from '../storage/tiering/tiering-profile';
import { acknowledge, complianceRules } from '../suppressions';
import type { IIngestStream } from './ingest-stream';

/** What is archived, where, and in what pieces. */
export interface StreamArchiveProps {
  readonly stream: IIngestStream;
  /**
   * Zone the archive is a folder of.
   * @default - a bucket of its own, whose objects move to Glacier when the stream has forgotten them
   */
  readonly zone?: IZoneBucket;
  /**
   * Folder in the zone. What cannot be delivered goes to `<folder>-errors/`.
   * @default 'archive'
   */
  readonly folder?: string;
  /**
   * Longest time records wait for their object, 0 to 900 whole seconds.
   * @default Duration.seconds(60)
   */
  readonly bufferInterval?: Duration;
  /**
   * Size at which an object is written before that time is over, 1 to 128 MiB.
   * @default Size.mebibytes(64)
   */
  readonly bufferSize?: Size;
  /**
   * Whether a line feed follows each record, so that records of JSON are NDJSON. Switch it off for binary formats that tell
   * their length themselves.
   * @default true
   */
  readonly appendDelimiter?: boolean;
  /**
   * How the bucket made here tiers its objects.
   * @default - Glacier once they are as old as the retention of the stream
   */
  readonly tiering?: TieringProfile;
  /**
   * What becomes of the bucket made here when the stack is deleted.
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * How long the log of failed deliveries is kept.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;
  /**
   * Key of the log. An imported key has to allow CloudWatch Logs in its policy.
   * @default - a key of its own, rotated yearly
   */
  readonly encryptionKey?: kms.IKey;
}

/**
 * Keeps every record of a stream for good, as it came, in compressed objects by the hour it arrived: from when the stream
 * has forgotten it, at the price of an archive. A Firehose stream reads beside the other consumers.
 *
 * @throws Error for buffers Firehose would refuse, and for a tiering without a bucket made here
 */
export class StreamArchive extends Construct {
  readonly deliveryStream: CfnDeliveryStream;
  readonly role: iam.Role;
  readonly zone: IZoneBucket;
  readonly logGroup: logs.LogGroup;
  readonly encryptionKey: kms.IKey;
  private readonly folder: string;

  constructor(scope: Construct, id: string, props: StreamArchiveProps) {
    super(scope, id);
    requireBuffer(props);
    this.folder = (props.folder ?? 'archive').replace(/\/+$/, '');
    requireSamePlace(
      this,
      props.stream,
      props.stream.stream.env,
      'Firehose reads streams of its own region and account: create the archive in the stack of the stream.',
    );
    this.zone = props.zone ?? this.createZone(props);
    this.role = new iam.Role(this, 'Role', {
      description: `Archives the records of ${props.stream.node.path}`.slice(0, 1000),
      assumedBy: new iam.ServicePrincipal('firehose.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    acknowledge(
      this.role,
      complianceRules('IAMNoInlinePolicy'),
      'The policy is written by grants for this one role and is deleted with it; shared managed policies would widen it.',
    );
    this.encryptionKey = props.encryptionKey ?? handlerKey(this, `Log of ${this.node.path}`);
    this.logGroup = handlerLogs(this, this.encryptionKey, this.role, props.logRetention);
    const logStream = this.logGroup.addStream('Deliveries', { logStreamName: 'deliveries' });
    const grants = [
      props.stream.grantRead(this.role),
      this.zone.grantWrite(this.role, this.folder),
      this.zone.grantWrite(this.role, `${this.folder}-errors`),
      iam.Grant.addToPrincipal({
        grantee: this.role,
        // Firehose asks where the bucket is, and whether it gave up uploads there.
        actions: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
        resourceArns: [this.zone.bucket.bucketArn],
      }),
    ];
    this.deliveryStream = this.createDeliveryStream(props, logStream.logStreamName);
    for (const grant of grants) grant.applyBefore(this.deliveryStream);
    acknowledge(
      this.deliveryStream,
      ['AwsSolutions-KDF1'],
      'The records come from a stream that is encrypted, and go to a bucket that is: Firehose keeps nothing of its own.',
    );
  }

  /** Age of the oldest record that is not archived yet, in seconds; maximum over 5 minutes. */
  metricDataFreshness(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('DeliveryToS3.DataFreshness', { statistic: 'Maximum', ...options });
  }

  /** Share of the deliveries that succeeded, 0 to 1; mean over 5 minutes. */
  metricDeliverySuccess(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('DeliveryToS3.Success', { statistic: 'Average', ...options });
  }

  private metric(metricName: string, options: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: 'AWS/Firehose',
      metricName,
      dimensionsMap: { DeliveryStreamName: this.deliveryStream.ref },
      period: Duration.minutes(5),
      ...options,
    }).attachTo(this);
  }

  private createZone({ stream, tiering, removalPolicy }: StreamArchiveProps): ZoneBucket {
    return new ZoneBucket(this, 'Zone', {
      removalPolicy,
      tiering: [{ profile: tiering ?? TieringProfile.glacierAfter(wholeDays(stream.retention)) }],
    });
  }

  private createDeliveryStream(props: StreamArchiveProps, logStreamName: string): CfnDeliveryStream {
    const { bucket, encryptionKey, root = '' } = this.zone;
    const hour = 'year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/';
    return new CfnDeliveryStream(this, 'Delivery', {
      deliveryStreamType: 'KinesisStreamAsSource',
      kinesisStreamSourceConfiguration: {
        kinesisStreamArn: props.stream.stream.streamArn,
        roleArn: this.role.roleArn,
      },
      extendedS3DestinationConfiguration: {
        bucketArn: bucket.bucketArn,
        roleArn: this.role.roleArn,
        bufferingHints: {
          intervalInSeconds: (props.bufferInterval ?? Duration.seconds(60)).toSeconds(),
          sizeInMBs: (props.bufferSize ?? Size.mebibytes(64)).toMebibytes(),
        },
        compressionFormat: 'GZIP',
        prefix: `${root}${this.folder}/${hour}`,
        errorOutputPrefix: `${root}${this.folder}-errors/!{firehose:error-output-type}/${hour}`,
        encryptionConfiguration: encryptionKey && {
          kmsEncryptionConfig: { awskmsKeyArn: encryptionKey.keyArn },
        },
        cloudWatchLoggingOptions: {
          enabled: true,
          logGroupName: this.logGroup.logGroupName,
          logStreamName,
        },
        processingConfiguration:
          (props.appendDelimiter ?? true)
            ? {
                enabled: true,
                processors: [
                  {
                    type: 'AppendDelimiterToRecord',
                    parameters: [{ parameterName: 'Delimiter', parameterValue: '\\n' }],
                  },
                ],
              }
            : undefined,
      },
    });
  }
}

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_BufferingHints.html */
function requireBuffer({ zone, tiering, bufferInterval, bufferSize }: StreamArchiveProps): void {
  requireDuration('bufferInterval', bufferInterval, {
    minimum: 0,
    maximum: 900,
    remedy: 'Leave it out for a minute.',
  });
  requireWhole(
    'bufferSize',
    bufferSize?.isUnresolved() ? undefined : bufferSize?.toMebibytes({ rounding: SizeRoundingBehavior.NONE }),
    {
      minimum: 1,
      maximum: 128,
      unit: 'MiB',
      remedy: 'Leave it out for 64: few large objects cost less in an archive than many small ones.',
    },
  );
  if (zone !== undefined && tiering !== undefined) {
    throw new Error(
      'tiering is given together with zone, which has a tiering of its own. Set it there, for the folder of the archive.',
    );
  }
}

/** A lifecycle counts in days. */
function wholeDays(retention: Duration): Duration {
  return retention.isUnresolved()
    ? Duration.days(7)
    : Duration.days(Math.ceil(retention.toDays({ integral: false })));
}

import { Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';

/** How the use of a zone is watched, so that its layout and tiering can be fitted to it. Both cost by the request or object. */
export interface AccessMonitoringOptions {
  /**
   * Folders with request metrics of their own, for example `orders/`: counts, bytes, latencies and errors, each minute.
   * @default - the zone as a whole only
   */
  readonly prefixes?: string[];
  /**
   * A list of all objects, daily, as Parquet in the bucket for access logs: sizes, classes, ages, and what is encrypted,
   * locked and replicated.
   * @default true
   */
  readonly inventory?: boolean;
  /**
   * Bucket for the lists. It has to be encrypted with SSE-S3, or with a key that S3 may use.
   * @default - the bucket of the access logs
   */
  readonly inventoryBucket?: s3.IBucket;
}

/** Id of the metrics configuration of the whole bucket. */
const WHOLE = 'EntireBucket';
/** S3 takes that many configurations of either kind. */
const LARGEST = 1000;

const FIELDS = [
  'Size',
  'LastModifiedDate',
  'StorageClass',
  'IntelligentTieringAccessTier',
  'IsMultipartUploaded',
  'EncryptionStatus',
  'BucketKeyStatus',
  'ReplicationStatus',
  'ObjectLockRetainUntilDate',
  'ObjectLockMode',
  'ObjectLockLegalHoldStatus',
];

/**
 * Set on the resource itself, as the logging is: between two stacks the policy of the lists' bucket names no source.
 * @throws Error for prefixes that are not folders, or given twice
 */
export function monitorAccess(
  source: s3.Bucket,
  logBucket: s3.IBucket,
  listPrefix: string,
  { prefixes = [], inventory = true, inventoryBucket = logBucket }: AccessMonitoringOptions,
): void {
  requirePrefixes(prefixes);
  const resource = source.node.defaultChild as s3.CfnBucket;
  resource.metricsConfigurations = [
    { id: WHOLE },
    ...prefixes.map((prefix) => ({ id: metricsId(prefix), prefix })),
  ];
  if (!inventory) return;
  resource.inventoryConfigurations = [
    {
      id: 'daily',
      enabled: true,
      includedObjectVersions: 'All',
      scheduleFrequency: 'Daily',
      optionalFields: FIELDS,
      destination: {
        bucketArn: inventoryBucket.bucketArn,
        bucketAccountId: inventoryBucket.env.account,
        format: 'Parquet',
        prefix: listPrefix.replace(/\/+$/, ''),
      },
    },
  ];
  const sameStack = Stack.of(source) === Stack.of(inventoryBucket);
  inventoryBucket.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('s3.amazonaws.com')],
      actions: ['s3:PutObject'],
      resources: [inventoryBucket.arnForObjects(`${listPrefix}*`)],
      conditions: {
        ...(sameStack ? { ArnLike: { 'aws:SourceArn': source.bucketArn } } : {}),
        StringEquals: { 'aws:SourceAccount': Stack.of(source).account },
      },
    }),
  );
}

/** A request metric of a bucket, or of a folder that is among its monitored prefixes. */
export function requestMetric(
  bucket: s3.IBucket,
  metricName: string,
  prefix: string | undefined,
  options: cloudwatch.MetricOptions = {},
): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: 'AWS/S3',
    metricName,
    dimensionsMap: {
      BucketName: bucket.bucketName,
      FilterId: prefix === undefined ? WHOLE : metricsId(prefix),
    },
    statistic: 'Sum',
    ...options,
  }).attachTo(bucket);
}

/** Ids take letters, digits, dots, dashes and underscores, 64 of them. */
function metricsId(prefix: string): string {
  return prefix
    .replace(/\/+$/, '')
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .slice(0, 64);
}

function requirePrefixes(prefixes: readonly string[]): void {
  const ids = prefixes.map(metricsId);
  const twice = prefixes.find((_prefix, index) => ids.indexOf(ids[index]) !== index);
  if (twice !== undefined) {
    throw new Error(
      `accessMonitoring: the prefix "${twice}" has the name of another one ("${metricsId(twice)}"). Keep one of them.`,
    );
  }
  const wrong = prefixes.find((prefix) => prefix === '' || prefix.startsWith('/'));
  if (wrong !== undefined) {
    throw new Error(
      `accessMonitoring: a prefix is a folder such as "orders/", received "${wrong}". The zone as a whole is watched anyway.`,
    );
  }
  if (prefixes.length >= LARGEST) {
    throw new Error(
      `accessMonitoring: ${prefixes.length} prefixes given; S3 takes ${LARGEST - 1} beside the whole bucket. Leave some out.`,
    );
  }
}

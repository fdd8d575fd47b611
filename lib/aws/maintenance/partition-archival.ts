import { Duration } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { StorageClass } from 'aws-cdk-lib/aws-s3';
import { type CfnSchedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { BUNDLES } from '../../contract/handler-environment';
import { METRIC_NAMESPACE } from '../../contract/metric-names';
import { requireDuration, requireWhole } from '../bounds';
import { HANDLER_ARCHITECTURE, HANDLER_ENTRY, HANDLER_RUNTIME, stagedCode } from '../bundle';
import { type ILakeTable, LakeTable } from '../catalog';
import { networkOf } from '../handler-network';
import type { HandlerOptions } from '../handler-options';
import { handlerKey, handlerLogs, handlerRole } from '../handler-parts';
import { DeadLetterQueue } from '../processing/dead-letter-queue';
import { grantSend } from '../queue-access';
import { acknowledgeHandlerFunction } from '../suppressions';
import { scheduleTables } from './table-schedules';

/** A table, and the age at which its partitions are archived. */
export interface ArchivedTable {
  /** A table that is partitioned by time. */
  readonly table: ILakeTable;
  /** Age of a partition, counted from its end; whole days, 1 or more. Longer than late rows still come in. */
  readonly olderThan: Duration;
}

/** Which tables, to what class, and when. */
export interface PartitionArchivalProps extends HandlerOptions {
  readonly tables: ArchivedTable[];
  /**
   * Where old partitions go: `GLACIER_INSTANT_RETRIEVAL` and `INTELLIGENT_TIERING` are read at once; a query that meets a
   * partition in `GLACIER` or `DEEP_ARCHIVE` fails until it is restored.
   * @default StorageClass.GLACIER_INSTANT_RETRIEVAL
   */
  readonly storageClass?: StorageClass;
  /**
   * Whether the lifecycle rule is added to the tables' buckets. Switch it off for buckets of another app, and add it there:
   * a transition of what carries the tag `lakehouse:tier` = `archive`.
   * @default true
   */
  readonly lifecycleRule?: boolean;
  /**
   * When each table is looked at.
   * @default ScheduleExpression.rate(Duration.days(1))
   */
  readonly schedule?: ScheduleExpression;
  /**
   * Time within which a table's turn comes, up to a day, in whole minutes.
   * @default Duration.hours(1)
   */
  readonly flexibleTimeWindow?: Duration;
  /**
   * Memory of the function in MB, 128 to 10,240.
   * @default 512
   */
  readonly memorySize?: number;
  /**
   * Longest run for one table, up to 15 minutes.
   * @default Duration.minutes(15)
   */
  readonly timeout?: Duration;
  /**
   * How long the function's logs are kept.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;
  /**
   * Key of the logs and the dead-letter queue. An imported key has to allow CloudWatch Logs in its policy.
   * @default - a key of its own, rotated yearly
   */
  readonly encryptionKey?: kms.IKey;
  /**
   * CloudWatch namespace of the metric of tables that could not be archived.
   * @default 'Lakehouse'
   */
  readonly metricNamespace?: string;
}

/** Classes an object of any age can move to, and that pay for data seldom read. */
const ARCHIVES = [
  StorageClass.INTELLIGENT_TIERING,
  StorageClass.GLACIER_INSTANT_RETRIEVAL,
  StorageClass.GLACIER,
  StorageClass.DEEP_ARCHIVE,
].map(({ value }) => value);

/**
 * Moves old partitions of tables to a cheaper class, by the age of their rows as the table knows it: a function tags
 * the data files of partitions that ended long ago, a lifecycle rule moves what carries the tag. A lifecycle by the age of
 * objects cannot tell: a compaction makes old rows new objects, and the metadata that every query reads grow old as well.
 *
 * @throws Error for a table that is named twice, an age below a day, a class that is no archive, and a bucket whose
 * lifecycle is its owner's
 */
export class PartitionArchival extends Construct {
  /** The function. */
  readonly handler: lambda.Function;
  readonly role: iam.IRole;
  readonly logGroup: logs.LogGroup;
  /** Runs that could not be started, or were stopped before their end. */
  readonly deadLetterQueue: IQueue;
  /** Key of the logs and of the dead-letter queue. */
  readonly encryptionKey: kms.IKey;
  /** One for each table. */
  readonly schedules: CfnSchedule[];
  private readonly failures: logs.MetricFilter;

  constructor(scope: Construct, id: string, props: PartitionArchivalProps) {
    super(scope, id);
    const { tables, storageClass = StorageClass.GLACIER_INSTANT_RETRIEVAL } = props;
    requireArchivable(props, storageClass, this.node.path);
    this.role = props.role ?? handlerRole(this, `Tags the old partitions of the tables of ${this.node.path}`);
    this.encryptionKey =
      props.encryptionKey ?? handlerKey(this, `Logs and dead letters of ${this.node.path}`);
    this.logGroup = handlerLogs(this, this.encryptionKey, this.role, props.logRetention);
    this.deadLetterQueue = new DeadLetterQueue(this, 'DeadLetters', {
      encryptionKey: this.encryptionKey,
    }).queue;
    for (const { table } of tables) {
      table.grantArchival(this.role);
      if (props.lifecycleRule ?? true) table.moveArchived(storageClass);
    }
    this.handler = new lambda.Function(this, 'Handler', {
      description: 'Tags the data files of old partitions, for a lifecycle rule to move.',
      code: stagedCode(BUNDLES.partitionArchival),
      handler: HANDLER_ENTRY,
      runtime: HANDLER_RUNTIME,
      architecture: HANDLER_ARCHITECTURE,
      memorySize: props.memorySize ?? 512,
      timeout: props.timeout ?? Duration.minutes(15),
      tracing: lambda.Tracing.ACTIVE,
      role: this.role,
      logGroup: this.logGroup,
      ...networkOf(props.network, this.role),
      // What a run left undone is done by the next.
      retryAttempts: 0,
      onFailure: {
        bind: () => {
          grantSend(this.deadLetterQueue, this.role);
          return { destination: this.deadLetterQueue.queueArn };
        },
      },
    });
    acknowledgeHandlerFunction(
      this.handler,
      'Runs that fail go to the on-failure destination of the function, which tells more than a dead-letter queue of its own.',
    );
    this.handler.node.addDependency(
      ...tables.map(({ table }) => table).filter((table) => table instanceof LakeTable),
    );
    this.failures = new logs.MetricFilter(this, 'Failures', {
      logGroup: this.logGroup,
      filterPattern: logs.FilterPattern.stringValue('$.message', '=', 'Partitions not archived'),
      metricNamespace: props.metricNamespace ?? METRIC_NAMESPACE,
      metricName: 'TablesNotArchived',
      dimensions: { Table: '$.table' },
    });
    this.schedules = scheduleTables(
      this,
      {
        handler: this.handler,
        deadLetterQueue: this.deadLetterQueue,
        schedule: props.schedule ?? ScheduleExpression.rate(Duration.days(1)),
        flexibleTimeWindow: props.flexibleTimeWindow ?? Duration.hours(1),
        what: 'Archival',
        purpose: `Starts the archival of the tables of ${this.node.path}`,
      },
      tables.map(({ table: { uri }, olderThan }) => ({
        uri,
        request: { tables: [uri], olderThanDays: olderThan.toDays() },
      })),
    );
  }

  /** Whether a table could not be archived: the sum over a day, with the table's URI as its dimension. */
  metricNotArchived(tableUri: string): Metric {
    return this.failures.metric({
      dimensionsMap: { Table: tableUri },
      statistic: 'Sum',
      period: Duration.days(1),
    });
  }
}

function requireArchivable(props: PartitionArchivalProps, storageClass: StorageClass, path: string): void {
  const uris = props.tables.map(({ table }) => table.uri);
  if (uris.length === 0) throw new Error(`"${path}" has no table to archive. Name one in tables.`);
  const twice = uris.find((uri, index) => uris.indexOf(uri) !== index);
  if (twice !== undefined)
    throw new Error(`The table ${twice} is named twice in "${path}". Keep one of them.`);
  if (!ARCHIVES.includes(storageClass.value)) {
    throw new Error(
      `storageClass ${storageClass.value} is no class for old partitions. Allowed: ${ARCHIVES.join(', ')}: the others take no ` +
        'young objects, or keep them in a single availability zone.',
    );
  }
  for (const { table, olderThan } of props.tables) {
    requireDuration(`olderThan of ${table.uri}`, olderThan, {
      minimum: 86_400,
      maximum: 36_500 * 86_400,
      remedy: 'Use whole days, more than late rows take to come in.',
    });
  }
  requireWhole('memorySize', props.memorySize, {
    minimum: 128,
    maximum: 10_240,
    unit: 'MB',
    remedy: 'Leave it out for 512.',
  });
  requireDuration('timeout', props.timeout, {
    minimum: 1,
    maximum: 900,
    remedy: 'Leave it out for fifteen minutes; what a run leaves undone is done by the next.',
  });
  requireDuration('flexibleTimeWindow', props.flexibleTimeWindow, {
    minimum: 0,
    maximum: 86_400,
    remedy: 'Leave it out for an hour.',
  });
}

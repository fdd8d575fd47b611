import { Duration } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
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
import type { IZoneBucket } from '../storage';
import { acknowledgeHandlerFunction } from '../suppressions';
import { type MaintenanceOptions, requireMaintenance } from './maintenance-options';
import { scheduleTables } from './table-schedules';

/** A table that no catalog knows: its metadata are swapped in the bucket (`s3://<bucket>/<folder>`). */
export interface ObjectStoreTable {
  readonly zoneBucket: IZoneBucket;
  /** Folder of the table in the zone. It holds nothing but its files: others in it count as orphans. */
  readonly folder: string;
}

/** Which tables are looked after, when, and how. */
export interface MaintenanceScheduleProps extends MaintenanceOptions, HandlerOptions {
  /**
   * Tables of the Glue Data Catalog. Leave out those that have a TableMaintenance.
   * @default - none
   */
  readonly tables?: ILakeTable[];

  /**
   * Tables without a catalog.
   * @default - none
   */
  readonly objectStoreTables?: ObjectStoreTable[];

  /**
   * When each table is looked after, once an hour at the most.
   * @default ScheduleExpression.rate(Duration.days(1))
   */
  readonly schedule?: ScheduleExpression;

  /**
   * Time within which a table's turn comes, so that not all come at once; up to a day, in whole minutes.
   * @default Duration.hours(1)
   */
  readonly flexibleTimeWindow?: Duration;

  /**
   * Memory of the function in MB, 128 to 10,240: what is compacted is held in it, a partition at a time.
   * @default 2048
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
   * CloudWatch namespace of the metric of tables that could not be maintained.
   * @default 'Lakehouse'
   */
  readonly metricNamespace?: string;
}

/**
 * Compaction, snapshot expiry and the deletion of orphans by a function of this package, on a schedule, a run for each
 * table: for tables that AWS Glue does not look after, or is not to (see `TableMaintenance`).
 *
 * @throws Error for options that are out of their bounds or of what is switched off, for a table that is named twice,
 * and where no table is named
 */
export class MaintenanceSchedule extends Construct {
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

  constructor(scope: Construct, id: string, props: MaintenanceScheduleProps) {
    super(scope, id);
    const { tables = [], objectStoreTables = [] } = props;
    const uris = [
      ...tables.map(({ uri }) => uri),
      ...objectStoreTables.map(({ zoneBucket, folder }) => zoneBucket.s3Uri(folder)),
    ];
    requireMaintenance(props);
    requireSchedulable(props, uris, this.node.path);

    this.role = props.role ?? handlerRole(this, `Compacts and cleans up the tables of ${this.node.path}`);
    this.encryptionKey =
      props.encryptionKey ?? handlerKey(this, `Logs and dead letters of ${this.node.path}`);
    this.logGroup = handlerLogs(this, this.encryptionKey, this.role, props.logRetention);
    this.deadLetterQueue = new DeadLetterQueue(this, 'DeadLetters', {
      encryptionKey: this.encryptionKey,
    }).queue;
    for (const table of tables) table.grantMaintenance(this.role);
    for (const { zoneBucket, folder } of objectStoreTables) {
      zoneBucket.grantTableCommit(this.role, folder);
      zoneBucket.grantMaintenance(this.role, folder);
    }

    this.handler = new lambda.Function(this, 'Handler', {
      description: 'Compacts Iceberg tables, expires their snapshots, deletes what no metadata name.',
      code: stagedCode(BUNDLES.tableMaintenance),
      handler: HANDLER_ENTRY,
      runtime: HANDLER_RUNTIME,
      architecture: HANDLER_ARCHITECTURE,
      memorySize: props.memorySize ?? 2048,
      timeout: props.timeout ?? Duration.minutes(15),
      tracing: lambda.Tracing.ACTIVE,
      role: this.role,
      logGroup: this.logGroup,
      ...networkOf(props.network, this.role),
      // What a run left undone is done by the next; a second at once would be beside the first.
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
    this.handler.node.addDependency(...tables.filter((table) => table instanceof LakeTable));

    this.failures = new logs.MetricFilter(this, 'Failures', {
      logGroup: this.logGroup,
      filterPattern: logs.FilterPattern.stringValue('$.message', '=', 'Table not maintained'),
      metricNamespace: props.metricNamespace ?? METRIC_NAMESPACE,
      metricName: 'TablesNotMaintained',
      dimensions: { Table: '$.table' },
    });
    this.schedules = scheduleTables(
      this,
      {
        handler: this.handler,
        deadLetterQueue: this.deadLetterQueue,
        schedule: props.schedule ?? ScheduleExpression.rate(Duration.days(1)),
        flexibleTimeWindow: props.flexibleTimeWindow ?? Duration.hours(1),
        what: 'Maintenance',
        purpose: `Starts the maintenance of the tables of ${this.node.path}`,
      },
      uris.map((uri) => ({ uri, request: requestOf(props, uri) })),
    );
  }

  /** Whether a table could not be maintained: the sum over a day, with the table's URI as its dimension. */
  metricNotMaintained(tableUri: string): Metric {
    return this.failures.metric({
      dimensionsMap: { Table: tableUri },
      statistic: 'Sum',
      period: Duration.days(1),
    });
  }
}

/** As lambda/sources/maintenance-request.ts reads it: a step that is absent is done with its defaults. */
function requestOf(props: MaintenanceScheduleProps, uri: string): { [name: string]: unknown } {
  const { compaction = true, snapshotExpiry = true, orphanDeletion = true } = props;
  const { snapshotRetention = Duration.days(7), orphanRetention = Duration.days(3) } = props;
  return {
    tables: [uri],
    compact: compaction && { minFiles: props.minInputFiles },
    expire: snapshotExpiry && {
      olderThanHours: snapshotRetention.toHours(),
      keepLast: props.snapshotsToKeep ?? 10,
    },
    orphans: orphanDeletion && { olderThanHours: orphanRetention.toHours() },
  };
}

function requireSchedulable(props: MaintenanceScheduleProps, uris: string[], path: string): void {
  if (uris.length === 0) {
    throw new Error(`"${path}" has no table to look after. Name one in tables or objectStoreTables.`);
  }
  const twice = uris.find((uri, index) => uris.indexOf(uri) !== index);
  if (twice !== undefined) {
    throw new Error(
      `The table ${twice} is named twice in "${path}". Runs of one table would be side by side.`,
    );
  }
  requireWhole('memorySize', props.memorySize, {
    minimum: 128,
    maximum: 10_240,
    unit: 'MB',
    remedy: 'Leave it out for 2048.',
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
  const minutes = /^rate\((\d+) minutes?\)$/.exec(props.schedule?.expressionString ?? '')?.[1];
  if (minutes !== undefined && Number(minutes) < 60) {
    throw new Error(
      `schedule must be once an hour at the most. Received rate(${minutes} minutes). Runs of one table would come to be ` +
        'side by side: leave it out for once a day.',
    );
  }
}

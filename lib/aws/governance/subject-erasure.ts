import { Annotations, Duration, Stack, Token } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { BUNDLES, HANDLER_ENVIRONMENT } from '../../contract/handler-environment';
import { METRIC_NAMESPACE } from '../../contract/metric-names';
import { requireDuration, requireWhole } from '../bounds';
import { HANDLER_ARCHITECTURE, HANDLER_ENTRY, HANDLER_RUNTIME, stagedCode } from '../bundle';
import { type ILakeTable, LakeTable } from '../catalog';
import { networkOf } from '../handler-network';
import type { HandlerOptions } from '../handler-options';
import { handlerKey, handlerLogs, handlerRole } from '../handler-parts';
import { LakeEndpoint } from '../network';
import { DeadLetterQueue } from '../processing/dead-letter-queue';
import { grantSend } from '../queue-access';
import type { IZoneBucket } from '../storage';
import { acknowledgeHandlerFunction } from '../suppressions';

/** A folder that holds files of a table, and of no other. */
export interface ErasureLocation {
  readonly zone: IZoneBucket;
  /** Folder within the zone, for example `offloaded/orders`. */
  readonly folder: string;
}

/** What subjects are erased from, and where it is recorded. */
export interface SubjectErasureProps extends HandlerOptions {
  /**
   * Every table that holds rows of subjects, quarantine and tombstones among them: sources before what is made from them.
   * The function is told no others.
   */
  readonly tables: ILakeTable[];
  /**
   * Folders outside of those of the tables that hold files of theirs: where their property `write.data.path` says, or said
   * once. Versions are removed from the one it says now.
   * @default - none: files are below the tables' own folders
   */
  readonly dataLocations?: ErasureLocation[];
  /**
   * Zone the records go to, for example one with `objectLock`: what was erased must be shown for years. None of the tables
   * is in it.
   */
  readonly records: IZoneBucket;
  /**
   * Folder of that zone.
   * @default 'erasures'
   */
  readonly recordsPrefix?: string;
  /**
   * Keys that columns of the tables were masked with, the `maskingKey` of their processors.
   * @default - none: columns are not hashed or tokenized, or subjects are told by others
   */
  readonly maskingKeys?: ISecret[];
  /**
   * Memory of the function in MB, 512 to 10,240. It holds four data files at a time.
   * @default 2048
   */
  readonly memorySize?: number;
  /**
   * Longest run, up to 15 minutes. One that ends before its end goes on when the request comes again, as Lambda sees to twice.
   * @default Duration.minutes(15)
   */
  readonly timeout?: Duration;
  /**
   * How long the function's logs are kept. They name tables and requests, never a subject.
   * @default RetentionDays.ONE_YEAR
   */
  readonly logRetention?: logs.RetentionDays;
  /**
   * Key of the logs and the dead-letter queue. An imported key has to allow CloudWatch Logs in its policy.
   * @default - a key of its own, rotated yearly
   */
  readonly encryptionKey?: kms.IKey;
  /**
   * CloudWatch namespace of the metric of tables that a subject could not be erased from.
   * @default 'Lakehouse'
   */
  readonly metricNamespace?: string;
}

/**
 * Erases a data subject from tables when asked to: rows, history, and the versions of files that buckets keep. Honours
 * Object Lock, tags and branches, and records who asked, what went and what stays until when.
 *
 * Asked by invoking the function, `{"request": "r-17", "requestedBy": "dpo", "subject": {"customer_id": "42"}}`. Not by a
 * state machine: its history would show the subject for months.
 *
 * @throws Error for no table, one that is named twice or kept where the records go, one whose files are where the function
 * may not delete, and values Lambda would refuse
 */
export class SubjectErasure extends Construct {
  /** The function. */
  readonly handler: lambda.Function;
  readonly role: iam.IRole;
  readonly logGroup: logs.LogGroup;
  /** Requests, whole, that failed three times or were none: encrypted, and gone after 14 days. */
  readonly deadLetterQueue: IQueue;
  /** Key of the logs and of the dead-letter queue. */
  readonly encryptionKey: kms.IKey;
  /** `s3://<bucket>/<folder>`: where the records are, `<request>/<time>-….json`. */
  readonly recordsUri: string;
  private readonly failures: logs.MetricFilter;
  private readonly records: IZoneBucket;
  private readonly recordsPrefix: string;

  constructor(scope: Construct, id: string, props: SubjectErasureProps) {
    super(scope, id);
    const { tables, records, recordsPrefix = 'erasures', maskingKeys = [] } = props;
    requireErasable(props, this.node.path);
    for (const table of tables) requireReachable(this, table, props.dataLocations ?? []);
    this.records = records;
    this.recordsPrefix = recordsPrefix;
    this.recordsUri = records.s3Uri(recordsPrefix);
    this.role = props.role ?? handlerRole(this, `Erases subjects from the tables of ${this.node.path}`);
    this.encryptionKey =
      props.encryptionKey ?? handlerKey(this, `Logs and dead letters of ${this.node.path}`);
    this.logGroup = handlerLogs(
      this,
      this.encryptionKey,
      this.role,
      props.logRetention ?? logs.RetentionDays.ONE_YEAR,
    );
    this.deadLetterQueue = new DeadLetterQueue(this, 'DeadLetters', {
      encryptionKey: this.encryptionKey,
    }).queue;
    for (const table of tables) table.grantErasure(this.role);
    for (const { zone, folder } of props.dataLocations ?? []) {
      zone.grantRead(this.role, folder);
      zone.grantWrite(this.role, folder);
      zone.grantErasure(this.role, folder);
    }
    records.grantWrite(this.role, recordsPrefix);
    for (const key of maskingKeys) key.grantRead(this.role);
    this.handler = new lambda.Function(this, 'Handler', {
      description: 'Erases a data subject from tables: rows, history, versions of files.',
      code: stagedCode(BUNDLES.subjectErasure),
      handler: HANDLER_ENTRY,
      runtime: HANDLER_RUNTIME,
      architecture: HANDLER_ARCHITECTURE,
      memorySize: props.memorySize ?? 2048,
      timeout: props.timeout ?? Duration.minutes(15),
      tracing: lambda.Tracing.ACTIVE,
      role: this.role,
      logGroup: this.logGroup,
      environment: {
        [HANDLER_ENVIRONMENT.erasureTables]: Stack.of(this).toJsonString(tables.map(({ uri }) => uri)),
        [HANDLER_ENVIRONMENT.erasureRecords]: this.recordsUri,
        ...(maskingKeys.length > 0 && {
          [HANDLER_ENVIRONMENT.maskingKeys]: Stack.of(this).toJsonString(
            maskingKeys.map(({ secretArn }) => secretArn),
          ),
        }),
      },
      ...networkOf(props.network, this.role, maskingKeys.length > 0 ? [LakeEndpoint.SECRETS_MANAGER] : []),
      // The same request goes on where it was stopped.
      retryAttempts: 2,
      onFailure: {
        bind: () => {
          grantSend(this.deadLetterQueue, this.role);
          return { destination: this.deadLetterQueue.queueArn };
        },
      },
    });
    acknowledgeHandlerFunction(
      this.handler,
      'Requests that fail go to the on-failure destination of the function, which tells more than a dead-letter queue of its own.',
    );
    this.handler.node.addDependency(...tables.filter((table) => table instanceof LakeTable));
    this.failures = new logs.MetricFilter(this, 'Failures', {
      logGroup: this.logGroup,
      filterPattern: logs.FilterPattern.stringValue('$.message', '=', 'Subject not erased'),
      metricNamespace: props.metricNamespace ?? METRIC_NAMESPACE,
      metricName: 'TablesNotErased',
      dimensions: { Table: '$.table' },
    });
  }

  /** Ask for an erasure: invoke the function, and be told what became of it. */
  grantRequest(grantee: iam.IGrantable): iam.Grant {
    return this.handler.grantInvoke(grantee);
  }

  /** Read the records. */
  grantReadRecords(grantee: iam.IGrantable): iam.Grant {
    return this.records.grantRead(grantee, this.recordsPrefix);
  }

  /** Runs in which a subject could not be erased from a table: the sum over a day, with the table's URI as its dimension. */
  metricNotErased(tableUri: string): Metric {
    return this.failures.metric({
      dimensionsMap: { Table: tableUri },
      statistic: 'Sum',
      period: Duration.days(1),
    });
  }
}

function requireErasable(props: SubjectErasureProps, path: string): void {
  const uris = props.tables.map(({ uri }) => uri);
  if (uris.length === 0) throw new Error(`"${path}" has no table to erase from. Name one in tables.`);
  const twice = uris.find((uri, index) => uris.indexOf(uri) !== index);
  if (twice !== undefined)
    throw new Error(`The table ${twice} is named twice in "${path}". Keep one of them.`);
  const recordsUri = `${props.records.s3Uri(props.recordsPrefix ?? 'erasures')}/`;
  const around = props.tables.find(
    ({ location }) => `${location}/`.startsWith(recordsUri) || recordsUri.startsWith(`${location}/`),
  );
  if (around !== undefined)
    throw new Error(
      `The records of "${path}" would go to ${recordsUri}, where the table ${around.uri} is. Choose another recordsPrefix, or a zone of their own.`,
    );
  requireWhole('memorySize', props.memorySize, {
    minimum: 512,
    maximum: 10_240,
    unit: 'MB',
    remedy: 'Leave it out for 2048.',
  });
  requireDuration('timeout', props.timeout, {
    minimum: 1,
    maximum: 900,
    remedy: 'Leave it out for fifteen minutes; a request that comes again goes on where it was stopped.',
  });
}

/** Files of a table may be elsewhere than the table. */
function requireReachable(
  erasure: SubjectErasure,
  table: ILakeTable,
  locations: readonly ErasureLocation[],
): void {
  const dataPath = table instanceof LakeTable ? table._dataPath : undefined;
  if (dataPath === undefined) return;
  const reached = [table.location, ...locations.map(({ zone, folder }) => zone.s3Uri(folder))];
  if (reached.some((uri) => `${dataPath}/`.startsWith(`${uri.replace(/\/+$/, '')}/`))) return;
  const problem =
    `Files of the table ${table.uri} are in ${dataPath} (write.data.path), where "${erasure.node.path}" may not delete. Name ` +
    'that folder in dataLocations.';
  if (![dataPath, ...reached].some((uri) => Token.isUnresolved(uri))) throw new Error(problem);
  // Names that are known at deployment only may be the same.
  Annotations.of(erasure).addWarningV2(`lakehouse-constructs:erasureLocation:${table.node.path}`, problem);
}

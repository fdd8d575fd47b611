import { Duration } from 'aws-cdk-lib';
import type * as events from 'aws-cdk-lib/aws-events';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type DataContract, RejectionHandling, type SchemaObject, Zone } from '../../contract';
import { fileColumns } from '../../contract/file-columns';
import { compileContract } from '../../contract/handler-code';
import {
  BUNDLES,
  COMPILED_CONTRACT_FILE,
  FILE_COLUMNS_FILE,
  HANDLER_ENVIRONMENT,
} from '../../contract/handler-environment';
import { HeaderCheck } from '../../contract/header-check';
import { METRIC_NAMESPACE } from '../../contract/metric-names';
import { knownRun } from '../bounds';
import { HANDLER_ARCHITECTURE, HANDLER_ENTRY, HANDLER_RUNTIME, stagedCode } from '../bundle';
import { type ILakeTable, LakeTableBase } from '../catalog';
import { requireTable, requireTwoTables } from '../catalog/table-purpose';
import { networkOf } from '../handler-network';
import { handlerDescription, handlerKey, handlerLogs, handlerRole } from '../handler-parts';
import { LakeEndpoint } from '../network/lake-endpoint';
import { requireMetricNames } from '../observability/metric-name-rules';
import { DEFAULT_LATENCY } from '../observability/pipeline-thresholds';
import { allowEvents, grantSend } from '../queue-access';
import type { IZoneBucket } from '../storage';
import { acknowledgeHandlerFunction } from '../suppressions';
import { ContainerProcessor } from './container-processor';
import { DeadLetterQueue } from './dead-letter-queue';
import { FileDisposition } from './file-disposition';
import { requireFileLimits } from './file-limits';
import type { FileProcessorOptions } from './file-options';
import type { FileSource } from './file-source';
import { bindDetection } from './personal-data-detection';
import { defaultBatchingWindow } from './processor-limits';
import type { IRecordProcessor } from './record-processor';

/** What is taken in, to where, and how. */
export interface FileProcessorProps extends FileProcessorOptions {
  /** The contract records are decoded, validated and encoded by, and headers are held against. */
  readonly contract: DataContract;

  /**
   * Name of the schema object in the contract.
   * @default - the first
   */
  readonly schemaName?: string;

  /** Where files arrive: `FileSource.bucket(…)`. */
  readonly source: FileSource;

  /** Table of the accepted records. */
  readonly bronze: ILakeTable;

  /** Table of the rejected records, and of what is known of refused files. */
  readonly quarantine: ILakeTable;
}

/**
 * Takes every file that arrives in a folder into bronze, record by record, what the contract refuses into quarantine.
 * NDJSON, JSON arrays, GeoJSON, CSV and TSV with a header, each of them in gzip as well, and Parquet. Events may come
 * twice, late and in any order: a file is taken in once, in however many parts and after whatever failure.
 *
 * A file that cannot be read, or whose header is not the contract's, is refused as a whole: one row in quarantine says
 * why, nothing of it is in bronze, and it stays where it is.
 */
export class FileProcessor extends Construct implements IRecordProcessor {
  /** The function. */
  readonly handler: lambda.Function;
  readonly role: iam.IRole;
  readonly logGroup: logs.LogGroup;
  /** Files on their way to the function. */
  readonly queue: Queue;
  /** Messages that were given up. */
  readonly deadLetterQueue: IQueue;
  /** Tells the queue of files that arrive. */
  readonly rule: events.Rule;
  readonly eventSourceMapping: lambda.EventSourceMapping;
  /** Key of the logs and of the queues created here. */
  readonly encryptionKey: kms.IKey;
  /** Takes what is too large for the function. Undefined where `large` is not given. */
  readonly container?: ContainerProcessor;
  /** `s3://` URI of the folder the files arrive in. */
  readonly folderUri: string;
  /** `s3://` URI of the folder that says which files are done. */
  readonly ledgerUri: string;
  /** Name of the data product, as metrics and logs carry it. */
  readonly productName: string;
  readonly metricNamespace: string;

  /**
   * @throws Error when an option is outside what AWS takes, the contract has no such schema object, both tables are the
   * same one, or what is written would start the processor again
   */
  constructor(scope: Construct, id: string, props: FileProcessorProps) {
    super(scope, id);
    const { contract, bronze, quarantine, source } = props;
    const schema = contract.schema(props.schemaName);
    this.productName = props.productName ?? schema.tableName;
    this.metricNamespace = props.metricNamespace ?? METRIC_NAMESPACE;
    requireMetricNames(this.productName, this.metricNamespace);
    requireFileLimits(props);
    requireTwoTables(bronze, quarantine);
    requireTable(this, 'bronze', bronze, { zone: Zone.BRONZE });
    requireTable(this, 'quarantine', quarantine, { zone: Zone.QUARANTINE });
    const ledger = props.ledgerBucket ?? bucketOf(bronze);
    const ledgerFolder = `_ledger/${bronze.databaseName}/${bronze.tableName}/`;
    this.ledgerUri = ledger.s3Uri(ledgerFolder);

    this.role =
      props.role ?? handlerRole(this, `Reads the files of ${this.productName} and appends to its tables`);
    this.encryptionKey = props.encryptionKey ?? handlerKey(this, `Logs and files of ${this.node.path}`);
    this.logGroup = handlerLogs(this, this.encryptionKey, this.role, props.logRetention);
    this.deadLetterQueue =
      props.deadLetterQueue ??
      new DeadLetterQueue(this, 'DeadLetters', { encryptionKey: this.encryptionKey }).queue;
    const timeout = props.timeout ?? Duration.minutes(15);
    this.queue = new Queue(this, 'Queue', {
      // Long enough for the function's poller to try again when it is throttled; a failed run is repeated after it.
      visibilityTimeout: Duration.seconds(2 * knownRun(timeout).toSeconds()),
      retentionPeriod: Duration.days(14),
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: this.encryptionKey,
      enforceSSL: true,
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: (props.retryAttempts ?? 4) + 1 },
    });
    allowEvents(this, this.queue, this.encryptionKey);
    const bound = source.bind(this, this.role, this.queue);
    this.rule = bound.rule;
    this.folderUri = bound.bucket.s3Uri(bound.prefix);
    for (const [what, uri] of Object.entries({ bronze: bronze.location, quarantine: quarantine.location }))
      requireOutside(this.folderUri, what, `${uri}/`);
    requireOutside(this.folderUri, 'the ledger', this.ledgerUri);
    const disposition = props.disposition ?? FileDisposition.keep();

    const transform = props.transform?.bind(this, this.role);
    const detection = bindDetection(this, props, schema);
    const lineage = props.lineage?.bind(this, contract);
    const files = { ...compiled(contract, schema), ...transform?.files, ...detection?.files };
    const environment = {
      [HANDLER_ENVIRONMENT.bronzeTable]: bronze.uri,
      [HANDLER_ENVIRONMENT.quarantineTable]: quarantine.uri,
      [HANDLER_ENVIRONMENT.fileLedger]: this.ledgerUri,
      [HANDLER_ENVIRONMENT.headerCheck]: props.header ?? HeaderCheck.EXACT,
      [HANDLER_ENVIRONMENT.disposition]: JSON.stringify(disposition._settings(bound)),
      [HANDLER_ENVIRONMENT.rejections]: props.rejections ?? RejectionHandling.QUARANTINE,
      [HANDLER_ENVIRONMENT.product]: this.productName,
      [HANDLER_ENVIRONMENT.metricNamespace]: this.metricNamespace,
      ...transform?.environment,
      ...detection?.environment,
      ...(lineage && { ...lineage.environment, [HANDLER_ENVIRONMENT.fileFolder]: this.folderUri }),
    };
    this.container =
      props.large &&
      new ContainerProcessor(this, 'Large', {
        encryptionKey: this.encryptionKey,
        logRetention: props.logRetention,
        ...props.large,
        bundle: BUNDLES.fileIngest,
        files,
        environment,
        purpose: `${this.productName}, large files to bronze`,
      });
    this.container?.grantSend(this.role);
    this.container?.service.node.addDependency(bronze, quarantine);
    if (this.container) {
      source.grantRead(this.container.taskRole);
      props.transform?.bind(this, this.container.taskRole);
    }
    for (const role of [this.role, this.container?.taskRole].filter((one) => one !== undefined)) {
      bronze.grantReadWrite(role);
      quarantine.grantReadWrite(role);
      ledger.grantReadWrite(role, ledgerFolder);
      disposition.grant(role, bound);
      props.lineage?.grantTell(role);
    }

    this.handler = new lambda.Function(this, 'Handler', {
      description: handlerDescription(
        `${this.productName}: files to bronze, contract version ${contract.version}`,
      ),
      code: stagedCode(BUNDLES.fileIngest, files),
      handler: HANDLER_ENTRY,
      runtime: HANDLER_RUNTIME,
      architecture: HANDLER_ARCHITECTURE,
      memorySize: props.memorySize ?? 2048,
      timeout,
      tracing: lambda.Tracing.ACTIVE,
      role: this.role,
      logGroup: this.logGroup,
      reservedConcurrentExecutions: props.reservedConcurrentExecutions,
      ...networkOf(props.network, this.role, [LakeEndpoint.SQS]),
      environment: {
        ...environment,
        [HANDLER_ENVIRONMENT.fileQueue]: this.queue.queueUrl,
        ...(this.container && {
          [HANDLER_ENVIRONMENT.taskQueue]: this.container.queue.queueUrl,
          ...(props.maxFileSize && {
            [HANDLER_ENVIRONMENT.maxFileBytes]: String(props.maxFileSize.toBytes()),
          }),
        }),
      },
    });
    acknowledgeHandlerFunction(
      this.handler,
      'Nothing calls this function asynchronously; a file that fails goes from its queue to the dead-letter queue.',
    );
    // A function that is ahead of its tables would fail, or put the values of a new column into `_extra`.
    this.handler.node.addDependency(bronze, quarantine);

    this.queue.grantConsumeMessages(this.role);
    grantSend(this.queue, this.role);
    const latency = contract.sla.latencySeconds ?? DEFAULT_LATENCY.toSeconds();
    this.eventSourceMapping = new lambda.EventSourceMapping(this, 'Source', {
      target: this.handler,
      eventSourceArn: this.queue.queueArn,
      enabled: props.enabled,
      // Small files share a commit.
      batchSize: 10,
      maxBatchingWindow: props.maxBatchingWindow ?? defaultBatchingWindow(latency),
      maxConcurrency: props.maxConcurrency ?? 4,
      reportBatchItemFailures: true,
    });
  }
}

function compiled(contract: DataContract, schema: SchemaObject): { [file: string]: string } {
  return {
    [COMPILED_CONTRACT_FILE]: compileContract(contract, schema),
    [FILE_COLUMNS_FILE]: `export const columns = ${JSON.stringify(fileColumns(schema), undefined, 2)};\n`,
  };
}

function bucketOf(bronze: ILakeTable): IZoneBucket {
  if (bronze instanceof LakeTableBase) return bronze.zoneBucket;
  throw new Error(
    `The bucket of the bronze table "${bronze.node.path}" is not known. Pass ledgerBucket: where it is to be noted which ` +
      'files are done.',
  );
}

/** What the processor writes there would start it again. */
function requireOutside(from: string, what: string, uri: string): void {
  if (!uri.startsWith(from)) return;
  throw new Error(
    `${what}, ${uri}, is in the folder files are taken from, ${from}: what is written there would start the processor ` +
      'again, without an end. Let files arrive in a folder of their own.',
  );
}

import { Duration } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type DataContract, RejectionHandling, Zone } from '../../contract';
import { compileContract } from '../../contract/handler-code';
import { COMPILED_CONTRACT_FILE, HANDLER_ENVIRONMENT } from '../../contract/handler-environment';
import { METRIC_NAMESPACE } from '../../contract/metric-names';
import { HANDLER_ARCHITECTURE, HANDLER_ENTRY, HANDLER_RUNTIME, stagedCode } from '../bundle';
import type { ILakeTable } from '../catalog';
import { requireTable, requireTwoTables } from '../catalog/table-purpose';
import { networkOf } from '../handler-network';
import { handlerDescription, handlerKey, handlerLogs, handlerRole } from '../handler-parts';
import { LakeEndpoint } from '../network/lake-endpoint';
import { requireMetricNames } from '../observability/metric-name-rules';
import { DEFAULT_LATENCY } from '../observability/pipeline-thresholds';
import { grantSend } from '../queue-access';
import { requireSamePlace } from '../same-environment';
import type { IIngestStream } from '../streams';
import { acknowledgeHandlerFunction } from '../suppressions';
import { DeadLetterQueue } from './dead-letter-queue';
import type { IDeduplicationTable } from './deduplication-table';
import { defaultBatchingWindow, defaultRecordAge, requireDeployable } from './processor-limits';
import type { IRecordProcessor } from './record-processor';
import { bindDetection } from './personal-data-detection';
import type { StreamProcessorOptions } from './stream-options';
import type { StreamSource } from './stream-source';

/** What is processed, to where, and how. */
export interface StreamProcessorProps extends StreamProcessorOptions {
  /** The contract records are decoded, validated and encoded by. */
  readonly contract: DataContract;

  /**
   * Name of the schema object in the contract.
   * @default - the first
   */
  readonly schemaName?: string;

  /** Where records come from. */
  readonly source: StreamSource;

  /** Table of the accepted records. */
  readonly bronze: ILakeTable;

  /** Table of the rejected records. */
  readonly quarantine: ILakeTable;
}

/**
 * Reads a stream, checks every record against its contract, and appends what passes to bronze and the rest, whole
 * and with the reason, to quarantine. Batches may come twice, overlap or be split: the tables do not change by it.
 *
 * The code is a bundle this package ships, with the code compiled from the contract beside it: nothing is bundled
 * or downloaded at synthesis, and another contract is another version of the code.
 */
export class StreamProcessor extends Construct implements IRecordProcessor {
  /** The function. */
  readonly handler: lambda.Function;
  readonly role: iam.IRole;
  readonly logGroup: logs.LogGroup;
  readonly deadLetterQueue: IQueue;
  readonly eventSourceMapping: lambda.EventSourceMapping;
  /** Key of the logs and of the dead-letter queue created here. */
  readonly encryptionKey: kms.IKey;
  /** Where it is remembered which events are in; undefined without `deduplication`. */
  readonly deduplicationTable?: IDeduplicationTable;
  /** The stream it reads. */
  readonly stream: IIngestStream;
  /** Name of the data product, as metrics and logs carry it. */
  readonly productName: string;
  readonly metricNamespace: string;

  /**
   * @throws Error when an option is outside what Lambda takes, the contract has no such schema object, or both
   * tables are the same one
   */
  constructor(scope: Construct, id: string, props: StreamProcessorProps) {
    super(scope, id);
    const { contract, bronze, quarantine } = props;
    const schema = contract.schema(props.schemaName);
    this.productName = props.productName ?? schema.tableName;
    this.metricNamespace = props.metricNamespace ?? METRIC_NAMESPACE;
    requireMetricNames(this.productName, this.metricNamespace);
    requireTwoTables(bronze, quarantine);
    requireTable(this, 'bronze', bronze, { zone: Zone.BRONZE });
    requireTable(this, 'quarantine', quarantine, { zone: Zone.QUARANTINE });

    this.role =
      props.role ?? handlerRole(this, `Reads the stream of ${this.productName} and appends to its tables`);
    const source = props.source.bind(this.role);
    this.stream = source.stream;
    requireDeployable(props, this.stream.retention);
    const { region } = this.stream.stream.env;
    requireSamePlace(this, this.stream, { region }, 'Lambda reads the streams of its own region only.');

    this.encryptionKey =
      props.encryptionKey ?? handlerKey(this, `Logs and dead letters of ${this.node.path}`);
    this.logGroup = handlerLogs(this, this.encryptionKey, this.role, props.logRetention);
    this.deadLetterQueue =
      props.deadLetterQueue ??
      new DeadLetterQueue(this, 'DeadLetters', { encryptionKey: this.encryptionKey }).queue;
    bronze.grantReadWrite(this.role);
    quarantine.grantReadWrite(this.role);
    const transform = props.transform?.bind(this, this.role);
    const deduplication = props.deduplication?.bind(this, this.role, {
      schema: props.transform === undefined ? schema : props.transform._inputSchema,
      productName: this.productName,
      maxRecordAge: props.maxRecordAge ?? defaultRecordAge(this.stream.retention),
      encryptionKey: this.encryptionKey,
    });
    this.deduplicationTable = deduplication?.table;
    const detection = bindDetection(this, props, schema);
    props.lineage?.grantTell(this.role);
    const lineage = props.lineage?.bind(this, contract);
    const needsMore = (transform ?? deduplication) !== undefined || lineage?.readsSecrets === true;
    const bundle = (needsMore ? source.transformBundle : undefined) ?? source.bundle;
    props.committer?.grantHandOver(this.role, bronze, quarantine);

    this.handler = new lambda.Function(this, 'Handler', {
      description: handlerDescription(
        `${this.productName}: stream to bronze, contract version ${contract.version}`,
      ),
      code: stagedCode(bundle, {
        [COMPILED_CONTRACT_FILE]: compileContract(contract, schema),
        ...transform?.files,
        ...detection?.files,
      }),
      handler: HANDLER_ENTRY,
      runtime: HANDLER_RUNTIME,
      architecture: HANDLER_ARCHITECTURE,
      memorySize: props.memorySize ?? 512,
      timeout: props.timeout ?? Duration.minutes(1),
      tracing: lambda.Tracing.ACTIVE,
      role: this.role,
      logGroup: this.logGroup,
      reservedConcurrentExecutions: props.reservedConcurrentExecutions,
      ...networkOf(props.network, this.role, props.committer && [LakeEndpoint.SQS]),
      environment: {
        [HANDLER_ENVIRONMENT.bronzeTable]: bronze.uri,
        [HANDLER_ENVIRONMENT.quarantineTable]: quarantine.uri,
        [HANDLER_ENVIRONMENT.rejections]: props.rejections ?? RejectionHandling.QUARANTINE,
        [HANDLER_ENVIRONMENT.product]: this.productName,
        [HANDLER_ENVIRONMENT.metricNamespace]: this.metricNamespace,
        ...transform?.environment,
        ...deduplication?.environment,
        ...detection?.environment,
        ...lineage?.environment,
        ...(props.committer && { [HANDLER_ENVIRONMENT.commitQueue]: props.committer.queue.queueUrl }),
      },
    });
    acknowledgeHandlerFunction(
      this.handler,
      'Nothing calls this function asynchronously; a batch that fails goes to the on-failure destination of its event source mapping.',
    );

    // A function that is ahead of its tables would fail, or put the values of a new column into `_extra`.
    this.handler.node.addDependency(bronze, quarantine);
    this.eventSourceMapping = this.mapSource(props);
  }

  private mapSource(props: StreamProcessorProps): lambda.EventSourceMapping {
    const latency = props.contract.sla.latencySeconds ?? DEFAULT_LATENCY.toSeconds();
    return new lambda.EventSourceMapping(this, 'Source', {
      target: this.handler,
      eventSourceArn: this.stream.stream.streamArn,
      startingPosition: lambda.StartingPosition.TRIM_HORIZON,
      batchSize: props.batchSize ?? 10_000,
      maxBatchingWindow: props.maxBatchingWindow ?? defaultBatchingWindow(latency),
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      maxRecordAge: props.maxRecordAge ?? defaultRecordAge(this.stream.retention),
      retryAttempts: props.retryAttempts ?? 100,
      // A table remembers one position for each shard, which holds only while a shard is read in order.
      parallelizationFactor: 1,
      onFailure: { bind: () => ({ destination: this.grantDeadLetters() }) },
      filters: props.filters,
      enabled: props.enabled,
    });
  }

  /** Lets the function's role, under which Lambda sends the note, use the queue. Returns the queue's ARN. */
  private grantDeadLetters(): string {
    grantSend(this.deadLetterQueue, this.role);
    return this.deadLetterQueue.queueArn;
  }
}

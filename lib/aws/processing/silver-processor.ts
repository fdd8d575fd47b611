import { Duration, Size, Token } from 'aws-cdk-lib';
import type * as events from 'aws-cdk-lib/aws-events';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type DataContract, type SchemaObject, Zone } from '../../contract';
import { compileContract } from '../../contract/handler-code';
import { BUNDLES, COMPILED_CONTRACT_FILE, HANDLER_ENVIRONMENT } from '../../contract/handler-environment';
import { METRIC_NAMESPACE } from '../../contract/metric-names';
import { HANDLER_ARCHITECTURE, HANDLER_ENTRY, HANDLER_RUNTIME, stagedCode } from '../bundle';
import { type ILakeTable, TableContent } from '../catalog';
import { requireOnlyKeeper } from '../catalog/table-keeper';
import { requireDescribedBy, requireTable, type TablePurpose } from '../catalog/table-purpose';
import { networkOf, tasksIn } from '../handler-network';
import { handlerDescription, handlerKey, handlerLogs, handlerRole } from '../handler-parts';
import { LakeEndpoint } from '../network/lake-endpoint';
import { requireMetricNames } from '../observability/metric-name-rules';
import { DEFAULT_LATENCY } from '../observability/pipeline-thresholds';
import { grantSend } from '../queue-access';
import { acknowledgeHandlerFunction } from '../suppressions';
import { CommitQueue } from './commit-queue';
import { ContainerProcessor } from './container-processor';
import { bindMasking, grantMaskingKey } from './masking';
import { defaultDeliveryDelay, requireRefinable } from './silver-limits';
import type { SilverProcessorOptions } from './silver-options';

/** What is refined, to where, and how. */
export interface SilverProcessorProps extends SilverProcessorOptions {
  /** The contract that names the primary key, the event time and what deletes. */
  readonly contract: DataContract;

  /**
   * Name of the schema object in the contract.
   * @default - the first
   */
  readonly schemaName?: string;

  /** Table of what arrived: every commit to it is followed. */
  readonly bronze: ILakeTable;

  /** Table of the latest row of each key: a `LakeTable` with `zone: Zone.SILVER`. */
  readonly silver: ILakeTable;

  /** Table of the rows that cannot enter silver, whole and with the reason. */
  readonly quarantine: ILakeTable;

  /**
   * Table of the deletions: a `LakeTable` with `content: TableContent.TOMBSTONES`.
   * @default - none, which a contract with `deletedWhen` does not allow
   */
  readonly tombstones?: ILakeTable;

  /**
   * Table of the gates' results: a `LakeTable` with `content: TableContent.QUALITY_RESULTS`.
   * @default - none: the results are metrics and log lines only
   */
  readonly quality?: ILakeTable;
}

/**
 * Keeps a silver table up to date with its bronze table: each commit to bronze is followed by one that brings its rows
 * in, typed, one for each primary key, the latest by event time and position, without those that were deleted. Only
 * what changed is read and written, and a commit is taken in once, however often it is told.
 *
 * The rows of several commits are taken in together where they come close to one another. Runs for the table follow
 * one another; what is correct does not rest on that.
 */
export class SilverProcessor extends Construct {
  /** The function. */
  readonly handler: lambda.Function;
  readonly role: iam.IRole;
  readonly logGroup: logs.LogGroup;
  /** Commits and requests on their way to the function. */
  readonly queue: Queue;
  readonly deadLetterQueue: IQueue;
  /** Tells the queue of commits to bronze. */
  readonly commitRule: events.Rule;
  /** Asks for an update at an interval, whatever was told. */
  readonly catchUpRule: events.Rule;
  readonly eventSourceMapping: lambda.EventSourceMapping;
  /** Key of the logs and of the queues created here. */
  readonly encryptionKey: kms.IKey;
  /** Does what is too large for the function. Undefined where `large` is not given. */
  readonly container?: ContainerProcessor;
  /** Key of the masks. Undefined where no mask needs one. */
  readonly maskingKey?: ISecret;
  /** The table it keeps. */
  readonly silver: ILakeTable;
  /** Name of the data product, as metrics and logs carry it. */
  readonly productName: string;
  readonly metricNamespace: string;
  /**
   * The request to bring silver up to date, as the body of a message or the payload of an invocation:
   * `{ "refine": "glue://<database>/<table>" }`.
   */
  readonly refineRequest: { readonly [name: string]: string };

  /**
   * @throws Error when an option is outside what AWS takes, the contract has no such schema object, two tables are the
   * same one, silver or tombstones belong to another schema object or contract, another SilverProcessor keeps silver, or
   * a contract with deletions has no table of tombstones
   * same one, a contract with deletions has no table of tombstones, or a mask cannot be
   */
  constructor(scope: Construct, id: string, props: SilverProcessorProps) {
    super(scope, id);
    const { contract, bronze, silver, quarantine, tombstones, quality } = props;
    const schema = contract.schema(props.schemaName);
    this.silver = silver;
    this.productName = props.productName ?? schema.tableName;
    this.metricNamespace = props.metricNamespace ?? METRIC_NAMESPACE;
    this.refineRequest = { refine: silver.uri };
    requireMetricNames(this.productName, this.metricNamespace);
    requireRefinable(props);
    requireTables(this, props);
    requireTombstones(schema, tombstones);
    requireDescribedBy('silver', silver, contract, schema);
    if (tombstones !== undefined) requireDescribedBy('tombstones', tombstones, contract, schema);
    requireOnlyKeeper(
      this,
      silver,
      (other) => (other instanceof SilverProcessor ? other.silver : undefined),
      'Give each a silver table of its own; one follows every commit to its bronze table.',
    );

    this.role =
      props.role ?? handlerRole(this, `Reads the bronze table of ${this.productName} and keeps silver`);
    this.encryptionKey = props.encryptionKey ?? handlerKey(this, `Logs and requests of ${this.node.path}`);
    this.logGroup = handlerLogs(this, this.encryptionKey, this.role, props.logRetention);
    const written = [silver, quarantine, tombstones, quality].filter((table) => table !== undefined);
    const transform = props.transform?.bindToTable(this, this.role, contract, props.schemaName);
    const masking = bindMasking(this, schema, props.masking, () => this.encryptionKey);
    this.maskingKey = masking?.key;
    const files = {
      [COMPILED_CONTRACT_FILE]: compileContract(contract, schema),
      ...transform?.files,
      ...masking?.files,
    };
    const lineage = props.lineage?.bind(this, contract);
    const environment = {
      ...this.environment(props),
      ...transform?.environment,
      ...masking?.environment,
      ...lineage?.environment,
    };
    this.container =
      props.large &&
      new ContainerProcessor(this, 'Large', {
        encryptionKey: this.encryptionKey,
        logRetention: props.logRetention,
        ...(props.large.cluster === undefined && props.large.vpc === undefined && tasksIn(props.network)),
        ...props.large,
        bundle: BUNDLE,
        files,
        environment,
        purpose: `${this.productName}, large increments from bronze to silver`,
      });
    this.container?.grantSend(this.role);
    for (const role of [this.role, this.container?.taskRole].filter((one) => one !== undefined)) {
      bronze.grantRead(role);
      for (const table of written) table.grantReadWrite(role);
      grantMaskingKey(masking, role);
      props.lineage?.grantTell(role);
    }
    if (this.container)
      props.transform?.bindToTable(this, this.container.taskRole, contract, props.schemaName);
    this.container?.service.node.addDependency(bronze, ...written);

    const timeout = props.timeout ?? Duration.minutes(5);
    this.handler = new lambda.Function(this, 'Handler', {
      description: handlerDescription(
        `${this.productName}: bronze to silver, contract version ${contract.version}`,
      ),
      code: stagedCode(BUNDLE, files),
      handler: HANDLER_ENTRY,
      runtime: HANDLER_RUNTIME,
      architecture: HANDLER_ARCHITECTURE,
      memorySize: props.memorySize ?? 2048,
      timeout,
      tracing: lambda.Tracing.ACTIVE,
      role: this.role,
      logGroup: this.logGroup,
      reservedConcurrentExecutions: props.reservedConcurrentExecutions,
      ...networkOf(props.network, this.role, props.large && [LakeEndpoint.SQS]),
      environment: {
        ...environment,
        [HANDLER_ENVIRONMENT.maxIncrementBytes]: String((props.maxIncrement ?? Size.mebibytes(32)).toBytes()),
        ...(this.container && { [HANDLER_ENVIRONMENT.taskQueue]: this.container.queue.queueUrl }),
      },
    });
    acknowledgeHandlerFunction(
      this.handler,
      'Nothing calls this function asynchronously; a request that fails goes from its queue to the dead-letter queue.',
    );
    // A function that is ahead of its tables would fail.
    this.handler.node.addDependency(bronze, ...written);

    const latency = contract.sla.latencySeconds ?? DEFAULT_LATENCY.toSeconds();
    const commits = new CommitQueue(this, 'Commits', {
      sources: [bronze],
      target: silver,
      request: this.refineRequest,
      deliveryDelay: props.deliveryDelay ?? defaultDeliveryDelay(latency),
      catchUpInterval: props.catchUpInterval ?? Duration.hours(1),
      runTimeout: timeout,
      maxReceiveCount: (props.retryAttempts ?? 4) + 1,
      encryptionKey: this.encryptionKey,
      deadLetterQueue: props.deadLetterQueue,
    });
    this.queue = commits.queue;
    this.deadLetterQueue = commits.deadLetterQueue;
    this.commitRule = commits.commitRule;
    this.catchUpRule = commits.catchUpRule;
    this.queue.grantConsumeMessages(this.role);
    this.eventSourceMapping = new lambda.EventSourceMapping(this, 'Source', {
      target: this.handler,
      eventSourceArn: this.queue.queueArn,
      // All that wait are done in one run.
      batchSize: 10,
      reportBatchItemFailures: true,
    });
  }

  /** Lets somebody, a workflow for example, ask for silver to be brought up to date: send `refineRequest` to `queue`. */
  grantRefine(grantee: iam.IGrantable): iam.Grant {
    return grantSend(this.queue, grantee);
  }

  private environment(props: SilverProcessorProps): { [name: string]: string } {
    const { tombstones, quality } = props;
    return {
      [HANDLER_ENVIRONMENT.bronzeTable]: props.bronze.uri,
      [HANDLER_ENVIRONMENT.silverTable]: props.silver.uri,
      [HANDLER_ENVIRONMENT.quarantineTable]: props.quarantine.uri,
      ...(tombstones && { [HANDLER_ENVIRONMENT.tombstonesTable]: tombstones.uri }),
      ...(quality && { [HANDLER_ENVIRONMENT.qualityTable]: quality.uri }),
      [HANDLER_ENVIRONMENT.product]: this.productName,
      [HANDLER_ENVIRONMENT.metricNamespace]: this.metricNamespace,
    };
  }
}

/** The same in a function and in a container. */
const BUNDLE = BUNDLES.silverRefine;

const PURPOSES: { readonly [name: string]: TablePurpose } = {
  bronze: { zone: Zone.BRONZE },
  silver: { zone: Zone.SILVER },
  quarantine: { zone: Zone.QUARANTINE },
  tombstones: { content: TableContent.TOMBSTONES },
  quality: { content: TableContent.QUALITY_RESULTS },
};

function requireTables(processor: SilverProcessor, props: SilverProcessorProps): void {
  const names = ['bronze', 'silver', 'quarantine', 'tombstones', 'quality'] as const;
  const given = names.flatMap((name) => {
    const uri = props[name]?.uri;
    return uri === undefined || Token.isUnresolved(uri) ? [] : [{ name, uri }];
  });
  for (const { name, uri } of given) {
    const other = given.find((one) => one.uri === uri && one.name !== name);
    if (other === undefined) continue;
    throw new Error(
      `${name} and ${other.name} are the same table, ${uri}. Each needs one of its own: make a LakeTable, with ` +
        'zone Zone.SILVER for silver, and its content for what is kept beside it.',
    );
  }
  for (const name of names) {
    const table = props[name];
    if (table !== undefined) requireTable(processor, name, table, PURPOSES[name]);
  }
}

function requireTombstones(schema: SchemaObject, tombstones: ILakeTable | undefined): void {
  const deletes = schema.deletion !== undefined;
  if (deletes === (tombstones !== undefined)) return;
  throw new Error(
    deletes
      ? `The contract marks deletions of "${schema.name}" (deletedWhen), but tombstones is missing. Pass a LakeTable ` +
          'with content TableContent.TOMBSTONES: without it a late row would bring back what was deleted after it.'
      : `tombstones is given, but the contract marks no deletions of "${schema.name}". Leave it out, or say which rows ` +
          'delete with the custom property deletedWhen.',
  );
}

import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { Zone } from '../../contract';
import { BUNDLES, HANDLER_ENVIRONMENT } from '../../contract/handler-environment';
import { METRIC_NAMESPACE, METRICS, PRODUCT_DIMENSION } from '../../contract/metric-names';
import { type Transformation, TRANSFORMATION_FILE } from '../../contract/transform/transformation';
import { knownRun } from '../bounds';
import { HANDLER_ARCHITECTURE, HANDLER_ENTRY, HANDLER_RUNTIME, stagedCode } from '../bundle';
import type { ILakeTable } from '../catalog';
import { requireOnlyKeeper } from '../catalog/table-keeper';
import { requireTable } from '../catalog/table-purpose';
import { networkOf } from '../handler-network';
import { handlerDescription, handlerKey, handlerLogs, handlerRole } from '../handler-parts';
import { requireMetricNames } from '../observability/metric-name-rules';
import { ContainerProcessor } from '../processing';
import { DeadLetterQueue } from '../processing/dead-letter-queue';
import { grantSend } from '../queue-access';
import { acknowledgeHandlerFunction, acknowledgeWildcards } from '../suppressions';
import { checkTransform } from './check-transform';
import { compileTransformation } from './compile-transformation';
import { SqlEngine } from './sql-engine';
import type { SqlTransformProps } from './sql-transform-props';
import { columnsOf } from './transform-input';
import { requireDeployable, requireNoFunctionOptions } from './transform-limits';
import { contractName, outputSchema } from './transform-output';
import { TransformTrigger } from './transform-trigger';

/**
 * Keeps a gold table: SQL over silver tables, on commit or on a schedule, whole, by the values that changed, or merged by
 * primary key. One text for every engine. Runs may be repeated or overtake each other; the rows are those of the inputs.
 */
export class SqlTransform extends Construct {
  /** The function; undefined where a container takes its place. */
  readonly handler?: lambda.Function;
  /** The container, with the engine DuckDB. */
  readonly container?: ContainerProcessor;
  /** Role of the function, or of the container's tasks. */
  readonly role: iam.IRole;
  readonly logGroup: logs.ILogGroup;
  /** Requests on their way; undefined with `TransformTrigger.none()` and a function. */
  readonly queue?: Queue;
  readonly deadLetterQueue?: IQueue;
  /** What feeds the function from the queue, for example to pause it; undefined without either. */
  readonly eventSourceMapping?: lambda.IEventSourceMapping;
  readonly encryptionKey: kms.IKey;
  /** The table it keeps. */
  readonly output: ILakeTable;
  readonly productName: string;
  readonly metricNamespace: string;
  /**
   * The request to bring the output up to date, as the body of a message or the payload of an invocation:
   * `{ "transform": "glue://<database>/<table>" }`. More in it: docs/gold.md.
   */
  readonly request: { readonly [name: string]: string };
  /**
   * What the function is told, as plain data.
   * @internal
   */
  public readonly _transformation: Transformation;

  /** @throws Error for SQL that does not give what the contract promises, naming file and line, and for options AWS would refuse */
  constructor(scope: Construct, id: string, props: SqlTransformProps) {
    super(scope, id);
    const { inputs, output } = props;
    const schema = outputSchema(props);
    const engine = props.engine ?? SqlEngine.athena();
    const trigger = props.trigger ?? TransformTrigger.onCommit();
    this.output = output;
    this.productName = props.productName ?? schema.tableName;
    this.metricNamespace = props.metricNamespace ?? METRIC_NAMESPACE;
    this.request = { transform: output.uri };
    requireMetricNames(this.productName, this.metricNamespace);
    requireDeployable(props);
    if (engine._container !== undefined) requireNoFunctionOptions(props);
    const transformation = compileTransformation(props, schema, this.productName, engine._dialect);
    for (const { name, table } of inputs) requireTable(this, `The input "${name}"`, table);
    requireTable(this, 'output', output, { zone: Zone.GOLD });
    requireOnlyKeeper(
      this,
      output,
      (other) => (other instanceof SqlTransform ? other.output : undefined),
      'Give each an output of its own, or make one SQL of both.',
    );
    this._transformation = transformation;
    if (props.checkSql ?? true) {
      checkTransform(this, {
        transformation,
        sql: props.sql,
        inputs: inputs.map(columnsOf),
        contract: contractName(props, schema),
      });
    }

    const tables = inputs.map(({ table }) => table);
    const kept = inputs.flatMap(({ quality }) => quality ?? []);
    const files = {
      [TRANSFORMATION_FILE]: `export const transformation = ${JSON.stringify(transformation)};\n`,
    };
    const lineage = props.lineage?.bind(this, props.contract);
    const environment = {
      ...lineage?.environment,
      [HANDLER_ENVIRONMENT.goldTable]: output.uri,
      ...Object.fromEntries(
        tables.map(({ uri }, index) => [`${HANDLER_ENVIRONMENT.inputTable}_${index}`, uri]),
      ),
      ...Object.fromEntries(
        inputs.flatMap(({ quality }, index) =>
          quality ? [[`${HANDLER_ENVIRONMENT.qualityTable}_${index}`, quality.uri]] : [],
        ),
      ),
      [HANDLER_ENVIRONMENT.product]: this.productName,
      [HANDLER_ENVIRONMENT.metricNamespace]: this.metricNamespace,
    };
    if (engine._container !== undefined) {
      this.encryptionKey =
        engine._container.encryptionKey ??
        props.encryptionKey ??
        handlerKey(this, `Logs and requests of ${this.node.path}`);
      this.container = new ContainerProcessor(this, 'Container', {
        bundle: BUNDLES.sqlTransform,
        purpose: `${this.productName}: silver to gold`,
        ...engine._container,
        files,
        environment: { ...environment, [HANDLER_ENVIRONMENT.sqlEngine]: 'duckdb' },
        encryptionKey: this.encryptionKey,
        maxTasks: 1,
      });
      this.role = this.container.taskRole;
      this.logGroup = this.container.logGroup;
      this.queue = this.container.queue;
      this.deadLetterQueue = this.container.deadLetterQueue;
      this.grantTables(tables, [output, ...kept]);
      props.lineage?.grantTell(this.role);
      this.container.service.node.addDependency(...tables, output, ...kept);
    } else {
      this.role =
        props.role ?? handlerRole(this, `Reads what ${this.productName} is made of, and keeps the table`);
      this.encryptionKey = props.encryptionKey ?? handlerKey(this, `Logs and requests of ${this.node.path}`);
      this.logGroup = handlerLogs(this, this.encryptionKey, this.role, props.logRetention);
      this.grantTables(tables, [output, ...kept]);
      props.lineage?.grantTell(this.role);
      this.handler = new lambda.Function(this, 'Handler', {
        description: handlerDescription(`${this.productName}: silver to gold`),
        code: stagedCode(BUNDLES.sqlTransform, files),
        handler: HANDLER_ENTRY,
        runtime: HANDLER_RUNTIME,
        architecture: HANDLER_ARCHITECTURE,
        memorySize: props.memorySize ?? 512,
        timeout: timeoutOf(props),
        tracing: lambda.Tracing.ACTIVE,
        role: this.role,
        logGroup: this.logGroup,
        reservedConcurrentExecutions: props.reservedConcurrentExecutions,
        ...networkOf(props.network, this.role, [...engine._services]),
        environment: {
          ...environment,
          ...engine._bind(this, { role: this.role, inputs: tables, output, network: props.network }),
        },
      });
      acknowledgeHandlerFunction(
        this.handler,
        'Nothing calls this function asynchronously; a request that fails goes from its queue to the dead-letter queue.',
      );
      // A function that is ahead of its tables would fail.
      this.handler.node.addDependency(...tables, output, ...kept);
      if (trigger._needsQueue) {
        this.deadLetterQueue = new DeadLetterQueue(this, 'DeadLetters', {
          encryptionKey: this.encryptionKey,
          fifo: true,
        }).queue;
        this.queue = this.createQueue(props, trigger._deliveryDelay);
        this.eventSourceMapping = new lambda.EventSourceMapping(this, 'Source', {
          target: this.handler,
          eventSourceArn: this.queue.queueArn,
          // All that wait are done in one run.
          batchSize: 10,
          reportBatchItemFailures: true,
        });
      }
    }
    if (this.queue === undefined) return;
    trigger._bind(this, {
      inputs: inputs.filter(({ lookup }) => lookup !== true).map(({ table }) => table),
      output,
      queue: this.queue,
      encryptionKey: this.encryptionKey,
      request: this.request,
    });
  }

  /**
   * Lets somebody ask for a run: send `request` to the queue, or invoke the function where there is none.
   */
  grantRun(grantee: iam.IGrantable): iam.Grant {
    if (this.queue !== undefined) return grantSend(this.queue, grantee);
    const handler = this.handler!;
    acknowledgeWildcards(grantee, [`${handler.functionArn}:*`], 'Versions and aliases of one function.');
    return handler.grantInvoke(grantee);
  }

  /** Runs that failed: by a gate, by SQL an engine refuses, or for what may pass. */
  metricFailures(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.transformFailures, { statistic: cloudwatch.Stats.SUM, ...props });
  }

  /** Runs that ended well, those that found nothing to do among them. */
  metricRuns(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(METRICS.transformRuns, { statistic: cloudwatch.Stats.SUM, ...props });
  }

  private metric(metricName: string, props: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: this.metricNamespace,
      metricName,
      dimensionsMap: { [PRODUCT_DIMENSION]: this.productName },
      ...props,
    }).attachTo(this);
  }

  private grantTables(read: readonly ILakeTable[], written: readonly ILakeTable[]): void {
    for (const table of read) table.grantRead(this.role);
    for (const table of written) table.grantReadWrite(this.role);
  }

  private createQueue(props: SqlTransformProps, deliveryDelay: Duration): Queue {
    const queue = new Queue(this, 'Requests', {
      fifo: true,
      contentBasedDeduplication: true,
      deliveryDelay,
      // A run that failed is repeated after it; one that waits for its statement is back at once after its time-out.
      visibilityTimeout: knownRun(timeoutOf(props)).plus(Duration.minutes(1)),
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: this.encryptionKey,
      enforceSSL: true,
      deadLetterQueue: { queue: this.deadLetterQueue!, maxReceiveCount: (props.retryAttempts ?? 20) + 1 },
    });
    queue.grantConsumeMessages(this.role);
    return queue;
  }
}

function timeoutOf({ timeout }: SqlTransformProps): Duration {
  return timeout ?? Duration.minutes(15);
}

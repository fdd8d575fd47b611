import { Duration } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { DataContract, SchemaObject } from '../../contract';
import { BUNDLES, HANDLER_ENVIRONMENT } from '../../contract/handler-environment';
import { METRIC_NAMESPACE } from '../../contract/metric-names';
import { QualityGates } from '../../contract/quality';
import { compileGates, GATES_FILE } from '../../contract/quality/compiled-gates';
import { requireDuration } from '../bounds';
import { HANDLER_ARCHITECTURE, HANDLER_ENTRY, HANDLER_RUNTIME, stagedCode } from '../bundle';
import type { ILakeTable } from '../catalog';
import { networkOf } from '../handler-network';
import type { HandlerOptions } from '../handler-options';
import type { LineageSink } from '../lineage';
import { handlerDescription, handlerKey, handlerLogs, handlerRole } from '../handler-parts';
import { LakeEndpoint } from '../network/lake-endpoint';
import { requireMetricNames } from '../observability/metric-name-rules';
import { acknowledgeHandlerFunction } from '../suppressions';
import { SqlEngine } from '../transform/sql-engine';
import type { IQueryWorkgroup } from '../transform/query-workgroup';

/** Which rules, over which table. */
export interface TableGateProps extends HandlerOptions {
  /** The quality rules come from here. */
  readonly contract: DataContract;

  /**
   * Name of the schema object in the contract.
   * @default - the contract's first
   */
  readonly schemaName?: string;

  /** The table whose rows are measured, all of them. */
  readonly table: ILakeTable;

  /**
   * Table the results are kept in: a `LakeTable` with `content: TableContent.QUALITY_RESULTS`.
   * @default - none: the results are metrics, log lines and the answer
   */
  readonly results?: ILakeTable;

  /**
   * Table the profile of each column is kept in (nulls, distinct values, range, schema hash), once for each snapshot that
   * is judged: a `LakeTable` with `content: TableContent.PROFILES`.
   * @default - none: nothing is profiled
   */
  readonly profiles?: ILakeTable;

  /**
   * Athena workgroup the rules are measured in.
   * @default - QueryWorkgroup.of(stack): one for the stack, with a limit to what a query reads
   */
  readonly workgroup?: IQueryWorkgroup;

  /**
   * Longest run, from 30 seconds to 15 minutes.
   * @default Duration.minutes(15)
   */
  readonly timeout?: Duration;

  /**
   * How long the logs are kept.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * Key of the logs. The policy of an imported key has to allow CloudWatch Logs.
   * @default - a key of its own, rotated yearly
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Where it tells what its runs read and made, as events of OpenLineage.
   * @default - nowhere
   */
  readonly lineage?: LineageSink;

  /**
   * Name of the data product: dimension of its metrics, field of every log line.
   * @default - the table name of the schema object
   */
  readonly productName?: string;

  /**
   * CloudWatch namespace of the metrics.
   * @default 'Lakehouse'
   */
  readonly metricNamespace?: string;
}

/**
 * A function that measures every quality rule of a contract over its whole table, in Athena, and answers what they ask for
 * together: `{ "decision": "proceed" | "quarantine" | "halt", "results": […] }`. A workflow asks it between two zones
 * (`WorkflowStep.gate`), a schedule at an interval.
 *
 * @throws Error for a contract none of whose rules can be measured, and for options out of their bounds
 */
export class TableGate extends Construct {
  /** The function. Invoke it with `request`. */
  readonly handler: lambda.Function;
  readonly role: iam.IRole;
  readonly logGroup: logs.LogGroup;
  readonly encryptionKey: kms.IKey;
  /** The table it measures. */
  readonly table: ILakeTable;
  /** `{ "gate": "glue://<database>/<table>" }`. */
  readonly request: { readonly [name: string]: string };

  constructor(scope: Construct, id: string, props: TableGateProps) {
    super(scope, id);
    const { contract, table, results, profiles } = props;
    const schema = contract.schema(props.schemaName);
    const productName = props.productName ?? schema.tableName;
    const metricNamespace = props.metricNamespace ?? METRIC_NAMESPACE;
    requireMetricNames(productName, metricNamespace);
    requireRules(schema);
    requireDuration('timeout', props.timeout, {
      minimum: 30,
      maximum: 900,
      remedy: 'Leave it out for fifteen minutes; what takes longer is waited for when it is asked again.',
    });
    this.table = table;
    this.request = { gate: table.uri };
    this.role = props.role ?? handlerRole(this, `Measures the quality of ${productName}`);
    this.encryptionKey = props.encryptionKey ?? handlerKey(this, `Logs of ${this.node.path}`);
    this.logGroup = handlerLogs(this, this.encryptionKey, this.role, props.logRetention);
    table.grantRead(this.role);
    const kept = [results, profiles].filter((one) => one !== undefined);
    for (const one of kept) one.grantReadWrite(this.role);
    props.lineage?.grantTell(this.role);
    const lineage = props.lineage?.bind(this, contract);
    const engine = SqlEngine.athena({ workgroup: props.workgroup });
    this.handler = new lambda.Function(this, 'Handler', {
      description: handlerDescription(`${productName}: quality gate, contract version ${contract.version}`),
      code: stagedCode(BUNDLES.tableGate, { [GATES_FILE]: compileGates(contract, schema) }),
      handler: HANDLER_ENTRY,
      runtime: HANDLER_RUNTIME,
      architecture: HANDLER_ARCHITECTURE,
      memorySize: 512,
      timeout: props.timeout ?? Duration.minutes(15),
      tracing: lambda.Tracing.ACTIVE,
      role: this.role,
      logGroup: this.logGroup,
      ...networkOf(props.network, this.role, [LakeEndpoint.ATHENA]),
      environment: {
        [`${HANDLER_ENVIRONMENT.inputTable}_0`]: table.uri,
        ...(results && { [HANDLER_ENVIRONMENT.qualityTable]: results.uri }),
        ...(profiles && { [HANDLER_ENVIRONMENT.profileTable]: profiles.uri }),
        [HANDLER_ENVIRONMENT.product]: productName,
        [HANDLER_ENVIRONMENT.metricNamespace]: metricNamespace,
        ...lineage?.environment,
        ...engine._bind(this, { role: this.role, inputs: [table], output: table }),
      },
    });
    acknowledgeHandlerFunction(
      this.handler,
      'It is invoked by whoever waits for its answer, a workflow for example, and sees the failure.',
    );
    this.handler.node.addDependency(table, ...kept);
  }

  /** Ask for a verdict. */
  grantInvoke(grantee: iam.IGrantable): iam.Grant {
    return this.handler.grantInvoke(grantee);
  }
}

function requireRules(schema: SchemaObject): void {
  const { gates } = QualityGates.of(schema);
  if (gates.some(({ notEvaluated }) => notEvaluated === undefined)) return;
  const reasons = gates.map(({ rule, notEvaluated }) => `${rule} (${notEvaluated})`).join('; ');
  throw new Error(
    `${schema.name} has no quality rule that can be measured. ` +
      (reasons === '' ? 'Add one under "quality".' : `Not measured: ${reasons}.`),
  );
}

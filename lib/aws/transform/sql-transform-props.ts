import type { Duration } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { DataContract } from '../../contract';
import type { SqlParameter } from '../../contract/transform/sql-parameter';
import type { SqlText } from '../../contract/transform/sql-text';
import type { ILakeTable } from '../catalog';
import type { HandlerOptions } from '../handler-options';
import type { LineageSink } from '../lineage';
import type { SqlEngine } from './sql-engine';
import type { TransformInput } from './transform-input';
import type { TransformMode } from './transform-mode';
import type { TransformTrigger } from './transform-trigger';

/** Which gold table, of what, and how. */
export interface SqlTransformProps extends HandlerOptions {
  /** One SELECT over the inputs' names, which gives the columns of the output's contract. */
  readonly sql: SqlText;

  /** The tables the SQL reads, each under a name. */
  readonly inputs: TransformInput[];

  /** The table that is written: a `LakeTable` with `zone: Zone.GOLD`. */
  readonly output: ILakeTable;

  /**
   * Contract of an imported output.
   * @default - that of the LakeTable
   */
  readonly contract?: DataContract;

  /**
   * Schema object in the contract of an imported output.
   * @default - the contract's first
   */
  readonly schemaName?: string;

  /**
   * How much a run works out.
   * @default TransformMode.full()
   */
  readonly mode?: TransformMode;

  /**
   * What runs the SQL.
   * @default SqlEngine.athena()
   */
  readonly engine?: SqlEngine;

  /**
   * What makes it run.
   * @default TransformTrigger.onCommit()
   */
  readonly trigger?: TransformTrigger;

  /**
   * What `${name}` stands for in the SQL.
   * @default - no parameters
   */
  readonly parameters?: { readonly [name: string]: SqlParameter };

  /**
   * Whether the quality rules of the inputs' contracts are measured over all their rows before a run. One that halts and
   * fails leaves the output as it is.
   * @default true
   */
  readonly gates?: boolean;

  /**
   * Whether the SQL is bound at synthesis, where `@duckdb/node-api` is installed, and its columns compared with the contract.
   * @default true
   */
  readonly checkSql?: boolean;

  /**
   * Memory of the function in MB, 128 to 10,240. With an engine of its own it only asks and waits.
   * @default 512
   */
  readonly memorySize?: number;

  /**
   * Longest run of the function, up to 15 minutes. A statement may take longer: the function comes back to it.
   * @default Duration.minutes(15)
   */
  readonly timeout?: Duration;

  /**
   * How often a run that fails is tried again before its request goes to the dead-letter queue, up to 999 times. Waiting for
   * a statement that takes longer than `timeout` counts.
   * @default 20
   */
  readonly retryAttempts?: number;

  /**
   * Invocations reserved for, and allowed to, the function.
   * @default - not reserved
   */
  readonly reservedConcurrentExecutions?: number;

  /**
   * How long the logs are kept.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * Key of the logs and the queues. The policy of an imported key has to allow CloudWatch Logs and EventBridge.
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
   * @default - the table name of the output
   */
  readonly productName?: string;

  /**
   * CloudWatch namespace of the metrics. One of its own for each environment keeps those of one account apart.
   * @default 'Lakehouse'
   */
  readonly metricNamespace?: string;
}

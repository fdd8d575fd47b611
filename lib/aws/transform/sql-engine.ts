import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { HANDLER_ENVIRONMENT } from '../../contract/handler-environment';
import { SqlDialect } from '../../contract/quality';
import type { ILakeTable } from '../catalog';
import type { HandlerNetwork } from '../handler-network';
import { LakeEndpoint } from '../network/lake-endpoint';
import type { ContainerProcessorOptions } from '../processing';
import type { GlueSparkOptions } from './glue-job-options';
import { GlueSparkJob } from './glue-spark-job';
import { SparkApplication, type SparkApplicationOptions } from './spark-application';
import { type IQueryWorkgroup, QueryWorkgroup } from './query-workgroup';

/** Where Athena runs the SQL. */
export interface AthenaEngineOptions {
  /** @default - QueryWorkgroup.of(stack): one for the stack, with a limit to what a query reads */
  readonly workgroup?: IQueryWorkgroup;
}

/** What an engine is bound to. */
export interface _EngineContext {
  /** Role of the function. */
  readonly role: iam.IRole;
  readonly inputs: ILakeTable[];
  readonly output: ILakeTable;
  /** Network of the function. */
  readonly network?: HandlerNetwork;
}

/** What runs the SQL of a transform. */
export abstract class SqlEngine {
  /** Amazon Athena: nothing to run or to pay while nothing is transformed. */
  static athena(options: AthenaEngineOptions = {}): SqlEngine {
    return new AthenaSqlEngine(options);
  }

  /** DuckDB in a Fargate task, which begins when there is a request: for tables of up to some tens of gigabytes. */
  static duckdb(options: ContainerProcessorOptions = {}): SqlEngine {
    return new DuckDbSqlEngine(options);
  }

  /** Spark on EMR Serverless, for what is too large for the others. */
  static emrServerless(options: SparkApplicationOptions = {}): SqlEngine {
    return new EmrSqlEngine(options);
  }

  /**
   * Spark in AWS Glue: a job of two workers, for what is too large for the others and no reason to size an application of
   * EMR Serverless.
   */
  static glue(options: GlueSparkOptions = {}): SqlEngine {
    return new GlueSqlEngine(options);
  }

  /** @internal */
  public abstract readonly _dialect: SqlDialect;
  /** Set where a container takes the function's place. @internal */
  public readonly _container?: ContainerProcessorOptions;
  /** What the function calls beside the catalog and S3. @internal */
  public readonly _services: readonly LakeEndpoint[] = [];
  /** Grants the role what the engine needs, and returns the variables of the function. @internal */
  public abstract _bind(scope: Construct, context: _EngineContext): { [name: string]: string };
}

class AthenaSqlEngine extends SqlEngine {
  public readonly _dialect = SqlDialect.ATHENA;
  public override readonly _services = [LakeEndpoint.ATHENA];

  constructor(private readonly options: AthenaEngineOptions) {
    super();
  }

  public _bind(scope: Construct, { role, inputs, output }: _EngineContext): { [name: string]: string } {
    const workgroup = this.options.workgroup ?? QueryWorkgroup.of(scope);
    workgroup.grantQuery(role);
    const stack = Stack.of(scope);
    const databases = [...new Set([...inputs, output].map(({ databaseName }) => databaseName))];
    // Athena looks at the database "default" with every query, and asks for the places of buckets that it reads.
    iam.Grant.addToPrincipal({
      grantee: role,
      actions: ['glue:GetDatabase'],
      resourceArns: [
        stack.formatArn({ service: 'glue', resource: 'catalog' }),
        ...['default', ...databases].map((resourceName) =>
          stack.formatArn({ service: 'glue', resource: 'database', resourceName }),
        ),
      ],
    });
    return {
      [HANDLER_ENVIRONMENT.sqlEngine]: 'athena',
      [HANDLER_ENVIRONMENT.athenaWorkgroup]: workgroup.workgroupName,
    };
  }
}

class DuckDbSqlEngine extends SqlEngine {
  public readonly _dialect = SqlDialect.DUCKDB;
  public override readonly _container: ContainerProcessorOptions;

  constructor(options: ContainerProcessorOptions) {
    super();
    this._container = options;
  }

  public _bind(): { [name: string]: string } {
    return { [HANDLER_ENVIRONMENT.sqlEngine]: 'duckdb' };
  }
}

class EmrSqlEngine extends SqlEngine {
  public readonly _dialect = SqlDialect.SPARK;
  public override readonly _services = [LakeEndpoint.EMR_SERVERLESS];

  constructor(private readonly options: SparkApplicationOptions) {
    super();
  }

  public _bind(scope: Construct, { role, inputs, output }: _EngineContext): { [name: string]: string } {
    const spark = new SparkApplication(scope, 'Spark', this.options);
    for (const input of inputs) input.grantRead(spark.jobRole);
    output.grantReadWrite(spark.jobRole);
    spark.grantRun(role);
    return {
      [HANDLER_ENVIRONMENT.sqlEngine]: 'emr',
      [HANDLER_ENVIRONMENT.emrApplication]: spark.applicationId,
      [HANDLER_ENVIRONMENT.emrRole]: spark.jobRole.roleArn,
      [HANDLER_ENVIRONMENT.emrScript]: spark.script,
      [HANDLER_ENVIRONMENT.emrWorkspace]: spark.workspace.s3Uri('jobs'),
      ...(this.options.sparkSettings !== undefined && {
        [HANDLER_ENVIRONMENT.emrSettings]: this.options.sparkSettings,
      }),
    };
  }
}

class GlueSqlEngine extends SqlEngine {
  public readonly _dialect = SqlDialect.SPARK;

  constructor(private readonly options: GlueSparkOptions) {
    super();
  }

  public _bind(scope: Construct, context: _EngineContext): { [name: string]: string } {
    const { role, inputs, output, network } = context;
    const job = new GlueSparkJob(scope, 'Glue', {
      ...this.options,
      // What a job by itself may have and statements may not.
      script: undefined,
      maxRetries: 0,
      maxConcurrentRuns: 1,
      network: this.options.network ?? network,
    });
    for (const input of inputs) input.grantRead(job.jobRole);
    output.grantReadWrite(job.jobRole);
    job.grantRun(role);
    return {
      [HANDLER_ENVIRONMENT.sqlEngine]: 'glue',
      [HANDLER_ENVIRONMENT.glueJob]: job.resource.ref,
      [HANDLER_ENVIRONMENT.glueWorkspace]: job.workspace.s3Uri('jobs'),
    };
  }
}

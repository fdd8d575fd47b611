import type { Duration } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { HandlerNetwork } from '../handler-network';

/**
 * Machines of a Spark job. A DPU is 4 vCPUs and 16 GB of memory, an M-DPU has 32 GB.
 * `G.025X` is for streaming jobs only, `Z.2X` for Ray: https://docs.aws.amazon.com/glue/latest/dg/worker-types.html
 */
export enum GlueWorkerType {
  /** 1 DPU, 94 GB of disk: most transforms, joins and queries. */
  G_1X = 'G.1X',
  /** 2 DPUs, 138 GB of disk. */
  G_2X = 'G.2X',
  /** 4 DPUs, 256 GB of disk. */
  G_4X = 'G.4X',
  /** 8 DPUs, 512 GB of disk. */
  G_8X = 'G.8X',
  /** 12 DPUs, 768 GB of disk. */
  G_12X = 'G.12X',
  /** 16 DPUs, 1,024 GB of disk. */
  G_16X = 'G.16X',
  /** 1 M-DPU: for joins and windows that do not fit the memory of G.1X. */
  R_1X = 'R.1X',
  /** 2 M-DPUs. */
  R_2X = 'R.2X',
  /** 4 M-DPUs. */
  R_4X = 'R.4X',
  /** 8 M-DPUs. */
  R_8X = 'R.8X',
}

/** On which capacity a job runs. */
export enum GlueExecutionClass {
  /** Starts at once, on machines of its own. */
  STANDARD = 'STANDARD',
  /** On spare capacity, for about a third less: it may start late and lose workers on the way. `G.1X` and `G.2X` only. */
  FLEX = 'FLEX',
}

/** How Spark runs in AWS Glue. */
export interface GlueSparkOptions {
  /**
   * Version of Glue, 4.0 or later: with it come those of Spark and Iceberg.
   * https://docs.aws.amazon.com/glue/latest/dg/release-notes.html
   * @default '5.1' - Spark 3.5.6 and Iceberg 1.10, the Spark of `SqlEngine.emrServerless`; 6.0 is Spark 4.1
   */
  readonly glueVersion?: string;
  /** @default GlueWorkerType.G_1X */
  readonly workerType?: GlueWorkerType;
  /**
   * Workers of a run, the driver among them; with `autoScaling` the most. Glue takes no `MaxCapacity` beside them, so there
   * is no such option.
   * @default 2
   */
  readonly numberOfWorkers?: number;
  /**
   * Whether Glue gives back workers that have nothing to do, down to two.
   * @default - true with more than two workers
   */
  readonly autoScaling?: boolean;
  /** @default GlueExecutionClass.STANDARD */
  readonly executionClass?: GlueExecutionClass;
  /**
   * How long a run may take, whole minutes up to seven days. It is paid for until then, so Glue's own default of eight hours
   * is much for a statement that hangs.
   * @default Duration.hours(1)
   */
  readonly timeout?: Duration;
  /**
   * More of Spark's settings, by name: `{ 'spark.sql.shuffle.partitions': '64' }`. Those of the catalog are there already.
   * @default - none
   */
  readonly sparkSettings?: { readonly [name: string]: string };
  /**
   * Network the workers run in: a connection of Glue to its first subnet, as a job runs in one.
   * @default - that of the transform; none for a job by itself
   */
  readonly network?: HandlerNetwork;
  /**
   * Key of logs, bookmarks, and of what the job writes to its workspace.
   * @default - a key of its own, rotated yearly
   */
  readonly encryptionKey?: kms.IKey;
  /** @default RetentionDays.ONE_MONTH */
  readonly logRetention?: logs.RetentionDays;
}

/** A Spark job of AWS Glue. */
export interface GlueSparkJobProps extends GlueSparkOptions {
  /** @default - made from the path of the construct */
  readonly jobName?: string;
  /**
   * Path of the Python file it runs. Tables of the Glue Data Catalog are `lakehouse.<database>.<table>` in it.
   * @default - the script of this package, which runs one SQL statement: its run is given `--statement` and `--answer`, the
   * `s3://` URIs of both, in the workspace
   */
  readonly script?: string;
  /**
   * Arguments of each run, by name with both dashes: `{ '--day': '2024-05-01' }`. A run may be given others.
   * @default - none
   */
  readonly arguments?: { readonly [name: string]: string };
  /**
   * Whether Glue remembers which files a run has read. It does so for sources read through Glue's own `DynamicFrame`s; SQL
   * over Iceberg tables reads snapshots, and `SqlTransform` keeps how far it got in the table itself.
   * @default false
   */
  readonly jobBookmark?: boolean;
  /**
   * How often Glue starts a run again that failed, up to ten times. What starts runs here (`SqlTransform`, a workflow)
   * repeats them itself, under a name of its own: Glue's repetition beside it would do the work twice.
   * @default 0
   */
  readonly maxRetries?: number;
  /**
   * Runs at one time, up to 1,000. More than one is for scripts that say which part of the work is theirs.
   * @default 1
   */
  readonly maxConcurrentRuns?: number;
  /**
   * Role of the runs. It is granted what they need, as far as it can be changed from this app.
   * @default - a role of its own
   */
  readonly role?: iam.IRole;
}

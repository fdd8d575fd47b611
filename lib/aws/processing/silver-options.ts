import type { Duration, Size } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { HandlerNetwork } from '../handler-network';
import type { LineageSink } from '../lineage';
import type { ContainerProcessorOptions } from './container-options';
import type { MaskingOptions } from './masking';
import type { Transform } from './transform';

/** How a silver table is kept; which one, and from what, is in `SilverProcessorProps`. */
export interface SilverProcessorOptions {
  /**
   * Memory of the function in MB, 128 to 10,240. An increment's rows and the files they change are held in it.
   * @default 2048
   */
  readonly memorySize?: number;

  /**
   * Longest run of the function, up to 15 minutes.
   * @default Duration.minutes(5)
   */
  readonly timeout?: Duration;

  /**
   * Bytes of data files the function works on at a time, from 1 MiB. A larger increment goes to the tasks of `large`;
   * without them the function does it in parts, a commit each.
   * @default Size.mebibytes(32)
   */
  readonly maxIncrement?: Size;

  /**
   * Tasks for increments that are too large for the function, a first one over years of data for example; they run
   * on spare capacity, and cost nothing while there is no such increment. `{}` takes the defaults. The image is built
   * with Docker when the app is deployed.
   * @default - none: the function does them all
   */
  readonly large?: ContainerProcessorOptions;

  /**
   * How long a commit to bronze waits for others that are done with it, up to 15 minutes. The first that has waited
   * starts a run, which takes in all of bronze; the commits that were made until about 30 seconds before it start none.
   * So runs are about this delay apart, and silver is not further behind than it and a run.
   * @default - a tenth of the contract's `latency`, five minutes at the most; five minutes where it names none
   */
  readonly deliveryDelay?: Duration;

  /**
   * How often silver is brought up to date although no commit was told, from 5 minutes to a day: Glue promises no
   * delivery of its events. EventBridge takes whole minutes.
   * @default Duration.hours(1)
   */
  readonly catchUpInterval?: Duration;

  /**
   * How often an increment that fails is tried again before its message goes to the dead-letter queue, up to 999
   * times. Nothing is lost by it: the next request takes up all that is not in silver yet.
   * @default 4
   */
  readonly retryAttempts?: number;

  /**
   * Invocations reserved for, and allowed to, the function.
   * @default - not reserved
   */
  readonly reservedConcurrentExecutions?: number;

  /**
   * Code of your own that every row of bronze goes through before silver. The same function as that of a
   * `StreamProcessor`: rows are given to it by the names of the contract, and what it gives has that contract, too.
   * @default - rows are taken as they are
   */
  readonly transform?: Transform;

  /**
   * What becomes of values on their way to silver that its readers are not to see, by classification. A mask that the
   * contract gives a column (custom property `masking`) holds without it.
   * @default - columns are masked as the contract says, with a key of their own
   */
  readonly masking?: MaskingOptions;

  /**
   * Network the function runs in, where that is your rule; the tasks of `large` as well, unless they name a network or a
   * cluster of their own.
   * @default - none: it reaches AWS over TLS, and nothing reaches it
   */
  readonly network?: HandlerNetwork;

  /**
   * How long the function's logs are kept.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * Key of the logs and the queues. The policy of an imported key has to allow CloudWatch Logs and EventBridge.
   * @default - a key of its own, rotated yearly
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Role of the function. It is granted what the function needs, as far as it can be changed from this app.
   * @default - a role of its own, with nothing but these grants
   */
  readonly role?: iam.IRole;

  /**
   * FIFO queue for requests that were given up.
   * @default - a queue of its own: encrypted, TLS only, fourteen days of retention
   */
  readonly deadLetterQueue?: IQueue;

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
   * CloudWatch namespace of the metrics. One of its own for each environment keeps those of one account apart.
   * @default 'Lakehouse'
   */
  readonly metricNamespace?: string;
}

import type { Duration, Size } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { RejectionHandling } from '../../contract';
import type { HeaderCheck } from '../../contract/header-check';
import type { HandlerOptions } from '../handler-options';
import type { LineageSink } from '../lineage';
import type { IZoneBucket } from '../storage';
import type { ContainerProcessorOptions } from './container-options';
import type { FileDisposition } from './file-disposition';
import type { PersonalDataDetection } from './personal-data-detection';
import type { Transform } from './transform';

/** How files are taken in; from where, and to where, is in `FileProcessorProps`. */
export interface FileProcessorOptions extends HandlerOptions {
  /**
   * How the header of CSV and TSV files is held against the contract. A file with another header is refused as a whole.
   * @default HeaderCheck.EXACT
   */
  readonly header?: HeaderCheck;

  /**
   * What becomes of a file that is in the tables.
   * @default FileDisposition.keep()
   */
  readonly disposition?: FileDisposition;

  /**
   * Memory of the function in MB, 128 to 10,240. A sixteenth of it, 128 MiB at the most, is what one commit holds of a large file.
   * @default 2048
   */
  readonly memorySize?: number;

  /**
   * Longest run of the function, from 2 to 15 minutes. A file that takes longer is gone on with by the next.
   * @default Duration.minutes(15)
   */
  readonly timeout?: Duration;

  /**
   * Whether files are taken. A standby takes none until a `LakeFailover` has brought its tables up; those that arrive
   * meanwhile wait in the queue, for 14 days.
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * Files taken at the same time, from 2 to 1,000. Each commits to the same table, and waits where another does.
   * @default 4
   */
  readonly maxConcurrency?: number;

  /**
   * How long the first file of a batch of ten waits for others that are committed with it, up to 300 seconds.
   * @default - a sixtieth of the contract's `latency`, between 1 and 30 seconds; 30 where it names none
   */
  readonly maxBatchingWindow?: Duration;

  /**
   * How often a file that fails is tried again before its message goes to the dead-letter queue, up to 999 times.
   * @default 4
   */
  readonly retryAttempts?: number;

  /**
   * Tasks for files that are too large for the function. `{}` takes the defaults. The image is built with Docker when
   * the app is deployed.
   * @default - none: the function takes them all, a part at a time
   */
  readonly large?: ContainerProcessorOptions;

  /**
   * Size of the largest file that is not for the tasks of `large`.
   * @default Size.gibibytes(5)
   */
  readonly maxFileSize?: Size;

  /**
   * Bucket for the notes of which files are done, under `_ledger/<database>/<table>/`.
   * @default - that of the bronze table
   */
  readonly ledgerBucket?: IZoneBucket;

  /**
   * Invocations reserved for, and allowed to, the function.
   * @default - not reserved
   */
  readonly reservedConcurrentExecutions?: number;

  /**
   * Code of your own that every record goes through before it is held against the contract.
   * @default - records are taken as they came
   */
  readonly transform?: Transform;

  /**
   * Looks at a sample of the records, as they arrive, for personal data in columns the contract does not classify: a metric,
   * a line of the log for each column and kind, and an alarm of the product. docs/privacy.md says what is found.
   * @default - nobody looks
   */
  readonly personalDataDetection?: PersonalDataDetection;

  /**
   * What becomes of a file with records the contract refuses.
   * @default RejectionHandling.QUARANTINE
   */
  readonly rejections?: RejectionHandling;

  /**
   * How long the function's logs are kept.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * Key of the logs and the queues. An imported key has to allow CloudWatch Logs and EventBridge in its policy.
   * @default - a key of its own, rotated yearly
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Queue for messages that were given up. Standard, as the queue of files is.
   * @default - a queue of its own: encrypted, TLS only, fourteen days of retention
   */
  readonly deadLetterQueue?: IQueue;

  /**
   * Where it tells what its runs read and made, as events of OpenLineage: one for each commit. The folder is the dataset;
   * which files of it they were is told with it.
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

import type { Duration } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { RejectionHandling } from '../../contract';
import type { HandlerOptions } from '../handler-options';
import type { LineageSink } from '../lineage';
import type { EventDeduplication } from './event-deduplication';
import type { PersonalDataDetection } from './personal-data-detection';
import type { ITableCommitter } from './table-committer';
import type { Transform } from './transform';

/** How records are processed; what is processed, and to where, is in `StreamProcessorProps`. */
export interface StreamProcessorOptions extends HandlerOptions {
  /**
   * Memory of the function in MB, 128 to 10,240.
   * @default 512
   */
  readonly memorySize?: number;

  /**
   * Longest run of the function, up to 15 minutes.
   * @default Duration.minutes(1)
   */
  readonly timeout?: Duration;

  /**
   * Records of a batch at the most, 1 to 10,000. Each batch is one commit to the table.
   * @default 10000 - Lambda hands over 6 MB at the most in any case
   */
  readonly batchSize?: number;

  /**
   * How long a batch waits to fill, up to 300 seconds.
   * @default - a sixtieth of the contract's `latency`, between 1 and 30 seconds; 30 where it names none
   */
  readonly maxBatchingWindow?: Duration;

  /**
   * Age at which a batch that fails is given up and noted in the dead-letter queue, from one minute to seven days
   * and less than the stream's retention.
   * @default - three quarters of the stream's retention, seven days at the most
   */
  readonly maxRecordAge?: Duration;

  /**
   * How often a batch that fails is tried again before it is given up, up to 10,000 times. Later batches of the
   * shard wait, so that nothing is left out or reordered because a service was away for a minute.
   * @default 100
   */
  readonly retryAttempts?: number;

  /**
   * Invocations reserved for, and allowed to, the function. An ordered stream runs one for each shard.
   * @default - not reserved
   */
  readonly reservedConcurrentExecutions?: number;

  /**
   * Whether it reads the stream. A standby does not until a `LakeFailover` has brought its tables up; what comes meanwhile
   * waits in the stream.
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * Event filters, as `FilterCriteria.filter` of aws-lambda makes them. Lambda drops what they do not match: it is
   * in no table and no quarantine.
   * @default - every record is processed
   */
  readonly filters?: { [key: string]: unknown }[];

  /**
   * Code of your own that every record goes through before it is held against the contract.
   * @default - records are taken as they came
   */
  readonly transform?: Transform;

  /**
   * Takes each event once, whichever record brings it: `EventDeduplication.byProperty('event_id')`.
   * @default - every record counts; what a producer sends twice is there twice, until silver's key removes it
   */
  readonly deduplication?: EventDeduplication;

  /**
   * Looks at a sample of the records, as they arrive, for personal data in columns the contract does not classify: a metric,
   * a line of the log for each column and kind, and an alarm of the product. docs/privacy.md says what is found.
   * @default - nobody looks
   */
  readonly personalDataDetection?: PersonalDataDetection;

  /**
   * What becomes of a batch with records the contract refuses.
   * @default RejectionHandling.QUARANTINE
   */
  readonly rejections?: RejectionHandling;

  /**
   * How long the function's logs are kept.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * Key of the logs and the dead-letter queue. An imported key has to allow CloudWatch Logs in its policy.
   * @default - a key of its own, rotated yearly
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Queue for notes of batches that were given up.
   * @default - a queue of its own: encrypted, TLS only, fourteen days of retention
   */
  readonly deadLetterQueue?: IQueue;

  /**
   * Commits for this processor and others, so that many of them, or many shards, do not wait for each other.
   * @default - each batch is committed by the function itself
   */
  readonly committer?: ITableCommitter;

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

import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { ServiceLevels } from '../../contract';
import type { IIngestStream } from '../streams';
import type { PipelineThresholds } from './pipeline-thresholds';

/** How the alarms of a pipeline behave; what they watch is in `PipelineAlarmsProps`. */
export interface PipelineAlarmsOptions {
  /**
   * Thresholds of your own, alarm by alarm. 0 is a threshold like any other.
   * @default - derived from the contract's service levels and the stream's retention
   */
  readonly thresholds?: PipelineThresholds;

  /**
   * Topics told when an alarm starts and when it ends. More can be added with `notify`.
   * @default - none: add a topic with `notify` or an action with `addAction`, or synthesis fails
   */
  readonly topics?: ITopic[];

  /**
   * Whether the alarms tell anybody. Set to false, they still show their state, and need no receiver.
   * @default true
   */
  readonly actionsEnabled?: boolean;

  /**
   * Whether what producers send is watched for drift of its schema.
   * @default true
   */
  readonly enableSchemaDrift?: boolean;

  /**
   * Page the alarms' descriptions link to. Each adds the fragment of its section: `#iterator-age`,
   * `#function-errors`, `#function-throttles`, `#refused-writes`, `#refused-reads`, `#dead-letters`,
   * `#quarantine-rate`, `#schema-drift`, `#critical-fields`, `#personal-data`, `#freshness`, `#no-data`, `#volume-drop`, `#queue-age`, `#refused-files`.
   * @default - docs/operations.md of this package
   */
  readonly runbookUrl?: string;
}

/** What a pipeline's alarms watch, and how they behave. */
export interface PipelineAlarmsProps extends PipelineAlarmsOptions {
  /** Name of the data product, as the handler reports it. */
  readonly productName: string;

  /** The function that takes records in. */
  readonly processor: IFunction;

  /**
   * The stream it reads; one the user owns comes in by `IngestStream.fromStream`. Either this or `queue`.
   * @default - none: it takes files
   */
  readonly stream?: IIngestStream;

  /**
   * The queue files reach it by. Either this or `stream`.
   * @default - none: it reads a stream
   */
  readonly queue?: IQueue;

  /**
   * Queue of the batches that were given up.
   * @default - no dead-letter alarm
   */
  readonly deadLetterQueue?: IQueue;

  /**
   * What the contract promises: `contract.sla`.
   * @default - one hour of latency, one percent of errors, no frequency
   */
  readonly serviceLevels?: ServiceLevels;

  /**
   * Fields that the contract calls critical: `contract.schema().criticalFields`.
   * @default - none: no alarm for them
   */
  readonly criticalFields?: string[];

  /**
   * Whether the processor looks for personal data that the contract does not know of.
   * @default false - no alarm for it
   */
  readonly detectsPersonalData?: boolean;

  /**
   * CloudWatch namespace of the handler's metrics.
   * @default 'Lakehouse'
   */
  readonly metricNamespace?: string;
}

import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { METRIC_NAMESPACE, METRICS, PRODUCT_DIMENSION } from '../../contract/metric-names';
import type { IIngestStream } from '../streams';

/** The pipeline whose metrics are wanted. */
export interface PipelineMetricsProps {
  /** Name of the data product: the `Product` dimension of the metrics the handler emits. */
  readonly productName: string;

  /** The function that takes records in: the `FunctionName` dimension. */
  readonly processor: IFunction;

  /**
   * The stream it reads: the `StreamName` dimension.
   * @default - none: no metrics of a stream
   */
  readonly stream?: IIngestStream;

  /**
   * The queue files reach it by: the `QueueName` dimension.
   * @default - none: no age of its messages
   */
  readonly queue?: IQueue;

  /**
   * Where batches that could not be processed are noted: the `QueueName` dimension.
   * @default - no dead-letter metric
   */
  readonly deadLetterQueue?: IQueue;

  /**
   * CloudWatch namespace of the metrics the handler emits.
   * @default 'Lakehouse'
   */
  readonly metricNamespace?: string;

  /**
   * Period of every metric, unless the metric is asked for with another.
   * @default Duration.minutes(5)
   */
  readonly period?: Duration;
}

/**
 * What can be measured about one pipeline, each metric with its dimensions. Use it for dashboards and alarms of
 * your own; `PipelineAlarms` builds on the same metrics.
 */
export class PipelineMetrics {
  private readonly period: Duration;
  private readonly namespace: string;

  constructor(private readonly props: PipelineMetricsProps) {
    this.period = props.period ?? Duration.minutes(5);
    this.namespace = props.metricNamespace ?? METRIC_NAMESPACE;
  }

  /**
   * Age of the last record of each batch when the function received it, in milliseconds. It goes on being emitted,
   * and grows, while one shard retries a batch that fails: the stream's own figure does not show that.
   */
  consumerIteratorAge(): Metric {
    return this.ofFunction('IteratorAge', Stats.MAXIMUM);
  }

  /** Age of the last record handed out by `GetRecords`, over all shards and all readers, in milliseconds. */
  streamIteratorAge(): Metric {
    return this.ofStream('GetRecords.IteratorAgeMilliseconds', Stats.MAXIMUM);
  }

  /** Invocations that ended in an error. Records of a partial batch response are not among them. */
  functionErrors(): Metric {
    return this.ofFunction('Errors', Stats.SUM);
  }

  /** Invocations refused for want of concurrency. */
  functionThrottles(): Metric {
    return this.ofFunction('Throttles', Stats.SUM);
  }

  /** Records producers could not write because a shard was at its limit, in percent of all they tried to write. */
  refusedWritesPercent(): MathExpression {
    return new MathExpression({
      expression: '100 * FILL(refused, 0) / (FILL(refused, 0) + FILL(written, 0))',
      usingMetrics: {
        refused: this.ofStream('WriteProvisionedThroughputExceeded', Stats.SUM),
        written: this.ofStream('IncomingRecords', Stats.SUM),
      },
      label: 'Writes refused (%)',
      period: this.period,
    });
  }

  /** `GetRecords` calls refused because the readers of a shard were at its limit. */
  refusedReads(): Metric {
    return this.ofStream('ReadProvisionedThroughputExceeded', Stats.SUM);
  }

  /**
   * Batches given up and noted in the dead-letter queue.
   * @throws Error when there is no dead-letter queue
   */
  deadLetters(): IMetric {
    const queue = this.props.deadLetterQueue;
    if (queue === undefined) {
      throw new Error(
        `The metrics of "${this.props.productName}" have no dead-letter queue to measure. Pass deadLetterQueue.`,
      );
    }
    return this.ofQueue(queue, 'ApproximateNumberOfMessagesVisible');
  }

  /**
   * Seconds since the oldest file that is not taken in yet was told of.
   * @throws Error when there is no queue
   */
  queueAge(): Metric {
    const { queue, productName } = this.props;
    if (queue === undefined)
      throw new Error(`The metrics of "${productName}" have no queue to measure. Pass queue.`);
    return this.ofQueue(queue, 'ApproximateAgeOfOldestMessage');
  }

  /** Files that were refused as a whole: unreadable, or with another header than the contract's. */
  filesRefused(): Metric {
    return this.ofProduct(METRICS.filesRefused, Stats.SUM);
  }

  /** Files all of whose records are in the tables. */
  filesTaken(): Metric {
    return this.ofProduct(METRICS.filesTaken, Stats.SUM);
  }

  /** Records the handler read. */
  recordsRead(period?: Duration): Metric {
    return this.ofProduct(METRICS.recordsRead, Stats.SUM, period);
  }

  /** Records written to bronze. */
  recordsAccepted(): Metric {
    return this.ofProduct(METRICS.recordsAccepted, Stats.SUM);
  }

  /** Records written to quarantine. */
  recordsQuarantined(): Metric {
    return this.ofProduct(METRICS.recordsQuarantined, Stats.SUM);
  }

  /** Fields that differ from the contract: unknown, of another type, or required and missing. */
  schemaDrift(): Metric {
    return this.ofProduct(METRICS.schemaDrift, Stats.SUM);
  }

  /** Critical fields that were missing, null or invalid; no value where the contract calls none critical. */
  criticalFieldAnomalies(): Metric {
    return this.ofProduct(METRICS.criticalFieldAnomalies, Stats.SUM);
  }

  /** Values of the sample that show personal data in columns that are not classified; no value where nobody looks. */
  unclassifiedPersonalData(): Metric {
    return this.ofProduct(METRICS.unclassifiedPersonalData, Stats.SUM);
  }

  /** Records that the processor's transform made no row of; no value where there is no transform. */
  recordsDropped(): Metric {
    return this.ofProduct(METRICS.recordsDropped, Stats.SUM);
  }

  /** Records left out because their event is in; no value where the processor does not deduplicate. */
  recordsDuplicate(): Metric {
    return this.ofProduct(METRICS.recordsDuplicate, Stats.SUM);
  }

  /** Records sent to quarantine in percent of those read; no value while nothing is read. */
  quarantinedPercent(): MathExpression {
    return new MathExpression({
      expression: '100 * FILL(quarantined, 0) / read',
      usingMetrics: { quarantined: this.recordsQuarantined(), read: this.recordsRead() },
      label: 'Records quarantined (%)',
      period: this.period,
    });
  }

  /**
   * By how much fewer records were read in a period than in the one before, in percent of those; negative where there were
   * more. No value after a period without records, and for the first one.
   * @param period of whole minutes, from which on CloudWatch keeps the time: an hour begins with the hour, a day at midnight UTC
   */
  volumeDropPercent(period: Duration): MathExpression {
    return new MathExpression({
      expression: '-100 * DIFF(FILL(read, 0)) / (FILL(read, 0) - DIFF(FILL(read, 0)))',
      usingMetrics: { read: this.recordsRead(period) },
      label: 'Fewer records than before (%)',
      period,
    });
  }

  /** Milliseconds from the arrival of a batch's oldest record to the commit that made it visible. */
  freshness(): Metric {
    return this.ofProduct(METRICS.freshness, Stats.MAXIMUM);
  }

  private ofFunction(metricName: string, statistic: string): Metric {
    return new Metric({
      namespace: 'AWS/Lambda',
      metricName,
      dimensionsMap: { FunctionName: this.props.processor.functionName },
      statistic,
      period: this.period,
    });
  }

  private ofStream(metricName: string, statistic: string): Metric {
    const { stream, productName } = this.props;
    if (stream === undefined)
      throw new Error(`The metrics of "${productName}" have no stream to measure. Pass stream.`);
    return stream.metric(metricName, { statistic, period: this.period });
  }

  private ofQueue(queue: IQueue, metricName: string): Metric {
    return new Metric({
      namespace: 'AWS/SQS',
      metricName,
      dimensionsMap: { QueueName: queue.queueName },
      statistic: Stats.MAXIMUM,
      period: this.period,
    });
  }

  private ofProduct(metricName: string, statistic: string, period?: Duration): Metric {
    return new Metric({
      namespace: this.namespace,
      metricName,
      dimensionsMap: { [PRODUCT_DIMENSION]: this.props.productName },
      statistic,
      period: period ?? this.period,
    });
  }
}

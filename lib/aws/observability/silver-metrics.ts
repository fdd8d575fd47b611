import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { METRIC_NAMESPACE, METRICS, PRODUCT_DIMENSION } from '../../contract/metric-names';

/** The silver table whose metrics are wanted: what a SilverProcessor has, or you have in its place. */
export interface SilverMetricsProps {
  /** Name of the data product: the `Product` dimension of the metrics the handler emits. */
  readonly productName: string;

  /** The function that keeps silver: the `FunctionName` dimension. */
  readonly processor: IFunction;

  /** Queue of the commits on their way to it: the `QueueName` dimension. */
  readonly queue: IQueue;

  /**
   * CloudWatch namespace of the metrics the handler emits.
   * @default 'Lakehouse'
   */
  readonly metricNamespace?: string;

  /**
   * Period of every metric.
   * @default Duration.minutes(5)
   */
  readonly period?: Duration;
}

/** What can be measured about one silver table, each metric with its dimensions. */
export class SilverMetrics {
  private readonly period: Duration;

  constructor(private readonly props: SilverMetricsProps) {
    this.period = props.period ?? Duration.minutes(5);
  }

  /** Age of the oldest commit to bronze that silver lacked when an update began, in milliseconds. */
  lag(): Metric {
    return this.ofProduct(METRICS.refineLag, Stats.MAXIMUM);
  }

  /** Age of the oldest commit or request that nobody has done, in seconds: it grows while updates fail. */
  waiting(): Metric {
    return this.ofQueue(this.props.queue, 'ApproximateAgeOfOldestMessage');
  }

  /** Invocations that broke off: out of time, or of memory. Updates that failed wait in the queue instead. */
  functionErrors(): Metric {
    return this.ofFunction('Errors');
  }

  /** Invocations refused for want of concurrency. */
  functionThrottles(): Metric {
    return this.ofFunction('Throttles');
  }

  /** Messages in a dead-letter queue: that of the function, or of its container. */
  deadLetters(queue: IQueue): Metric {
    return this.ofQueue(queue, 'ApproximateNumberOfMessagesVisible');
  }

  /** Rows of bronze that were read. */
  rowsRefined(): Metric {
    return this.ofProduct(METRICS.rowsRefined, Stats.SUM);
  }

  /** Rows that could not enter silver. */
  rowsQuarantined(): Metric {
    return this.ofProduct(METRICS.rowsQuarantined, Stats.SUM);
  }

  private ofProduct(metricName: string, statistic: string): Metric {
    return new Metric({
      namespace: this.props.metricNamespace ?? METRIC_NAMESPACE,
      metricName,
      dimensionsMap: { [PRODUCT_DIMENSION]: this.props.productName },
      statistic,
      period: this.period,
    });
  }

  private ofFunction(metricName: string): Metric {
    return new Metric({
      namespace: 'AWS/Lambda',
      metricName,
      dimensionsMap: { FunctionName: this.props.processor.functionName },
      statistic: Stats.SUM,
      period: this.period,
    });
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
}

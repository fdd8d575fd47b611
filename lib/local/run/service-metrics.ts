import type { MetricStore } from '../metrics/metric-store';
import type { InvocationResult } from '../streams/event-source-mapping';
import type { StreamRecord } from '../streams/stream-record';
import type { Pipeline } from './pipeline';

/** The metrics Kinesis, Lambda and SQS publish by themselves, as far as a run on this machine has them. */
export class ServiceMetrics {
  private deadLetters = 0;

  constructor(
    private readonly pipeline: Pipeline,
    private readonly metrics: MetricStore,
  ) {}

  received(records: number, bytes: number): void {
    this.ofStream('IncomingRecords', records);
    this.ofStream('IncomingBytes', bytes);
  }

  invoked(records: readonly StreamRecord[], started: number, result: InvocationResult): void {
    const last = records[records.length - 1];
    const age = started - last.arrivedAt;
    this.ofStream('GetRecords.IteratorAgeMilliseconds', age, started);
    this.ofFunction('IteratorAge', age, started);
    this.ofFunction('Invocations', 1, started);
    this.ofFunction('Duration', Date.now() - started, started);
    this.ofFunction('Errors', result.error ? 1 : 0, started);
    this.ofFunction('Throttles', 0, started);
  }

  deadLettered(): void {
    const queue = this.pipeline.failureQueue;
    if (!queue) return;
    this.deadLetters++;
    const dimensions = { QueueName: queue.name };
    const now = Date.now();
    this.metrics.add({ namespace: 'AWS/SQS', name: 'NumberOfMessagesSent', dimensions }, 1, now);
    this.metrics.add(
      { namespace: 'AWS/SQS', name: 'ApproximateNumberOfMessagesVisible', dimensions },
      this.deadLetters,
      now,
    );
  }

  private ofStream(name: string, value: number, timestamp = Date.now()): void {
    const dimensions = { StreamName: this.pipeline.stream.name };
    this.metrics.add({ namespace: 'AWS/Kinesis', name, dimensions }, value, timestamp);
  }

  private ofFunction(name: string, value: number, timestamp: number): void {
    const dimensions = { FunctionName: this.pipeline.function.name };
    this.metrics.add({ namespace: 'AWS/Lambda', name, dimensions }, value, timestamp);
  }
}

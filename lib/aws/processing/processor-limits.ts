import { Duration } from 'aws-cdk-lib';
import { requireDuration, requireWhole } from '../bounds';
import type { StreamProcessorOptions } from './stream-options';

/**
 * Refuses at synthesis what Lambda would refuse at deployment, or accept and never honour.
 * Limits: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
 */
export function requireDeployable(options: StreamProcessorOptions, retention: Duration): void {
  requireWhole('memorySize', options.memorySize, {
    minimum: 128,
    maximum: 10_240,
    unit: 'MB',
    remedy: 'Leave it out for 512, which is ample for batches of 10,000 records.',
  });
  requireDuration('timeout', options.timeout, {
    minimum: 1,
    maximum: 900,
    remedy: 'A batch commits in seconds: leave it out for one minute.',
  });
  requireWhole('batchSize', options.batchSize, {
    minimum: 1,
    maximum: 10_000,
    unit: 'records',
    remedy: 'Leave it out for 10,000: fewer, larger commits keep the table small.',
  });
  requireDuration('maxBatchingWindow', options.maxBatchingWindow, {
    minimum: 0,
    maximum: 300,
    remedy: 'Leave it out to derive it from the latency the contract promises.',
  });
  requireWhole('retryAttempts', options.retryAttempts, {
    minimum: 0,
    maximum: 10_000,
    remedy: 'Leave it out for 100; a batch is given up at maxRecordAge in any case.',
  });
  requireWhole('reservedConcurrentExecutions', options.reservedConcurrentExecutions, {
    minimum: 1,
    maximum: 1000,
    unit: 'invocations',
    remedy: 'Reserve one for each shard; 0 would stop the function.',
  });
  requireDuration('maxRecordAge', options.maxRecordAge, {
    minimum: 60,
    maximum: 604_800,
    remedy: 'Leave it out for three quarters of the stream’s retention, seven days at the most.',
  });
  if (options.deadLetterQueue?.fifo === true) {
    throw new Error(
      `deadLetterQueue "${options.deadLetterQueue.node.path}" is a FIFO queue. Lambda sends notes of failed batches to ` +
        'standard queues only: pass one, or leave it out for one of its own.',
    );
  }
  const age = options.maxRecordAge;
  if (age === undefined || age.isUnresolved() || retention.isUnresolved()) return;
  if (age.toSeconds() >= retention.toSeconds()) {
    throw new Error(
      `maxRecordAge must be less than the stream's retention of ${retention.toHumanString()}. Received ` +
        `${age.toHumanString()}. What is given up later than that is gone from the stream before anyone can fetch it: ` +
        'shorten maxRecordAge or lengthen the retention.',
    );
  }
}

/** Lambda's own limit on the age of a record it still tries. */
const LONGEST_AGE = Duration.days(7);

/**
 * Three quarters of the retention. The dead-letter queue holds the position of a batch, not its records: the last
 * quarter is the time left to fetch them from the stream.
 */
export function defaultRecordAge(retention: Duration): Duration {
  if (retention.isUnresolved()) return Duration.hours(18);
  const seconds = Math.floor((retention.toSeconds() * 3) / 4);
  return Duration.seconds(Math.min(seconds, LONGEST_AGE.toSeconds()));
}

/**
 * A sixtieth of the promised latency, between one second and half a minute: a batch that waits longer makes larger
 * files and fewer snapshots, and spends a part of the promise that nobody notices.
 */
export function defaultBatchingWindow(latencySeconds: number): Duration {
  return Duration.seconds(Math.min(30, Math.max(1, Math.floor(latencySeconds / 60))));
}

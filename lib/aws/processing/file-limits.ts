import { requireDuration, requireWhole } from '../bounds';
import type { FileProcessorOptions } from './file-options';

/**
 * Refuses at synthesis what Lambda or SQS would refuse at deployment.
 * Limits: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
 */
export function requireFileLimits(options: FileProcessorOptions): void {
  requireWhole('memorySize', options.memorySize, {
    minimum: 128,
    maximum: 10_240,
    unit: 'MB',
    remedy: 'Leave it out for 2048, which holds the largest batch, of 128 MiB, with room to spare.',
  });
  requireDuration('timeout', options.timeout, {
    minimum: 120,
    maximum: 900,
    remedy: 'Leave it out for 15 minutes: a file that takes longer is gone on with by the next invocation.',
  });
  requireWhole('maxConcurrency', options.maxConcurrency, {
    minimum: 2,
    maximum: 1000,
    unit: 'invocations',
    remedy: 'Leave it out for 4: they all commit to one table.',
  });
  requireDuration('maxBatchingWindow', options.maxBatchingWindow, {
    minimum: 0,
    maximum: 300,
    remedy: 'Leave it out to derive it from the latency the contract promises.',
  });
  requireWhole('retryAttempts', options.retryAttempts, {
    minimum: 0,
    maximum: 999,
    remedy: 'Leave it out for 4.',
  });
  requireWhole('reservedConcurrentExecutions', options.reservedConcurrentExecutions, {
    minimum: 2,
    maximum: 1000,
    unit: 'invocations',
    remedy: 'Reserve at least as many as maxConcurrency.',
  });
  if (options.maxFileSize !== undefined && options.large === undefined) {
    throw new Error(
      `maxFileSize is given, but there is nothing for larger files. Pass large: {} for tasks that take them, or leave out maxFileSize.`,
    );
  }
  if (options.deadLetterQueue?.fifo === true) {
    throw new Error(
      `deadLetterQueue "${options.deadLetterQueue.node.path}" is a FIFO queue. SQS moves messages of a standard queue to ` +
        'standard queues only: pass one, or leave it out for one of its own.',
    );
  }
}

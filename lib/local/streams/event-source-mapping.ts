import { booleanAt, isObject, listAt, numberAt, objectAt, textAt } from '../template/json';
import type { JsonObject } from '../template/json';

/** How records of a stream reach a function: the properties of `AWS::Lambda::EventSourceMapping` that decide it. */
export interface EventSourceMapping {
  readonly batchSize: number;
  readonly batchingWindowSeconds: number;
  readonly bisectBatchOnFunctionError: boolean;
  /** -1: until the records expire. */
  readonly maximumRetryAttempts: number;
  /** -1: as long as the stream keeps them. */
  readonly maximumRecordAgeSeconds: number;
  readonly reportBatchItemFailures: boolean;
  /** ARN of the queue or topic that receives the position of a batch that was given up. */
  readonly failureDestination?: string;
}

/** Reads a mapping's resolved properties; what is absent has CloudFormation's default for a Kinesis stream. */
export function eventSourceMapping(properties: JsonObject): EventSourceMapping {
  const onFailure = objectAt(objectAt(properties, 'DestinationConfig'), 'OnFailure');
  return {
    batchSize: numberAt(properties, 'BatchSize') ?? 100,
    batchingWindowSeconds: numberAt(properties, 'MaximumBatchingWindowInSeconds') ?? 0,
    bisectBatchOnFunctionError: booleanAt(properties, 'BisectBatchOnFunctionError') ?? false,
    maximumRetryAttempts: numberAt(properties, 'MaximumRetryAttempts') ?? -1,
    maximumRecordAgeSeconds: numberAt(properties, 'MaximumRecordAgeInSeconds') ?? -1,
    reportBatchItemFailures: listAt(properties, 'FunctionResponseTypes').includes('ReportBatchItemFailures'),
    failureDestination: textAt(onFailure, 'Destination'),
  };
}

/** An invocation's answer: what the function returned, or the error it failed with. */
export type InvocationResult =
  | { readonly value: unknown; readonly error?: undefined }
  | { readonly error: { readonly type: string; readonly message: string } };

/**
 * Index of the first record to deliver again, or undefined when the whole batch succeeded. The lowest reported
 * sequence number is the checkpoint; an answer that names no record of the batch counts as a failure of all of it,
 * as Lambda treats it.
 */
export function firstFailure(value: unknown, sequenceNumbers: readonly string[]): number | undefined {
  const failures = isObject(value) ? value.batchItemFailures : undefined;
  if (!Array.isArray(failures) || failures.length === 0) return undefined;
  let first = sequenceNumbers.length;
  for (const failure of failures) {
    const identifier = isObject(failure) ? failure.itemIdentifier : undefined;
    const index = typeof identifier === 'string' ? sequenceNumbers.indexOf(identifier) : -1;
    if (index < 0) return 0;
    first = Math.min(first, index);
  }
  return first;
}

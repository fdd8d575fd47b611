import { Duration } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { requireDuration, requireWhole, requireWithin } from '../bounds';

/** How a step that failed is tried again. Steps are safe to repeat: what they write is committed once. */
export interface RetryPolicy {
  /**
   * How often it is tried again, 0 to 99. 0 means not at all.
   * @default 3
   */
  readonly maxAttempts?: number;
  /**
   * How long the first pause is, 1 second to a day.
   * @default Duration.minutes(5)
   */
  readonly interval?: Duration;
  /**
   * By what each pause is longer than the one before, 1 to 10.
   * @default 2
   */
  readonly backoffRate?: number;
  /**
   * How long a pause is at the most, longer than `interval`, a year at the most.
   * @default - as long as the rate makes it
   */
  readonly maxDelay?: Duration;
  /**
   * Whether each pause is a random part of its length, so that what failed together is not tried again together.
   * @default true
   */
  readonly jitter?: boolean;
  /**
   * Names of errors that no repetition mends.
   * @default - none; errors of expressions are never repeated
   */
  readonly permanentErrors?: string[];
}

/** @throws Error for what Step Functions would refuse, naming the option */
export function requireRetryPolicy(name: string, policy: RetryPolicy): void {
  requireWhole(`${name}.maxAttempts`, policy.maxAttempts, {
    minimum: 0,
    maximum: 99,
    remedy: 'Leave it out for 3.',
  });
  requireDuration(`${name}.interval`, policy.interval, {
    minimum: 1,
    maximum: 86_400,
    remedy: 'Leave it out for five minutes.',
  });
  requireWithin(`${name}.backoffRate`, policy.backoffRate, {
    minimum: 1,
    maximum: 10,
    remedy: 'Give 1 for pauses of one length, leave it out for 2.',
  });
  requireDuration(`${name}.maxDelay`, policy.maxDelay, {
    minimum: (policy.interval ?? DEFAULT_INTERVAL).toSeconds() + 1,
    maximum: 31_622_400,
    remedy: 'It has to be longer than the interval.',
  });
}

/** Retriers in the order Step Functions reads them: what is never repeated first. */
export function applyRetries(state: Retryable, policy: RetryPolicy): void {
  state.addRetry({
    errors: ['States.QueryEvaluationError', ...(policy.permanentErrors ?? [])],
    maxAttempts: 0,
  });
  if (policy.maxAttempts === 0) return;
  state.addRetry({
    errors: ['States.ALL'],
    maxAttempts: policy.maxAttempts ?? 3,
    interval: policy.interval ?? DEFAULT_INTERVAL,
    backoffRate: policy.backoffRate ?? 2,
    maxDelay: policy.maxDelay,
    jitterStrategy: (policy.jitter ?? true) ? sfn.JitterType.FULL : sfn.JitterType.NONE,
  });
}

/** Tasks, parallel states and maps. */
export interface Retryable {
  addRetry(props?: sfn.RetryProps): unknown;
}

const DEFAULT_INTERVAL = Duration.minutes(5);

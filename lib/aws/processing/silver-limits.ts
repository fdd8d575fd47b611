import { Duration, SizeRoundingBehavior } from 'aws-cdk-lib';
import { requireDuration, requireWhole } from '../bounds';
import type { SilverProcessorOptions } from './silver-options';

/** Refuses at synthesis what Lambda, SQS or EventBridge would refuse at deployment, or accept and never honour. */
export function requireRefinable(options: SilverProcessorOptions): void {
  requireWhole('memorySize', options.memorySize, {
    minimum: 128,
    maximum: 10_240,
    unit: 'MB',
    remedy: 'Leave it out for 2048.',
  });
  requireDuration('timeout', options.timeout, {
    minimum: 1,
    maximum: 900,
    remedy: 'Leave it out for five minutes; what takes longer than fifteen is work for a container.',
  });
  requireWhole('maxIncrement', options.maxIncrement?.toBytes({ rounding: SizeRoundingBehavior.NONE }), {
    minimum: 1_048_576,
    maximum: 10_737_418_240,
    unit: 'bytes',
    remedy: 'Leave it out for 32 MiB, which fits 2048 MB of memory.',
  });
  requireDuration('deliveryDelay', options.deliveryDelay, {
    minimum: 0,
    maximum: 900,
    remedy: 'Leave it out to derive it from the latency the contract promises.',
  });
  requireDuration('catchUpInterval', options.catchUpInterval, {
    minimum: 300,
    maximum: 86_400,
    remedy: 'Leave it out for an hour: a request that finds nothing new costs next to nothing.',
  });
  requireWhole('retryAttempts', options.retryAttempts, {
    minimum: 0,
    maximum: 999,
    remedy: 'Leave it out for 4: an increment that was given up is taken up again with the next commit.',
  });
  requireWhole('reservedConcurrentExecutions', options.reservedConcurrentExecutions, {
    minimum: 1,
    maximum: 1000,
    unit: 'invocations',
    remedy: 'One is enough: runs for a table follow one another; 0 would stop the function.',
  });
}

/** What a message may wait at the most for others to join it: SQS allows 900 s, and nobody waits longer than this. */
const LONGEST_DELAY = 300;

/**
 * A tenth of the promised latency, five minutes at the most: commits that are done together make one commit to silver,
 * which rewrites each file it changes once instead of once for each.
 */
export function defaultDeliveryDelay(latencySeconds: number): Duration {
  return Duration.seconds(Math.min(LONGEST_DELAY, Math.floor(latencySeconds / 10)));
}

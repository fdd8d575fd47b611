import { Duration } from 'aws-cdk-lib';
import type { ServiceLevels } from '../../contract';
import { requireDuration, requireWithin } from '../bounds';

/** Where each alarm starts to sound. What is not given follows from the contract and the stream's retention. */
export interface PipelineThresholds {
  /**
   * Age of a record when it is read, above which the reader has fallen behind.
   * @default - the shorter of the contract's `latency` (one hour where it names none) and a quarter of the
   * stream's retention
   */
  readonly iteratorAge?: Duration;

  /**
   * Age of the oldest file that waits in its queue, above which the processor has fallen behind. For files only.
   * @default - the contract's `latency`, or one hour
   */
  readonly queueAge?: Duration;

  /**
   * Files refused as a whole in five minutes. For files only.
   * @default 0
   */
  readonly refusedFiles?: number;

  /**
   * Time from arrival to commit, above which the product breaks its promise.
   * @default - the contract's `latency`, or one hour
   */
  readonly freshness?: Duration;

  /**
   * The longest time between two records. The alarm sounds after twice as long without any. From one minute to
   * three days, because CloudWatch looks back seven.
   * @default - the contract's `frequency`; without one, or with one of more than three days, there is no such alarm
   */
  readonly silence?: Duration;

  /**
   * Percentage of records in quarantine, above which the source and the contract disagree.
   * @default - the contract's `errorRate`, or 1
   */
  readonly quarantinedPercent?: number;

  /**
   * Fields in five minutes that differ from the contract: unknown, of another type, or required and missing.
   * @default 0
   */
  readonly schemaDrift?: number;

  /**
   * Critical fields in five minutes that are missing, null or invalid.
   * @default 0
   */
  readonly criticalFieldAnomalies?: number;

  /**
   * Values in five minutes, of the sample that is looked at, that show personal data in columns the contract does not
   * classify.
   * @default 0
   */
  readonly unclassifiedPersonalData?: number;

  /**
   * Drop of the records read in an hour, in percent of those of the hour before, from which on the alarm sounds: at 20,
   * 80 records after 100 are one, 81 are none. From 1 to 100.
   * @default - no such alarm
   */
  readonly hourlyDropPercent?: number;

  /**
   * The same of a day and the day before, in UTC.
   * @default - no such alarm
   */
  readonly dailyDropPercent?: number;

  /**
   * Failed invocations in five minutes.
   * @default 0
   */
  readonly functionErrors?: number;

  /**
   * Throttled invocations in five minutes.
   * @default 0
   */
  readonly functionThrottles?: number;

  /**
   * Percentage of records producers were refused because a shard was full.
   * @default 10
   */
  readonly refusedWritesPercent?: number;

  /**
   * Refused reads in five minutes.
   * @default 0
   */
  readonly refusedReads?: number;

  /**
   * Notes in the dead-letter queue.
   * @default 0
   */
  readonly deadLetters?: number;
}

/** Every threshold settled; `silence` stays undefined where nothing promises a frequency. */
export interface SettledThresholds extends Required<Omit<PipelineThresholds, OptionalThreshold>> {
  readonly silence?: Duration;
  readonly hourlyDropPercent?: number;
  readonly dailyDropPercent?: number;
}

type OptionalThreshold = 'silence' | 'hourlyDropPercent' | 'dailyDropPercent';

/** What holds for a contract that promises no latency. */
export const DEFAULT_LATENCY = Duration.hours(1);

const LONGEST_SILENCE = Duration.days(3);

/**
 * A reader further behind than this part of the retention is on the way to losing records, whatever the contract
 * allows. Three quarters are left to find out why.
 */
const RETENTION_FRACTION = 1 / 4;

/** @throws Error naming the threshold, what it may be and what was given */
export function settleThresholds(
  given: PipelineThresholds,
  levels: ServiceLevels,
  retention: Duration | undefined,
): SettledThresholds {
  refuseImpossible(given);
  const latency =
    levels.latencySeconds === undefined ? DEFAULT_LATENCY : Duration.seconds(levels.latencySeconds);
  return {
    iteratorAge: given.iteratorAge ?? shorter(latency, allowedLag(retention)),
    queueAge: given.queueAge ?? latency,
    refusedFiles: given.refusedFiles ?? 0,
    freshness: given.freshness ?? latency,
    silence: given.silence ?? promisedFrequency(levels),
    hourlyDropPercent: given.hourlyDropPercent,
    dailyDropPercent: given.dailyDropPercent,
    quarantinedPercent: given.quarantinedPercent ?? levels.errorRatePercent ?? 1,
    schemaDrift: given.schemaDrift ?? 0,
    criticalFieldAnomalies: given.criticalFieldAnomalies ?? 0,
    unclassifiedPersonalData: given.unclassifiedPersonalData ?? 0,
    functionErrors: given.functionErrors ?? 0,
    functionThrottles: given.functionThrottles ?? 0,
    refusedWritesPercent: given.refusedWritesPercent ?? 10,
    refusedReads: given.refusedReads ?? 0,
    deadLetters: given.deadLetters ?? 0,
  };
}

/** Undefined for a retention that is only known at deployment. */
function allowedLag(retention: Duration | undefined): Duration | undefined {
  if (retention === undefined || retention.isUnresolved()) return undefined;
  return Duration.seconds(Math.floor(retention.toSeconds() * RETENTION_FRACTION));
}

function shorter(one: Duration, other: Duration | undefined): Duration {
  return other === undefined || one.toSeconds({ integral: false }) <= other.toSeconds() ? one : other;
}

function promisedFrequency(levels: ServiceLevels): Duration | undefined {
  if (levels.frequencySeconds === undefined || levels.frequencySeconds > LONGEST_SILENCE.toSeconds()) {
    return undefined;
  }
  return Duration.seconds(Math.max(60, levels.frequencySeconds));
}

function refuseImpossible(given: PipelineThresholds): void {
  const percent = {
    minimum: 0,
    maximum: 100,
    unit: 'percent',
    remedy: 'Give a share of the records: 1 is one in a hundred.',
  };
  requireWithin('thresholds.quarantinedPercent', given.quarantinedPercent, percent);
  requireWithin('thresholds.refusedWritesPercent', given.refusedWritesPercent, percent);
  for (const name of ['hourlyDropPercent', 'dailyDropPercent'] as const) {
    requireWithin(`thresholds.${name}`, given[name], {
      minimum: 1,
      maximum: 100,
      unit: 'percent',
      remedy: 'Give how much less is too little: at 20, 80 records after 100 sound the alarm.',
    });
  }
  const count = {
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    remedy: 'The alarm sounds above the threshold: 0 means at the first one.',
  };
  for (const name of [
    'schemaDrift',
    'criticalFieldAnomalies',
    'functionErrors',
    'functionThrottles',
    'refusedReads',
    'refusedFiles',
    'deadLetters',
  ] as const) {
    requireWithin(`thresholds.${name}`, given[name], count);
  }
  requireDuration('thresholds.silence', given.silence, {
    minimum: 60,
    maximum: LONGEST_SILENCE.toSeconds(),
    remedy:
      'CloudWatch evaluates alarms over one minute to seven days; watch for longer gaps with a scheduled query.',
  });
}

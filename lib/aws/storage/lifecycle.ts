import { type Duration, Token } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';

/** A move of current object versions to a cheaper storage class. */
export interface ZoneTransition {
  /** `StorageClass.INTELLIGENT_TIERING`, `INFREQUENT_ACCESS`, `GLACIER_INSTANT_RETRIEVAL`, `GLACIER` or `DEEP_ARCHIVE`. */
  readonly storageClass: s3.StorageClass;
  /** Age of the object, in whole days. */
  readonly after: Duration;
  /**
   * Key prefix the transition is limited to, for example `raw/`. Transitions of one prefix form one rule.
   * @default - the whole bucket
   */
  readonly prefix?: string;
}

/** Deletion of objects by age. Never over the prefix of an Iceberg table: its snapshots point at old files. */
export interface ZoneExpiration {
  /** Age of the object, in whole days, for example the contract's `sla.retentionDays`. */
  readonly after: Duration;
  /** Key prefix whose objects expire, for example `landing/`. */
  readonly prefix: string;
}

/** Minimum age S3 asks for before the infrequent access class, and before leaving it. */
const INFREQUENT_ACCESS_DAYS = 30;

/** From dear to cheap: S3 moves objects in this direction only ("waterfall"). */
const WATERFALL = [
  s3.StorageClass.INFREQUENT_ACCESS,
  s3.StorageClass.INTELLIGENT_TIERING,
  s3.StorageClass.GLACIER_INSTANT_RETRIEVAL,
  s3.StorageClass.GLACIER,
  s3.StorageClass.DEEP_ARCHIVE,
].map((storageClass) => storageClass.toString());

/**
 * Lifecycle rules of a zone, one for each prefix, refused here where S3 would refuse them at deployment.
 * @throws Error with the offending value and the remedy
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
 */
export function lifecycleRules(
  transitions: readonly ZoneTransition[],
  expirations: readonly ZoneExpiration[],
): s3.LifecycleRule[] {
  const prefixes = new Set([
    ...transitions.map(({ prefix }) => prefix),
    ...expirations.map(({ prefix }) => prefix),
  ]);
  return [...prefixes].map((prefix) => {
    const steps = transitions.filter((transition) => transition.prefix === prefix);
    const [expiration, ...others] = expirations.filter((candidate) => candidate.prefix === prefix);
    if (others.length > 0)
      throw new Error(`expirations name the prefix "${prefix}" twice: keep one of them.`);
    validateTransitions(steps);
    if (expiration) validateExpiration(expiration, steps);
    return {
      id: prefix === undefined ? 'tier-data' : `tier-${prefix.replace(/\/+$/, '')}`,
      prefix,
      transitions:
        steps.length > 0
          ? steps.map(({ storageClass, after }) => ({ storageClass, transitionAfter: after }))
          : undefined,
      expiration: expiration?.after,
    };
  });
}

/** @throws Error for a class a zone may not use, and for ages S3 would refuse */
export function validateTransitions(steps: readonly ZoneTransition[]): void {
  steps.forEach((step, index) => {
    const name = step.storageClass.toString();
    if (Token.isUnresolved(name)) return;
    const rank = WATERFALL.indexOf(name);
    if (rank < 0) {
      throw new Error(
        `Transition to ${name} is not allowed in a zone. Allowed: ${WATERFALL.join(', ')} ` +
          '(a zone is the primary copy, so a class that lives in a single availability zone is left out).',
      );
    }
    const days = daysOf(step.after);
    if (days === undefined) return;
    if (name === 'STANDARD_IA' && days < INFREQUENT_ACCESS_DAYS) {
      throw new Error(
        `Transition to STANDARD_IA after ${days} days: S3 takes objects of at least ${INFREQUENT_ACCESS_DAYS} days there. ` +
          'Use 30 days or more, or StorageClass.INTELLIGENT_TIERING or GLACIER_INSTANT_RETRIEVAL, which take them from day 0.',
      );
    }
    const previous = steps[index - 1];
    if (previous) validateStep(previous, name, rank, days);
  });
}

function validateStep(previous: ZoneTransition, name: string, rank: number, days: number): void {
  const previousName = previous.storageClass.toString();
  const previousDays = daysOf(previous.after);
  if (previousDays === undefined || Token.isUnresolved(previousName)) return;
  if (WATERFALL.indexOf(previousName) >= rank) {
    throw new Error(
      `Transition from ${previousName} to ${name}: S3 moves objects to cheaper classes only. ` +
        `Order the transitions ${WATERFALL.join(', ')}, each at most once.`,
    );
  }
  if (days <= previousDays) {
    throw new Error(
      `Transition to ${name} after ${days} days is not later than the one to ${previousName} after ${previousDays} days. ` +
        `Use more than ${previousDays} days.`,
    );
  }
  if (previousName === 'STANDARD_IA' && days < previousDays + INFREQUENT_ACCESS_DAYS) {
    throw new Error(
      `Transition to ${name} after ${days} days: objects stay in STANDARD_IA for at least ${INFREQUENT_ACCESS_DAYS} days. ` +
        `Use ${previousDays + INFREQUENT_ACCESS_DAYS} days or more.`,
    );
  }
}

function validateExpiration(expiration: ZoneExpiration, steps: readonly ZoneTransition[]): void {
  const days = daysOf(expiration.after);
  if (days === undefined) return;
  if (days < 1)
    throw new Error(`Expiration of "${expiration.prefix}" after ${days} days: use 1 day or more.`);
  for (const { storageClass, after } of steps) {
    const transitionDays = daysOf(after);
    if (transitionDays !== undefined && days <= transitionDays) {
      throw new Error(
        `Expiration of "${expiration.prefix}" after ${days} days is not later than its transition to ` +
          `${storageClass.toString()} after ${transitionDays} days. Expire later, or leave the transition out.`,
      );
    }
  }
}

/** Whole days, or undefined for a value only known at deployment. */
export function daysOf(duration: Duration): number | undefined {
  if (duration.isUnresolved()) return undefined;
  return duration.toDays();
}

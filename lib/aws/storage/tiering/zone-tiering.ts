import type { Duration, Size } from 'aws-cdk-lib';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { daysOf, validateTransitions, type ZoneExpiration, type ZoneTransition } from '../lifecycle';
import { requireSavings } from './savings';
import type { TieringProfile } from './tiering-profile';

/** A profile for a zone, or for a folder of it. */
export interface ZoneTiering {
  readonly profile: TieringProfile;
  /**
   * Key prefix the profile is limited to, for example `raw/`.
   * @default - the whole bucket
   */
  readonly prefix?: string;
  /**
   * Longest time until an object must be readable. A profile that archives deeper is refused.
   * @default - however long the profile takes
   */
  readonly recoveryTime?: Duration;
  /**
   * Size of most objects: each has a fee for its move, and archived ones an overhead. A profile that costs more than it
   * saves with objects of that size is refused.
   * @default - large, as data files are
   */
  readonly objectSize?: Size;
}

/**
 * Refuses a profile that cannot be recovered from in time, and moves that S3 refuses or that cost more than they save.
 * @param noncurrentExpiration days replaced versions are kept
 */
export function requireSensible(
  { profile, prefix, recoveryTime, objectSize }: ZoneTiering,
  expirations: readonly ZoneExpiration[],
  noncurrentExpiration: Duration,
): void {
  const allowed = recoveryTime?.toSeconds({ integral: false });
  const takes = profile.recoveryTime;
  if (allowed !== undefined && takes.toSeconds() > allowed) {
    throw new Error(
      `Tiering ${profile.name} takes up to ${takes.toHumanString()} until an object can be read; recoveryTime is ` +
        `${recoveryTime!.toHumanString()}. Use GLACIER_INSTANT_RETRIEVAL or INTELLIGENT_TIERING without archive tiers, ` +
        'which are read at once, or allow more time.',
    );
  }
  const expiration = expirations.find((one) => one.prefix === prefix)?.after;
  requireSavings(profile.name, profile.steps, objectSize, expiration && daysOf(expiration));
  validateTransitions(profile.noncurrentSteps);
  const kept = daysOf(noncurrentExpiration);
  for (const { storageClass, after } of profile.noncurrentSteps) {
    const age = daysOf(after);
    if (age !== undefined && kept !== undefined && age >= kept) {
      throw new Error(
        `Tiering ${profile.name} moves replaced versions to ${storageClass.value} after ${age} days, and they expire after ` +
          `${kept}. Set noncurrentVersionExpiration to more than ${age} days.`,
      );
    }
  }
  requireSavings(`${profile.name} (replaced versions)`, profile.noncurrentSteps, objectSize, kept);
}

export function transitionsOf({ profile, prefix }: ZoneTiering): ZoneTransition[] {
  return profile.steps.map((step) => ({ ...step, prefix }));
}

export function noncurrentRule({ profile, prefix }: ZoneTiering): s3.LifecycleRule | undefined {
  if (profile.noncurrentSteps.length === 0) return undefined;
  return {
    id: prefix === undefined ? 'tier-versions' : `tier-versions-${prefix.replace(/\/+$/, '')}`,
    prefix,
    noncurrentVersionTransitions: profile.noncurrentSteps.map(({ storageClass, after }) => ({
      storageClass,
      transitionAfter: after,
    })),
  };
}

export function archiveTiers({
  profile,
  prefix,
}: ZoneTiering): s3.IntelligentTieringConfiguration | undefined {
  const { archiveAccessAfter, deepArchiveAccessAfter } = profile;
  if (archiveAccessAfter === undefined && deepArchiveAccessAfter === undefined) return undefined;
  return {
    name: prefix === undefined ? profile.name : `${profile.name}-${prefix.replace(/\/+$/, '')}`,
    prefix,
    archiveAccessTierTime: archiveAccessAfter,
    deepArchiveAccessTierTime: deepArchiveAccessAfter,
  };
}

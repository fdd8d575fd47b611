import type { Duration } from 'aws-cdk-lib';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { daysOf, type ZoneExpiration, type ZoneTransition } from '../lifecycle';
import { STORAGE_CLASSES } from './storage-classes';
import type { TieringProfile, TieringStep } from './tiering-profile';

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
}

/**
 * Refuses a profile that cannot be recovered from in time, and moves that cost more than they save: an object pays for
 * the least time of its class, also when it leaves earlier.
 * @param noncurrentExpiration days replaced versions are kept
 */
export function requireSensible(
  { profile, prefix, recoveryTime }: ZoneTiering,
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
  requireSavings(profile.name, profile.steps, expiration && daysOf(expiration));
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
  requireSavings(`${profile.name} (replaced versions)`, profile.noncurrentSteps, kept);
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

/** Objects of 64 MiB, as a lake's are: of smaller ones the fee for each move weighs more. */
const OBJECTS_A_GIGABYTE = 16;

function requireSavings(name: string, steps: readonly TieringStep[], end: number | undefined): void {
  steps.forEach(({ storageClass, after }, index) => {
    const facts = STORAGE_CLASSES[storageClass.value];
    const from = daysOf(after);
    const next = steps[index + 1];
    const to = next === undefined ? end : daysOf(next.after);
    if (facts === undefined || from === undefined || to === undefined || to <= from) return;
    const stay = to - from;
    if (stay >= facts.minimumDays) return;
    const before = STORAGE_CLASSES[steps[index - 1]?.storageClass.value ?? 'STANDARD'];
    if (before === undefined) return;
    const moved = (facts.minimumDays / 30) * facts.storage + (OBJECTS_A_GIGABYTE / 1000) * facts.transition;
    const unmoved = (stay / 30) * before.storage;
    if (moved < unmoved) return;
    throw new Error(
      `Tiering ${name} costs more than it saves: an object stays in ${storageClass.value} for ${stay} days and pays for ` +
        `${facts.minimumDays} (${cents(moved)} a GB; where it was, ${cents(unmoved)}). ` +
        `Leave the step out, or let it stay ${facts.minimumDays} days.`,
    );
  });
}

function cents(dollars: number): string {
  return `$${dollars.toFixed(4)}`;
}

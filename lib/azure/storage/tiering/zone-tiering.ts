import { known, requireSavings } from '../../../terraform';
import { folder } from '../folder';
import type { ZoneExpiration } from '../lifecycle-rules';
import { ARCHIVING, type StorageRedundancy } from '../account/redundancy';
import { ACCESS_TIERS } from './access-tiers';
import type { TieringProfile } from './tiering-profile';

/** A profile for a zone, or for a folder of it. */
export interface ZoneTiering {
  readonly profile: TieringProfile;
  /**
   * Folder the profile is limited to, for example `raw/`.
   * @default - the whole zone
   */
  readonly prefix?: string;
  /**
   * Longest time until an object must be readable, in hours. A profile that archives deeper is refused.
   * @default - however long the profile takes
   */
  readonly recoveryHours?: number;
  /**
   * Size of most objects, KiB: each has a fee for its move. A profile that costs more than it saves with objects of that size is
   * refused.
   * @default - large, as data files are
   */
  readonly objectSizeKib?: number;
  /**
   * Share of the objects that is read each month, 0 to 1: reading from the cooler tiers has a price by the GiB. A profile that costs
   * more than it saves so is refused.
   * @default 0
   */
  readonly readShare?: number;
}

/** What is known of the place that objects are tiered in. */
export interface TieredPlace {
  /** Undefined where only Terraform, or another app, knows. */
  readonly redundancy?: StorageRedundancy;
  readonly versioned: boolean;
  readonly expirations: readonly ZoneExpiration[];
  /** Days replaced versions are kept. */
  readonly noncurrentDays: number;
}

/** Refuses what Azure refuses at deployment, what cannot be recovered from in time, and moves that cost more than they save. */
export function requireSensible(tiering: readonly ZoneTiering[], place: TieredPlace): void {
  requireOnePerFolder(tiering);
  for (const one of tiering) {
    requireArchive(one, place);
    requireRecovery(one);
    requireVersions(one, place);
    const { profile, prefix, objectSizeKib, readShare } = one;
    const expiration = place.expirations.find(
      (other) => prefix !== undefined && folder(other.prefix) === folder(prefix),
    );
    requireSavings(ACCESS_TIERS, profile.name, profile.steps, {
      sizeKib: objectSizeKib,
      readShare: profile.byLastAccess ? undefined : readShare,
      endDays: expiration?.afterDays,
    });
    requireSavings(ACCESS_TIERS, `${profile.name} (replaced versions)`, profile.noncurrentSteps, {
      sizeKib: objectSizeKib,
      endDays: place.noncurrentDays,
    });
  }
}

function requireArchive({ profile }: ZoneTiering, { redundancy }: TieredPlace): void {
  if (redundancy === undefined || !profile.archives || ARCHIVING.includes(redundancy)) return;
  throw new Error(
    `Tiering ${profile.name} archives, and an account with ${redundancy} has no archive tier. Use AccessTier.COLD, which is read at once, ` +
      `or give the zone an account with ${ARCHIVING.join(', ')}.`,
  );
}

function requireRecovery({ profile, recoveryHours }: ZoneTiering): void {
  const allowed = known(recoveryHours);
  if (allowed === undefined || profile.recoveryHours <= allowed) return;
  throw new Error(
    `Tiering ${profile.name} takes up to ${profile.recoveryHours} hours until an object can be read; recoveryHours is ${allowed}. ` +
      'Use AccessTier.COLD, which is read at once, or allow more time.',
  );
}

function requireVersions({ profile }: ZoneTiering, { versioned, noncurrentDays }: TieredPlace): void {
  if (profile.noncurrentSteps.length === 0) return;
  if (!versioned) {
    throw new Error(
      `Tiering ${profile.name} moves replaced versions, and the account keeps none. Leave out its noncurrentSteps, or use an account with ` +
        'versioning.',
    );
  }
  const kept = known(noncurrentDays);
  for (const { tier, afterDays } of profile.noncurrentSteps) {
    const age = known(afterDays);
    if (age === undefined || kept === undefined || age < kept) continue;
    throw new Error(
      `Tiering ${profile.name} moves replaced versions to ${tier} after ${age} days, and they expire after ${kept}. Set the account's ` +
        `noncurrentVersionExpirationDays to more than ${age}.`,
    );
  }
}

function requireOnePerFolder(tiering: readonly ZoneTiering[]): void {
  const places = tiering.map(({ prefix }) => (prefix === undefined ? undefined : folder(prefix)));
  const twice = tiering.find((_one, index) => places.indexOf(places[index]) !== index);
  if (twice === undefined) return;
  const where = twice.prefix === undefined ? 'the whole zone' : `the folder "${folder(twice.prefix)}"`;
  throw new Error(
    `Tiering ${twice.profile.name}: ${where} has a profile already. Keep one of them, or give it another prefix.`,
  );
}

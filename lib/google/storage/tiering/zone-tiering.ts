import { known, requireSavings } from '../../../terraform';
import { folder } from '../folder';
import type { ZoneExpiration } from '../lifecycle';
import { movesOf } from './moves';
import { STORAGE_CLASSES } from './storage-classes';
import type { TieringProfile } from './tiering-profile';

/** A profile for a zone, or for a folder of it. */
export interface ZoneTiering {
  readonly profile: TieringProfile;
  /**
   * Folder the profile is limited to, for example `raw/`.
   * @default - the whole bucket
   */
  readonly prefix?: string;
  /**
   * Size of most objects, KiB: each has a fee for its move. A profile that costs more than it saves with objects of that
   * size is refused.
   * @default - large, as data files are
   */
  readonly objectSizeKib?: number;
  /**
   * Share of the objects that is read each month, 0 to 1: reading from the cheaper classes has a price by the GiB. A
   * profile that costs more than it saves so is refused.
   * @default 0
   */
  readonly readShare?: number;
}

/**
 * Refuses what Cloud Storage refuses at deployment, and moves that cost more than they save.
 * @param noncurrentDays days replaced versions are kept; undefined where the bucket keeps none
 */
export function requireSensible(
  tiering: readonly ZoneTiering[],
  expirations: readonly ZoneExpiration[],
  noncurrentDays: number | undefined,
): void {
  requireAutoclassAlone(tiering);
  for (const { profile, prefix, objectSizeKib: sizeKib, readShare } of tiering) {
    const expiration = expirations.find(
      (one) => prefix !== undefined && folder(one.prefix) === folder(prefix),
    );
    const end = expiration && known(expiration.afterDays);
    requireSavings(STORAGE_CLASSES, profile.name, movesOf(profile.steps), {
      sizeKib,
      readShare,
      endDays: end,
    });
    if (profile.noncurrentSteps.length === 0) continue;
    if (noncurrentDays === undefined) {
      throw new Error(
        `Tiering ${profile.name} moves replaced versions, and the bucket keeps none: under a retention policy nothing is ` +
          'replaced. Leave out its noncurrentSteps.',
      );
    }
    const kept = known(noncurrentDays);
    for (const { storageClass, afterDays } of profile.noncurrentSteps) {
      if (kept === undefined || known(afterDays) === undefined || afterDays < kept) continue;
      throw new Error(
        `Tiering ${profile.name} moves replaced versions to ${storageClass} after ${afterDays} days, and they expire after ` +
          `${kept}. Set noncurrentVersionExpirationDays to more than ${afterDays}.`,
      );
    }
    requireSavings(STORAGE_CLASSES, `${profile.name} (replaced versions)`, movesOf(profile.noncurrentSteps), {
      sizeKib,
      endDays: kept,
    });
  }
}

/**
 * Autoclass is of a bucket as a whole, and refuses rules that set a class beside it.
 * @see https://docs.cloud.google.com/storage/docs/autoclass
 */
function requireAutoclassAlone(tiering: readonly ZoneTiering[]): void {
  const automatic = tiering.find(({ profile }) => profile.autoclass !== undefined);
  if (automatic !== undefined) {
    const { profile, prefix } = automatic;
    if (prefix !== undefined) {
      throw new Error(
        `Tiering ${profile.name} is given for "${prefix}", and Autoclass is of a whole bucket. Leave out the prefix, or use a ` +
          'profile with steps.',
      );
    }
    const other = tiering.find((one) => one !== automatic);
    if (other !== undefined) {
      throw new Error(
        `Tiering ${profile.name} together with ${other.profile.name}: a bucket with Autoclass takes no rules that set a storage ` +
          'class. Keep one of them, or give the folder a bucket of its own.',
      );
    }
  }
  const places = tiering.map(({ prefix }) => (prefix === undefined ? undefined : folder(prefix)));
  const twice = tiering.find((_one, index) => places.indexOf(places[index]) !== index);
  if (twice !== undefined) {
    const where = twice.prefix === undefined ? 'the whole bucket' : `the folder "${folder(twice.prefix)}"`;
    throw new Error(
      `Tiering ${twice.profile.name}: ${where} has a profile already. Keep one of them, or give it another prefix.`,
    );
  }
}

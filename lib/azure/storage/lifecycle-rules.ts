import type {
  StorageManagementPolicyRule,
  StorageManagementPolicyRuleActionsBaseBlob,
} from '@cdktf/provider-azurerm/lib/storage-management-policy';
import { known } from '../../terraform';
import { requireDays } from '../days';
import { folder } from './folder';
import { AccessTier } from './tiering/access-tiers';
import type { TieringStep } from './tiering/tiering-profile';
import type { ZoneTiering } from './tiering/zone-tiering';

/** Deletion of objects by age. Never over the folder of an Iceberg table: its snapshots point at old files. */
export interface ZoneExpiration {
  /** Days since the object was last written, for example the contract's `sla.retentionDays`. */
  readonly afterDays: number;
  /** Folder whose objects expire, for example `landing/`. */
  readonly prefix: string;
}

/** What happens to the objects of a container as they age. */
export interface ZoneLifecycle {
  readonly container: string;
  readonly tiering: readonly ZoneTiering[];
  readonly expirations: readonly ZoneExpiration[];
}

/**
 * A policy takes that many rules, and an account one policy.
 * https://learn.microsoft.com/azure/storage/blobs/lifecycle-management-policy-structure#rules
 */
const MOST_RULES = 100;

/** @throws Error for ages that are none, a folder that expires twice, and a move that comes after the end */
export function requireExpirations({ tiering, expirations }: Omit<ZoneLifecycle, 'container'>): void {
  const folders = expirations.map(({ prefix }) => folder(prefix));
  const twice = folders.find((one, index) => folders.indexOf(one) !== index);
  if (twice !== undefined) throw new Error(`expirations name the folder "${twice}" twice: keep one of them.`);
  for (const { prefix, afterDays } of expirations) {
    requireDays(`Expiration of "${prefix}"`, afterDays, { least: 1, most: 36_500 });
    const days = known(afterDays);
    const moves = tiering
      .filter((one) => one.prefix !== undefined && folder(one.prefix) === folder(prefix))
      .flatMap(({ profile }) => profile.steps);
    const late = moves.find((move) => days !== undefined && (known(move.afterDays) ?? -1) >= days);
    if (late !== undefined) {
      throw new Error(
        `Expiration of "${prefix}" after ${days} days is not later than its move to ${late.tier} after ${late.afterDays} days. Expire ` +
          'later, or leave the move out.',
      );
    }
  }
}

/** The rules of a zone: tiering and expirations in the order they were given. */
export function zoneRules({ container, tiering, expirations }: ZoneLifecycle): StorageManagementPolicyRule[] {
  const inside = (prefix?: string) =>
    prefix === undefined ? `${container}/` : `${container}/${folder(prefix)}`;
  return [
    ...tiering
      .filter(({ profile }) => profile.steps.length + profile.noncurrentSteps.length > 0)
      .map((one) => tieringRule(one, inside(one.prefix))),
    ...expirations.map(({ prefix, afterDays }) => expirationRule(inside(prefix), afterDays)),
  ];
}

/** Deletes what is below a prefix, which begins with a container's name; logs as well, which are append blobs. */
export function expirationRule(prefix: string, afterDays: number): StorageManagementPolicyRule {
  const deletion = { baseBlob: { deleteAfterDaysSinceModificationGreaterThan: afterDays } };
  return rule(`expire-${prefix}`, [prefix], deletion, ['blockBlob', 'appendBlob']);
}

/** What every account does with replaced versions and snapshots. A blob is only gone once they are. */
export function cleanUpRule(noncurrentDays: number): StorageManagementPolicyRule {
  return rule('clean-up', undefined, {
    snapshot: { deleteAfterDaysSinceCreationGreaterThan: noncurrentDays },
    version: { deleteAfterDaysSinceCreation: noncurrentDays },
  });
}

/**
 * The rules of an account, each with a name of its own.
 * @throws Error for more than a policy takes
 */
export function namedRules(
  account: string,
  rules: readonly StorageManagementPolicyRule[],
): StorageManagementPolicyRule[] {
  if (rules.length > MOST_RULES) {
    throw new Error(
      `The account ${account} has ${rules.length} lifecycle rules; Azure takes ${MOST_RULES}. Leave some out, or give a zone an account ` +
        'of its own.',
    );
  }
  return rules.map((one, index) => {
    const before = rules.slice(0, index).filter(({ name }) => name === one.name).length;
    return before === 0 ? one : { ...one, name: `${one.name}-${before + 1}` };
  });
}

function tieringRule({ profile }: ZoneTiering, prefix: string): StorageManagementPolicyRule {
  return rule(`tier-${prefix}`, [prefix], {
    ...(profile.steps.length > 0 && {
      baseBlob: {
        ...Object.assign({}, ...profile.steps.map((step) => move(step, profile.byLastAccess))),
        ...(profile.backToHot && { autoTierToHotFromCoolEnabled: true }),
      },
    }),
    ...(profile.noncurrentSteps.length > 0 && {
      version: Object.assign({}, ...profile.noncurrentSteps.map(versionMove)),
    }),
  });
}

function move(
  { tier, afterDays }: TieringStep,
  byLastAccess: boolean,
): StorageManagementPolicyRuleActionsBaseBlob {
  switch (tier) {
    case AccessTier.COOL:
      return byLastAccess
        ? { tierToCoolAfterDaysSinceLastAccessTimeGreaterThan: afterDays }
        : { tierToCoolAfterDaysSinceModificationGreaterThan: afterDays };
    case AccessTier.COLD:
      return byLastAccess
        ? { tierToColdAfterDaysSinceLastAccessTimeGreaterThan: afterDays }
        : { tierToColdAfterDaysSinceModificationGreaterThan: afterDays };
    case AccessTier.ARCHIVE:
      return {
        ...(byLastAccess
          ? { tierToArchiveAfterDaysSinceLastAccessTimeGreaterThan: afterDays }
          : { tierToArchiveAfterDaysSinceModificationGreaterThan: afterDays }),
        // What was brought back is not old again the next day.
        tierToArchiveAfterDaysSinceLastTierChangeGreaterThan: RESTORED_DAYS,
      };
  }
}

/** How long an object that was brought back from the archive stays readable. */
const RESTORED_DAYS = 7;

function versionMove({ tier, afterDays }: TieringStep): StorageManagementPolicyRule['actions']['version'] {
  switch (tier) {
    case AccessTier.COOL:
      return { changeTierToCoolAfterDaysSinceCreation: afterDays };
    case AccessTier.COLD:
      return { tierToColdAfterDaysSinceCreationGreaterThan: afterDays };
    case AccessTier.ARCHIVE:
      return { changeTierToArchiveAfterDaysSinceCreation: afterDays };
  }
}

function rule(
  name: string,
  prefixMatch: string[] | undefined,
  actions: StorageManagementPolicyRule['actions'],
  blobTypes: string[] = ['blockBlob'],
): StorageManagementPolicyRule {
  return {
    // Letters, digits and dashes only, and nothing that only Terraform will know.
    name: name
      .replace(/\$\{TfToken\[[^\]]*\]\}/g, '')
      .replace(/[^A-Za-z\d]+/g, '-')
      .replace(/-$/, ''),
    enabled: true,
    filters: { blobTypes, prefixMatch },
    actions,
  };
}

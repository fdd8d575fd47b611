import type { StorageBucketLifecycleRule } from '@cdktf/provider-google/lib/storage-bucket';
import { known } from '../../terraform';
import { folder } from './folder';
import type { ZoneTiering } from './tiering/zone-tiering';

/** Deletion of objects by age. Never over the prefix of an Iceberg table: its snapshots point at old files. */
export interface ZoneExpiration {
  /** Age of the object in days, for example the contract's `sla.retentionDays`. */
  readonly afterDays: number;
  /** Folder whose objects expire, for example `landing/`. */
  readonly prefix: string;
}

/** What the lifecycle of a bucket is made of. */
export interface Lifecycle {
  readonly tiering: readonly ZoneTiering[];
  readonly expirations: readonly ZoneExpiration[];
  /** Undefined where the bucket keeps no replaced versions. */
  readonly noncurrentDays?: number;
}

/** A bucket takes that many rules, and that many prefixes in them all. https://docs.cloud.google.com/storage/quotas */
const MOST_RULES = 100;
const MOST_PREFIXES = 1000;
const UPLOAD_DAYS = 7;

/**
 * Rules in a fixed order: clean-up, then tiering and expirations as they were given.
 * @throws Error for more rules or prefixes than Cloud Storage takes, and a prefix that expires twice
 */
export function lifecycleRules({
  tiering,
  expirations,
  noncurrentDays,
}: Lifecycle): StorageBucketLifecycleRule[] {
  requireExpirations(expirations, tiering);
  const rules: StorageBucketLifecycleRule[] = [
    { action: { type: 'AbortIncompleteMultipartUpload' }, condition: { age: UPLOAD_DAYS } },
    ...(noncurrentDays === undefined ? [] : [versionExpiration(noncurrentDays)]),
    ...tiering.flatMap((one) => tieringRules(one, noncurrentDays !== undefined)),
    ...expirations.map(({ prefix, afterDays }) => ({
      action: { type: 'Delete' },
      condition: { age: afterDays, withState: 'LIVE', matchesPrefix: [folder(prefix)] },
    })),
  ];
  if (rules.length > MOST_RULES) {
    throw new Error(
      `The lifecycle has ${rules.length} rules; Cloud Storage takes ${MOST_RULES} for a bucket. Leave some out.`,
    );
  }
  const prefixes = rules.flatMap(({ condition }) => condition.matchesPrefix ?? []);
  if (prefixes.length > MOST_PREFIXES) {
    throw new Error(
      `The lifecycle names ${prefixes.length} prefixes; Cloud Storage takes ${MOST_PREFIXES} for a bucket. Leave some out.`,
    );
  }
  return rules;
}

function versionExpiration(days: number): StorageBucketLifecycleRule {
  return {
    action: { type: 'Delete' },
    condition: { daysSinceNoncurrentTime: days, withState: 'ARCHIVED' },
  };
}

function tieringRules({ profile, prefix }: ZoneTiering, versioned: boolean): StorageBucketLifecycleRule[] {
  const where = prefix === undefined ? {} : { matchesPrefix: [folder(prefix)] };
  const live = profile.steps.map(({ storageClass, afterDays }) => ({
    action: { type: 'SetStorageClass', storageClass },
    condition: { age: afterDays, sendAgeIfZero: zero(afterDays), withState: 'LIVE', ...where },
  }));
  const replaced = profile.noncurrentSteps.map(({ storageClass, afterDays }) => ({
    action: { type: 'SetStorageClass', storageClass },
    condition: {
      daysSinceNoncurrentTime: afterDays,
      sendDaysSinceNoncurrentTimeIfZero: zero(afterDays),
      withState: 'ARCHIVED',
      ...where,
    },
  }));
  return versioned ? [...live, ...replaced] : live;
}

/** The provider takes a zero for a value that was not given unless it is told. */
function zero(days: number): boolean | undefined {
  return days === 0 ? true : undefined;
}

function requireExpirations(expirations: readonly ZoneExpiration[], tiering: readonly ZoneTiering[]): void {
  const folders = expirations.map(({ prefix }) => folder(prefix));
  const twice = folders.find((one, index) => folders.indexOf(one) !== index);
  if (twice !== undefined) throw new Error(`expirations name the folder "${twice}" twice: keep one of them.`);
  for (const { prefix, afterDays } of expirations) {
    const days = known(afterDays);
    if (days === undefined) continue;
    if (!(Number.isInteger(days) && days >= 1)) {
      throw new Error(`Expiration of "${prefix}" after ${days} days: use a whole number of days, 1 or more.`);
    }
    const steps = tiering
      .filter((one) => one.prefix !== undefined && folder(one.prefix) === folder(prefix))
      .flatMap(({ profile }) => profile.steps);
    for (const { storageClass, afterDays: moved } of steps) {
      if (known(moved) !== undefined && days <= moved) {
        throw new Error(
          `Expiration of "${prefix}" after ${days} days is not later than its move to ${storageClass} after ${moved} days. ` +
            'Expire later, or leave the move out.',
        );
      }
    }
  }
}

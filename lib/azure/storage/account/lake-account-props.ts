import { known } from '../../../terraform';
import { requireDays } from '../../days';
import type { IResourceGroup } from '../../resource-group';
import type { ILakeKey } from './lake-key';
import { type LakeNetworkOptions, requireNetwork } from './lake-network';
import type { StorageRedundancy } from './redundancy';

/** How long no version of a blob can be changed or deleted, whatever the container. Chosen when the account is created. */
export interface VersionLockOptions {
  /** Days since a version was written, 1 to 146,000. */
  readonly days: number;
  /**
   * Whether nobody can shorten it or take it away. An account is created unlocked; lock it by a second deployment, once it is right.
   * @default false
   */
  readonly locked?: boolean;
  /**
   * Whether append blobs can still be appended to.
   * @default false
   */
  readonly appendable?: boolean;
}

/** What can be chosen for a storage account: Azure has it once for all of its containers. */
export interface LakeAccountOptions {
  /** @default - that of the resource group */
  readonly location?: string;
  /**
   * Where the copies are. Terraform makes an account anew where it changes between `LRS`, `GRS`, `RAGRS` and `ZRS`, `GZRS`, `RAGZRS`.
   * @default StorageRedundancy.ZRS
   */
  readonly redundancy?: StorageRedundancy;
  /**
   * Whether folders are real, which makes renaming one cheap and takes POSIX permissions. Such an account keeps no versions, has no
   * change feed, is not replicated by object and not restored to a point in time. Our handlers need none of it.
   * @default false
   */
  readonly hierarchicalNamespace?: boolean;
  /**
   * Whether replaced and deleted blobs are kept as versions.
   * @default - true, but with `hierarchicalNamespace`
   */
  readonly versioning?: boolean;
  /**
   * Days replaced and deleted versions are kept. Azure counts from when a version was written, not from when it was replaced: an old one
   * goes at once, and can be brought back for `softDeleteDays`.
   * @default 30
   */
  readonly noncurrentVersionExpirationDays?: number;
  /**
   * Days deleted blobs, versions and containers can be brought back, 1 to 365. They are paid for as long.
   * @default 30
   */
  readonly softDeleteDays?: number;
  /**
   * A log of every change to blobs, in the account itself.
   * @default - where replication or `pointInTimeRestoreDays` needs it
   */
  readonly changeFeed?: boolean;
  /**
   * Days back to which all containers, or ranges of blobs, can be restored at once; fewer than `softDeleteDays`.
   * @default - none
   */
  readonly pointInTimeRestoreDays?: number;
  /**
   * Who reaches the account and its vault. Everybody else is turned away, whatever their roles.
   * @default - services Azure trusts only, which is not enough to make a key here
   */
  readonly network?: LakeNetworkOptions;
  /**
   * Key of the data.
   * @default - a LakeKey of its own, rotated yearly
   */
  readonly encryptionKey?: ILakeKey;
  /**
   * Whether a key of yours encrypts, rather than Microsoft's. It costs cents a month.
   * @default true
   */
  readonly customerManagedKey?: boolean;
  /**
   * Name of the vault of the key made here.
   * @default - the account's name and `-kv`
   */
  readonly vaultName?: string;
  /**
   * Whether no version of any blob can be changed or deleted for some time.
   * @default - none; see `retention` of a zone, too
   */
  readonly versionLock?: VersionLockOptions;
  /**
   * Whether Terraform refuses to destroy the account, its containers and its key.
   * @default true
   */
  readonly deletionProtection?: boolean;
  /** @default - none */
  readonly tags?: { readonly [key: string]: string };
}

/** A storage account, its name and its place. */
export interface LakeAccountProps extends LakeAccountOptions {
  /** 3 to 24 lower-case letters and digits, unique in the world. */
  readonly accountName: string;
  readonly resourceGroup: IResourceGroup;
}

/**
 * Refuses what validation and plan of Terraform let pass and Azure refuses when it is applied.
 * @see https://learn.microsoft.com/azure/storage/blobs/storage-feature-support-in-storage-accounts
 */
export function requireAccount(options: LakeAccountOptions): void {
  requireNetwork(options.network ?? {});
  requireDays('softDeleteDays', options.softDeleteDays, { least: 1, most: 365 });
  requireDays('noncurrentVersionExpirationDays', options.noncurrentVersionExpirationDays, {
    least: 1,
    most: 36_500,
  });
  requireDays('versionLock.days', options.versionLock?.days, { least: 1, most: 146_000 });
  requireNamespace(options);
  requireVersioning(options);
  requireRestore(options);
  const { customerManagedKey, encryptionKey, vaultName } = options;
  if (customerManagedKey === false && (encryptionKey ?? vaultName) !== undefined) {
    throw new Error(
      'customerManagedKey: false together with encryptionKey or vaultName. Leave out one or the other.',
    );
  }
  if (encryptionKey !== undefined && vaultName !== undefined) {
    throw new Error(
      `vaultName "${vaultName}" together with encryptionKey, which is in a vault already. Leave out one of them.`,
    );
  }
}

function requireNamespace(options: LakeAccountOptions): void {
  if (!(options.hierarchicalNamespace ?? false)) return;
  const refused = (
    [
      ['versioning', options.versioning ?? false],
      ['changeFeed', options.changeFeed ?? false],
      ['pointInTimeRestoreDays', options.pointInTimeRestoreDays !== undefined],
      ['versionLock', options.versionLock !== undefined],
    ] as const
  ).find(([, given]) => given);
  if (refused === undefined) return;
  throw new Error(
    `${refused[0]} together with hierarchicalNamespace: true: Azure has it in accounts without one only. Leave out one of them; blobs are ` +
      'read by abfss:// in either.',
  );
}

function requireVersioning({ versioning, versionLock, pointInTimeRestoreDays }: LakeAccountOptions): void {
  if (versioning !== false) return;
  if (versionLock !== undefined) {
    throw new Error('versionLock together with versioning: false: it locks versions. Leave out one of them.');
  }
  if (pointInTimeRestoreDays !== undefined) {
    throw new Error(
      'pointInTimeRestoreDays together with versioning: false: it restores versions. Leave out one of them.',
    );
  }
}

/** https://learn.microsoft.com/azure/storage/blobs/point-in-time-restore-overview#prerequisites-for-point-in-time-restore */
function requireRestore({
  pointInTimeRestoreDays,
  softDeleteDays = 30,
  changeFeed,
}: LakeAccountOptions): void {
  const days = known(pointInTimeRestoreDays);
  if (days === undefined) return;
  if (changeFeed === false) {
    throw new Error(
      'pointInTimeRestoreDays together with changeFeed: false, which it reads. Leave out one of them.',
    );
  }
  const kept = known(softDeleteDays);
  if (kept === undefined || (Number.isInteger(days) && days >= 1 && days < kept)) return;
  throw new Error(
    `pointInTimeRestoreDays must be 1 to ${kept - 1}, fewer than softDeleteDays (${kept}). Received ${days}.`,
  );
}

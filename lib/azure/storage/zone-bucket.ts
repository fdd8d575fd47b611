import { StorageContainer } from '@cdktf/provider-azurerm/lib/storage-container';
import { StorageContainerImmutabilityPolicy } from '@cdktf/provider-azurerm/lib/storage-container-immutability-policy';
import type { Construct } from 'constructs';
import { requireTerraformStack, type StorageCost, sumOfCosts, type ZoneUsage } from '../../terraform';
import { requireContainerName } from './account/account-name';
import type { ILakeAccount } from './account/imported-account';
import type { LakeAccount } from './account/lake-account';
import { folder } from './folder';
import { requireExpirations, type ZoneExpiration, zoneRules } from './lifecycle-rules';
import { type ContainerRetention, requireRetention } from './retention';
import { ACCESS_TIERS } from './tiering/access-tiers';
import { TieringProfile } from './tiering/tiering-profile';
import { requireSensible, type ZoneTiering } from './tiering/zone-tiering';
import { type IContainer, ImportedZoneBucket, type IZoneBucket, ZoneBucketBase } from './zone-bucket-access';

/** What can be chosen for the container of one zone. */
export interface ZoneBucketOptions {
  /**
   * Profiles by which objects move to cooler tiers as they age, each over the whole zone or a folder of it.
   * @default - objects stay in the hot tier
   */
  readonly tiering?: ZoneTiering[];
  /**
   * Deletion by age, for folders that hold no table.
   * @default - nothing expires
   */
  readonly expirations?: ZoneExpiration[];
  /**
   * Grants let blobs be created, not replaced or deleted; those of `grantTableCommit` delete superseded Iceberg metadata, those of
   * `grantMaintenance` and `grantErasure` the rest. Azure cannot deny it to owners of the account: `retention` does.
   * @default false
   */
  readonly appendOnly?: boolean;
  /**
   * How long nobody changes or deletes a blob.
   * @default - as roles and versions allow
   */
  readonly retention?: ContainerRetention;
  /**
   * Whether Terraform refuses to destroy the container.
   * @default - as the account
   */
  readonly deletionProtection?: boolean;
}

/** What can be chosen for the container of one zone, and the account it is in. */
export interface ZoneBucketProps extends ZoneBucketOptions {
  readonly account: LakeAccount;
  /** 3 to 63 lower-case letters, digits and dashes. */
  readonly containerName: string;
}

/**
 * One zone: a container of a storage account, which is what Azure calls a bucket. Encryption, network, versions and redundancy are the
 * account's.
 *
 * @throws Error for what Azure would refuse at deployment, and for moves that cost more than they save
 */
export class ZoneBucket extends ZoneBucketBase {
  /**
   * A container the user already owns, or a folder of it, with the grants of a zone. Its configuration is left as it is.
   * @param prefix the folder, for example `bronze`; the whole container when left out
   */
  static fromContainer(
    scope: Construct,
    id: string,
    account: ILakeAccount,
    container: IContainer,
    prefix?: string,
  ): IZoneBucket {
    return new ImportedZoneBucket(scope, id, account, container, prefix);
  }

  /** The same by the container's name, for one made elsewhere. */
  static fromContainerName(
    scope: Construct,
    id: string,
    account: ILakeAccount,
    containerName: string,
    prefix?: string,
  ): IZoneBucket {
    requireContainerName(containerName);
    const container = {
      id: `${account.accountId}/blobServices/default/containers/${containerName}`,
      name: containerName,
    };
    return new ImportedZoneBucket(scope, id, account, container, prefix);
  }

  readonly account: LakeAccount;
  readonly container: StorageContainer;
  readonly containerId: string;
  readonly containerName: string;
  readonly root?: string;
  readonly appendOnly: boolean;
  /** Undefined without `retention`. */
  readonly retention?: StorageContainerImmutabilityPolicy;
  private readonly tiering: ZoneTiering[];

  constructor(scope: Construct, id: string, props: ZoneBucketProps) {
    super(scope, id);
    requireTerraformStack(this);
    requireContainerName(props.containerName);
    const { account, containerName, expirations = [], tiering = [], retention } = props;
    const deletionProtection = props.deletionProtection ?? account.deletionProtection;
    requireExpirations({ tiering, expirations });
    requireSensible(tiering, {
      redundancy: account.redundancy,
      versioned: account.versioned,
      expirations,
      noncurrentDays: account.noncurrentVersionExpirationDays,
    });
    if (retention) requireRetention(retention, expirations, deletionProtection);
    account._addContainer(containerName);
    this.account = account;
    this.appendOnly = props.appendOnly ?? false;
    this.tiering = tiering;
    this.containerName = containerName;
    this.container = new StorageContainer(this, 'Container', {
      name: containerName,
      storageAccountId: account.accountId,
      containerAccessType: 'private',
      lifecycle: { preventDestroy: deletionProtection },
    });
    this.containerId = this.container.id;
    if (retention) this.retention = this.immutability(retention);
    account._addRules(zoneRules({ container: containerName, tiering, expirations }));
    if (tiering.some(({ profile }) => profile.byLastAccess)) account._trackLastAccess();
  }

  /** What the zone costs a month by its tiering, US dollars: the sum over the folders that are given. */
  estimateMonthlyCost(usages: ZoneUsage[]): StorageCost {
    const { noncurrentVersionExpirationDays: noncurrentRetentionDays, softDeleteDays } = this.account;
    const costs = usages.map((usage) =>
      this.profileOf(usage.prefix).estimateMonthlyCost({ noncurrentRetentionDays, softDeleteDays, ...usage }),
    );
    return sumOfCosts(ACCESS_TIERS, costs);
  }

  private immutability({ days, locked, appendable }: ContainerRetention): StorageContainerImmutabilityPolicy {
    return new StorageContainerImmutabilityPolicy(this, 'Retention', {
      storageContainerResourceManagerId: this.containerId,
      immutabilityPeriodInDays: days,
      locked: locked ?? false,
      protectedAppendWritesEnabled: appendable ?? false,
      protectedAppendWritesAllEnabled: false,
      lifecycle: { preventDestroy: locked ?? false },
    });
  }

  /** Of rules that overlap Azure takes the cheapest; profiles of nested folders are taken to be meant one by one. */
  private profileOf(prefix?: string): TieringProfile {
    const place = prefix === undefined ? '' : folder(prefix);
    const covering = this.tiering
      .map((one) => ({ ...one, at: one.prefix === undefined ? '' : folder(one.prefix) }))
      .filter(({ at }) => place.startsWith(at))
      .sort((a, b) => b.at.length - a.at.length);
    return covering[0]?.profile ?? TieringProfile.custom({ name: 'hot' });
  }
}

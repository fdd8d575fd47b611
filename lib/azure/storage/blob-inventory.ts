import { StorageBlobInventoryPolicy } from '@cdktf/provider-azurerm/lib/storage-blob-inventory-policy';
import { Construct } from 'constructs';
import { requireTerraformStack } from '../../terraform';
import { requireDays } from '../days';
import type { LakeAccount } from './account/lake-account';
import { folder } from './folder';
import { ZoneBucket } from './zone-bucket';
import type { IZoneBucket } from './zone-bucket-access';

/** How often a list is made. */
export enum InventorySchedule {
  DAILY = 'Daily',
  WEEKLY = 'Weekly',
}

/** A folder of a zone, or all of it. */
export interface ListedFolder {
  readonly zone: IZoneBucket;
  /**
   * For example `logs/`.
   * @default - the whole zone
   */
  readonly prefix?: string;
}

/** Lists of blobs. */
export interface BlobInventoryProps {
  /** Account whose blobs are listed; the lists are in it as well. */
  readonly account: LakeAccount;
  /**
   * Name of the rule, letters and digits.
   * @default 'tiering'
   */
  readonly ruleName?: string;
  /**
   * Folders that are listed, up to ten.
   * @default - the whole account
   */
  readonly folders?: ListedFolder[];
  /** @default InventorySchedule.DAILY */
  readonly schedule?: InventorySchedule;
  /**
   * Container of the lists.
   * @default 'inventory'
   */
  readonly containerName?: string;
  /**
   * Days a list is kept.
   * @default 90
   */
  readonly retentionDays?: number;
}

/** https://learn.microsoft.com/azure/storage/blobs/blob-inventory#rule-filters */
const MOST_PREFIXES = 10;

const FIELDS = [
  'Name',
  'Creation-Time',
  'Last-Modified',
  'LastAccessTime',
  'Content-Length',
  'BlobType',
  'AccessTier',
  'AccessTierChangeTime',
  'ArchiveStatus',
];
const VERSION_FIELDS = ['VersionId', 'IsCurrentVersion'];

/**
 * A list of an account's blobs each day, as Parquet: sizes, tiers, ages and last accesses, of versions as well. By it tiering and the
 * layout of partitions can be fitted to how the lake is used.
 *
 * @throws Error for a name, or more folders than Azure takes, and for zones of another account
 */
export class BlobInventory extends Construct {
  readonly policy: StorageBlobInventoryPolicy;
  /** Where the lists are: `<year>/<month>/<day>/<time>/<rule>/`. */
  readonly container: ZoneBucket;

  constructor(scope: Construct, id: string, props: BlobInventoryProps) {
    super(scope, id);
    requireTerraformStack(this);
    const { account, ruleName = 'tiering', folders = [] } = props;
    requireInventory(account, ruleName, folders);
    requireDays('retentionDays', props.retentionDays, { least: 1, most: 36_500 });
    this.container = new ZoneBucket(this, 'Lists', {
      account,
      containerName: props.containerName ?? 'inventory',
    });
    account._expireContainer(this.container.containerName, props.retentionDays ?? 90);
    account._trackLastAccess();
    this.policy = new StorageBlobInventoryPolicy(this, 'Policy', {
      storageAccountId: account.accountId,
      rules: [
        {
          name: ruleName,
          storageContainerName: this.container.container.name,
          format: 'Parquet',
          schedule: props.schedule ?? InventorySchedule.DAILY,
          scope: 'Blob',
          schemaFields: account.versioned ? [...FIELDS, ...VERSION_FIELDS] : FIELDS,
          filter: {
            blobTypes: ['blockBlob'],
            includeBlobVersions: account.versioned,
            ...(folders.length > 0 && { prefixMatch: folders.map(prefixOf) }),
          },
        },
      ],
    });
  }
}

function prefixOf({ zone, prefix }: ListedFolder): string {
  return `${zone.containerName}/${zone.root ?? ''}${prefix === undefined ? '' : folder(prefix)}`;
}

function requireInventory(account: LakeAccount, ruleName: string, folders: readonly ListedFolder[]): void {
  if (!/^[A-Za-z\d]{1,256}$/.test(ruleName)) {
    throw new Error(`ruleName must be 1 to 256 letters and digits. Received "${ruleName}".`);
  }
  if (folders.length > MOST_PREFIXES) {
    throw new Error(
      `folders has ${folders.length} entries; an inventory takes ${MOST_PREFIXES}. Leave some out, or all.`,
    );
  }
  const other = folders.find(({ zone }) => zone.account !== account);
  if (other === undefined) return;
  throw new Error(
    `The zone ${other.zone.node.path} is in the account ${other.zone.account.accountName}, and the inventory of ${account.accountName}. ` +
      'Make an inventory for each account.',
  );
}

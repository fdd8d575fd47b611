import {
  StorageObjectReplication,
  type StorageObjectReplicationRules,
} from '@cdktf/provider-azurerm/lib/storage-object-replication';
import { Construct } from 'constructs';
import { known, requireTerraformStack } from '../../../terraform';
import { LakeAccount } from '../account/lake-account';
import { folder } from '../folder';
import type { IZoneBucket } from '../zone-bucket-access';

/** A zone, and where its blobs are copied to. */
export interface ReplicatedZone {
  readonly source: IZoneBucket;
  /** In another account, of the same region or another. Nobody else can write there while it is copied to. */
  readonly destination: IZoneBucket;
  /**
   * Folders that are copied.
   * @default - all of the zone
   */
  readonly prefixes?: string[];
}

/** Copies of zones in another account. */
export interface ZoneReplicationProps {
  /** Zones of one account, and their copies in one other: Azure takes one policy for each pair of accounts. */
  readonly zones: ReplicatedZone[];
  /**
   * Whether what is there already is copied, too.
   * @default false
   */
  readonly existingObjects?: boolean;
}

/** https://learn.microsoft.com/azure/storage/blobs/object-replication-overview#replication-policies */
const MOST_DESTINATIONS = 2;

/**
 * Copies of zones in another account, by object replication: blobs and their versions, within minutes and without a promise how many.
 * Both accounts keep versions, and the source a change feed, which is switched on.
 *
 * @throws Error for accounts with folders or without versions, for zones of several accounts, and for a zone that is copied twice
 */
export class ZoneReplication extends Construct {
  readonly replication: StorageObjectReplication;

  constructor(scope: Construct, id: string, { zones, existingObjects }: ZoneReplicationProps) {
    super(scope, id);
    requireTerraformStack(this);
    const [source, destination] = requireAccounts(this.node.path, zones);
    source._needChangeFeed(`The replication "${this.node.path}"`);
    noteDestination(source, destination);
    this.replication = new StorageObjectReplication(this, 'Replication', {
      sourceStorageAccountId: source.accountId,
      destinationStorageAccountId: destination.accountId,
      rules: zones.map((zone) => ruleOf(zone, existingObjects ?? false)),
    });
  }
}

function ruleOf(
  { source, destination, prefixes }: ReplicatedZone,
  existing: boolean,
): StorageObjectReplicationRules {
  return {
    sourceContainerName: nameOf(source),
    destinationContainerName: nameOf(destination),
    copyBlobsCreatedAfter: existing ? 'Everything' : 'OnlyNewObjects',
    // The provider's name means the opposite: blobs below these prefixes are copied, and no others.
    ...((prefixes ?? source.root) !== undefined && {
      filterOutBlobsWithPrefix: (prefixes?.map((prefix) => folder(prefix)) ?? ['']).map(
        (below) => `${source.root ?? ''}${below}`,
      ),
    }),
  };
}

/** The container's own attribute, so that it is there before the policy names it. */
function nameOf(zone: IZoneBucket): string {
  const { container } = zone as { container?: { name: string } };
  return container?.name ?? zone.containerName;
}

function requireAccounts(path: string, zones: readonly ReplicatedZone[]): [LakeAccount, LakeAccount] {
  if (zones.length === 0) throw new Error(`The replication "${path}" copies nothing. Name zones.`);
  for (const side of ['source', 'destination'] as const) {
    const names = zones.map((zone) => zone[side].containerName);
    const twice = names.find((name, index) => known(name) !== undefined && names.indexOf(name) !== index);
    if (twice !== undefined) {
      throw new Error(
        `The replication "${path}" names the ${side} ${twice} twice. Azure takes a container once.`,
      );
    }
  }
  const moved = zones.find(({ source, destination }) => source.root !== destination.root);
  if (moved !== undefined) {
    const [from, to] = [moved.source, moved.destination].map(({ root }) =>
      root === undefined ? 'all' : `"${root}"`,
    );
    throw new Error(
      `The replication "${path}" copies ${from} of a container to ${to} of another. Azure keeps the names of blobs: use the same folder.`,
    );
  }
  const [source, destination] = (['source', 'destination'] as const).map((side) => {
    const accounts = [...new Set(zones.map((zone) => zone[side].account))];
    if (accounts.length > 1) {
      throw new Error(
        `The replication "${path}" has ${accounts.length} ${side} accounts. Azure takes one policy for each pair: make a ZoneReplication for ` +
          'each.',
      );
    }
    const account = accounts[0];
    if (account instanceof LakeAccount) return requireVersions(path, account, side);
    throw new Error(
      `The ${side} ${account.accountName} of the replication "${path}" is an account of its owner's, whose configuration is not known here.`,
    );
  });
  if (source !== destination) return [source, destination];
  throw new Error(
    `The replication "${path}" copies from ${source.accountName} to itself. Use another account.`,
  );
}

function requireVersions(path: string, account: LakeAccount, side: string): LakeAccount {
  if (account.versioned) return account;
  const why = account.hierarchicalNamespace ? 'hierarchicalNamespace: true' : 'versioning: false';
  throw new Error(
    `The ${side} ${account.accountName} of the replication "${path}" has ${why}: Azure replicates blobs between accounts with versions only. ` +
      'Leave it out; for accounts with folders use StorageRedundancy.GZRS.',
  );
}

const DESTINATIONS = new WeakMap<LakeAccount, Set<LakeAccount>>();

function noteDestination(source: LakeAccount, destination: LakeAccount): void {
  const present = DESTINATIONS.get(source) ?? new Set();
  DESTINATIONS.set(source, present);
  if (present.has(destination)) {
    throw new Error(
      `${source.accountName} is copied to ${destination.accountName} already: Azure takes one policy for each pair. Put the zones together.`,
    );
  }
  if (present.size >= MOST_DESTINATIONS) {
    throw new Error(
      `${source.accountName} is copied to ${MOST_DESTINATIONS} accounts already, which is what Azure takes.`,
    );
  }
  present.add(destination);
}

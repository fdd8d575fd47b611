import { Construct } from 'constructs';
import { extraZoneOf, requireZoneName } from '../../contract/extra-zones';
import { Zone } from '../../contract/zone';
import { requireTerraformStack, type StorageCost, type ZoneUsage } from '../../terraform';
import type { IResourceGroup } from '../resource-group';
import { LakeAccount } from './account/lake-account';
import type { LakeAccountOptions } from './account/lake-account-props';
import { BlobInventory, type InventorySchedule } from './blob-inventory';
import { ZoneReplication } from './replication/zone-replication';
import { ZoneBucket, type ZoneBucketOptions } from './zone-bucket';
import type { IZoneBucket } from './zone-bucket-access';

/** One zone of a lake. */
export interface LakeZoneOptions extends ZoneBucketOptions {
  /**
   * Another account than the lake's, for what Azure has once for an account: an archive tier, another redundancy, a network of its own.
   * @default - the account of the lake
   */
  readonly account?: LakeAccount;
  /**
   * A zone that is there already: `ZoneBucket.fromContainer(…)`. The other options are refused with it: its configuration is its owner's.
   * @default - a new ZoneBucket
   */
  readonly bucket?: IZoneBucket;
}

/** Copies of a lake's zones in another lake. */
export interface LakeReplicationOptions {
  /** The lake that keeps the copies, zone by zone: with an account of its own, in another region for example. */
  readonly destination: MedallionLake;
  /**
   * Names of the zones that are copied, `bronze` for example, or of extra zones.
   * @default - all of them
   */
  readonly zones?: string[];
  /**
   * Whether what is there already is copied, too.
   * @default false
   */
  readonly existingObjects?: boolean;
}

/** How the use of a lake is watched, so that its layout and tiering can be fitted to it. */
export interface AccessMonitoringOptions {
  /**
   * Folders of every zone that are listed, for example `logs/`, as long as there are ten of them at most.
   * @default - everything
   */
  readonly prefixes?: string[];
  /** @default InventorySchedule.DAILY */
  readonly schedule?: InventorySchedule;
}

/** The zones of a lake, and the account they share. */
export interface MedallionLakeProps extends LakeAccountOptions {
  /** Name of the account, with `environment` at its end: 3 to 24 lower-case letters and digits, unique in the world. */
  readonly name: string;
  /**
   * Environment, for example `dev`. Part of the account's name.
   * @default - none
   */
  readonly environment?: string;
  readonly resourceGroup: IResourceGroup;
  /**
   * What arrived. Append-only unless its `appendOnly` says otherwise.
   * @default - a new container
   */
  readonly bronze?: LakeZoneOptions;
  /** @default - a new container */
  readonly silver?: LakeZoneOptions;
  /** @default - a new container */
  readonly gold?: LakeZoneOptions;
  /** @default - a new container */
  readonly quarantine?: LakeZoneOptions;
  /**
   * Further zones by name, for example `features`, `checkpoints` or `archive`: lower case letters, digits, dashes.
   * @default - none
   */
  readonly extraZones?: { readonly [name: string]: LakeZoneOptions };
  /**
   * Copies of every zone in another lake.
   * @default - none
   */
  readonly replication?: LakeReplicationOptions;
  /**
   * A daily list of the objects of the lake's account, `tiering`.
   * @default - none
   */
  readonly accessMonitoring?: AccessMonitoringOptions;
}

/**
 * The zones of a lakehouse on Azure, a container each: bronze, silver, gold and quarantine, in one storage account. Each zone can be in
 * another account, or one the user already owns.
 */
export class MedallionLake extends Construct {
  readonly bronze: IZoneBucket;
  readonly silver: IZoneBucket;
  readonly gold: IZoneBucket;
  readonly quarantine: IZoneBucket;
  readonly environment?: string;
  /** Undefined without `replication`. */
  readonly replication?: ZoneReplication;
  /** Undefined without `accessMonitoring`. */
  readonly inventory?: BlobInventory;
  private readonly props: MedallionLakeProps;
  private readonly extraZones = new Map<string, IZoneBucket>();
  private own?: LakeAccount;

  constructor(scope: Construct, id: string, props: MedallionLakeProps) {
    super(scope, id);
    requireTerraformStack(this);
    this.props = props;
    this.environment = props.environment;
    this.bronze = this.createZone('Bronze', Zone.BRONZE, { appendOnly: true }, props.bronze);
    this.silver = this.createZone('Silver', Zone.SILVER, {}, props.silver);
    this.gold = this.createZone('Gold', Zone.GOLD, {}, props.gold);
    this.quarantine = this.createZone('Quarantine', Zone.QUARANTINE, {}, props.quarantine);
    for (const [name, options] of Object.entries(props.extraZones ?? {})) {
      requireZoneName(name);
      this.extraZones.set(name, this.createZone(`Zone-${name}`, name, {}, options));
    }
    if (props.replication) this.replication = this.replicate(props.replication);
    if (props.accessMonitoring) this.inventory = this.monitor(props.accessMonitoring);
  }

  /** The account of the zones created here that were given none of their own. */
  get account(): LakeAccount {
    const { name, environment = '' } = this.props;
    this.own ??= new LakeAccount(this, 'Account', { ...this.props, accountName: `${name}${environment}` });
    return this.own;
  }

  zone(zone: Zone): IZoneBucket {
    return {
      [Zone.BRONZE]: this.bronze,
      [Zone.SILVER]: this.silver,
      [Zone.GOLD]: this.gold,
      [Zone.QUARANTINE]: this.quarantine,
    }[zone];
  }

  /** @throws Error when the lake has no such extra zone */
  extraZone(name: string): IZoneBucket {
    return extraZoneOf(this.node.path, this.extraZones, name);
  }

  /** All zones: bronze, silver, gold, quarantine, and the extra ones in their order. */
  get zones(): IZoneBucket[] {
    return [this.bronze, this.silver, this.gold, this.quarantine, ...this.extraZones.values()];
  }

  /**
   * What a zone costs a month by its tiering, US dollars: the sum over the folders that are given.
   * @throws Error for a zone that is a container of its owner's, whose lifecycle is not known here
   */
  estimateMonthlyCost(zone: Zone, usages: ZoneUsage[]): StorageCost {
    const bucket = this.zone(zone);
    if (bucket instanceof ZoneBucket) return bucket.estimateMonthlyCost(usages);
    throw new Error(
      `The zone ${zone} of "${this.node.path}" is a container of its owner's, whose lifecycle is not known here. ` +
        'Use TieringProfile.custom(…).estimateMonthlyCost.',
    );
  }

  private replicate({ destination, zones, existingObjects }: LakeReplicationOptions): ZoneReplication {
    const own = this.named();
    const unknown = zones?.find((zone) => !own.has(zone));
    if (unknown !== undefined) {
      const known = [...own.keys()].join(', ');
      throw new Error(
        `replication: the lake "${this.node.path}" has no zone "${unknown}". It has: ${known}.`,
      );
    }
    const there = destination.named();
    const pairs = (zones ?? [...own.keys()]).map((zone) => {
      const copy = there.get(zone);
      if (copy !== undefined) return { source: own.get(zone)!, destination: copy };
      throw new Error(
        `replication: the lake "${destination.node.path}" has no zone "${zone}" to keep copies in. Give it one in extraZones, or name the ` +
          'zones that are copied in replication.zones.',
      );
    });
    return new ZoneReplication(this, 'Replication', { zones: pairs, existingObjects });
  }

  private monitor({ prefixes = [], schedule }: AccessMonitoringOptions): BlobInventory {
    const own = this.zones.filter(({ account }) => account === this.account);
    const folders = own.flatMap((zone) => prefixes.map((prefix) => ({ zone, prefix })));
    return new BlobInventory(this, 'Inventory', { account: this.account, folders, schedule });
  }

  private named(): Map<string, IZoneBucket> {
    const zones = Object.values(Zone).map((zone): [string, IZoneBucket] => [zone, this.zone(zone)]);
    return new Map([...zones, ...this.extraZones]);
  }

  private createZone(
    id: string,
    zone: string,
    defaults: ZoneBucketOptions,
    given: LakeZoneOptions = {},
  ): IZoneBucket {
    const { bucket, account, ...options } = given;
    if (bucket === undefined) {
      return new ZoneBucket(this, id, {
        ...defaults,
        ...options,
        account: account ?? this.account,
        containerName: zone,
      });
    }
    const ignored = Object.keys({ ...options, ...(account && { account }) });
    if (ignored.length === 0) return bucket;
    throw new Error(
      `${zone}: ${ignored.join(', ')} given together with bucket: an existing container keeps its owner's configuration. ` +
        'Leave out one or the other.',
    );
  }
}

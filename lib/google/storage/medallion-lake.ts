import type { StorageBucket } from '@cdktf/provider-google/lib/storage-bucket';
import { Construct } from 'constructs';
import { extraZoneOf, GivenFolders, requireZoneName } from '../../contract/extra-zones';
import { Zone } from '../../contract/zone';
import { requireTerraformStack, type StorageCost, type ZoneUsage } from '../../terraform';
import type { BucketLocation } from './bucket-location';
import { labelValue, requireLabels } from './labels';
import { ZoneBucket, type ZoneBucketOptions } from './zone-bucket';
import type { IZoneBucket } from './zone-bucket-access';
import { type IZoneKey, ZoneKey } from './zone-key';

/** One zone of a lake. */
export interface LakeZoneOptions extends ZoneBucketOptions {
  /**
   * A bucket the user already owns. The other options are refused with it: its configuration is its owner's.
   * @default - a new ZoneBucket
   */
  readonly bucket?: StorageBucket;
  /**
   * Name of a bucket the user already owns, made elsewhere.
   * @default - a new ZoneBucket
   */
  readonly bucketName?: string;
  /**
   * Folder of that bucket the zone is, for example `bronze`; zones may share a bucket so.
   * @default - the whole bucket
   */
  readonly prefix?: string;
}

/** The zones of a lake, and what they share. */
export interface MedallionLakeProps {
  /** Start of the bucket names: `<name>[-<environment>]-<zone>`. Bucket names are unique in the world. */
  readonly name: string;
  /** Where the zones are; in a dual-region or multi-region each is its own copy. */
  readonly location: BucketLocation;
  /**
   * Environment, for example `dev`. Part of bucket names, and a label.
   * @default - none
   */
  readonly environment?: string;
  /** @default - one key for all zones, rotated every 90 days */
  readonly encryptionKey?: IZoneKey;
  /**
   * Whether copies are in the second region within 15 minutes; for every zone that does not say otherwise. In dual-regions only.
   * @default false
   */
  readonly turboReplication?: boolean;
  /**
   * What arrived. Append-only unless its `appendOnly` says otherwise.
   * @default - a new bucket with the defaults of ZoneBucket
   */
  readonly bronze?: LakeZoneOptions;
  /** @default - a new bucket with the defaults of ZoneBucket */
  readonly silver?: LakeZoneOptions;
  /** @default - a new bucket with the defaults of ZoneBucket */
  readonly gold?: LakeZoneOptions;
  /** @default - a new bucket with the defaults of ZoneBucket */
  readonly quarantine?: LakeZoneOptions;
  /**
   * Further zones by name, for example `features`, `checkpoints` or `archive`: lower case letters, digits, dashes.
   * @default - none
   */
  readonly extraZones?: { readonly [name: string]: LakeZoneOptions };
  /**
   * On every bucket and the key, beside `zone` and `environment`, which are there by themselves.
   * @default - none
   */
  readonly labels?: { readonly [key: string]: string };
  /**
   * For every zone that does not say otherwise, and for the key.
   * @default true
   */
  readonly deletionProtection?: boolean;
  /**
   * For every zone that does not say otherwise; needs `deletionProtection: false`. Bronze is not append-only then.
   * @default false
   */
  readonly forceDestroy?: boolean;
}

/**
 * The zones of a lakehouse on Cloud Storage, a bucket each: bronze, silver, gold and quarantine, with one key. Each zone
 * can be a bucket the user already owns, or a folder of it.
 */
export class MedallionLake extends Construct {
  readonly bronze: IZoneBucket;
  readonly silver: IZoneBucket;
  readonly gold: IZoneBucket;
  readonly quarantine: IZoneBucket;
  readonly environment?: string;
  readonly location: BucketLocation;
  private readonly props: MedallionLakeProps;
  private readonly extraZones = new Map<string, IZoneBucket>();
  private readonly folders = new GivenFolders();
  private key?: IZoneKey;

  constructor(scope: Construct, id: string, props: MedallionLakeProps) {
    super(scope, id);
    requireTerraformStack(this);
    requireLabels(this.node.path, props.labels ?? {});
    this.props = props;
    this.environment = props.environment;
    this.location = props.location;
    this.key = props.encryptionKey;
    const deletable = props.bronze?.forceDestroy ?? props.forceDestroy ?? false;
    this.bronze = this.createZone('Bronze', Zone.BRONZE, { appendOnly: !deletable }, props.bronze);
    this.silver = this.createZone('Silver', Zone.SILVER, {}, props.silver);
    this.gold = this.createZone('Gold', Zone.GOLD, {}, props.gold);
    this.quarantine = this.createZone('Quarantine', Zone.QUARANTINE, {}, props.quarantine);
    for (const [name, options] of Object.entries(props.extraZones ?? {})) {
      requireZoneName(name);
      this.extraZones.set(name, this.createZone(`Zone-${name}`, name, {}, options));
    }
  }

  /** The key of the zones created here. */
  get encryptionKey(): IZoneKey {
    this.key ??= new ZoneKey(this, 'Key', {
      name: this.nameOf('lake'),
      location: this.location,
      labels: this.labels(),
      deletionProtection: this.props.deletionProtection,
    });
    return this.key;
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

  /** Every zone: bronze, silver, gold, quarantine, and the extra ones. */
  get zones(): IZoneBucket[] {
    return [...Object.values(Zone).map((zone) => this.zone(zone)), ...this.extraZones.values()];
  }

  /**
   * What a zone costs a month by its tiering, US dollars: the sum over the folders that are given.
   * @throws Error for a zone that is a bucket of its owner's, whose lifecycle is not known here
   */
  estimateMonthlyCost(zone: Zone, usages: ZoneUsage[]): StorageCost {
    const bucket = this.zone(zone);
    if (bucket instanceof ZoneBucket) return bucket.estimateMonthlyCost(usages);
    throw new Error(
      `The zone ${zone} of "${this.node.path}" is a bucket of its owner's, whose lifecycle is not known here. ` +
        'Use TieringProfile.custom(…).estimateMonthlyCost.',
    );
  }

  private createZone(
    id: string,
    zone: string,
    defaults: ZoneBucketOptions,
    given: LakeZoneOptions = {},
  ): IZoneBucket {
    const { bucket, bucketName, prefix, ...options } = given;
    if (bucket === undefined && bucketName === undefined) {
      if (prefix !== undefined) {
        throw new Error(
          `${zone}: prefix "${prefix}" given without bucket: a new bucket is one zone. Leave out prefix.`,
        );
      }
      return this.createBucket(id, zone, { ...defaults, ...options });
    }
    const ignored = Object.keys(options);
    if (bucket !== undefined && bucketName !== undefined) ignored.push('bucketName');
    if (ignored.length > 0) {
      throw new Error(
        `${zone}: ${ignored.join(', ')} given together with bucket: an existing bucket keeps its owner's configuration. ` +
          'Leave out one or the other.',
      );
    }
    this.folders.give(zone, bucket?.node.path ?? bucketName!, prefix);
    return bucket === undefined
      ? ZoneBucket.fromBucketName(this, id, bucketName!, prefix)
      : ZoneBucket.fromBucket(this, id, bucket, prefix);
  }

  private createBucket(id: string, zone: string, options: ZoneBucketOptions): ZoneBucket {
    const { turboReplication, deletionProtection, forceDestroy } = this.props;
    return new ZoneBucket(this, id, {
      turboReplication,
      deletionProtection,
      forceDestroy,
      ...options,
      labels: { ...this.labels(), zone, ...options.labels },
      bucketName: this.nameOf(zone),
      location: this.location,
      encryptionKey: this.encryptionKey,
    });
  }

  private labels(): { [key: string]: string } {
    const { environment } = this;
    return {
      ...(environment !== undefined && { environment: labelValue(environment) }),
      ...this.props.labels,
    };
  }

  private nameOf(part: string): string {
    return [this.props.name, this.environment, part].filter((one) => one !== undefined).join('-');
  }
}

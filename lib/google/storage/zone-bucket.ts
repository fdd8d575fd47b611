import { StorageBucket } from '@cdktf/provider-google/lib/storage-bucket';
import type { Construct } from 'constructs';
import {
  dependenciesOf,
  known,
  requireTerraformStack,
  type StorageCost,
  sumOfCosts,
  times,
  type ZoneUsage,
} from '../../terraform';
import { requireAppendOnly } from './append-only';
import { type BucketLocation, LocationType } from './bucket-location';
import { requireBucketName } from './bucket-name';
import { folder } from './folder';
import { requireLabels } from './labels';
import { lifecycleRules, type ZoneExpiration } from './lifecycle';
import type { BucketRetention } from './retention';
import { profileCost } from './tiering/profile-cost';
import { REPLICATION, STORAGE_CLASSES } from './tiering/storage-classes';
import { TieringProfile } from './tiering/tiering-profile';
import { requireSensible, type ZoneTiering } from './tiering/zone-tiering';
import { ImportedZoneBucket, type IZoneBucket, ZoneBucketBase } from './zone-bucket-access';
import { type IZoneKey, ZoneKey } from './zone-key';

/** What can be chosen for the bucket of one zone. */
export interface ZoneBucketOptions {
  /**
   * Profiles by which objects move to cheaper classes as they age, each over the whole bucket or a folder of it.
   * @default - objects stay in the standard class
   */
  readonly tiering?: ZoneTiering[];
  /**
   * Deletion by age, for folders that hold no table.
   * @default - nothing expires
   */
  readonly expirations?: ZoneExpiration[];
  /**
   * How many days replaced and deleted object versions are kept. Not with `retention`, under which nothing is replaced.
   * @default 30
   */
  readonly noncurrentVersionExpirationDays?: number;
  /**
   * How many days what was deleted for good can be restored, 7 to 90, or 0 for not at all. It is paid for as long.
   * @default 7
   */
  readonly softDeleteDays?: number;
  /**
   * Objects are neither deleted nor replaced but by those of `grantMaintenance`, and by those of `grantTableCommit` in
   * `metadata/`: synthesis fails where another binding of the stack would allow it.
   * @default false
   */
  readonly appendOnly?: boolean;
  /**
   * How long nobody deletes or replaces an object. The bucket keeps no versions then: Cloud Storage has either.
   * @default - versions instead
   */
  readonly retention?: BucketRetention;
  /**
   * Whether single objects can be given a time until which they are kept. It can be chosen when the bucket is created only.
   * @default false
   */
  readonly objectRetention?: boolean;
  /**
   * Whether each new object is on hold until somebody releases it: with `retention`, its time begins then.
   * @default false
   */
  readonly eventBasedHold?: boolean;
  /**
   * Whether copies are in the second region within 15 minutes rather than, for most objects, an hour. In dual-regions
   * only, for a price by the GiB.
   * @default false
   */
  readonly turboReplication?: boolean;
  /** @default - none */
  readonly labels?: { readonly [key: string]: string };
  /**
   * Whether Terraform refuses to destroy the bucket.
   * @default true
   */
  readonly deletionProtection?: boolean;
  /**
   * Whether the bucket is emptied when it is destroyed; needs `deletionProtection: false`.
   * @default false
   */
  readonly forceDestroy?: boolean;
}

/** What can be chosen for the bucket of one zone, and what it may share with others. */
export interface ZoneBucketProps extends ZoneBucketOptions {
  /** Unique in the world. */
  readonly bucketName: string;
  readonly location: BucketLocation;
  /** @default - a key of its own, rotated every 90 days */
  readonly encryptionKey?: IZoneKey;
}

const DAY = 86_400;

/**
 * The bucket of one zone on Cloud Storage: encrypted with a key of yours, versioned, with uniform access and no public
 * one, soft delete, and kept when the stack is destroyed. TLS is the only way to read and write where it matters:
 * access by IAM always goes over HTTPS.
 *
 * @throws Error for what Cloud Storage would refuse at deployment, for moves that cost more than they save, and for
 * `forceDestroy` on a bucket that is protected, append-only or under retention
 */
export class ZoneBucket extends ZoneBucketBase {
  /**
   * A bucket the user already owns, of this app, or a folder of it, with the grants of a zone. Its configuration is left
   * as it is. Grants on folders need uniform bucket-level access.
   * @param prefix the folder, for example `bronze`; the whole bucket when left out
   */
  static fromBucket(scope: Construct, id: string, bucket: StorageBucket, prefix?: string): IZoneBucket {
    return new ImportedZoneBucket(scope, id, bucket, prefix);
  }

  /** The same by the bucket's name, for one made elsewhere. */
  static fromBucketName(scope: Construct, id: string, bucketName: string, prefix?: string): IZoneBucket {
    return new ImportedZoneBucket(scope, id, bucketName, prefix);
  }

  readonly bucket: StorageBucket;
  readonly bucketName: string;
  readonly encryptionKey: IZoneKey;
  readonly location: BucketLocation;
  readonly root?: string;
  readonly appendOnly: boolean;
  private readonly tiering: ZoneTiering[];
  private readonly noncurrentDays?: number;
  private readonly softDeleteDays: number;
  private readonly turboReplication: boolean;

  constructor(scope: Construct, id: string, props: ZoneBucketProps) {
    super(scope, id);
    requireTerraformStack(this);
    requireBucketName(props.bucketName);
    requireLabels(this.node.path, props.labels ?? {});
    const { location, retention, expirations = [] } = props;
    this.location = location;
    this.appendOnly = props.appendOnly ?? false;
    this.tiering = props.tiering ?? [];
    this.softDeleteDays = props.softDeleteDays ?? 7;
    this.turboReplication = props.turboReplication ?? false;
    this.noncurrentDays = retention === undefined ? (props.noncurrentVersionExpirationDays ?? 30) : undefined;
    requireReplication(props);
    requireDestruction(props);
    requireRetention(props);
    requireDays(this.softDeleteDays, this.noncurrentDays);
    requireSensible(this.tiering, expirations, this.noncurrentDays);

    this.encryptionKey =
      props.encryptionKey ??
      new ZoneKey(this, 'Key', {
        name: props.bucketName,
        location,
        labels: props.labels,
        deletionProtection: props.deletionProtection,
      });
    requireSameLocation(location, this.encryptionKey);
    const automatic = this.tiering.find(({ profile }) => profile.autoclass !== undefined)?.profile;
    this.bucket = new StorageBucket(this, 'Bucket', {
      name: props.bucketName,
      location: location.name,
      customPlacementConfig: location.dataLocations && { dataLocations: location.dataLocations },
      rpo: this.turboReplication ? 'ASYNC_TURBO' : undefined,
      storageClass: 'STANDARD',
      uniformBucketLevelAccess: true,
      publicAccessPrevention: 'enforced',
      encryption: { defaultKmsKeyName: this.encryptionKey.keyName },
      versioning: { enabled: retention === undefined },
      softDeletePolicy: { retentionDurationSeconds: times(this.softDeleteDays, DAY) },
      autoclass: automatic && { enabled: true, terminalStorageClass: automatic.autoclass },
      lifecycleRule: lifecycleRules({
        tiering: this.tiering,
        expirations,
        noncurrentDays: this.noncurrentDays,
      }),
      retentionPolicy: retention && {
        retentionPeriod: times(retention.days, DAY),
        isLocked: retention.isLocked,
      },
      enableObjectRetention: (props.objectRetention ?? false) ? true : undefined,
      defaultEventBasedHold: (props.eventBasedHold ?? false) ? true : undefined,
      labels: props.labels,
      forceDestroy: props.forceDestroy ?? false,
      lifecycle: { preventDestroy: props.deletionProtection ?? true },
      dependsOn: dependenciesOf(this, this.encryptionKey.access),
    });
    this.bucketName = this.bucket.name;
    if (this.appendOnly) requireAppendOnly(this, this.bucket);
  }

  /**
   * What the zone costs a month by its tiering, US dollars: the sum over the folders that are given. List prices are those
   * of a kind of location (us-central1, two regions of the United States, the multi-region Asia), with the copying to a
   * second region.
   * @throws Error where days are known at deployment only
   */
  estimateMonthlyCost(usages: ZoneUsage[]): StorageCost {
    // What is deleted for good is paid for until it can no longer be restored.
    const noncurrentRetentionDays = (this.noncurrentDays ?? 0) + this.softDeleteDays;
    return sumOfCosts(
      STORAGE_CLASSES,
      usages.flatMap((usage) => [
        profileCost(this.profileOf(usage.prefix), { noncurrentRetentionDays, ...usage }, this.location.type),
        this.replicationCost(usage),
      ]),
    );
  }

  /** Of everything that is written, also of what is replaced later. */
  private replicationCost({ monthlyVolumeGib, replacedVolumeGib = 0 }: ZoneUsage): StorageCost {
    const prices = REPLICATION[this.location.continent ?? ''];
    const price = prices === undefined ? 0 : this.turboReplication ? prices.turbo : prices.standard;
    const replication = (monthlyVolumeGib + replacedVolumeGib) * price;
    return { ...sumOfCosts(STORAGE_CLASSES, []), replication, total: replication };
  }

  /** Of rules that overlap Cloud Storage takes the cheaper class; profiles of nested folders are taken to be meant one by one. */
  private profileOf(prefix = ''): TieringProfile {
    const covering = this.tiering
      .filter((one) => prefix.startsWith(one.prefix === undefined ? '' : folder(one.prefix)))
      .sort((a, b) => (b.prefix ?? '').length - (a.prefix ?? '').length);
    return covering[0]?.profile ?? TieringProfile.custom({ name: 'standard' });
  }
}

function requireReplication({ turboReplication = false, location }: ZoneBucketProps): void {
  if (!turboReplication || location.type === LocationType.DUAL_REGION) return;
  throw new Error(
    `turboReplication in the ${location.type} ${location.name}: Cloud Storage has it in dual-regions only. Use ` +
      'BucketLocation.dualRegion or regionPair, or leave it out.',
  );
}

function requireDestruction(props: ZoneBucketProps): void {
  if (!(props.forceDestroy ?? false)) return;
  const remedy = 'Leave out forceDestroy, or the other for a throw-away environment.';
  if (props.deletionProtection ?? true) {
    throw new Error(
      'forceDestroy: true needs deletionProtection: false: Terraform would refuse to destroy the bucket.',
    );
  }
  if (props.retention !== undefined) {
    throw new Error(
      `forceDestroy: true on a bucket under retention: its objects cannot be deleted, and the stack could not be removed. ${remedy}`,
    );
  }
  if (props.appendOnly ?? false) {
    throw new Error(
      `forceDestroy: true on an append-only bucket: destroying it would delete its objects. ${remedy}`,
    );
  }
}

function requireRetention(props: ZoneBucketProps): void {
  const { retention, expirations = [] } = props;
  if (retention === undefined) return;
  if (props.noncurrentVersionExpirationDays !== undefined) {
    throw new Error(
      'noncurrentVersionExpirationDays together with retention: Cloud Storage keeps versions or a retention policy, not both, ' +
        'and under retention nothing is replaced. Leave out one of them.',
    );
  }
  const locked = known(retention.days);
  for (const { prefix, afterDays } of expirations) {
    const age = known(afterDays);
    if (locked === undefined || age === undefined || age >= locked) continue;
    throw new Error(
      `Expiration of "${prefix}" after ${age} days, and its objects are retained for ${locked}: they would stay until then. ` +
        `Expire after ${locked} days or more, or shorten the retention.`,
    );
  }
}

/** https://docs.cloud.google.com/storage/docs/soft-delete */
function requireDays(softDelete: number, noncurrent: number | undefined): void {
  const days = known(softDelete);
  if (days !== undefined && days !== 0 && !(days >= 7 && days <= 90)) {
    throw new Error(`softDeleteDays must be 0, or between 7 and 90. Received ${days}.`);
  }
  const versions = known(noncurrent);
  if (versions !== undefined && !(Number.isInteger(versions) && versions >= 1)) {
    throw new Error(
      `noncurrentVersionExpirationDays must be a whole number, 1 or more. Received ${versions}.`,
    );
  }
}

/** https://docs.cloud.google.com/storage/docs/encryption/customer-managed-keys#key-locations */
function requireSameLocation(location: BucketLocation, key: IZoneKey): void {
  const keyLocation = known(key.location);
  if (keyLocation === undefined || keyLocation === known(location.keyLocation)) return;
  throw new Error(
    `The key is in ${keyLocation}, and a bucket in ${location.name} needs one in ${location.keyLocation}. Use a key of that location.`,
  );
}

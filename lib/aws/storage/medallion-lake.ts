import { RemovalPolicy } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { extraZoneOf, GivenFolders, requireZoneName } from '../../contract/extra-zones';
import { Zone } from '../../contract/zone';
import { AccessLogBucket } from './access-log-bucket';
import type { ILakeReplica } from './replication/lake-replica';
import { ReplicaBucket } from './replication/replication-destination';
import { ZoneReplication } from './replication/zone-replication';
import type { LakeReplicationOptions, LakeZoneOptions, MedallionLakeProps } from './medallion-lake-props';
import { ZoneBucket } from './zone-bucket';
import type { ZoneBucketOptions } from './zone-bucket-props';
import type { StorageCost, ZoneUsage } from './tiering/storage-cost';
import type { IZoneBucket } from './zone-bucket-access';

/**
 * The zones of a lakehouse, a bucket each: bronze, silver, gold and quarantine, with one key and one bucket for
 * access logs. Each zone can be a bucket the user already owns.
 */
export class MedallionLake extends Construct implements ILakeReplica {
  readonly bronze: IZoneBucket;
  readonly silver: IZoneBucket;
  readonly gold: IZoneBucket;
  readonly quarantine: IZoneBucket;
  readonly environment?: string;
  /** What becomes of the zones created here when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
  /** The copying of each zone, by its name; empty without `replication`. */
  readonly replications: ZoneReplication[] = [];
  private readonly props: MedallionLakeProps;
  private readonly extraZones = new Map<string, IZoneBucket>();
  private readonly folders = new GivenFolders();
  private key?: kms.IKey;
  private logs?: s3.IBucket;

  constructor(scope: Construct, id: string, props: MedallionLakeProps = {}) {
    super(scope, id);
    this.props = props;
    this.environment = props.environment;
    this.removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    this.key = props.encryptionKey;
    this.logs = props.serverAccessLogsBucket;
    const deletable = props.bronze?.autoDeleteObjects ?? props.autoDeleteObjects ?? false;
    this.bronze = this.createZone('Bronze', Zone.BRONZE, { appendOnly: !deletable }, props.bronze);
    this.silver = this.createZone('Silver', Zone.SILVER, {}, props.silver);
    this.gold = this.createZone('Gold', Zone.GOLD, {}, props.gold);
    this.quarantine = this.createZone('Quarantine', Zone.QUARANTINE, {}, props.quarantine);
    for (const [name, options] of Object.entries(props.extraZones ?? {})) {
      requireZoneName(name);
      this.extraZones.set(name, this.createZone(`Zone-${name}`, name, {}, options));
    }
    if (props.replication) this.replicate(props.replication);
  }

  /** The key of the zones created here. */
  get encryptionKey(): kms.IKey {
    if (!this.key) {
      this.key = new kms.Key(this, 'Key', {
        description: `Data at rest of ${this.node.path}`,
        enableKeyRotation: true,
        removalPolicy: this.removalPolicy,
      });
      const aliasName = this.props.encryptionKeyAlias;
      if (aliasName !== undefined) new kms.Alias(this, 'KeyAlias', { aliasName, targetKey: this.key });
    }
    return this.key;
  }

  /** Where the zones created here write their access logs. */
  get logBucket(): s3.IBucket {
    this.logs ??= new AccessLogBucket(this, 'AccessLogs', {
      bucketName: this.bucketName('access-logs'),
      removalPolicy: this.removalPolicy,
      autoDeleteObjects: this.props.autoDeleteObjects,
    }).bucket;
    return this.logs;
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

  replicaBucket(zone: string): ReplicaBucket {
    const { bucket, encryptionKey } = this.ownZone(zone);
    return ReplicaBucket.fromBucket(bucket, encryptionKey, this.props.encryptionKeyAlias);
  }

  /**
   * Lets a lake of another account, in another app, keep its copies in the zones created here: the counterpart of
   * `LakeReplica.fromAttributes` there.
   * @param account account of the source, twelve digits
   * @param roleName the `roleName` of its replication
   */
  allowReplicationFrom(account: string, roleName: string): void {
    for (const [zone, bucket] of this.zones()) {
      if (bucket instanceof ZoneBucket)
        this.replicaBucket(zone).allowSource(account, roleNameOf(roleName, zone));
    }
  }

  private replicate(given: LakeReplicationOptions): void {
    const { destination, furtherDestinations = [], zones, ...options } = given;
    const known = [...this.zones().keys()];
    const unknown = zones?.find((zone) => !known.includes(zone));
    if (unknown !== undefined) {
      throw new Error(
        `replication: the lake "${this.node.path}" has no zone "${unknown}". It has: ${known.join(', ')}.`,
      );
    }
    for (const zone of zones ?? known) {
      const { roleName } = options;
      const replication = new ZoneReplication(this, `Replication-${zone}`, {
        ...options,
        roleName: roleName === undefined ? undefined : roleNameOf(roleName, zone),
        source: this.ownZone(zone),
        destinations: [destination, ...furtherDestinations].map((replica) => replica.replicaBucket(zone)),
      });
      this.replications.push(replication);
    }
  }

  private zones(): Map<string, IZoneBucket> {
    const zones = Object.values(Zone).map((zone): [string, IZoneBucket] => [zone, this.zone(zone)]);
    return new Map([...zones, ...this.extraZones]);
  }

  private ownZone(name: string): ZoneBucket {
    const zone = this.zones().get(name);
    if (zone === undefined) {
      throw new Error(
        `replication: the lake "${this.node.path}" has no zone "${name}" to keep copies in. Give it one in extraZones, or name the ` +
          'zones that are copied in replication.zones.',
      );
    }
    if (zone instanceof ZoneBucket) return zone;
    throw new Error(
      `replication: the zone ${name} of "${this.node.path}" is a bucket of its owner's, whose configuration is left as it is. ` +
        'Make a ZoneReplication for each zone created here.',
    );
  }

  private createZone(
    id: string,
    zone: string,
    defaults: ZoneBucketOptions,
    given?: LakeZoneOptions,
  ): IZoneBucket {
    const { bucket, prefix, ...options } = given ?? {};
    if (!bucket && prefix !== undefined) {
      throw new Error(
        `${zone}: prefix "${prefix}" given without bucket: a new bucket is one zone. Leave out prefix.`,
      );
    }
    if (bucket) {
      const ignored = Object.keys(options);
      if (ignored.length > 0) {
        throw new Error(
          `${zone}: ${ignored.join(', ')} given together with bucket: an existing bucket keeps its owner's configuration. ` +
            'Leave out one or the other.',
        );
      }
      this.folders.give(zone, bucket.node.path, prefix);
      return ZoneBucket.fromBucket(this, id, bucket, prefix);
    }
    return new ZoneBucket(this, id, {
      bucketName: this.bucketName(zone),
      removalPolicy: this.removalPolicy,
      autoDeleteObjects: this.props.autoDeleteObjects,
      accessMonitoring: this.props.accessMonitoring,
      ...defaults,
      ...options,
      encryptionKey: this.encryptionKey,
      serverAccessLogsBucket: this.logBucket,
      serverAccessLogsPrefix: `${zone}/`,
    });
  }

  private bucketName(zone: string): string | undefined {
    if (this.props.name === undefined) return undefined;
    return [this.props.name, this.props.environment, zone].filter((part) => part !== undefined).join('-');
  }
}

function roleNameOf(roleName: string, zone: string): string {
  return `${roleName}-${zone}`;
}

import { ReplicaBucket } from './replication-destination';

/** A lake that keeps the copies of another, zone by zone: a `MedallionLake` of this app, or one known by its names. */
export interface ILakeReplica {
  /**
   * The bucket for the copies of a zone.
   * @throws Error where the lake has no such zone, or where the zone is a bucket of its owner's
   */
  replicaBucket(zone: string): ReplicaBucket;
}

/** Names of a lake of another app. */
export interface LakeReplicaAttributes {
  /** Its `name`: buckets are called `<name>[-<environment>]-<zone>`. */
  readonly name: string;
  /**
   * Its `environment`.
   * @default - none
   */
  readonly environment?: string;
  /** `arn:aws:kms:<region>:<account>:key/<id>`, or the ARN of an alias: the key its zones share. */
  readonly encryptionKeyArn: string;
  /** Account that owns it, twelve digits. */
  readonly account: string;
  /** Its region, for example `eu-central-1`. */
  readonly region: string;
}

/** A lake of another app that keeps copies. Where it is another account's, that app calls `allowReplicationFrom`. */
export class LakeReplica implements ILakeReplica {
  static fromAttributes(attributes: LakeReplicaAttributes): LakeReplica {
    return new LakeReplica(attributes);
  }

  private constructor(private readonly attributes: LakeReplicaAttributes) {}

  replicaBucket(zone: string): ReplicaBucket {
    const { name, environment, ...place } = this.attributes;
    return ReplicaBucket.fromAttributes({
      ...place,
      bucketName: [name, environment, zone].filter((part) => part !== undefined).join('-'),
    });
  }
}

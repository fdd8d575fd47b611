export { AccessLogBucket, type AccessLogBucketProps } from './access-log-bucket';
export type { AccessMonitoringOptions } from './access-monitoring';
export { type ZoneExpiration, type ZoneTransition } from './lifecycle';
export { LandingZone, type LandingZoneProps } from './landing-zone';
export { MedallionLake } from './medallion-lake';
export type { LakeReplicationOptions, LakeZoneOptions, MedallionLakeProps } from './medallion-lake-props';
export { type ILakeReplica, LakeReplica, type LakeReplicaAttributes } from './replication/lake-replica';
export { OnlineStore, type OnlineStoreProps } from './online-store';
export { ReplicaBucket, type ReplicaBucketAttributes } from './replication/replication-destination';
export {
  ZoneReplication,
  type ZoneReplicationOptions,
  type ZoneReplicationProps,
} from './replication/zone-replication';
export { ZoneBucket } from './zone-bucket';
export { type IZoneBucket, type ObjectCreatedOptions, ZoneBucketBase } from './zone-bucket-access';
export type { ZoneBucketOptions, ZoneBucketProps } from './zone-bucket-props';
export type { StorageCost, StorageUsage, ZoneUsage } from './tiering/storage-cost';
export { TieringProfile, type TieringProfileProps, type TieringStep } from './tiering/tiering-profile';
export type { ZoneTiering } from './tiering/zone-tiering';

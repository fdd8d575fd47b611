export { BucketLocation, DualRegion, LocationType, MultiRegion } from './bucket-location';
export type { ZoneExpiration } from './lifecycle';
export { type LakeZoneOptions, MedallionLake, type MedallionLakeProps } from './medallion-lake';
export { type IMember, Member } from './member';
export { BucketRetention } from './retention';
export type { StorageCost, StorageUsage, ZoneUsage } from '../../terraform';
export {
  AutoclassTerminal,
  StorageClass,
  TieringProfile,
  type TieringProfileProps,
  type TieringStep,
} from './tiering/tiering-profile';
export type { ZoneTiering } from './tiering/zone-tiering';
export { ZoneBucket, type ZoneBucketOptions, type ZoneBucketProps } from './zone-bucket';
export { type IZoneBucket, ZoneBucketBase } from './zone-bucket-access';
export { ZoneGrant } from './zone-grant';
export { type IZoneKey, ZoneKey, type ZoneKeyProps } from './zone-key';
export { ZoneReplication, type ZoneReplicationProps } from './zone-replication';

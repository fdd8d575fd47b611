export { type ILakeAccount, type LakeAccountAttributes } from './account/imported-account';
export { LakeAccount } from './account/lake-account';
export type { LakeAccountOptions, LakeAccountProps, VersionLockOptions } from './account/lake-account-props';
export { type ILakeKey, LakeKey, type LakeKeyAttributes, type LakeKeyProps } from './account/lake-key';
export type {
  IPrivateDnsZone,
  ISubnet,
  LakeNetworkOptions,
  PrivateAccessOptions,
} from './account/lake-network';
export { StorageRedundancy } from './account/redundancy';
export type { ZoneExpiration } from './lifecycle-rules';
export {
  type AccessMonitoringOptions,
  type LakeReplicationOptions,
  type LakeZoneOptions,
  MedallionLake,
  type MedallionLakeProps,
} from './medallion-lake';
export type { ContainerRetention } from './retention';
export { AccessTier } from './tiering/access-tiers';
export { TieringProfile, type TieringProfileProps, type TieringStep } from './tiering/tiering-profile';
export type { ZoneTiering } from './tiering/zone-tiering';
export { ZoneBucket, type ZoneBucketOptions, type ZoneBucketProps } from './zone-bucket';
export { type IContainer, type IZoneBucket, ZoneBucketBase } from './zone-bucket-access';
export type { StorageCost, StorageUsage, ZoneUsage } from '../../terraform';
export {
  BlobInventory,
  type BlobInventoryProps,
  InventorySchedule,
  type ListedFolder,
} from './blob-inventory';
export {
  type ReplicatedZone,
  ZoneReplication,
  type ZoneReplicationProps,
} from './replication/zone-replication';

export * from './audit';
export { CostWatch, type CostWatchProps } from './cost-watch';
export { DataLocality } from './data-locality';
export { LakeBackup, type LakeBackupProps } from './lake-backup';
export * from './lake-formation';
export { PartnerAccess, type PartnerAccessProps, type PartnerFolder } from './partner-access';
export { type RequiredTag, RequiredTags } from './required-tags';
export { TagGatedReads, type TagGatedReadsProps } from './tag-gated-reads';

export { CostWatch, type CostWatchProps } from './cost-watch';
export { LakeBackup, type LakeBackupProps } from './lake-backup';
export { type RequiredTag, RequiredTags } from './required-tags';

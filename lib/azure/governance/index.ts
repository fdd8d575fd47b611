export { AuditTrail, type AuditTrailProps, type ILogWorkspace, StorageOperation } from './audit-trail';
export { CostWatch, type CostWatchProps, type IActionGroup } from './cost-watch';
export { BackupRedundancy, LakeBackup, type LakeBackupProps } from './lake-backup';
export { PartnerAccess, type PartnerAccessProps, type PartnerFolder } from './partner-access';
export { PurviewCatalog, type PurviewCatalogProps } from './purview-catalog';
export { RequiredTags } from './required-tags';
export { TaggingEffect, TaggingPolicy, type TaggingPolicyProps } from './tagging-policy';
export { Tags } from './tags';
export { type RequiredTag, RequiredTagsBase } from '../../terraform';

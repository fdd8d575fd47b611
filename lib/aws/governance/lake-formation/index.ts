export { GovernedLake } from './governed-lake';
export { GovernanceMode, type GovernedLakeProps } from './governed-lake-props';
export { LakeConsumer } from './lake-consumer';
export {
  type ILakeFormationSettings,
  LakeFormationSettings,
  type LakeFormationSettingsProps,
} from './lake-formation-settings';
export { LakeGrant } from './lake-grant';
export { LakeTag } from './lake-tags';
export type { SelectOptions } from './row-filter';
export { SharedDatabase, type SharedDatabaseProps } from './shared-database';
export type { LakeTagExpression } from './tag-expression';

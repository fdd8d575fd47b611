export { type ExistingDatabase, LakeCatalog, type LakeCatalogProps } from './lake-catalog';
export {
  type ILakeTable,
  LakeTable,
  type LakeTableAttributes,
  LakeTableBase,
  type LakeTableProps,
} from './lake-table';
export { TableContent } from './table-content';
export { TableProvisioner, type TableProvisionerProps } from './table-provisioner';

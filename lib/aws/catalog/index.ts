export { type ExistingDatabase, LakeCatalog, type LakeCatalogProps } from './lake-catalog';
export {
  type ILakeTable,
  LakeTable,
  type LakeTableAttributes,
  LakeTableBase,
  type LakeTableProps,
} from './lake-table';
export { TableProvisioner, type TableProvisionerProps } from './table-provisioner';

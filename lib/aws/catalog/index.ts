export { type ExistingDatabase, LakeCatalog, type LakeCatalogProps } from './lake-catalog';
export { type CrawlerTarget, LakeCrawler, type LakeCrawlerProps } from './lake-crawler';
export {
  type ILakeTable,
  LakeTable,
  type LakeTableAttributes,
  LakeTableBase,
  type LakeTableProps,
} from './lake-table';
export { TableContent } from './table-content';
export { TableProvisioner, type TableProvisionerProps } from './table-provisioner';

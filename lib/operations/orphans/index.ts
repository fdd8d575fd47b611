export { awsInventory } from './aws-inventory';
export { findOrphans, type Orphan, type OrphanSearch } from './find-orphans';
export type { CatalogTable, Contents, Inventory, LogGroup, TaggedResource } from './inventory';

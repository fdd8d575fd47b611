import { droppedMetadataFiles } from './metadata-update';
import type { TableCatalog, TableVersion } from './table-catalog';
import type { TableMetadata } from './table-metadata';

/** Swaps `base` for `next`, then clears away the metadata files that are not in its log any more, where its properties say so. */
export async function commitMetadata(
  catalog: TableCatalog,
  base: TableVersion,
  next: TableMetadata,
): Promise<TableVersion> {
  const version = await catalog.commit(base, next);
  // In order, and only after the commit; what a dying process leaves behind is maintenance's.
  for (const file of droppedMetadataFiles(base, next)) await catalog.discard(file).catch(() => undefined);
  return version;
}

import { DirectoryCatalog, VERSION_FILE } from '../directory-catalog';
import type { TableCatalog, TableVersion } from '../table-catalog';
import type { TableMetadata } from '../table-metadata';
import type { ObjectStore } from '../../stores/object-store';

/** Makes the metadata the table's: in place of its empty version, as a new table, or after the copies of a directory. */
export async function publish(
  { catalog, location, store }: { catalog: TableCatalog; location: string; store: ObjectStore },
  base: TableVersion | undefined,
  metadata: TableMetadata,
): Promise<void> {
  if (base) {
    await catalog.commit(base, metadata);
    return;
  }
  const copied = catalog instanceof DirectoryCatalog ? await newestVersion(store, location) : undefined;
  if (copied === undefined) await catalog.create(metadata);
  else await catalog.commit({ metadata, metadataLocation: copied }, metadata);
}

/** Versions of a directory are numbered, and those of the source were copied too: the next one is ours. */
async function newestVersion(store: ObjectStore, location: string): Promise<string | undefined> {
  let newest: { readonly number: number; readonly uri: string } | undefined;
  for await (const { uri } of store.list(`${location}/metadata/v`)) {
    const number = Number(VERSION_FILE.exec(uri)?.[1]);
    if (number > (newest?.number ?? 0)) newest = { number, uri };
  }
  return newest?.uri;
}

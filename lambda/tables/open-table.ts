import { storeFor } from '../stores/store-for';
import { DirectoryCatalog } from './directory-catalog';
import { IcebergTable } from './iceberg-table';
import { TableNotFound, type TableCatalog, type TableVersion } from './table-catalog';

/**
 * Opens a table for appending.
 * @param uri `glue://<database>/<table>`, `s3://<bucket>/<prefix>`, `gs://…`, `abfss://…`, `file:///<directory>` or
 *   `rest+https://<catalog>?warehouse=<warehouse>&namespace=<namespace>&table=<table>`
 * @throws TableNotFound
 */
export async function openTable(uri: string): Promise<IcebergTable> {
  const catalog = await catalogFor(uri);
  const version = await catalog.load();
  if (!version) throw new TableNotFound(uri);
  return tableAt(uri, catalog, version);
}

export async function tableAt(
  uri: string,
  catalog: TableCatalog,
  version: TableVersion,
): Promise<IcebergTable> {
  return new IcebergTable(uri, catalog, await storeFor(version.metadata.location), version);
}

/** The catalog of one table, chosen by the scheme of its URI. */
export async function catalogFor(uri: string): Promise<TableCatalog> {
  const glue = /^glue:\/\/([^/]+)\/([^/]+)$/.exec(uri);
  if (glue) {
    // Imported on first use: a run on directories never loads the Glue client.
    const { openGlueCatalog } = await import('./glue-catalog');
    return openGlueCatalog(glue[1], glue[2]);
  }
  if (/^rest\+https?:/.test(uri)) {
    const { openRestCatalog } = await import('./rest/open-rest-catalog');
    return openRestCatalog(uri);
  }
  if (/^(s3|file|gs|abfss):\/\//.test(uri))
    return new DirectoryCatalog(await storeFor(uri), withoutTrailingSlash(uri));
  throw new Error(
    'A table URI is glue://<database>/<table>, s3://<bucket>/<prefix>, gs://<bucket>/<prefix>, ' +
      'abfss://<container>@<account>.dfs.core.windows.net/<prefix>, file:///<directory> or ' +
      `rest+https://<catalog>?warehouse=<warehouse>&namespace=<namespace>&table=<table>. Received ${uri}`,
  );
}

export function withoutTrailingSlash(uri: string): string {
  return uri.replace(/\/+$/, '');
}

import { ObjectNotFound } from '../stores/object-store';
import { CorruptFile } from '../tables/corrupt-file';
import type { DataFile } from '../tables/data-file';
import type { IcebergTable } from '../tables/iceberg-table';
import { readRows, type TableRow } from './read-rows';

/**
 * Rows of a data file in the table's current columns, a row group at a time.
 * @throws CorruptFile naming the file when it is missing or broken
 */
export async function* rowsOfFile(
  table: IcebergTable,
  { filePath, fileFormat }: DataFile,
): AsyncIterable<TableRow[]> {
  if (fileFormat.toUpperCase() !== 'PARQUET') {
    throw new Error(
      `${filePath} is ${fileFormat}. Only Parquet files are read: rewrite it with the engine that wrote it.`,
    );
  }
  let bytes: Uint8Array;
  try {
    bytes = await table.store.get(filePath);
  } catch (error) {
    throw error instanceof ObjectNotFound
      ? new CorruptFile(filePath, new Error('it is missing.'), true)
      : error;
  }
  yield* readRows(filePath, bytes, table.schema);
}

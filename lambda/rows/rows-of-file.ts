import { ObjectNotFound } from '../stores/object-store';
import { CorruptFile } from '../tables/corrupt-file';
import type { DataFile } from '../tables/data-file';
import type { IcebergTable } from '../tables/iceberg-table';
import { readRows, type TableRow } from './read-rows';

/**
 * Rows of a data file in the table's current columns, a row group at a time.
 * @param columns names of the columns to read; the others are left out
 * @throws CorruptFile naming the file when it is missing or broken
 */
export async function* rowsOfFile(
  table: IcebergTable,
  file: DataFile,
  columns?: readonly string[],
): AsyncIterable<TableRow[]> {
  yield* rowsOfBytes(table, file, await bytesOfFile(table, file), columns);
}

/** A data file as it is stored. @throws CorruptFile when it is missing */
export async function bytesOfFile(
  table: IcebergTable,
  { filePath, fileFormat }: DataFile,
): Promise<Uint8Array> {
  if (fileFormat.toUpperCase() !== 'PARQUET') {
    throw new Error(
      `${filePath} is ${fileFormat}. Only Parquet files are read: rewrite it with the engine that wrote it.`,
    );
  }
  try {
    return await table.store.get(filePath);
  } catch (error) {
    throw error instanceof ObjectNotFound
      ? new CorruptFile(filePath, new Error('it is missing.'), true)
      : error;
  }
}

/** As {@link rowsOfFile}, of a file that was read already. */
export async function* rowsOfBytes(
  table: IcebergTable,
  { filePath, recordCount }: DataFile,
  bytes: Uint8Array,
  columns?: readonly string[],
): AsyncIterable<TableRow[]> {
  const { schema } = table;
  const wanted = columns && new Set(columns);
  const read = wanted ? { ...schema, fields: schema.fields.filter(({ name }) => wanted.has(name)) } : schema;
  let rows = 0;
  for await (const part of readRows(filePath, bytes, read)) {
    rows += part.length;
    yield part;
  }
  if (rows !== recordCount) {
    const cause = new Error(`it holds ${rows} rows where the table counts ${recordCount}.`);
    throw new CorruptFile(filePath, cause);
  }
}

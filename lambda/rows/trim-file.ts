import { TECHNICAL_COLUMNS } from '../../lib/contract/technical-columns';
import { CorruptFile } from '../tables/corrupt-file';
import type { DataFile } from '../tables/data-file';
import type { IcebergTable } from '../tables/iceberg-table';
import { RowFile } from './row-file';
import { rowsOfFile } from './rows-of-file';
import { storeFile } from './write-rows';

/**
 * A file with those rows of another whose record is to be kept, by where the record came from; undefined when none is.
 * The other file itself when all are.
 * @throws CorruptFile when it is missing or broken
 */
export async function trimFile(
  table: IcebergTable,
  file: DataFile,
  keep: (lane: string, position: string) => boolean,
): Promise<DataFile | undefined> {
  const { lane, position } = TECHNICAL_COLUMNS;
  const output = RowFile.of(table);
  let count = 0;
  for await (const rows of rowsOfFile(table, file)) {
    count += rows.length;
    for (const row of rows) {
      if (keep(row[lane] as string, row[position] as string)) output.add(row);
    }
  }
  if (count !== file.recordCount) {
    const cause = new Error(`it holds ${count} rows where its writer counted ${file.recordCount}.`);
    throw new CorruptFile(file.filePath, cause);
  }
  if (output.rowCount === count) return file;
  return output.rowCount === 0 ? undefined : storeFile(table, output, file.specId, file.partition);
}

import { parquetCompression } from '../../../lib/contract/table-properties';
import type { DataFile } from '../../tables/data-file';
import type { IcebergTable } from '../../tables/iceberg-table';
import { requireWritable } from '../../tables/metadata-change';
import { replaceFiles } from '../../tables/overwrite';
import { WriteConflict } from '../../tables/replaced-files';
import type { Snapshot } from '../../tables/snapshot';
import { inParallel, type TableFile } from '../../tables/table-files';
import { currentSnapshot } from '../../tables/table-metadata';
import { RowFile } from '../row-file';
import { rowsOfFile } from '../rows-of-file';
import { storeFile } from '../write-rows';
import type { SubjectRows } from './subject';

/** Property of a table: which request erased from it last, and how much. No value of the subject. */
export const ERASED_PROPERTY = 'lakehouse.erased';
const ATTEMPTS = 8;
const READ_AT_ONCE = 4;

export interface ErasedRows {
  readonly rows: number;
  /** Files that held them. */
  readonly files: number;
}

/**
 * Writes the files that hold rows of a subject anew, without them, in one commit. Lane positions stay, and readers of
 * increments pass over it. Counts what earlier, interrupted runs of the same request erased as well.
 * @throws DeleteFilesPresent when another engine deleted rows by delete files
 * @throws CorruptFile when a data file is missing or broken; it names the file
 * @throws WriteConflict when others rewrote the same files again and again
 */
export async function eraseRows(
  table: IcebergTable,
  subject: SubjectRows,
  request: string,
): Promise<ErasedRows> {
  for (let attempt = 1; ; attempt++) {
    await table.refresh();
    requireWritable(table.metadata);
    const before = erasedBefore(table, request);
    const snapshot = currentSnapshot(table.metadata);
    const found = await filesHolding(table, subject, snapshot ? [snapshot] : []);
    if (found.size === 0) return before;
    const removed = [...found.keys()];
    const erased = { rows: before.rows + sum(found.values()), files: before.files + found.size };
    const note = JSON.stringify({ request, ...erased });
    const added = await inParallel(removed, 1, (file) => withoutSubject(table, file, subject));
    try {
      await replaceFiles(table, {
        removed,
        added: added.flatMap((file) => file ?? []),
        readAt: snapshot!['snapshot-id'],
        forgetBounds: true,
        notes: {
          summary: { [ERASED_PROPERTY]: String(sum(found.values())) },
          properties: { [ERASED_PROPERTY]: note },
        },
      });
    } catch (error) {
      if (!(error instanceof WriteConflict) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Files of snapshots that hold rows of a subject, and how many; each file is read once. */
export async function filesHolding(
  table: IcebergTable,
  subject: SubjectRows,
  snapshots: readonly Snapshot[],
): Promise<Map<TableFile, number>> {
  const files = new Map<string, TableFile>();
  for (const snapshot of snapshots)
    for (const file of await table.dataFiles(snapshot)) files.set(file.filePath, file);
  const candidates = subject.candidates([...files.values()]);
  const counts = await inParallel(candidates, READ_AT_ONCE, async (file) => {
    let count = 0;
    for await (const rows of rowsOfFile(table, file, subject.columns))
      count += rows.filter((row) => subject.matches(row)).length;
    return count;
  });
  return new Map(candidates.map((file, i) => [file, counts[i]] as const).filter(([, count]) => count > 0));
}

async function withoutSubject(
  table: IcebergTable,
  file: TableFile,
  subject: SubjectRows,
): Promise<DataFile | undefined> {
  const output = new RowFile(table.schema, parquetCompression(table));
  for await (const rows of rowsOfFile(table, file))
    for (const row of rows) if (!subject.matches(row)) output.add(row);
  if (output.rowCount === 0) return undefined;
  return storeFile(table, output, file.specId, file.partition, file.sortOrderId);
}

function erasedBefore(table: IcebergTable, request: string): ErasedRows {
  const last = JSON.parse(table.property(ERASED_PROPERTY) ?? '{}') as Partial<ErasedRows> & {
    request?: string;
  };
  return last.request === request ? { rows: last.rows!, files: last.files! } : { rows: 0, files: 0 };
}

function sum(counts: Iterable<number>): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}

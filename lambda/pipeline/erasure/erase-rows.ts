import type { DataFile } from '../../tables/data-file';
import type { IcebergTable } from '../../tables/iceberg-table';
import { EntryStatus } from '../../tables/manifest';
import { requireWritable } from '../../tables/metadata-change';
import { forgetFiles } from '../../tables/overwrite';
import { WriteConflict } from '../../tables/replaced-files';
import type { Snapshot } from '../../tables/snapshot';
import { TableFiles, type TableFile } from '../../tables/table-files';
import { currentSnapshot } from '../../tables/table-metadata';
import { RowFile } from '../../rows/row-file';
import { rowsOfFile } from '../../rows/rows-of-file';
import { storeFile } from '../../rows/write-rows';
import type { SubjectRows } from './subject-rows';
import type { SubjectScan } from './subject-scan';

/** Property of a table: which request erased from it last, and how much. No value of the subject. */
export const ERASED_PROPERTY = 'lakehouse.erased';
/** A run that dies has kept what it did until then. */
const FILES_PER_COMMIT = 64;
const CONFLICTS = 8;
/** After the first, each takes what came in meanwhile. */
const PASSES = 5;

export interface ErasedRows {
  readonly rows: number;
  /** Files that held them. */
  readonly files: number;
}

/**
 * Writes the files that hold rows of a subject anew, without them, and leaves no manifest of the current snapshot that
 * tells of them. Positions of lanes stay. Counts what earlier, interrupted runs of the same request erased as well.
 * @throws DeleteFilesPresent when another engine deleted rows by delete files
 * @throws CorruptFile when a data file is missing or broken; it names the file
 * @throws WriteConflict when others rewrote the same files again and again
 */
export async function eraseRows(
  table: IcebergTable,
  scan: SubjectScan,
  request: string,
): Promise<ErasedRows> {
  let conflicts = 0;
  for (let pass = 1; pass <= PASSES; pass++) {
    await table.refresh();
    const snapshot = currentSnapshot(table.metadata);
    if (!snapshot) break;
    const found = await scan.holding(await table.dataFiles(snapshot));
    if (found.size === 0 && !(await tellsOfRemoved(table, scan, snapshot))) break;
    requireWritable(table.metadata);
    try {
      // Also without files: once, for the entries of those that earlier commits removed.
      for (let from = 0; from === 0 || from < found.size; from += FILES_PER_COMMIT)
        await rewrite(table, scan, request, snapshot, [...found].slice(from, from + FILES_PER_COMMIT));
    } catch (error) {
      if (!(error instanceof WriteConflict) || ++conflicts > CONFLICTS) throw error;
      await table.state.backOff(conflicts);
      pass--;
    }
  }
  return erasedBy(table, request);
}

async function rewrite(
  table: IcebergTable,
  { rows }: SubjectScan,
  request: string,
  { 'snapshot-id': readAt }: Snapshot,
  found: readonly (readonly [TableFile, number])[],
): Promise<void> {
  const before = erasedBy(table, request);
  const count = found.reduce((sum, [, each]) => sum + each, 0);
  const erased: ErasedRows = { rows: before.rows + count, files: before.files + found.length };
  const added: DataFile[] = [];
  for (const [file] of found) added.push(...(await withoutSubject(table, file, rows)));
  await forgetFiles(table, {
    removed: found.map(([file]) => file),
    added,
    readAt,
    notes: {
      summary: { [ERASED_PROPERTY]: String(count) },
      properties: { [ERASED_PROPERTY]: JSON.stringify({ request, ...erased }) },
    },
  });
}

/** Entries of files that commits removed stay in manifests which name others that live, with the bounds of their rows. */
async function tellsOfRemoved(table: IcebergTable, scan: SubjectScan, snapshot: Snapshot): Promise<boolean> {
  const files = new TableFiles(table.store, table.metadata);
  const manifests = (await files.manifests(snapshot)).filter(
    ({ content, deleted_files_count: deleted }) => content === 0 && deleted > 0,
  );
  const entries = await files.entries(manifests);
  const removed = manifests.flatMap(({ partition_spec_id: specId }, i) =>
    entries[i]
      .filter(({ status }) => status === EntryStatus.DELETED)
      .map((entry) => files.file(entry, specId)),
  );
  return scan.mayTellOf(removed);
}

async function withoutSubject(table: IcebergTable, file: TableFile, rows: SubjectRows): Promise<DataFile[]> {
  const output = RowFile.of(table);
  for await (const part of rowsOfFile(table, file))
    for (const row of part) if (!rows.matches(row)) output.add(row);
  if (output.rowCount === 0) return [];
  return [await storeFile(table, output, file.specId, file.partition, file.sortOrderId)];
}

function erasedBy(table: IcebergTable, request: string): ErasedRows {
  const text = table.property(ERASED_PROPERTY);
  const last = text === undefined ? undefined : (JSON.parse(text) as ErasedRows & { request: string });
  return last?.request === request ? { rows: last.rows, files: last.files } : { rows: 0, files: 0 };
}

import { DeleteFilesPresent, TableFiles, type TableFile } from './table-files';
import { lineage } from './history';
import type { IcebergTable } from './iceberg-table';
import type { ManifestFile } from './manifest-list';
import { EntryStatus } from './manifest';
import type { Snapshot } from './snapshot';

/** Data files in which two snapshots of a table differ: the rows of `added` less those of `removed` are what came. */
export interface ChangedFiles {
  readonly added: readonly TableFile[];
  readonly removed: readonly TableFile[];
}

/**
 * The files in which a snapshot differs from an older one that it grew from. Manifests both have are not read, so that it
 * costs what changed. Compactions are no change where nothing else happened; between other commits their files count,
 * with the same rows on both sides.
 * @throws DeleteFilesPresent when rows were deleted by delete files in between: files do not tell which
 */
export async function changedFiles(
  table: IcebergTable,
  older: Snapshot,
  newer: Snapshot,
): Promise<ChangedFiles> {
  if (onlyCompacted(table, older, newer)) return { added: [], removed: [] };
  const files = new TableFiles(table.store, table.metadata);
  const [before, after] = await Promise.all([files.manifests(older), files.manifests(newer)]);
  const [left, right] = await Promise.all([
    live(files, table, without(before, after)),
    live(files, table, without(after, before)),
  ]);
  return {
    added: [...right.values()].filter(({ filePath }) => !left.has(filePath)),
    removed: [...left.values()].filter(({ filePath }) => !right.has(filePath)),
  };
}

function onlyCompacted(table: IcebergTable, older: Snapshot, newer: Snapshot): boolean {
  for (const snapshot of lineage(table.metadata, newer)) {
    if (snapshot['snapshot-id'] === older['snapshot-id']) return true;
    if (snapshot.summary?.operation !== 'replace') return false;
  }
  return false;
}

function without(manifests: readonly ManifestFile[], others: readonly ManifestFile[]): ManifestFile[] {
  const paths = new Set(others.map(({ manifest_path }) => manifest_path));
  return manifests.filter(({ manifest_path }) => !paths.has(manifest_path));
}

async function live(
  files: TableFiles,
  table: IcebergTable,
  manifests: readonly ManifestFile[],
): Promise<Map<string, TableFile>> {
  const entries = await files.entries(manifests);
  const found = manifests.flatMap((manifest, i) =>
    entries[i]
      .filter(({ status }) => status !== EntryStatus.DELETED)
      .map((entry) => files.file(entry, manifest.partition_spec_id)),
  );
  const deletes = found.filter(({ content }) => content !== 0);
  if (deletes.length > 0) throw new DeleteFilesPresent(table.location, deletes);
  return new Map(found.map((file) => [file.filePath, file]));
}

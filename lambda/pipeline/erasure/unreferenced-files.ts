import { readRows } from '../../rows/read-rows';
import { ObjectNotFound, type ObjectStore } from '../../stores/object-store';
import { readAvroFile } from '../../tables/avro-container';
import { readable } from '../../tables/corrupt-file';
import type { IcebergTable } from '../../tables/iceberg-table';
import { readManifestEntries } from '../../tables/manifest';
import type { ManifestFile } from '../../tables/manifest-list';
import { DEFAULT_ORPHAN_AGE_MS, removeOrphanFiles } from '../../tables/orphan-files';
import { TableFiles } from '../../tables/table-files';
import type { SubjectScan } from './subject-scan';

/** A file that no snapshot has and that is too young to tell a commit under way from one that died. */
export interface UnreferencedFile {
  readonly uri: string;
  /** From when on a run removes it, where no commit brought it in by then; ISO 8601. */
  readonly until: string;
}

/**
 * Removes what writers left in a table's folders that died before their commit, and names what is too young for that and
 * holds rows of a subject, or tells of it by bounds or partitions.
 */
export async function eraseUnreferenced(
  table: IcebergTable,
  scan: SubjectScan,
  now: number,
): Promise<{ readonly removed: number; readonly left: readonly UnreferencedFile[] }> {
  const { orphans, failed } = await removeOrphanFiles(table);
  const { orphans: young } = await removeOrphanFiles(table, {
    olderThanMs: 0,
    nobodyWrites: true,
    dryRun: true,
  });
  const until = new Date(now + DEFAULT_ORPHAN_AGE_MS).toISOString();
  const left: UnreferencedFile[] = [];
  for (const uri of young) {
    if (!/\.(parquet|avro)$/.test(uri)) continue;
    const bytes = await content(table.store, uri);
    const holds = uri.endsWith('.avro') ? tells : holdsRows;
    if (bytes && (await holds(table, uri, bytes, scan))) left.push({ uri, until });
  }
  return { removed: orphans.length - failed.length, left };
}

/** Undefined where it is gone: a commit under way that failed removes its files. */
async function content(store: ObjectStore, uri: string): Promise<Uint8Array | undefined> {
  try {
    return await store.get(uri);
  } catch (error) {
    if (error instanceof ObjectNotFound) return undefined;
    throw error;
  }
}

async function holdsRows(
  { schema }: IcebergTable,
  uri: string,
  bytes: Uint8Array,
  { rows: { matches } }: SubjectScan,
): Promise<boolean> {
  for await (const rows of readRows(uri, bytes, schema)) if (rows.some((row) => matches(row))) return true;
  return false;
}

/** Of a manifest, or of a list of manifests. */
async function tells(
  table: IcebergTable,
  uri: string,
  bytes: Uint8Array,
  scan: SubjectScan,
): Promise<boolean> {
  const { metadata, records } = readable(uri, () => readAvroFile<{ readonly manifest_path?: string }>(bytes));
  if (records.some(({ manifest_path: path }) => path !== undefined)) return isPartitionedBy(table, scan);
  const specId = Number(metadata['partition-spec-id'] ?? 0);
  const unnumbered = { manifest_path: uri, added_snapshot_id: 0, sequence_number: 0 } as ManifestFile;
  const files = new TableFiles(table.store, table.metadata);
  return scan.mayTellOf(readManifestEntries(bytes, unnumbered).map((entry) => files.file(entry, specId)));
}

/** Lists have the least and the greatest partition of each manifest. */
function isPartitionedBy({ metadata }: IcebergTable, { rows: { columns } }: SubjectScan): boolean {
  const ids = metadata.schemas
    .flatMap(({ fields }) => fields)
    .filter(({ name }) => columns.includes(name))
    .map(({ id }) => id);
  return metadata['partition-specs'].some(({ fields }) =>
    fields.some(
      ({ 'source-id': source, transform }) => ids.includes(source) && !/^(bucket|void)/.test(transform),
    ),
  );
}

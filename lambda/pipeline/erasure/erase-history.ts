import type { IcebergTable } from '../../tables/iceberg-table';
import { expireSnapshots } from '../../tables/expire-snapshots';
import { EntryStatus } from '../../tables/manifest';
import type { ManifestFile } from '../../tables/manifest-list';
import { statisticsFiles } from '../../tables/orphan-files';
import type { Snapshot } from '../../tables/snapshot';
import { inParallel, TableFiles } from '../../tables/table-files';
import { currentSnapshot } from '../../tables/table-metadata';
import type { SubjectScan } from './subject-scan';

const DELETED_AT_ONCE = 16;
const JOURNAL = /\/metadata\/erasure-[\w.-]+\.json$/;

/**
 * Expires the snapshots a table had before, when one of them still holds rows of a subject or tells of them, and deletes
 * the files that only they used. Goes on where a run was interrupted, of whichever request.
 * @returns how many snapshots went
 */
export async function eraseHistory(table: IcebergTable, scan: SubjectScan, request: string): Promise<number> {
  await table.refresh();
  let expired = 0;
  const journals = await journalsOf(table);
  const listed = new Set<string>();
  if ((await olderHolding(table, scan)).length > 0) {
    const journal = `${table.location}/metadata/erasure-${request}.json`;
    for (const path of [...(await objectsOf(table)).named, ...(await readJournal(table, journal))])
      listed.add(path);
    await table.store.put(journal, Buffer.from(JSON.stringify([...listed])), {
      contentType: 'application/json',
    });
    journals.add(journal);
    const done = await expireSnapshots(table, { olderThan: Number.MAX_SAFE_INTEGER, keepLast: 1 });
    expired = done.expired.length;
  }
  for (const journal of journals) for (const path of await readJournal(table, journal)) listed.add(path);
  await table.refresh();
  // A file's name is never used again: what is not in the table now never will be.
  const { used } = await objectsOf(table);
  const gone = [...listed].filter((path) => !used.has(path));
  await inParallel(gone, DELETED_AT_ONCE, async (path) => {
    // Where versions are kept, deleting what is deleted adds one more marker.
    if (await table.store.exists(path)) await table.store.delete(path);
  });
  for (const journal of journals) await table.store.delete(journal);
  return expired;
}

/** The snapshots but the current one that hold rows of a subject, or tell of them. */
export async function olderHolding(table: IcebergTable, scan: SubjectScan): Promise<Snapshot[]> {
  const { store, metadata } = table;
  const current = currentSnapshot(metadata)?.['snapshot-id'];
  const files = new TableFiles(store, metadata);
  // Snapshots share most of their manifests.
  const known = new Map<string, boolean>();
  const held: Snapshot[] = [];
  for (const snapshot of metadata.snapshots) {
    if (snapshot['snapshot-id'] === current) continue;
    let holds = false;
    for (const manifest of await files.manifests(snapshot)) {
      const { manifest_path: path, partition_spec_id: specId } = manifest;
      if (!known.has(path)) {
        const [entries] = await files.entries([manifest]);
        // Files of deletes by equality hold the values of keys.
        const deletes = manifest.content !== 0;
        known.set(path, deletes || (await scan.mayTellOf(entries.map((entry) => files.file(entry, specId)))));
      }
      holds ||= known.get(path)!;
    }
    if (holds) held.push(snapshot);
  }
  return held;
}

async function journalsOf(table: IcebergTable): Promise<Set<string>> {
  const journals = new Set<string>();
  for await (const { uri } of table.store.list(`${table.location}/metadata/`))
    if (JOURNAL.test(uri)) journals.add(uri);
  return journals;
}

async function readJournal({ store }: IcebergTable, journal: string): Promise<string[]> {
  if (!(await store.exists(journal))) return [];
  return JSON.parse(Buffer.from(await store.get(journal)).toString()) as string[];
}

interface TableObjects {
  /** What manifests name, files that went among them. */
  readonly named: ReadonlySet<string>;
  /** What a snapshot the table still has is made of. */
  readonly used: ReadonlySet<string>;
}

/** Lists, manifests, data files and statistics of the snapshots a table has. */
async function objectsOf({ store, metadata }: IcebergTable): Promise<TableObjects> {
  const files = new TableFiles(store, metadata);
  const used = new Set(statisticsFiles(metadata));
  const manifests = new Map<string, ManifestFile>();
  for (const snapshot of metadata.snapshots) {
    used.add(snapshot['manifest-list']);
    for (const manifest of await files.manifests(snapshot)) manifests.set(manifest.manifest_path, manifest);
  }
  for (const path of manifests.keys()) used.add(path);
  const named = new Set(used);
  for (const { status, data_file: file } of (await files.entries([...manifests.values()])).flat()) {
    named.add(file.file_path);
    if (status !== EntryStatus.DELETED) used.add(file.file_path);
  }
  return { named, used };
}

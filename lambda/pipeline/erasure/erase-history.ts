import { randomUUID } from 'node:crypto';
import { ObjectNotFound, type ObjectStore } from '../../stores/object-store';
import type { IcebergTable } from '../../tables/iceberg-table';
import { expireSnapshots } from '../../tables/expire-snapshots';
import { EntryStatus } from '../../tables/manifest';
import type { ManifestFile } from '../../tables/manifest-list';
import { statisticsFiles } from '../../tables/orphan-files';
import type { Snapshot } from '../../tables/snapshot';
import { inParallel, TableFiles } from '../../tables/table-files';
import { currentSnapshot, type TableMetadata } from '../../tables/table-metadata';
import type { SubjectScan } from './subject-scan';

const DELETED_AT_ONCE = 16;
const JOURNAL = /\/metadata\/erasure-[\w.-]+\.json$/;

/** What an expiry was about to remove: whoever comes after one that died finds it here, and nowhere else. */
interface Journal {
  /** Ids of the snapshots. As long as the table has one of them, the expiry has not happened. */
  readonly snapshots: readonly string[];
  /** What manifests of the table named. What the table does not use once these snapshots are gone goes. */
  readonly files: readonly string[];
}

/**
 * Expires the snapshots a table had before, when one of them still holds rows of a subject or tells of them, and deletes
 * the files that only they used. Goes on where a run was interrupted, of whichever request, and leaves to others at work
 * what they have not expired yet.
 * @returns how many snapshots went
 */
export async function eraseHistory(table: IcebergTable, scan: SubjectScan, request: string): Promise<number> {
  await table.refresh();
  let expired = 0;
  if ((await olderHolding(table, scan)).length > 0) {
    const done = await expireSnapshots(table, {
      olderThan: Number.MAX_SAFE_INTEGER,
      keepLast: 1,
      // Of each attempt by itself: of what another has committed in between, only a new one knows.
      announce: (metadata, snapshots) => writeJournal(table, request, metadata, snapshots),
    });
    expired = done.expired.length;
  }
  await finishJournals(table);
  return expired;
}

async function writeJournal(
  { store, location }: IcebergTable,
  request: string,
  metadata: TableMetadata,
  snapshots: readonly Snapshot[],
): Promise<void> {
  const journal: Journal = {
    snapshots: snapshots.map((snapshot) => String(snapshot['snapshot-id'])),
    files: [...(await objectsOf(store, metadata)).named],
  };
  // A name of its own: others end the journals they have read, and never one that was written since.
  await store.put(
    `${location}/metadata/erasure-${request}-${randomUUID()}.json`,
    Buffer.from(JSON.stringify(journal)),
    { ifAbsent: true, contentType: 'application/json' },
  );
}

/** Removes what expiries left to remove, and the journals of those that happened. */
async function finishJournals(table: IcebergTable): Promise<void> {
  const { store } = table;
  const journals = await readJournals(table);
  if (journals.size === 0) return;
  // After they are read: one that is not expired by then is left to who wrote it, or who comes after.
  await table.refresh();
  const present = new Set(table.metadata.snapshots.map((snapshot) => String(snapshot['snapshot-id'])));
  // A file's name is never used again: what is not in the table now never will be.
  const { used } = await objectsOf(store, table.metadata);
  const gone = new Set(
    [...journals.values()].flatMap(({ files }) => files.filter((path) => !used.has(path))),
  );
  await inParallel([...gone], DELETED_AT_ONCE, async (path) => {
    // Where versions are kept, deleting what is deleted adds one more marker.
    if (await store.exists(path)) await store.delete(path);
  });
  for (const [uri, { snapshots }] of journals)
    if (!snapshots.some((id) => present.has(id))) await store.delete(uri);
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

async function readJournals({ store, location }: IcebergTable): Promise<Map<string, Journal>> {
  const journals = new Map<string, Journal>();
  for await (const { uri } of store.list(`${location}/metadata/`)) {
    if (!JOURNAL.test(uri)) continue;
    const text = await store.get(uri).catch((error: unknown) => {
      // Another has finished it.
      if (error instanceof ObjectNotFound) return undefined;
      throw error;
    });
    if (text !== undefined) journals.set(uri, JSON.parse(Buffer.from(text).toString()) as Journal);
  }
  return journals;
}

interface TableObjects {
  /** What manifests name, files that went among them. */
  readonly named: ReadonlySet<string>;
  /** What a snapshot the table still has is made of. */
  readonly used: ReadonlySet<string>;
}

/** Lists, manifests, data files and statistics of the snapshots a table has. */
async function objectsOf(store: ObjectStore, metadata: TableMetadata): Promise<TableObjects> {
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

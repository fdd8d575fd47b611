import { lineage, requireSnapshot, SnapshotNotFound } from './history';
import type { IcebergTable } from './iceberg-table';
import type { Long } from './json';
import { EntryStatus } from './manifest';
import type { Snapshot, SnapshotOperation } from './snapshot';
import { currentSnapshot } from './table-metadata';
import { TableFiles, type TableFile } from './table-files';

export interface IncrementalRead {
  /** The snapshots between, oldest first. */
  readonly snapshots: readonly Snapshot[];
  /** Data files that the appends between have added, in the order of their commits. */
  readonly added: readonly TableFile[];
  /**
   * Snapshots between that removed rows or put others in their place: what was read before them may be gone. Where
   * there is one, read the table as a whole. Compactions are not among them, they leave the rows as they are.
   */
  readonly rewrites: readonly { readonly snapshotId: Long; readonly operation: SnapshotOperation }[];
}

/**
 * What came into a table after a snapshot: a manifest list and the new manifests are read of each, nothing else.
 * @param after id of the last snapshot seen; undefined reads from the beginning
 * @param upTo id of the last snapshot to read; the current one when undefined
 * @throws SnapshotNotFound when `after` is expired or was rolled back, so that the table has to be read as a whole
 */
export async function incrementalRead(
  table: IcebergTable,
  after?: Long,
  upTo?: Long,
): Promise<IncrementalRead> {
  const { metadata, store } = table;
  const last = upTo === undefined ? currentSnapshot(metadata) : requireSnapshot(metadata, upTo);
  const snapshots: Snapshot[] = [];
  let reached: Long | null | undefined;
  for (const snapshot of lineage(metadata, last)) {
    reached = snapshot['snapshot-id'];
    if (sameId(reached, after)) break;
    snapshots.unshift(snapshot);
    reached = snapshot['parent-snapshot-id'];
    if (sameId(reached, after)) break;
  }
  if (!sameId(reached, after)) {
    throw new SnapshotNotFound(
      after === undefined
        ? `${metadata.location}: the first snapshots are expired. Read the table as a whole, then go on from there.`
        : `${metadata.location}: snapshot ${after} is none that ${last?.['snapshot-id'] ?? 'the empty table'} grew from: it was expired or rolled back. Read the table as a whole, then go on from there.`,
    );
  }

  const files = new TableFiles(store, metadata);
  const added: TableFile[] = [];
  const rewrites: { snapshotId: Long; operation: SnapshotOperation }[] = [];
  for (const snapshot of snapshots) {
    const operation = (snapshot.summary?.operation ?? 'overwrite') as SnapshotOperation;
    const snapshotId = snapshot['snapshot-id'];
    if (operation === 'append') added.push(...(await addedBy(files, snapshot)));
    else if (operation !== 'replace') rewrites.push({ snapshotId, operation });
  }
  return { snapshots, added, rewrites };
}

async function addedBy(files: TableFiles, snapshot: Snapshot): Promise<TableFile[]> {
  const id = snapshot['snapshot-id'];
  const manifests = (await files.manifests(snapshot)).filter(
    (manifest) =>
      manifest.content === 0 && manifest.added_snapshot_id === id && manifest.added_files_count !== 0,
  );
  const entries = await files.entries(manifests);
  return manifests.flatMap((manifest, i) =>
    entries[i]
      .filter((entry) => entry.status === EntryStatus.ADDED && entry.snapshot_id === id)
      .map((entry) => files.file(entry, manifest.partition_spec_id)),
  );
}

/** The beginning of history is undefined to callers and null to some engines. */
function sameId(left: Long | null | undefined, right: Long | null | undefined): boolean {
  return (left ?? undefined) === (right ?? undefined);
}

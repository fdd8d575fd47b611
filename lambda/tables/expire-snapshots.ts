import { CorruptFile } from './corrupt-file';
import { lineage } from './history';
import type { IcebergTable } from './iceberg-table';
import type { Long } from './json';
import { EntryStatus } from './manifest';
import type { ManifestFile } from './manifest-list';
import { changeMetadata } from './metadata-change';
import { positionsAfterExpiry } from './positions';
import type { Snapshot } from './snapshot';
import { inParallel, TableFiles } from './table-files';
import { currentSnapshot, snapshotById, type SnapshotReference, type TableMetadata } from './table-metadata';

const DEFAULT_AGE_MS = 5 * 24 * 3_600_000;
const DELETED_AT_ONCE = 16;

export interface ExpiryOptions {
  /**
   * Snapshots that were current no later than this are expired, epoch milliseconds.
   * @default five days ago, or what the table's property history.expire.max-snapshot-age-ms says
   */
  readonly olderThan?: number;
  /**
   * Newest snapshots of each branch that stay whatever their age.
   * @default 1, or what the table's property history.expire.min-snapshots-to-keep says
   */
  readonly keepLast?: number;
  /**
   * Told before each attempt what it is to expire of which metadata: for what has to be known should the process die.
   * @default - nobody
   */
  readonly announce?: (metadata: TableMetadata, expired: readonly Snapshot[]) => Promise<void>;
}

export interface ExpiryResult {
  readonly expired: readonly Long[];
  readonly deleted: {
    readonly dataFiles: number;
    readonly manifests: number;
    readonly manifestLists: number;
  };
  /** Files that could not be deleted; they are orphans now. */
  readonly failed: readonly string[];
}

/**
 * Forgets old snapshots, then deletes the files that only they used. Branches and tags are honoured, with the ages they
 * set. Lane positions survive. A reader that is in the middle of an expired snapshot loses its files: keep snapshots for
 * longer than your longest query.
 */
export async function expireSnapshots(
  table: IcebergTable,
  options: ExpiryOptions = {},
): Promise<ExpiryResult> {
  const { keepLast } = options;
  if (keepLast !== undefined && !(Number.isInteger(keepLast) && keepLast >= 1)) {
    throw new Error(`keepLast is a whole number from 1: the current snapshot stays. Received ${keepLast}.`);
  }
  const now = Date.now();
  const lost: TableMetadata[] = [];
  const { before, after } = await changeMetadata(table.state, async (metadata) => {
    const changes = expiry(metadata, options, now);
    if (!changes) return undefined;
    const stay = new Set(changes.snapshots);
    await options.announce?.(
      metadata,
      metadata.snapshots.filter((snapshot) => !stay.has(snapshot)),
    );
    lost.push(metadata);
    return changes;
  });
  // The last state that had something to expire: an attempt whose answer was lost did it too.
  const old = lost.at(-1) ?? before.metadata;
  const retained = new Set(after.metadata.snapshots.map((snapshot) => snapshot['snapshot-id']));
  const expired = old.snapshots.filter((snapshot) => !retained.has(snapshot['snapshot-id']));
  if (expired.length === 0) {
    return { expired: [], deleted: { dataFiles: 0, manifests: 0, manifestLists: 0 }, failed: [] };
  }
  const unreachable = await unreachableFiles(table, old, expired, after.metadata);
  const failed: string[] = [];
  // Data first, lists last: whatever a dying process leaves behind can still be found from what it leaves.
  for (const paths of [unreachable.dataFiles, unreachable.manifests, unreachable.manifestLists]) {
    await inParallel(paths, DELETED_AT_ONCE, async (path) => {
      await table.store.delete(path).catch(() => failed.push(path));
    });
  }
  return {
    expired: expired.map((snapshot) => snapshot['snapshot-id']),
    deleted: {
      dataFiles: unreachable.dataFiles.length,
      manifests: unreachable.manifests.length,
      manifestLists: unreachable.manifestLists.length,
    },
    failed,
  };
}

function expiry(
  metadata: TableMetadata,
  options: ExpiryOptions,
  now: number,
): (Partial<TableMetadata> & Pick<TableMetadata, 'snapshots'>) | undefined {
  const refs = liveRefs(metadata, now);
  const retained = retainedSnapshots(metadata, refs, options, now);
  const goes = metadata.snapshots.some((snapshot) => !retained.has(snapshot['snapshot-id']));
  if (!goes) return undefined;
  const log = metadata['snapshot-log'];
  // Entries before a gap would claim that the snapshot after it was current in between.
  const lastGap = log.findLastIndex((entry) => !retained.has(entry['snapshot-id']));
  return {
    refs,
    snapshots: metadata.snapshots.filter((snapshot) => retained.has(snapshot['snapshot-id'])),
    'snapshot-log': log.slice(lastGap + 1),
    properties: { ...metadata.properties, ...positionsAfterExpiry(metadata, retained) },
    ...withoutStatistics(metadata, retained),
  };
}

/** Main never expires; other references do when they set an age and have reached it. */
function liveRefs(metadata: TableMetadata, now: number): TableMetadata['refs'] {
  const live = Object.entries(metadata.refs).filter(([name, ref]) => {
    const age = ref['max-ref-age-ms'];
    const snapshot = snapshotById(metadata, ref['snapshot-id']);
    if (name === 'main' || age === undefined || !snapshot) return true;
    return now - snapshot['timestamp-ms'] <= Number(age);
  });
  return Object.fromEntries(live);
}

function retainedSnapshots(
  metadata: TableMetadata,
  refs: TableMetadata['refs'],
  options: ExpiryOptions,
  now: number,
): Set<Long> {
  const retained = new Set<Long>();
  const { properties } = metadata;
  const olderThan =
    options.olderThan ?? now - Number(properties['history.expire.max-snapshot-age-ms'] ?? DEFAULT_AGE_MS);
  const keepLast = options.keepLast ?? Number(properties['history.expire.min-snapshots-to-keep'] ?? 1);
  const keepBranch = (tip: Snapshot | undefined, ref: Partial<SnapshotReference>) => {
    const count = Number(ref['min-snapshots-to-keep'] ?? keepLast);
    const age = ref['max-snapshot-age-ms'];
    const oldest = age === undefined ? olderThan : now - Number(age);
    let kept = 0;
    for (const snapshot of lineage(metadata, tip)) {
      // A branch is kept from its tip to the first that may go: one kept before a gap could not be read incrementally.
      if (kept >= Math.max(1, count) && snapshot['timestamp-ms'] <= oldest) break;
      retained.add(snapshot['snapshot-id']);
      kept++;
    }
  };
  keepBranch(currentSnapshot(metadata), refs.main ?? {});
  for (const [name, ref] of Object.entries(refs)) {
    if (name === 'main') continue;
    if (ref.type === 'tag') retained.add(ref['snapshot-id']);
    else keepBranch(snapshotById(metadata, ref['snapshot-id']), ref);
  }
  // What no reference leads to, a rollback left behind: it stays as long as its age allows, for a change of mind.
  const referenced = new Set(
    Object.values(refs).flatMap((ref) =>
      [...lineage(metadata, snapshotById(metadata, ref['snapshot-id']))].map(
        (snapshot) => snapshot['snapshot-id'],
      ),
    ),
  );
  for (const snapshot of lineage(metadata, currentSnapshot(metadata)))
    referenced.add(snapshot['snapshot-id']);
  for (const snapshot of metadata.snapshots) {
    if (!referenced.has(snapshot['snapshot-id']) && snapshot['timestamp-ms'] > olderThan)
      retained.add(snapshot['snapshot-id']);
  }
  return retained;
}

/** Statistics files that other engines keep for a snapshot; the files themselves are left to the clean-up of orphans. */
function withoutStatistics(metadata: TableMetadata, retained: ReadonlySet<Long>): Partial<TableMetadata> {
  const changes: Record<string, unknown> = {};
  for (const key of ['statistics', 'partition-statistics']) {
    const entries = (metadata as unknown as Record<string, { 'snapshot-id': Long }[] | undefined>)[key];
    if (entries) changes[key] = entries.filter((entry) => retained.has(entry['snapshot-id']));
  }
  return changes as Partial<TableMetadata>;
}

/** Files that the expired snapshots use and those that are left do not. */
async function unreachableFiles(
  table: IcebergTable,
  was: TableMetadata,
  expired: readonly Snapshot[],
  live: TableMetadata,
): Promise<{ dataFiles: string[]; manifests: string[]; manifestLists: string[] }> {
  const before = new TableFiles(table.store, was);
  const now = new TableFiles(table.store, live);
  const lists = async (read: (snapshot: Snapshot) => Promise<ManifestFile[]>, of: readonly Snapshot[]) => {
    const manifests = await inParallel(of, DELETED_AT_ONCE, read);
    return new Map(manifests.flat().map((manifest) => [manifest.manifest_path, manifest]));
  };
  const kept = await lists((snapshot) => now.manifests(snapshot), live.snapshots);
  const old = await lists((snapshot) => orDeleted(before.manifests(snapshot)), expired);
  const gone = [...old.values()].filter(({ manifest_path: path }) => !kept.has(path));

  const dataFiles = new Set<string>();
  const entries = await inParallel(gone, DELETED_AT_ONCE, (manifest) =>
    orDeleted(before.entries([manifest])),
  );
  for (const entry of entries.flat(2)) {
    if (entry.status !== EntryStatus.DELETED) dataFiles.add(entry.data_file.file_path);
  }
  if (dataFiles.size > 0) {
    for (const entry of (await now.entries([...kept.values()])).flat()) {
      if (entry.status !== EntryStatus.DELETED) dataFiles.delete(entry.data_file.file_path);
    }
  }
  const keptLists = new Set(live.snapshots.map((snapshot) => snapshot['manifest-list']));
  return {
    dataFiles: [...dataFiles],
    manifests: gone.map((manifest) => manifest.manifest_path),
    manifestLists: expired
      .map((snapshot) => snapshot['manifest-list'])
      .filter((path) => !keptLists.has(path)),
  };
}

/** Of what is expired, another expiry at the same time may have deleted some already. */
async function orDeleted<T>(reading: Promise<T[]>): Promise<T[]> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof CorruptFile && error.isMissing) return [];
    throw error;
  }
}

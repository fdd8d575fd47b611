import type { IcebergTable } from './iceberg-table';
import { VERSION_FILE } from './directory-catalog';
import { mayBeQueued } from './queued-files';
import { inParallel, TableFiles } from './table-files';
import type { TableVersion } from './table-catalog';

const HOUR_MS = 3_600_000;
/** Three days. */
export const DEFAULT_ORPHAN_AGE_MS = 3 * 24 * HOUR_MS;
const DELETED_AT_ONCE = 16;

export interface OrphanOptions {
  /**
   * Files written less than this many milliseconds ago stay: they may belong to a commit under way.
   * @default three days
   */
  readonly olderThanMs?: number;
  /**
   * Takes an age under an hour too. Only for a table that nobody writes to.
   * @default false
   */
  readonly nobodyWrites?: boolean;
  /**
   * Names the files and deletes none.
   * @default false
   */
  readonly dryRun?: boolean;
}

export interface OrphanResult {
  readonly orphans: readonly string[];
  readonly bytes: number;
  /** Files that could not be deleted. */
  readonly failed: readonly string[];
}

/**
 * Deletes files of the table that no snapshot it still has uses: what writers left that died or lost a race. Looks into
 * the table's data and metadata folders only; other things in its location are none of its business. What waits for a
 * committer stays, whatever the age.
 */
export async function removeOrphanFiles(
  table: IcebergTable,
  options: OrphanOptions = {},
): Promise<OrphanResult> {
  const age = options.olderThanMs ?? DEFAULT_ORPHAN_AGE_MS;
  if (!(age >= HOUR_MS) && !options.nobodyWrites) {
    throw new Error(
      `Orphans younger than an hour may be files of a commit under way. Received an age of ${age} ms. ` +
        `Give at least ${HOUR_MS}, or say that nobody writes to the table.`,
    );
  }
  const now = Date.now();
  const candidates = new Map<string, number>();
  for (const folder of folders(table)) {
    for await (const { uri, size, modifiedAt } of table.store.list(folder)) {
      if (modifiedAt > now - age || VERSION_FILE.test(uri) || mayBeQueued(uri, modifiedAt, now)) continue;
      candidates.set(uri, size);
    }
  }
  // After the files are listed: what was committed in between is known to be used.
  await table.refresh();
  const used = await usedFiles(table);
  const orphans = [...candidates.keys()].filter((uri) => !used.has(normalized(uri))).sort();
  const failed: string[] = [];
  if (!options.dryRun) {
    await inParallel(orphans, DELETED_AT_ONCE, async (uri) => {
      await table.store.delete(uri).catch(() => failed.push(uri));
    });
  }
  return { orphans, bytes: orphans.reduce((sum, uri) => sum + candidates.get(uri)!, 0), failed };
}

function folders({ location, metadata: { properties } }: IcebergTable): Set<string> {
  const named = [properties['write.data.path'], properties['write.metadata.path']].filter(
    (path): path is string => path !== undefined && path.startsWith(`${location}/`),
  );
  return new Set([
    `${location}/data/`,
    `${location}/metadata/`,
    ...named.map((path) => `${path.replace(/\/+$/, '')}/`),
  ]);
}

async function usedFiles(table: IcebergTable): Promise<Set<string>> {
  const version: TableVersion = table.state.version;
  const { metadata } = version;
  const files = new TableFiles(table.store, metadata);
  const used = new Set<string>();
  const add = (uri: string) => used.add(normalized(uri));
  add(version.metadataLocation);
  add(`${metadata.location}/metadata/version-hint.text`);
  for (const entry of metadata['metadata-log']) add(entry['metadata-file']);
  for (const entry of statisticsFiles(metadata)) add(entry);
  const lists = await inParallel(metadata.snapshots, DELETED_AT_ONCE, (snapshot) =>
    files.manifests(snapshot),
  );
  const manifests = new Map(lists.flat().map((manifest) => [manifest.manifest_path, manifest]));
  for (const snapshot of metadata.snapshots) add(snapshot['manifest-list']);
  for (const path of manifests.keys()) add(path);
  for (const entry of (await files.entries([...manifests.values()])).flat()) add(entry.data_file.file_path);
  return used;
}

/** Files of statistics that other engines keep for snapshots. */
export function statisticsFiles(metadata: object): string[] {
  const { statistics = [], 'partition-statistics': partitions = [] } = metadata as Record<
    string,
    { 'statistics-path': string }[] | undefined
  >;
  return [...statistics, ...partitions].map((entry) => entry['statistics-path']);
}

/** Engines spell the same place differently: s3a for s3, one slash after file. */
function normalized(uri: string): string {
  return uri.replace(/^s3[an]:\/\//, 's3://').replace(/^file:\/*/, 'file:///');
}

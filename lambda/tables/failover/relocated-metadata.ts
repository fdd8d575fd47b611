import { randomUUID } from 'node:crypto';
import { toLong } from '../json';
import { EntryStatus, manifestContext, writeManifest } from '../manifest';
import { writeManifestList, type ManifestFile } from '../manifest-list';
import { positionsAfterExpiry } from '../positions';
import type { Snapshot } from '../snapshot';
import { inParallel, TableFiles } from '../table-files';
import type { TableMetadata } from '../table-metadata';
import type { Replica, RestorePoint } from './replica';

/** Table property: JSON of what a table was brought up from. It tells a table in a replica from a mere copy. */
export const RELOCATED_PROPERTY = 'lakehouse.relocated';

const WRITTEN_AT_ONCE = 16;
/** Keys of metadata that name statistics files, which a table can do without. */
const STATISTICS = ['statistics', 'partition-statistics'];
/** Properties that name folders of the table. */
const FOLDERS = ['write.data.path', 'write.metadata.path'];

/** How a table was brought up, as its property says it. */
export interface Relocation {
  /** Location of the source. */
  readonly from: string;
  /** ISO 8601. */
  readonly at: string;
}

export interface RelocatedTable {
  readonly metadata: TableMetadata;
  /** Manifests and manifest lists written anew. */
  readonly filesWritten: number;
}

/**
 * Metadata of a table at the replica's location: every path in it, and in its manifest lists and manifests, is that of
 * the copy. Those files are written under new names; data files stay as they are. History goes back as far as it has
 * arrived without a gap.
 *
 * @param sequenceNumber the highest that is known to have been given: no later commit may repeat it
 * @throws Error for delete files of another engine, which name data files by path themselves
 */
export async function relocatedMetadata(
  replica: Replica,
  { metadata, snapshot }: RestorePoint,
  sequenceNumber: bigint,
  now: number,
): Promise<RelocatedTable> {
  const snapshots = await arrivedSnapshots(replica, metadata, snapshot);
  const rewriter = new ManifestRewriter(replica, metadata);
  const relocated = await inParallel(snapshots, WRITTEN_AT_ONCE, (one) => rewriter.snapshot(one));
  const ids = new Set(snapshots.map((one) => one['snapshot-id']));
  const properties = {
    ...metadata.properties,
    ...(ids.size < metadata.snapshots.length && positionsAfterExpiry(metadata, ids)),
    ...foldersOfCopy(replica, metadata),
    [RELOCATED_PROPERTY]: JSON.stringify({
      from: metadata.location,
      at: new Date(now).toISOString(),
    } satisfies Relocation),
  };
  return {
    metadata: {
      ...metadata,
      ...statisticsOfCopy(replica, metadata, ids),
      location: replica.location,
      'last-updated-ms': Math.max(now, metadata['last-updated-ms']),
      'last-sequence-number': toLong(sequenceNumber),
      properties,
      refs: Object.fromEntries(
        Object.entries(metadata.refs).filter(([, ref]) => ids.has(ref['snapshot-id'])),
      ),
      snapshots: relocated,
      'snapshot-log': metadata['snapshot-log'].filter((entry) => ids.has(entry['snapshot-id'])),
      'metadata-log': [],
    },
    filesWritten: rewriter.written,
  };
}

/** Snapshots whose files are all there, in the order of the metadata; the one restored among them. */
async function arrivedSnapshots(
  replica: Replica,
  metadata: TableMetadata,
  restored: Snapshot | undefined,
): Promise<Snapshot[]> {
  const arrived = await inParallel(
    metadata.snapshots,
    WRITTEN_AT_ONCE,
    async (snapshot) => snapshot === restored || (await replica.isComplete(metadata, snapshot)),
  );
  return metadata.snapshots.filter((_, i) => arrived[i]);
}

/** Writes manifests once, however many snapshots share them. */
class ManifestRewriter {
  written = 0;
  private readonly manifests = new Map<string, Promise<ManifestFile>>();
  private readonly files: TableFiles;

  constructor(
    private readonly replica: Replica,
    private readonly metadata: TableMetadata,
  ) {
    this.files = new TableFiles(replica.store, metadata);
  }

  async snapshot(snapshot: Snapshot): Promise<Snapshot> {
    const manifests = await this.replica.manifests(this.metadata, snapshot);
    if (!manifests)
      throw new Error(`${snapshot['manifest-list']} was deleted while the table was relocated.`);
    const relocated = await inParallel(manifests, WRITTEN_AT_ONCE, (manifest) => this.manifest(manifest));
    const list = writeManifestList(relocated, {
      id: snapshot['snapshot-id'],
      parentId: snapshot['parent-snapshot-id'],
      sequenceNumber: snapshot['sequence-number'] ?? 0,
    });
    return { ...snapshot, 'manifest-list': await this.write(`snap-${snapshot['snapshot-id']}`, list) };
  }

  private manifest(manifest: ManifestFile): Promise<ManifestFile> {
    const path = manifest.manifest_path;
    let relocated = this.manifests.get(path);
    if (!relocated) this.manifests.set(path, (relocated = this.rewritten(manifest)));
    return relocated;
  }

  private async rewritten(manifest: ManifestFile): Promise<ManifestFile> {
    const { replica, metadata } = this;
    if (manifest.content !== 0) {
      throw new Error(
        `${manifest.manifest_path} names delete files, which name data files by the paths of the source. Have the engine ` +
          'that wrote them compact the table at the source, and let the result replicate.',
      );
    }
    const copy = { ...manifest, manifest_path: replica.copyOf(manifest.manifest_path, metadata) };
    const [entries] = await this.files.entries([copy]);
    const context = manifestContext(metadata, manifest.partition_spec_id);
    const bytes = writeManifest(
      context,
      entries.map((entry) => ({
        ...entry,
        data_file: { ...entry.data_file, file_path: this.dataFile(entry.status, entry.data_file.file_path) },
      })),
    );
    return {
      ...manifest,
      manifest_path: await this.write('m0', bytes),
      manifest_length: bytes.byteLength,
    };
  }

  /** A file that was removed need not have a copy, wherever it was. */
  private dataFile(status: EntryStatus, path: string): string {
    try {
      return this.replica.copyOf(path, this.metadata);
    } catch (error) {
      if (status === EntryStatus.DELETED) return path;
      throw error;
    }
  }

  private async write(name: string, bytes: Uint8Array): Promise<string> {
    const uri = `${this.replica.location}/metadata/${name}-${randomUUID()}.avro`;
    await this.replica.store.put(uri, bytes, { ifAbsent: true });
    this.written++;
    return uri;
  }
}

function foldersOfCopy(replica: Replica, metadata: TableMetadata): Record<string, string> {
  return Object.fromEntries(
    FOLDERS.flatMap((name) => {
      const path = metadata.properties[name];
      return path === undefined ? [] : [[name, replica.copyOf(path, metadata)]];
    }),
  );
}

function statisticsOfCopy(
  replica: Replica,
  metadata: TableMetadata,
  snapshots: ReadonlySet<unknown>,
): Record<string, unknown> {
  const lists = metadata as unknown as Record<string, Record<string, unknown>[] | undefined>;
  return Object.fromEntries(
    STATISTICS.flatMap((key) => {
      const list = lists[key];
      if (list === undefined) return [];
      const copies = list
        .filter((entry) => snapshots.has(entry['snapshot-id']))
        .map((entry) => ({
          ...entry,
          'statistics-path': replica.copyOf(String(entry['statistics-path']), metadata),
        }))
        .filter((entry) => replica.has(entry['statistics-path']));
      return [[key, copies]];
    }),
  );
}

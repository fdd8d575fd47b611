import { ObjectNotFound, type ObjectStore } from '../../stores/object-store';
import { CorruptFile } from '../corrupt-file';
import { lineage } from '../history';
import type { Long } from '../json';
import { EntryStatus } from '../manifest';
import type { ManifestFile } from '../manifest-list';
import { positionsOfSnapshot } from '../positions';
import type { Snapshot } from '../snapshot';
import { TableFiles } from '../table-files';
import { parseTableMetadata } from '../metadata-file';
import { currentSnapshot, type TableMetadata } from '../table-metadata';

/** `v12.metadata.json` of a directory, `00012-<uuid>.metadata.json` of other catalogs. */
const METADATA_FILE = /\/metadata\/v?(\d+)(?:-[^/]*)?\.metadata\.json$/;

/** A state a table can be brought back to: everything it names has arrived. Its paths are still those of the source. */
export interface RestorePoint {
  readonly metadata: TableMetadata;
  /** Undefined for a table nothing had been committed to. */
  readonly snapshot: Snapshot | undefined;
}

/**
 * What has arrived of a table in a replica: copies of its objects, made one by one and in no order. Metadata may be
 * there without the files it names, and files without the metadata that names them.
 */
export class Replica {
  private readonly complete = new Map<string, Promise<boolean>>();
  private parsed = new Map<string, Promise<TableMetadata | undefined>>();

  private constructor(
    readonly store: ObjectStore,
    /** Where the copies are, for example `s3://replica/orders`. */
    readonly location: string,
    private readonly objects: ReadonlySet<string>,
    /** Newest first. */
    private readonly metadataFiles: readonly string[],
  ) {}

  static async open(store: ObjectStore, location: string): Promise<Replica> {
    const objects = new Set<string>();
    const versions: { readonly uri: string; readonly number: bigint; readonly modifiedAt: number }[] = [];
    for await (const { uri, size, modifiedAt } of store.list(`${location}/`)) {
      objects.add(uri);
      const number = METADATA_FILE.exec(uri)?.[1];
      // An empty one is a version of a directory that was given up.
      if (number !== undefined && size > 0) versions.push({ uri, number: BigInt(number), modifiedAt });
    }
    versions.sort((a, b) => Number(b.number - a.number) || b.modifiedAt - a.modifiedAt);
    return new Replica(
      store,
      location,
      objects,
      versions.map(({ uri }) => uri),
    );
  }

  has(uri: string): boolean {
    return this.objects.has(uri);
  }

  /** All metadata in it, complete or not, from the newest to the oldest: copies, and what was written here. */
  async *versions(): AsyncGenerator<TableMetadata> {
    for (const file of this.metadataFiles) {
      const metadata = await this.metadata(file);
      if (metadata) yield metadata;
    }
  }

  /** Metadata that has arrived from elsewhere, from the newest to the oldest. */
  async *copies(): AsyncGenerator<TableMetadata> {
    for await (const metadata of this.versions()) if (!this.isOwn(metadata)) yield metadata;
  }

  /** Whether metadata was written for this place, not copied to it. */
  isOwn({ location }: TableMetadata): boolean {
    return plain(location) === plain(this.location);
  }

  /** Where a file the source names has its copy. @throws Error for a file outside the table's location */
  copyOf(path: string, { location }: TableMetadata): string {
    const [source, file] = [plain(location), plain(path)];
    if (file.startsWith(`${source}/`)) return this.location + file.slice(source.length);
    throw new Error(
      `${path} is not in the table's location ${location}: the replica of that location has no copy of it. ` +
        'Copy it with the table, or compact the table where it is.',
    );
  }

  /**
   * From the newest to the oldest. A version may have got lost of which a later one still knows the snapshot: that is
   * taken back to it.
   */
  async *restorePoints(): AsyncGenerator<RestorePoint> {
    const tried = new Set<Long>();
    let newer: TableMetadata | undefined;
    for await (const metadata of this.copies()) {
      if (newer) yield* this.between(newer, currentSnapshot(metadata), tried);
      newer = metadata;
      const snapshot = currentSnapshot(metadata);
      if (snapshot && tried.has(snapshot['snapshot-id'])) continue;
      if (snapshot) tried.add(snapshot['snapshot-id']);
      if (!snapshot || (await this.isComplete(metadata, snapshot))) yield { metadata, snapshot };
    }
    if (newer) yield* this.between(newer, undefined, tried);
  }

  /** What the metadata grew from, up to a snapshot. */
  private async *between(
    metadata: TableMetadata,
    end: Snapshot | undefined,
    tried: Set<Long>,
  ): AsyncGenerator<RestorePoint> {
    for (const snapshot of lineage(metadata, currentSnapshot(metadata))) {
      const id = snapshot['snapshot-id'];
      if (id === end?.['snapshot-id']) return;
      if (tried.has(id)) continue;
      tried.add(id);
      if (await this.isComplete(metadata, snapshot))
        yield { metadata: takenBack(metadata, snapshot), snapshot };
    }
  }

  /** Whether the list of a snapshot, its manifests and every file they name have arrived. */
  async isComplete(metadata: TableMetadata, snapshot: Snapshot): Promise<boolean> {
    const manifests = await this.manifests(metadata, snapshot);
    if (!manifests) return false;
    const complete = await Promise.all(
      manifests.map((manifest) => this.isManifestComplete(metadata, manifest)),
    );
    return complete.every(Boolean);
  }

  /** Manifests as the source names them; undefined when the list has not arrived. */
  async manifests(metadata: TableMetadata, snapshot: Snapshot): Promise<ManifestFile[] | undefined> {
    const list = this.copyOf(snapshot['manifest-list'], metadata);
    if (!this.has(list)) return undefined;
    return this.arrived(() => this.files(metadata).manifests({ ...snapshot, 'manifest-list': list }));
  }

  private isManifestComplete(metadata: TableMetadata, manifest: ManifestFile): Promise<boolean> {
    const path = manifest.manifest_path;
    let complete = this.complete.get(path);
    if (!complete) this.complete.set(path, (complete = this.readsWhole(metadata, manifest)));
    return complete;
  }

  private async readsWhole(metadata: TableMetadata, manifest: ManifestFile): Promise<boolean> {
    const path = this.copyOf(manifest.manifest_path, metadata);
    if (!this.has(path)) return false;
    const entries = await this.arrived(() =>
      this.files(metadata).entries([{ ...manifest, manifest_path: path }]),
    );
    return (
      entries?.[0].every(
        ({ status, data_file }) =>
          status === EntryStatus.DELETED || this.has(this.copyOf(data_file.file_path, metadata)),
      ) ?? false
    );
  }

  private files(metadata: TableMetadata): TableFiles {
    return new TableFiles(this.store, metadata);
  }

  private metadata(file: string): Promise<TableMetadata | undefined> {
    let metadata = this.parsed.get(file);
    if (!metadata) {
      metadata = this.arrived(async () => parseTableMetadata(await this.store.get(file), file));
      this.parsed.set(file, metadata);
    }
    return metadata;
  }

  /** Undefined for what is broken or gone since it was listed: then it has not arrived. */
  private async arrived<T>(read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      if (error instanceof CorruptFile || error instanceof ObjectNotFound) return undefined;
      throw error;
    }
  }
}

/** The state as of an older snapshot, its lanes with it. */
function takenBack(metadata: TableMetadata, snapshot: Snapshot): TableMetadata {
  const id = snapshot['snapshot-id'];
  return {
    ...metadata,
    'current-snapshot-id': id,
    refs: { ...metadata.refs, main: { ...(metadata.refs.main ?? { type: 'branch' }), 'snapshot-id': id } },
    properties: { ...metadata.properties, ...positionsOfSnapshot(metadata, snapshot) },
  };
}

/** Engines spell the same place differently: s3a for s3, one slash after file. */
function plain(uri: string): string {
  return uri
    .replace(/^s3[an]:\/\//, 's3://')
    .replace(/^file:\/*/, 'file:///')
    .replace(/\/+$/, '');
}

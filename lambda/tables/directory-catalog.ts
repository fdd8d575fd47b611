import { ObjectExists, ObjectNotFound, type ObjectStore } from '../stores/object-store';
import { parseTableMetadata, serializeTableMetadata } from './metadata-file';
import { CommitConflict, CommitStateUnknown, type TableCatalog, type TableVersion } from './table-catalog';
import type { TableMetadata } from './table-metadata';

/** Names of versions: never to be given free, not even when the version is long gone. */
export const VERSION_FILE = /\/v(\d+)\.metadata\.json$/;

/** Metadata that names another place than it is in. */
export class CopiedTable extends Error {
  constructor(metadataLocation: string, original: string, copy: string) {
    super(
      `${metadataLocation} is the metadata of a table at ${original}, not of ${copy}. Nothing was changed. ` +
        'Open the table where it says it is, or bring the copy up as a table of its own: lakehouse failover, docs/failover.md.',
    );
    this.name = 'CopiedTable';
  }
}

/**
 * A table whose location is its catalog, as Hadoop tables have it: `metadata/vN.metadata.json`, and
 * `metadata/version-hint.text` naming an N. A version is taken by creating its file where none may exist (a hard link
 * in a directory, a conditional put in an object store), so the name of a version is never given free again: metadata
 * that is no longer wanted is emptied, not deleted. A writer that slept through a hundred commits then still conflicts.
 */
export class DirectoryCatalog implements TableCatalog {
  constructor(
    private readonly store: ObjectStore,
    private readonly location: string,
  ) {}

  async load(known?: TableVersion): Promise<TableVersion | undefined> {
    for (;;) {
      const start = known ? versionOf(known) : await this.startingVersion();
      if (start === undefined) return undefined;
      let version = start;
      while (await this.store.exists(this.metadataLocation(version + 1))) version++;
      if (known && version === start) return known;
      const metadataLocation = this.metadataLocation(version);
      const bytes = await this.store.get(metadataLocation);
      // Emptied between finding and reading it: by then there is a newer one.
      if (bytes.length === 0) continue;
      const metadata = parseTableMetadata(bytes, metadataLocation, known?.metadata);
      this.requireOwn(metadata.location, metadataLocation);
      return { metadata, metadataLocation };
    }
  }

  async defaultLocation(): Promise<string> {
    return this.location;
  }

  async create(metadata: TableMetadata): Promise<TableVersion> {
    return this.publish(1, metadata);
  }

  async commit(base: TableVersion, next: TableMetadata): Promise<TableVersion> {
    return this.publish(versionOf(base) + 1, next);
  }

  async discard(metadataLocation: string): Promise<void> {
    await this.store.put(metadataLocation, new Uint8Array());
  }

  /** A directory that was copied still names the files of the original: commits to it would end up over there. */
  private requireOwn(location: string, metadataLocation: string): void {
    if (plain(location) === plain(this.location)) return;
    throw new CopiedTable(metadataLocation, location, this.location);
  }

  private async publish(version: number, metadata: TableMetadata): Promise<TableVersion> {
    const metadataLocation = this.metadataLocation(version);
    const contentType = 'application/json';
    try {
      await this.store.put(metadataLocation, serializeTableMetadata(metadata), {
        ifAbsent: true,
        contentType,
      });
    } catch (error) {
      if (error instanceof ObjectExists) throw new CommitConflict(this.location, { cause: error });
      throw new CommitStateUnknown(this.location, error);
    }
    // The commit is done; a hint that lags costs the next reader a look at the versions after it, and nothing else.
    await this.store.put(this.hintLocation, Buffer.from(String(version))).catch(() => undefined);
    return { metadata, metadataLocation };
  }

  /** A version that exists, near the newest. */
  private async startingVersion(): Promise<number | undefined> {
    try {
      const hint = Number(Buffer.from(await this.store.get(this.hintLocation)).toString('utf8'));
      if (Number.isInteger(hint) && (await this.store.exists(this.metadataLocation(hint)))) return hint;
    } catch (error) {
      if (!(error instanceof ObjectNotFound)) throw error;
    }
    let newest: number | undefined;
    for await (const { uri } of this.store.list(`${this.location}/metadata/v`)) {
      const version = VERSION_FILE.exec(uri)?.[1];
      if (version !== undefined) newest = Math.max(newest ?? 0, Number(version));
    }
    return newest;
  }

  private metadataLocation(version: number): string {
    return `${this.location}/metadata/v${version}.metadata.json`;
  }

  private get hintLocation(): string {
    return `${this.location}/metadata/version-hint.text`;
  }
}

function versionOf({ metadataLocation }: TableVersion): number {
  return Number(VERSION_FILE.exec(metadataLocation)![1]);
}

/** As Hadoop writes locations as well: `s3a://`. */
function plain(location: string): string {
  return location.replace(/^s3[an]:/, 's3:').replace(/\/+$/, '');
}

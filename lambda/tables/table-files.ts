import { ObjectNotFound, type ObjectStore } from '../stores/object-store';
import { CorruptFile } from './corrupt-file';
import type { DataFile } from './data-file';
import type { Long } from './json';
import {
  EntryStatus,
  fromDataFileStruct,
  manifestContext,
  readManifestEntries,
  type ManifestEntry,
} from './manifest';
import { namesLiveFiles, readManifestList, type ManifestFile } from './manifest-list';
import type { Snapshot } from './snapshot';
import type { TableMetadata } from './table-metadata';

/** Manifests read at a time: enough to hide the latency of an object store. */
const READ_AT_ONCE = 16;

/** A file of a snapshot, with when it came. */
export interface TableFile extends DataFile {
  /** Snapshot that added it. */
  readonly addedBy: Long;
  /** Sequence number of its rows: deletes of a higher one apply to them. */
  readonly sequenceNumber: Long;
}

/** Rows were deleted by delete files of another engine, which this code does not apply. */
export class DeleteFilesPresent extends Error {
  constructor(location: string, files: readonly DataFile[]) {
    const [{ content, filePath }] = files;
    super(
      `${location} has ${files.length} delete files of another engine (${content === 1 ? 'position' : 'equality'} deletes in ${filePath}). ` +
        `Reading its data files alone would bring deleted rows back. Compact the table with the engine that wrote them, ` +
        `for example CALL system.rewrite_data_files(..., options => map('delete-file-threshold', '1')), and run this again.`,
    );
    this.name = 'DeleteFilesPresent';
  }
}

/** Reads what lists and manifests say; their failures name the file. */
export class TableFiles {
  constructor(
    private readonly store: ObjectStore,
    private readonly metadata: TableMetadata,
  ) {}

  async manifests(snapshot: Snapshot): Promise<ManifestFile[]> {
    const path = snapshot['manifest-list'];
    return readManifestList(await this.content(path), path);
  }

  /** Entries of each manifest, removed files among them, in the order of the manifests. */
  async entries(manifests: readonly ManifestFile[]): Promise<ManifestEntry[][]> {
    return inParallel(manifests, READ_AT_ONCE, async (manifest) =>
      readManifestEntries(await this.content(manifest.manifest_path), manifest),
    );
  }

  /** Live files of a snapshot: data files and the delete files of other engines, told apart by `content`. */
  async live(snapshot: Snapshot): Promise<TableFile[]> {
    const manifests = (await this.manifests(snapshot)).filter(namesLiveFiles);
    const entries = await this.entries(manifests);
    return manifests.flatMap((manifest, i) =>
      entries[i]
        .filter(({ status }) => status !== EntryStatus.DELETED)
        .map((entry) => this.file(entry, manifest.partition_spec_id)),
    );
  }

  /** @throws DeleteFilesPresent when the data files do not tell which rows the snapshot holds */
  async data(snapshot: Snapshot): Promise<TableFile[]> {
    const files = await this.live(snapshot);
    const deletes = files.filter(({ content }) => content !== 0);
    if (deletes.length > 0) throw new DeleteFilesPresent(this.metadata.location, deletes);
    return files;
  }

  file(entry: ManifestEntry, specId: number): TableFile {
    const { partition } = manifestContext(this.metadata, specId);
    return {
      ...fromDataFileStruct(entry.data_file, specId, partition),
      addedBy: entry.snapshot_id!,
      sequenceNumber: entry.sequence_number!,
    };
  }

  private async content(uri: string): Promise<Uint8Array> {
    try {
      return await this.store.get(uri);
    } catch (error) {
      throw error instanceof ObjectNotFound ? new CorruptFile(uri, new Error('it is missing.'), true) : error;
    }
  }
}

/** Applies an operation to all items, a number of them at a time, keeping their order. */
export async function inParallel<T, R>(
  items: readonly T[],
  width: number,
  operation: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const i = next++;
      results[i] = await operation(items[i]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}

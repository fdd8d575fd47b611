import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ObjectNotFound, type ObjectStore } from '../../stores/object-store';
import { CorruptFile } from '../../tables/corrupt-file';
import type { DataFile } from '../../tables/data-file';
import { inParallel } from '../../tables/table-files';
import type { DuckDb } from './duckdb';

/** Files whose bytes are held while they are downloaded. */
const AT_ONCE = 2;
const FILE_SCHEME = 'file://';

/** What has to be on this machine at a time is more than its scratch directory may hold. */
export class ScratchExceeded extends Error {
  constructor(files: number, bytes: number, allowed: number) {
    super(
      `${files} files of ${mebibytes(bytes)} are needed at a time, and the scratch directory may hold ${mebibytes(allowed)}. ` +
        'Give the container more ephemeral storage and the engine more scratchMiB, or partition the table finer.',
    );
    this.name = 'ScratchExceeded';
  }
}

export interface LocalFile {
  readonly uri: string;
  /** On this machine. */
  readonly path: string;
}

/** Data files on this machine: as they are where the store is this machine, otherwise downloaded. */
export class LocalFiles {
  private constructor(
    /** In the order of the files. */
    readonly files: readonly LocalFile[],
    private readonly directory: string | undefined,
  ) {}

  /**
   * @throws ScratchExceeded before anything is downloaded
   * @throws CorruptFile naming the file that is missing
   */
  static async of(duckdb: DuckDb, store: ObjectStore, files: readonly DataFile[]): Promise<LocalFiles> {
    const remote = files.filter(({ filePath }) => !filePath.startsWith(FILE_SCHEME));
    if (remote.length === 0) {
      await inParallel(files, 16, async ({ filePath }) => {
        if (!(await store.exists(filePath))) throw missing(filePath);
      });
      return new LocalFiles(
        files.map(({ filePath }) => ({ uri: filePath, path: filePath.slice(FILE_SCHEME.length) })),
        undefined,
      );
    }
    const bytes = remote.reduce((sum, file) => sum + file.fileSizeInBytes, 0);
    if (bytes > duckdb.scratchBytes) throw new ScratchExceeded(remote.length, bytes, duckdb.scratchBytes);
    const directory = duckdb.newDirectory();
    try {
      const download = async (uri: string, i: number): Promise<LocalFile> => {
        if (uri.startsWith(FILE_SCHEME)) return { uri, path: uri.slice(FILE_SCHEME.length) };
        const path = join(directory, `${i}.parquet`);
        await writeFile(path, await bytesOf(store, uri));
        return { uri, path };
      };
      const numbered = files.map(({ filePath }, i) => ({ filePath, i }));
      const local = await inParallel(numbered, AT_ONCE, ({ filePath, i }) => download(filePath, i));
      return new LocalFiles(local, directory);
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  }

  /** Removes what was downloaded. */
  async remove(): Promise<void> {
    if (this.directory) await rm(this.directory, { recursive: true, force: true });
  }
}

async function bytesOf(store: ObjectStore, uri: string): Promise<Uint8Array> {
  try {
    return await store.get(uri);
  } catch (error) {
    throw error instanceof ObjectNotFound ? missing(uri) : error;
  }
}

const missing = (uri: string) => new CorruptFile(uri, new Error('it is missing.'), true);

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / (1024 * 1024)).toLocaleString('en')} MiB`;
}

import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type Content,
  ObjectExists,
  ObjectNotFound,
  type ObjectStore,
  type PutOptions,
  type StoredObject,
} from './object-store';

const SCHEME = 'file://';

/** Marks files that are being written; a process that dies leaves at most one of them, which `list` passes over. */
const UNFINISHED = '.unfinished';

/**
 * Objects as files. A URI is `file://` and the absolute path as it is, without percent encoding: that is how Iceberg
 * readers take it. Writes survive the death of the process at any instruction; they are not synced for a power cut.
 */
export class FileStore implements ObjectStore {
  async get(uri: string): Promise<Uint8Array> {
    try {
      return await readFile(pathOf(uri));
    } catch (error) {
      throw isAbsent(error) ? new ObjectNotFound(uri) : error;
    }
  }

  async put(uri: string, content: Content, options: PutOptions = {}): Promise<void> {
    const path = pathOf(uri);
    const unfinished = `${path}.${randomUUID()}${UNFINISHED}`;
    await writeCreatingDirectory(unfinished, content);
    if (!options.ifAbsent) return rename(unfinished, path);
    try {
      // A link, unlike a rename, fails when the name is taken; unlike an exclusive open, it never shows half a file.
      await link(unfinished, path);
    } catch (error) {
      throw codeOf(error) === 'EEXIST' ? new ObjectExists(uri) : error;
    } finally {
      await rm(unfinished, { force: true });
    }
  }

  async exists(uri: string): Promise<boolean> {
    try {
      return (await stat(pathOf(uri))).isFile();
    } catch (error) {
      if (isAbsent(error)) return false;
      throw error;
    }
  }

  async delete(uri: string): Promise<void> {
    await rm(pathOf(uri), { force: true });
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    const path = pathOf(prefix);
    yield* filesBelow(path.endsWith('/') ? path : dirname(path), path);
  }
}

async function* filesBelow(directory: string, prefix: string): AsyncIterable<StoredObject> {
  for (const entry of await entriesOf(directory)) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      if (`${path}/`.startsWith(prefix) || prefix.startsWith(`${path}/`)) yield* filesBelow(path, prefix);
    } else if (path.startsWith(prefix) && !path.endsWith(UNFINISHED)) {
      const found = await stat(path).catch(() => undefined);
      if (found) yield { uri: SCHEME + path, size: found.size, modifiedAt: found.mtimeMs };
    }
  }
}

async function entriesOf(directory: string) {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

async function writeCreatingDirectory(path: string, content: Content): Promise<void> {
  try {
    await writeNew(path, content);
  } catch (error) {
    if (!isAbsent(error)) throw error;
    await mkdir(dirname(path), { recursive: true });
    await writeNew(path, content);
  }
}

async function writeNew(path: string, content: Content): Promise<void> {
  if (content instanceof Uint8Array) return writeFile(path, content, { flag: 'wx' });
  const file = await open(path, 'wx');
  try {
    const length = content.reduce((sum, part) => sum + part.length, 0);
    const { bytesWritten } = await file.writev(content);
    if (bytesWritten !== length) throw new Error(`${path}: ${bytesWritten} of ${length} bytes were written.`);
  } finally {
    await file.close();
  }
}

function pathOf(uri: string): string {
  if (!uri.startsWith(`${SCHEME}/`)) {
    throw new Error(
      `A file URI is file:// and an absolute path, for example file:///data/lake. Received ${uri}`,
    );
  }
  return uri.slice(SCHEME.length);
}

function isAbsent(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FileGone, fileUri, type FileVersion, type SourceFiles } from './source-files';

/** Directories in the place of buckets, on a laptop. The etag is the MD5 of the content, as that of S3 mostly is. */
export class DirectoryFiles implements SourceFiles {
  private readonly checked = new Set<string>();

  async *read(file: FileVersion, from = 0, to = file.size): AsyncIterable<Uint8Array> {
    await this.requireSame(file);
    if (to <= from) return;
    for await (const chunk of createReadStream(pathOf(file), {
      start: from,
      end: to - 1,
      highWaterMark: 1 << 20,
    }))
      yield chunk as Buffer;
  }

  async copy(file: FileVersion, bucket: string, key: string): Promise<void> {
    await this.requireSame(file);
    const target = pathOf({ bucket, key });
    await mkdir(dirname(target), { recursive: true });
    await copyFile(pathOf(file), target);
  }

  async delete(file: FileVersion): Promise<void> {
    this.checked.delete(nameOf(file));
    try {
      await this.requireSame(file);
    } catch (error) {
      if (error instanceof FileGone) return;
      throw error;
    }
    await rm(pathOf(file), { force: true });
  }

  private async requireSame(file: FileVersion): Promise<void> {
    const version = nameOf(file);
    if (this.checked.has(version)) return;
    const content = await readFile(pathOf(file)).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT' ? new FileGone(file) : error;
    });
    if (file.etag !== undefined && createHash('md5').update(content).digest('hex') !== file.etag)
      throw new FileGone(file);
    this.checked.add(version);
  }
}

function nameOf(file: FileVersion): string {
  return `${fileUri(file)} ${file.etag}`;
}

function pathOf(file: Pick<FileVersion, 'bucket' | 'key'>): string {
  return fileUri(file).slice('file://'.length);
}

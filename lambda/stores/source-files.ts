/** One version of a file somebody put into a bucket. */
export interface FileVersion {
  /** Name of the bucket; or `file:///<directory>`, which stands for one on a laptop. */
  readonly bucket: string;
  readonly key: string;
  /** Where the bucket keeps versions. */
  readonly versionId?: string;
  /** Hash of the content, as the store gives it. */
  readonly etag?: string;
  /** Bytes. */
  readonly size: number;
}

/** Files in the bucket they arrived in. */
export interface SourceFiles {
  /**
   * Bytes from an offset on, and before another.
   * @throws FileGone when there is no such file, or another content under its name
   */
  read(file: FileVersion, from?: number, to?: number): AsyncIterable<Uint8Array>;
  /** Copies it to another bucket or key, over what is there. @throws FileGone */
  copy(file: FileVersion, bucket: string, key: string): Promise<void>;
  /** Deletes it, and nothing that took its place: an event of its own tells of that. What is not there is no error. */
  delete(file: FileVersion): Promise<void>;
}

/** Deleted, or replaced where no versions are kept: an event of its own tells of what replaced it. */
export class FileGone extends Error {
  constructor(file: FileVersion) {
    super(`${fileUri(file)} is not there any more as it was`);
    this.name = 'FileGone';
  }
}

/** `s3://<bucket>/<key>`; `file://` and the path on a laptop. */
export function fileUri({ bucket, key }: Pick<FileVersion, 'bucket' | 'key'>): string {
  return bucket.startsWith('file://') ? `${bucket}/${key}` : `s3://${bucket}/${key}`;
}

/** The store a bucket is in. */
export async function sourceFilesOf(bucket: string): Promise<SourceFiles> {
  if (bucket.startsWith('file://')) return new (await import('./directory-files')).DirectoryFiles();
  return (await import('./s3-files')).openS3Files();
}

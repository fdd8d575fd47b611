import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  type S3Client,
  UploadPartCopyCommand,
  type UploadPartCopyCommandInput,
} from '@aws-sdk/client-s3';
import { s3Client } from './s3-store';
import { FileGone, type FileVersion, type SourceFiles } from './source-files';

/** Not there (404), or there as something else (412). */
const GONE = [404, 412];
/** How files are copied; in bytes. */
export interface CopyLimits {
  /** More is copied in parts. */
  readonly largestCopy: number;
  readonly part: number;
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html: 5 GB in one call.
const LIMITS: CopyLimits = { largestCopy: 5 * 1024 ** 3, part: 1024 ** 3 };

/** Files in Amazon S3: the version the event names, or what has its etag. Retries are the SDK's own. */
export class S3Files implements SourceFiles {
  constructor(
    private readonly client: S3Client,
    private readonly limits = LIMITS,
  ) {}

  async *read(file: FileVersion, from = 0, to = file.size): AsyncIterable<Uint8Array> {
    if (to <= from) return;
    const Range = `bytes=${from}-${to - 1}`;
    const { Body } = await this.orGone(file, () =>
      this.client.send(new GetObjectCommand({ ...address(file), ...condition(file), Range })),
    );
    for await (const chunk of Body as AsyncIterable<Uint8Array>) yield chunk;
  }

  async copy(file: FileVersion, Bucket: string, Key: string): Promise<void> {
    const source = { CopySource: copySource(file), ...(file.etag && { CopySourceIfMatch: file.etag }) };
    if (file.size <= this.limits.largestCopy) {
      await this.orGone(file, () => this.client.send(new CopyObjectCommand({ Bucket, Key, ...source })));
      return;
    }
    const { UploadId } = await this.client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    try {
      const MultipartUpload = { Parts: await this.copyParts(file, { Bucket, Key, UploadId, ...source }) };
      await this.client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload }));
    } catch (error) {
      // Parts are paid for until the bucket's lifecycle finds them.
      await this.client
        .send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }))
        .catch(() => undefined);
      throw error;
    }
  }

  private async copyParts(
    file: FileVersion,
    to: Omit<UploadPartCopyCommandInput, 'PartNumber' | 'CopySourceRange'>,
  ): Promise<CompletedPart[]> {
    const { part } = this.limits;
    const parts: CompletedPart[] = [];
    for (let first = 0, PartNumber = 1; first < file.size; first += part, PartNumber++) {
      const CopySourceRange = `bytes=${first}-${Math.min(first + part, file.size) - 1}`;
      const { CopyPartResult } = await this.orGone(file, () =>
        this.client.send(new UploadPartCopyCommand({ ...to, PartNumber, CopySourceRange })),
      );
      parts.push({ PartNumber, ETag: CopyPartResult?.ETag });
    }
    return parts;
  }

  async delete(file: FileVersion): Promise<void> {
    const { bucket: Bucket, key: Key } = file;
    // Without a version id: where versions are kept, this one is, behind a marker. The condition is on the newest.
    const command = new DeleteObjectCommand({ Bucket, Key, ...condition(file) });
    await this.orGone(file, () => this.client.send(command)).catch((error: unknown) => {
      if (!(error instanceof FileGone)) throw error;
    });
  }

  private async orGone<T>(file: FileVersion, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
      throw GONE.includes(status ?? 0) ? new FileGone(file) : error;
    }
  }
}

export function openS3Files(): S3Files {
  return new S3Files(s3Client());
}

function address({ bucket, key, versionId }: FileVersion) {
  return { Bucket: bucket, Key: key, ...(versionId !== undefined && { VersionId: versionId }) };
}

function condition({ etag }: FileVersion) {
  return etag === undefined ? {} : { IfMatch: etag };
}

function copySource({ bucket, key, versionId }: FileVersion): string {
  const path = [bucket, ...key.split('/')].map(encodeURIComponent).join('/');
  return versionId === undefined ? path : `${path}?versionId=${encodeURIComponent(versionId)}`;
}

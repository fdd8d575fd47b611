import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  type S3Client,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { s3Client } from './s3-store';
import { FileGone, type FileVersion, type SourceFiles } from './source-files';

/** Not there (404), or there as something else (412). */
const GONE = [404, 412];
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html: 5 GB in one call, more in parts.
const LARGEST_COPY = 5 * 1024 ** 3;
const PART = 1024 ** 3;

/** Files in Amazon S3: the version the event names, or what has its etag. Retries are the SDK's own. */
export class S3Files implements SourceFiles {
  constructor(private readonly client: S3Client) {}

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
    if (file.size <= LARGEST_COPY) {
      await this.orGone(file, () => this.client.send(new CopyObjectCommand({ Bucket, Key, ...source })));
      return;
    }
    const { UploadId } = await this.client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const Parts: { PartNumber: number; ETag?: string }[] = [];
    for (let first = 0, PartNumber = 1; first < file.size; first += PART, PartNumber++) {
      const CopySourceRange = `bytes=${first}-${Math.min(first + PART, file.size) - 1}`;
      const part = { Bucket, Key, UploadId, PartNumber, CopySourceRange, ...source };
      const { CopyPartResult } = await this.orGone(file, () =>
        this.client.send(new UploadPartCopyCommand(part)),
      );
      Parts.push({ PartNumber, ETag: CopyPartResult?.ETag });
    }
    const MultipartUpload = { Parts };
    await this.client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload }));
  }

  async delete({ bucket: Bucket, key: Key }: FileVersion): Promise<void> {
    // Without a version id: where versions are kept, this one is, behind a marker.
    await this.client.send(new DeleteObjectCommand({ Bucket, Key }));
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

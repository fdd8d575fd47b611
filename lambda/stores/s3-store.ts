import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  type Content,
  inOnePiece,
  ObjectExists,
  ObjectNotFound,
  type ObjectStore,
  type PutOptions,
  type StoredObject,
} from './object-store';

/** Conditional write refused: the object exists (412), or another conditional write is under way (409). */
const REFUSED_IF_ABSENT = [412, 409];

/** Objects in Amazon S3. Retries are the SDK's own. */
export class S3Store implements ObjectStore {
  constructor(private readonly client: S3Client) {}

  async get(uri: string): Promise<Uint8Array> {
    try {
      const { Body } = await this.client.send(new GetObjectCommand(s3Address(uri)));
      return await Body!.transformToByteArray();
    } catch (error) {
      throw statusOf(error) === 404 ? new ObjectNotFound(uri) : error;
    }
  }

  async put(uri: string, content: Content, options: PutOptions = {}): Promise<void> {
    const condition = options.ifAbsent ? { IfNoneMatch: '*' } : {};
    const body = { Body: inOnePiece(content), ContentType: options.contentType };
    try {
      await this.client.send(new PutObjectCommand({ ...s3Address(uri), ...body, ...condition }));
    } catch (error) {
      const refused = options.ifAbsent && REFUSED_IF_ABSENT.includes(statusOf(error) ?? 0);
      throw refused ? new ObjectExists(uri) : error;
    }
  }

  async exists(uri: string): Promise<boolean> {
    try {
      await this.client.send(new HeadObjectCommand(s3Address(uri)));
      return true;
    } catch (error) {
      if (statusOf(error) === 404) return false;
      throw error;
    }
  }

  async delete(uri: string): Promise<void> {
    await this.client.send(new DeleteObjectCommand(s3Address(uri)));
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    const { Bucket, Key: Prefix } = s3Address(prefix);
    let ContinuationToken: string | undefined;
    do {
      const page = await this.client.send(new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken }));
      for (const { Key, Size, LastModified } of page.Contents ?? []) {
        yield { uri: `s3://${Bucket}/${Key}`, size: Size ?? 0, modifiedAt: LastModified?.getTime() ?? 0 };
      }
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);
  }
}

export function openS3Store(): S3Store {
  return new S3Store(s3Client());
}

/** A client whose region, credentials and endpoint come from where the SDK looks for them. */
export function s3Client(): S3Client {
  const client = new S3Client({});
  const resolve = client.config.endpointProvider;
  // An emulator on this machine has no name for each bucket: the bucket goes into the path.
  client.config.endpointProvider = (parameters, context) =>
    resolve(isLoopback(parameters.Endpoint) ? { ...parameters, ForcePathStyle: true } : parameters, context);
  return client;
}

function isLoopback(endpoint: string | undefined): boolean {
  return endpoint !== undefined && ['localhost', '127.0.0.1'].includes(new URL(endpoint).hostname);
}

export function s3Address(uri: string): { Bucket: string; Key: string } {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(uri) ?? [];
  if (Bucket === undefined) throw new Error(`An S3 URI is s3://<bucket>/<key>. Received ${uri}`);
  return { Bucket, Key };
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}

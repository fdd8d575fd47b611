import {
  CreateBucketCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { S3Files } from '../../lambda/stores/s3-files';
import { FileGone, type FileVersion, type SourceFiles } from '../../lambda/stores/source-files';
import { optional } from '../skip';
import { MOTO, startMoto, type Moto } from './moto';

/** The least a part may have that is not the last. */
const PART = 5 * 1024 ** 2;

optional(MOTO)('files in S3', () => {
  let moto: Moto;
  let client: S3Client;
  let files: S3Files;

  beforeAll(async () => {
    moto = await startMoto();
    client = new S3Client({ endpoint: moto.endpoint, forcePathStyle: true });
    files = new S3Files(client, { largestCopy: 2 * PART, part: PART });
    for (const Bucket of ['landing', 'plain', 'done']) {
      const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' } as const;
      await client.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
    }
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await client.send(new PutBucketVersioningCommand({ Bucket: 'landing', VersioningConfiguration }));
  }, 60_000);
  afterAll(() => moto?.stop());

  const put = async (bucket: string, key: string, content: string | Buffer): Promise<FileVersion> => {
    const Body = Buffer.from(content);
    const { VersionId, ETag } = await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body }));
    return { bucket, key, versionId: VersionId, etag: ETag?.replaceAll('"', ''), size: Body.length };
  };
  const text = async (from: SourceFiles, file: FileVersion, ...range: number[]): Promise<string> => {
    const chunks = [];
    for await (const chunk of from.read(file, ...range)) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  };

  test('are read whole or in part, in the version that was told of', async () => {
    const file = await put('landing', 'in/a b+ü.csv', 'id\n1\n2\n');
    await put('landing', 'in/a b+ü.csv', 'another');
    expect(await text(files, file)).toBe('id\n1\n2\n');
    expect(await text(files, file, 3, 5)).toBe('1\n');
    expect(await text(files, file, 3, 3)).toBe('');
  });

  test('without versions are gone once another content is under their name, or none', async () => {
    const file = await put('plain', 'in/a.csv', 'first');
    await put('plain', 'in/a.csv', 'other');
    await expect(text(files, file)).rejects.toThrow(FileGone);
    await files.delete({ ...file, etag: undefined });
    await files.delete(file);
    await expect(text(files, { ...file, etag: undefined })).rejects.toThrow(FileGone);
  });

  test('are deleted on the condition that nothing took their place', async () => {
    const asked: unknown[] = [];
    const refusing = {
      send: async ({ input }: { input: unknown }) => {
        asked.push(input);
        throw Object.assign(new Error('PreconditionFailed'), { $metadata: { httpStatusCode: 412 } });
      },
    } as unknown as S3Client;
    await new S3Files(refusing).delete({
      bucket: 'plain',
      key: 'in/a.csv',
      etag: 'x',
      versionId: 'v',
      size: 1,
    });
    expect(asked).toEqual([{ Bucket: 'plain', Key: 'in/a.csv', IfMatch: 'x' }]);
  });

  test('are copied at once or, where they are larger than S3 copies at once, in parts', async () => {
    const contents = [PART, 2 * PART + 3].map((size) => Buffer.alloc(size, 'row,1\n'));
    for (const [i, content] of contents.entries()) {
      const file = await put('landing', `in/${i}.csv`, content);
      await put('landing', `in/${i}.csv`, 'another');
      await files.copy(file, 'done', `raw/in/${i}.csv`);
      const { Body } = await client.send(new GetObjectCommand({ Bucket: 'done', Key: `raw/in/${i}.csv` }));
      expect(Buffer.from(await Body!.transformToByteArray()).equals(content)).toBe(true);
    }
  });

  test('leave no part behind where a copy in parts does not come to its end', async () => {
    const file = await put('landing', 'in/large.csv', Buffer.alloc(2 * PART + 3));
    await expect(files.copy({ ...file, versionId: 'none' }, 'done', 'large.csv')).rejects.toThrow();
    const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: 'done' }));
    expect(Uploads ?? []).toEqual([]);
  });
});

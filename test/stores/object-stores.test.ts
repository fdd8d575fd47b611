import { S3Client, CreateBucketCommand } from '@aws-sdk/client-s3';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileStore } from '../../lambda/stores/file-store';
import { openS3Store } from '../../lambda/stores/s3-store';
import { storeFor } from '../../lambda/stores/store-for';
import { optional } from '../skip';
import { MemoryStore } from './memory-store';
import { MOTO, startMoto, type Moto } from './moto';
import { objectStoreContract } from './object-store-contract';

describe('a directory', () => {
  const directory = mkdtempSync(join(tmpdir(), 'file store '));
  afterAll(() => rmSync(directory, { recursive: true }));

  objectStoreContract(async () => ({ store: new FileStore(), root: `file://${directory}` }));

  test('unfinished writes of a process that died are not listed', async () => {
    writeFileSync(join(directory, 'v7.metadata.json.0b7e.unfinished'), '{');
    const listed = [];
    for await (const { uri } of new FileStore().list(`file://${directory}/v7`)) listed.push(uri);
    expect(listed).toEqual([]);
  });

  test('nothing but the object is left after a put, won or lost', async () => {
    const uri = `file://${directory}/tidy/x`;
    await new FileStore().put(uri, Buffer.from('1'), { ifAbsent: true });
    await new FileStore().put(uri, Buffer.from('2'), { ifAbsent: true }).catch(() => undefined);
    await new FileStore().put(uri, Buffer.from('3'));
    expect(readdirSync(join(directory, 'tidy'))).toEqual(['x']);
  });

  test('a relative path is refused with an example', async () => {
    await expect(new FileStore().get('file://data/x')).rejects.toThrow(
      'for example file:///data/lake. Received file://data/x',
    );
  });
});

describe('memory', () => {
  const store = new MemoryStore();
  objectStoreContract(async () => ({ store, root: 'memory://bucket' }));
});

optional(MOTO)('S3', () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto();
    await new S3Client({ forcePathStyle: true }).send(new CreateBucketCommand({ Bucket: 'lake' }));
  });
  afterAll(() => moto?.stop());

  objectStoreContract(async () => ({ store: openS3Store(), root: 's3://lake' }));

  test('an endpoint named localhost gets the bucket in the path', async () => {
    process.env.AWS_ENDPOINT_URL = moto.endpoint.replace('127.0.0.1', 'localhost');
    try {
      await openS3Store().put('s3://lake/by-name', Buffer.from('x'));
      expect(await openS3Store().exists('s3://lake/by-name')).toBe(true);
    } finally {
      process.env.AWS_ENDPOINT_URL = moto.endpoint;
    }
  });
});

describe('storeFor', () => {
  test('one store for each scheme', async () => {
    expect(await storeFor('file:///a')).toBeInstanceOf(FileStore);
    expect(await storeFor('file:///b')).toBe(await storeFor('file:///a'));
  });

  test('an unknown scheme is refused with those allowed', () => {
    expect(() => storeFor('ftp://x/y')).toThrow('No object store for ftp://x/y. Allowed: file://…, s3://…');
  });
});

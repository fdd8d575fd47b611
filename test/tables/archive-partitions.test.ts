import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  GetObjectTaggingCommand,
  PutObjectTaggingCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { archive } from '../../bin/archive-command';
import type { IcebergPartitionSpec, IcebergSchema } from '../../lib/contract/iceberg-types';
import { compact } from '../../lambda/rows/compaction';
import type { ObjectTags } from '../../lambda/stores/object-tags';
import { archivePartitions, archiveTable } from '../../lambda/tables/archive-partitions';
import { createOrEvolveTable } from '../../lambda/tables/create-table';
import type { IcebergTable } from '../../lambda/tables/iceberg-table';
import { openTable } from '../../lambda/tables/open-table';
import { optional } from '../skip';
import { MOTO, startMoto, type Moto } from '../stores/moto';
import { appendRows, rowsOf } from './fixtures/rows';

const SCHEMA: IcebergSchema = {
  type: 'struct',
  fields: [
    { id: 1, name: 'id', required: true, type: 'long' },
    { id: 2, name: 'at', required: false, type: 'timestamptz' },
    { id: 3, name: 'payload', required: false, type: 'string' },
  ],
};
const by = (transform: string, sourceId = 2): IcebergPartitionSpec => ({
  'spec-id': 0,
  fields: [{ 'source-id': sourceId, 'field-id': 1000, name: 'part', transform }],
});
const NOW = Date.parse('2026-11-30T12:00:00Z');
const LARGE = 150_000;
const old = { olderThanDays: 30 };

const rowAt = (time: string, id: number, bytes = LARGE) => ({
  id: BigInt(id),
  at: BigInt(Date.parse(time)) * 1000n,
  payload: randomBytes(bytes / 2).toString('hex'),
});

let directory: string;
let clock: jest.SpyInstance;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'archive-'));
  clock = jest.spyOn(Date, 'now').mockReturnValue(NOW);
});
afterEach(() => {
  clock.mockRestore();
  rmSync(directory, { recursive: true });
});

let commits = 0;
async function tableOf(partitionSpec: IcebergPartitionSpec, uri = `file://${directory}/events`) {
  return (await createOrEvolveTable(uri, { schema: SCHEMA, partitionSpec })).table;
}
async function add(table: IcebergTable, row: Record<string, unknown>): Promise<void> {
  const position = String(++commits).padStart(9, '0');
  await appendRows(table, [row], [{ lane: 'a', first: position, last: position }]);
}

class FakeTags implements ObjectTags {
  readonly tags = new Map<string, ReadonlyMap<string, string>>();
  readonly set = jest.fn(
    async (uri: string, tags: ReadonlyMap<string, string>) => void this.tags.set(uri, tags),
  );
  async get(uri: string): Promise<ReadonlyMap<string, string>> {
    return this.tags.get(uri) ?? new Map();
  }
}

test.each([
  ['hour', '2026-10-31T10:30:00Z', '2026-10-31T12:00:00Z'],
  ['day', '2026-10-30T23:00:00Z', '2026-10-31T00:00:00Z'],
  ['month', '2026-09-30T23:00:00Z', '2026-10-01T00:00:00Z'],
  ['year', '2025-12-31T23:00:00Z', '2026-01-01T00:00:00Z'],
  ['identity', '2026-10-31T12:00:00Z', '2026-10-31T12:00:01Z'],
])('by %s: a partition is old once its end is, not its first row', async (transform, before, after) => {
  const table = await tableOf(by(transform));
  await add(table, rowAt(before, 1));
  await add(table, rowAt(after, 2));
  const tags = new FakeTags();
  const result = await archivePartitions(table, tags, old);
  expect(result).toMatchObject({ partitions: 1, files: 1, tagged: 1, small: 0, failed: 0 });
  expect(result.taggedBytes).toBeGreaterThan(LARGE / 2);
  const [[uri, given]] = [...tags.tags];
  expect(uri).toMatch(/\/data\/part=.*\.parquet$/);
  expect([...given]).toEqual([['lakehouse:tier', 'archive']]);
});

test('again it does nothing; what a compaction wrote is tagged like what it replaced, and other tags stay', async () => {
  const table = await tableOf(by('month'));
  for (let id = 0; id < 5; id++) await add(table, rowAt('2026-09-10T00:00:00Z', id));
  const tags = new FakeTags();
  expect(await archivePartitions(table, tags, old)).toMatchObject({ files: 5, tagged: 5 });
  expect(await archivePartitions(table, tags, old)).toMatchObject({ files: 5, tagged: 0, failed: 0 });
  expect(tags.set).toHaveBeenCalledTimes(5);

  await compact(table);
  const [{ filePath }] = await table.currentDataFiles();
  tags.tags.set(filePath, new Map([['owner', 'sales']]));
  expect(await archivePartitions(table, tags, old)).toMatchObject({ files: 1, tagged: 1 });
  expect([...tags.tags.get(filePath)!]).toEqual([
    ['owner', 'sales'],
    ['lakehouse:tier', 'archive'],
  ]);
  expect(await rowsOf(table)).toHaveLength(5);
});

test('small files and rows without a time stay; what fails is named and the rest goes on', async () => {
  const table = await tableOf(by('day'));
  await add(table, rowAt('2026-09-10T00:00:00Z', 1, 100));
  await add(table, { ...rowAt('2026-09-10T00:00:00Z', 2), at: null });
  await add(table, rowAt('2026-09-11T00:00:00Z', 3));
  await add(table, rowAt('2026-09-12T00:00:00Z', 4));
  const tags = new FakeTags();
  tags.set.mockRejectedValueOnce(new Error('Access Denied'));
  const result = await archivePartitions(table, tags, old);
  expect(result).toMatchObject({ partitions: 3, files: 3, tagged: 1, small: 1, failed: 1 });
  expect(result.firstFailure).toMatch(/\.parquet: Access Denied$/);
});

test('a table that is not partitioned by time, and an age below a day, are refused', async () => {
  const table = await tableOf(by('bucket[4]', 1));
  await expect(archivePartitions(table, new FakeTags(), old)).rejects.toThrow(
    'is not partitioned by time (its partitions: bucket[4](part)), so that no partition of it grows old. ' +
      'Partition it by year, month, day or hour of a timestamp, or by a date.',
  );
  await expect(archivePartitions(table, new FakeTags(), { olderThanDays: 0.5 })).rejects.toThrow(
    'olderThanDays must be 1 or more',
  );
  expect(await archiveTable('file:///nowhere/x', old)).toEqual({
    table: 'file:///nowhere/x',
    failure: 'TableNotFound: No Iceberg table at file:///nowhere/x.',
  });
});

test('the command says of a directory what would be archived', async () => {
  const table = await tableOf(by('day'), `file://${directory}/silver/events`);
  await add(table, rowAt('2026-09-10T00:00:00Z', 1));
  const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await archive(['--out', directory, '--older-than', '30']);
    expect(String(write.mock.calls[0][0])).toMatch(
      /silver\/events\s+1\s+1\s+1\s+[\d,]+\s+0\n\nNothing was changed\./,
    );
  } finally {
    write.mockRestore();
  }
  const refused = (...args: string[]) => expect(archive(args)).rejects;
  await refused('--older-than', '30').toThrow(
    'archive needs either --table URI, which may be repeated, or --out DIR',
  );
  await refused('--out', directory, '--older-than', '0').toThrow('a whole number from 1. Received 0');
  await refused('--out', join(directory, 'none'), '--older-than', '9').toThrow('holds no tables');
});

optional(MOTO)('on S3', () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto();
  });
  afterAll(() => moto?.stop());

  test('data files are tagged beside the tags they have, metadata files are not', async () => {
    clock.mockRestore();
    const s3 = new S3Client({ forcePathStyle: true });
    const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' } as const;
    await s3.send(new CreateBucketCommand({ Bucket: 'lake', CreateBucketConfiguration }));
    const uri = 's3://lake/events';
    const table = await tableOf(by('day'), uri);
    await add(table, rowAt('2020-09-10T00:00:00Z', 1));
    const [{ filePath }] = await table.currentDataFiles();
    const at = (path: string) => ({ Bucket: 'lake', Key: path.replace('s3://lake/', '') });
    const Tagging = { TagSet: [{ Key: 'owner', Value: 'sales' }] };
    await s3.send(new PutObjectTaggingCommand({ ...at(filePath), Tagging }));
    expect(await archiveTable(uri, old)).toMatchObject({ tagged: 1, failed: 0 });
    expect(await archiveTable(uri, old)).toMatchObject({ tagged: 0, failed: 0 });
    const tagsOf = async (path: string) =>
      (await s3.send(new GetObjectTaggingCommand(at(path)))).TagSet?.map(
        ({ Key, Value }) => `${Key}=${Value}`,
      );
    expect(await tagsOf(filePath)).toEqual(['owner=sales', 'lakehouse:tier=archive']);
    const { metadataLocation } = await openTable(uri);
    expect(await tagsOf(metadataLocation)).toEqual([]);
  });
});

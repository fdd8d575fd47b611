import {
  CreateBucketCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { erase } from '../../bin/erase-command';
import type { ObjectVersion } from '../../lambda/stores/object-history';
import { eraseVersions, type VersionErasure } from '../../lambda/stores/version-erasure';
import { createOrEvolveTable } from '../../lambda/tables/create-table';
import { openTable } from '../../lambda/tables/open-table';
import { optional } from '../skip';
import { UNPARTITIONED } from '../tables/fixtures/lanes';
import { appendRows, rowsOf } from '../tables/fixtures/rows';
import { row, SCHEMA } from '../pipeline/erasure/orders';
import { MOTO, startMoto, type Moto } from './moto';

test('versions that nobody sees go; a locked one stays, named with its date, and so does the marker over it', async () => {
  const version = (key: string, versionId: string, more: Partial<ObjectVersion> = {}): ObjectVersion => ({
    uri: `s3://lake/t/${key}`,
    versionId,
    modifiedAt: 0,
    size: 1,
    isLatest: false,
    isDeleteMarker: false,
    ...more,
  });
  const marker = { isLatest: true, isDeleteMarker: true };
  const removed: string[] = [];
  const store: VersionErasure = {
    versions: async function* () {
      yield* [version('gone', 'm', marker), version('gone', 'v1')];
      yield* [version('live', 'v2', { isLatest: true }), version('live', 'v1')];
      yield* [version('locked', 'm', marker), version('locked', 'v1')];
    },
    remove: async ({ uri, versionId }) => {
      if (uri.endsWith('locked')) throw Object.assign(new Error('Access Denied'), { name: 'AccessDenied' });
      removed.push(`${uri} ${versionId}`);
    },
    lockOf: async () => ({ until: '2028-01-01T00:00:00.000Z', legalHold: false }),
  };
  expect(await eraseVersions(store, ['s3://lake/t', undefined, 's3://lake/t'])).toEqual({
    removed: 2,
    held: [
      {
        uri: 's3://lake/t/locked',
        versionId: 'v1',
        until: '2028-01-01T00:00:00.000Z',
        legalHold: false,
        error: 'AccessDenied: Access Denied',
      },
    ],
  });
  expect(removed.sort()).toEqual(['s3://lake/t/gone m', 's3://lake/t/gone v1', 's3://lake/t/live v1']);
});

optional(MOTO)('a bucket that keeps versions', () => {
  let moto: Moto;
  let s3: S3Client;
  beforeAll(async () => {
    moto = await startMoto();
    s3 = new S3Client({ forcePathStyle: true });
    const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' } as const;
    for (const [Bucket, ObjectLockEnabledForBucket] of [
      ['lake', false],
      ['audit', false],
      ['locked', true],
    ] as const)
      await s3.send(
        new CreateBucketCommand({ Bucket, CreateBucketConfiguration, ObjectLockEnabledForBucket }),
      );
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await s3.send(new PutBucketVersioningCommand({ Bucket: 'lake', VersioningConfiguration }));
  });
  afterAll(() => moto?.stop());

  const versionsIn = async (Bucket: string) => {
    const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    return {
      versions: Versions,
      markers: DeleteMarkers,
      hidden: Versions.filter(({ IsLatest }) => !IsLatest),
    };
  };
  const commit = async (uri: string, ids: number[]) => appendRows(await openTable(uri), ids.map(row));
  const run = async (uri: string, id: string) => {
    const written = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      const audit = ['--audit', 's3://audit/erasures', '--request', id];
      await erase(['--table', uri, '--subject', 'customer_id=3', ...audit]);
      return written.mock.calls.map(([line]) => String(line)).join('');
    } finally {
      written.mockRestore();
    }
  };
  const recordOf = async (id: string) => {
    const { storeFor } = await import('../../lambda/stores/store-for');
    const store = await storeFor('s3://audit');
    const records = [];
    for await (const { uri } of store.list(`s3://audit/erasures/${id}/`))
      if (uri.includes('-done-')) records.push(JSON.parse(Buffer.from(await store.get(uri)).toString()));
    return records[0];
  };

  test('keeps none of a file that held rows of the subject', async () => {
    const uri = 's3://lake/bronze/orders';
    await createOrEvolveTable(uri, { schema: SCHEMA, partitionSpec: UNPARTITIONED });
    await commit(uri, [1, 3]);
    await commit(uri, [3]);
    expect(await run(uri, 'r-1')).toMatch(/erased +2 +2 +2 +\d+\n\nRequest r-1, recorded in s3:\/\/audit\//);
    expect(await rowsOf(await openTable(uri))).toEqual([row(1)]);
    const { hidden, markers, versions } = await versionsIn('lake');
    expect([hidden, markers]).toEqual([[], []]);
    const store = await (await import('../../lambda/stores/store-for')).storeFor(uri);
    for (const { Key } of versions)
      expect(Buffer.from(await store.get(`s3://lake/${Key}`)).includes('c3@example')).toBe(false);
    expect(await recordOf('r-1')).toMatchObject({ complete: true, tables: [{ state: 'erased' }] });
  });

  test('names what a lock keeps with its date, goes on with the rest, and after that date with all', async () => {
    const uri = 's3://locked/bronze/orders';
    await createOrEvolveTable(uri, { schema: SCHEMA, partitionSpec: UNPARTITIONED });
    for (const ids of [[1, 3], [3]]) await commit(uri, ids);
    const data = (await versionsIn('locked')).versions.filter(({ Key }) => Key!.endsWith('.parquet'));
    const [kept, onHold] = data.map(({ Key, VersionId }) => ({ Bucket: 'locked', Key, VersionId }));
    const retain = (RetainUntilDate: Date, BypassGovernanceRetention?: boolean) =>
      s3.send(
        new PutObjectRetentionCommand({
          ...kept,
          Retention: { Mode: 'GOVERNANCE', RetainUntilDate },
          BypassGovernanceRetention,
        }),
      );
    const hold = (Status: 'ON' | 'OFF') =>
      s3.send(new PutObjectLegalHoldCommand({ ...onHold, LegalHold: { Status } }));
    await retain(new Date('2100-01-01T00:00:00Z'));
    await hold('ON');

    const left = await run(uri, 'r-2').catch((error: Error) => error.message);
    expect(left).toContain(
      `s3://locked/${kept.Key}: a version of it is locked until 2100-01-01T00:00:00.000Z`,
    );
    expect(left).toContain(`s3://locked/${onHold.Key}: a version of it is under legal hold`);
    expect(await rowsOf(await openTable(uri))).toEqual([row(1)]);
    const record = await recordOf('r-2');
    expect(record).toMatchObject({ complete: false, tables: [{ state: 'held', rows: 2 }] });
    expect(record.tables[0].versionsRemoved).toBeGreaterThan(0);
    const { hidden, markers } = await versionsIn('locked');
    const locked = record.tables[0].locked as { uri: string; versionId: string }[];
    const expected = [
      { uri: `s3://locked/${kept.Key}`, versionId: kept.VersionId, until: '2100-01-01T00:00:00.000Z' },
      { uri: `s3://locked/${onHold.Key}`, versionId: onHold.VersionId, legalHold: true },
    ];
    expect(locked).toHaveLength(2);
    expect(locked).toEqual(expect.arrayContaining(expected.map((one) => expect.objectContaining(one))));
    expect(hidden.map(({ VersionId }) => VersionId).sort()).toEqual(
      [kept.VersionId, onHold.VersionId].sort(),
    );
    // Without its marker an object that was deleted would be seen again.
    expect(markers.map(({ Key }) => Key).sort()).toEqual([kept.Key, onHold.Key].sort());

    await retain(new Date('2020-01-01T00:00:00Z'), true);
    await hold('OFF');
    expect(await run(uri, 'r-2')).toMatch(/erased +2 +2 +0 +2\n/);
    const after = await versionsIn('locked');
    expect([after.hidden, after.markers]).toEqual([[], []]);
  });
});

import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectLockConfigurationCommand,
  PutObjectLegalHoldCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { restore } from '../../bin/restore-command';
import { maintainTable } from '../../lambda/rows/maintenance';
import type { ObjectHistory, ObjectVersion } from '../../lambda/stores/object-history';
import { restoreObjects } from '../../lambda/stores/object-history';
import { openS3History } from '../../lambda/stores/s3-history';
import { createOrEvolveTable } from '../../lambda/tables/create-table';
import { openTable } from '../../lambda/tables/open-table';
import { optional } from '../skip';
import { appendRows, rowsOf, rowTexts } from '../tables/fixtures/rows';
import { SCHEMA, UNPARTITIONED } from '../tables/fixtures/lanes';
import { MOTO, startMoto, type Moto } from './moto';

const rowsAt = async (uri: string) => rowTexts(await rowsOf(await openTable(uri)));

async function tableOf(uri: string) {
  const { table } = await createOrEvolveTable(uri, { schema: SCHEMA, partitionSpec: UNPARTITIONED });
  return table;
}

async function commit(uri: string, from: number, count: number): Promise<void> {
  const table = await openTable(uri);
  for (let i = from; i < from + count; i++) {
    const position = String(i).padStart(3, '0');
    const range = { lane: 'a', first: position, last: position };
    await appendRows(table, [{ lane: 'a', position: BigInt(i) }], [range]);
  }
}

describe('what is brought back', () => {
  const version = (key: string, versionId: string, modifiedAt: number, more: object = {}): ObjectVersion => ({
    uri: `s3://lake/${key}`,
    versionId,
    modifiedAt,
    size: 10,
    isLatest: false,
    isDeleteMarker: false,
    ...more,
  });
  const latest = { isLatest: true };
  const VERSIONS = [
    version('deleted', 'marker', 30, { ...latest, isDeleteMarker: true, size: 0 }),
    version('deleted', 'v1', 10),
    version('later', 'v1', 25, latest),
    version('long-gone', 'marker', 15, { ...latest, isDeleteMarker: true, size: 0 }),
    version('long-gone', 'v1', 10),
    version('replaced', 'v3', 30, latest),
    version('replaced', 'v2', 20),
    version('replaced', 'v1', 10),
    version('same', 'v1', 10, latest),
  ];
  const history = (refused: string[] = []) => {
    const done: string[] = [];
    const store: ObjectHistory = {
      versions: async function* () {
        yield* VERSIONS;
      },
      bringBack: async ({ uri, versionId }) => {
        if (refused.includes(uri))
          throw Object.assign(new Error('no'), { name: 'ObjectNotInActiveTierError' });
        done.push(`${uri} ${versionId}`);
      },
      hide: async (uri) => void done.push(`${uri} hidden`),
    };
    return { done, store };
  };
  const to = { prefix: 's3://lake/', at: 20 };

  test('what was deleted or replaced since; what came later stays unless asked', async () => {
    const { done, store } = history();
    expect(await restoreObjects(store, to)).toEqual({
      restored: { objects: 2, bytes: 20 },
      newer: 1,
      unchanged: 1,
      failed: [],
    });
    expect(done.sort()).toEqual(['s3://lake/deleted v1', 's3://lake/replaced v2']);
    const exact = history();
    await restoreObjects(exact.store, { ...to, exact: true });
    expect(exact.done.at(-1)).toBe('s3://lake/later hidden');
  });

  test('a dry run counts and changes nothing', async () => {
    const { done, store } = history();
    const { restored } = await restoreObjects(store, { ...to, exact: true, dryRun: true });
    expect([restored.objects, done]).toEqual([2, []]);
  });

  test('an archived version is named with what to do, the others are restored', async () => {
    const { done, store } = history(['s3://lake/deleted']);
    const { restored, failed } = await restoreObjects(store, to);
    expect([restored.objects, done]).toEqual([1, ['s3://lake/replaced v2']]);
    expect(failed).toEqual([
      {
        uri: 's3://lake/deleted',
        error: 'It is archived. Restore it first: aws s3api restore-object, with its version id.',
      },
    ]);
    await expect(
      restore(
        ['--from', 's3://lake', '--at', '1970-01-01T00:00:00.020Z'],
        async () => history(['s3://lake/deleted']).store,
      ),
    ).rejects.toThrow(
      '1 objects could not be restored; run it again once this is mended:\ns3://lake/deleted: It is archived.',
    );
  });

  test.each([
    [
      ['--at', '2026-11-30T10:00:00Z'],
      'restore needs --from s3://BUCKET/PREFIX, a bucket that keeps versions. Received none',
    ],
    [
      ['--from', 's3://lake', '--at', '2026-11-30'],
      'restore needs --at TIME with its zone, for example 2026-11-30T10:00:00Z. Received 2026-11-30',
    ],
    [['--from', 'file:///lake', '--at', '2026-11-30T10:00:00Z'], 'Received file:///lake'],
  ])('refused: %j', async (args, message) => {
    await expect(restore(args)).rejects.toThrow(message);
  });
});

test('a zone lost on a laptop is there again from a copy of its directory', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'restore-'));
  try {
    const [zone, copy] = [join(directory, 'bronze'), join(directory, 'copy')];
    const uri = `file://${zone}/orders`;
    await tableOf(uri);
    await commit(uri, 0, 3);
    const rows = await rowsAt(uri);
    cpSync(zone, copy, { recursive: true });
    rmSync(zone, { recursive: true });
    await expect(openTable(uri)).rejects.toThrow('No Iceberg table at');
    cpSync(copy, zone, { recursive: true });
    expect(await rowsAt(uri)).toEqual(rows);
    await commit(uri, 3, 1);
    expect(await rowsAt(uri)).toHaveLength(4);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

optional(MOTO)('a bucket that keeps versions', () => {
  let moto: Moto;
  let s3: S3Client;
  beforeAll(async () => {
    moto = await startMoto();
    s3 = new S3Client({ forcePathStyle: true });
    const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' } as const;
    await s3.send(new CreateBucketCommand({ Bucket: 'lake', CreateBucketConfiguration }));
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await s3.send(new PutBucketVersioningCommand({ Bucket: 'lake', VersioningConfiguration }));
    await s3.send(
      new CreateBucketCommand({
        Bucket: 'locked',
        CreateBucketConfiguration,
        ObjectLockEnabledForBucket: true,
      }),
    );
    await s3.send(
      new PutObjectLockConfigurationCommand({
        Bucket: 'locked',
        ObjectLockConfiguration: {
          ObjectLockEnabled: 'Enabled',
          Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 365 } },
        },
      }),
    );
  });
  afterAll(() => moto?.stop());

  const versionsIn = async (Bucket: string) =>
    (await s3.send(new ListObjectVersionsCommand({ Bucket }))).Versions ?? [];

  test('a table that was lost reads the same after a restore, and goes on', async () => {
    const uri = 's3://lake/bronze/orders';
    await tableOf(uri);
    await commit(uri, 0, 3);
    const rows = await rowsAt(uri);
    // S3 counts in whole seconds.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const before = new Date().toISOString();
    await new Promise((resolve) => setTimeout(resolve, 1100));

    await commit(uri, 3, 2);
    for (const { Key, IsLatest } of await versionsIn('lake'))
      if (IsLatest) await s3.send(new DeleteObjectCommand({ Bucket: 'lake', Key }));
    await expect(openTable(uri)).rejects.toThrow('No Iceberg table at');

    const written = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    const command = ['--from', 's3://lake/bronze', '--at', before, '--exact'];
    await restore([...command, '--dry-run']);
    await expect(openTable(uri)).rejects.toThrow('No Iceberg table at');
    await restore(command);
    await restore(command);
    const said = written.mock.calls.map(([line]) => String(line));
    written.mockRestore();
    expect(said[0]).toMatch(/^\d+ objects to restore \([\d,]+ bytes\), 0 to hide, 0 unchanged\n$/);
    expect(said[1]).toBe(said[0].replace('to restore', 'restored').replace('to hide', 'hidden'));
    expect(said[2]).toMatch(/^\d+ objects restored/);

    expect(await rowsAt(uri)).toEqual(rows);
    await commit(uri, 3, 1);
    expect(await rowsAt(uri)).toHaveLength(4);
  });

  test('maintenance of a locked table fails at nothing: what it deletes is hidden, and stays until its retention ends', async () => {
    const uri = 's3://locked/bronze/orders';
    await tableOf(uri);
    await commit(uri, 0, 6);
    const rows = await rowsAt(uri);
    const before = await versionsIn('locked');
    const done = await maintainTable(uri, openTable, {
      compact: {},
      expire: { olderThanHours: 0, keepLast: 1 },
      orphans: {},
    });
    expect(done.failure).toBeUndefined();
    expect(done.compaction).toMatchObject({ filesBefore: 6, filesAfter: 1 });
    expect(done.expiry).toMatchObject({ dataFiles: 6, notDeleted: 0 });
    expect(await rowsAt(uri)).toEqual(rows);

    const after = new Set((await versionsIn('locked')).map(({ Key, VersionId }) => `${Key} ${VersionId}`));
    expect(before.filter(({ Key, VersionId }) => !after.has(`${Key} ${VersionId}`))).toEqual([]);
    const [{ Key, VersionId }] = before;
    const deletion = new DeleteObjectCommand({ Bucket: 'locked', Key, VersionId });
    await expect(s3.send(deletion)).rejects.toThrow(/Access Denied/);
  });

  test('a legal hold keeps a version whatever its age', async () => {
    await openS3History().hide('s3://locked/nothing');
    const [{ Key, VersionId }] = await versionsIn('locked');
    const version = { Bucket: 'locked', Key, VersionId };
    await s3.send(new PutObjectLegalHoldCommand({ ...version, LegalHold: { Status: 'ON' } }));
    const bypass = new DeleteObjectCommand({ ...version, BypassGovernanceRetention: true });
    await expect(s3.send(bypass)).rejects.toThrow(/Access Denied/);
  });
});

import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { readIndexSnapshotConfiguration } from '../../lambda/configuration/index-snapshot';
import { indexSnapshotRequest } from '../../lambda/sources/index-snapshot-request';
import { CREDENTIALS, FakeOpenSearch, REGION } from '../search/fake-opensearch';
import { bundleDirectory, type Outcome } from './deployment';

const SETTINGS = {
  domain: 'vectors',
  endpoint: 'https://vectors.eu-west-1.es.amazonaws.com',
  region: REGION,
  repository: 'nightly',
  bucket: 'lake-gold',
  folder: 'index-snapshots/nightly',
  role: 'arn:aws:iam::123456789012:role/snapshots',
  indexes: ['products'],
  retentionHours: 840,
  maximumAgeHours: 25,
};

describe('the shipped bundle', () => {
  const search = new FakeOpenSearch();
  let endpoint: string;

  beforeAll(async () => {
    search.indexes.set('products', ['a', 'b']);
    endpoint = await search.start();
  });
  afterAll(() => search.stop());

  /** The function in a process of its own, with one event after the other. */
  async function invoke(...events: object[]): Promise<{ outcomes: Outcome[]; lines: any[]; output: string }> {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'index-snapshot-'));
    const [eventsFile, outcomesFile] = ['events', 'outcomes'].map((file) => path.join(directory, file));
    fs.writeFileSync(eventsFile, JSON.stringify(events));
    const bundle = path.join(bundleDirectory('index-snapshot'), 'index.mjs');
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [path.join(__dirname, 'invoke.mjs'), bundle, eventsFile, outcomesFile],
      {
        env: {
          LAKEHOUSE_INDEX_SNAPSHOTS: JSON.stringify({ ...SETTINGS, endpoint }),
          AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
          AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
          AWS_SESSION_TOKEN: CREDENTIALS.sessionToken,
        },
      },
    );
    const outcomes = JSON.parse(fs.readFileSync(outcomesFile, 'utf8')).outcomes as Outcome[];
    fs.rmSync(directory, { recursive: true });
    const output = `${stdout}${stderr}`;
    const lines = output.split('\n').filter((line) => line.startsWith('{'));
    return { outcomes, lines: lines.map((line) => JSON.parse(line)), output };
  }

  test('takes, tells of and restores snapshots by signed requests, and waits for none', async () => {
    search.now = Date.now() - 7_200_000;
    const snapshot = 'scheduled-2026-11-30t05-00-00z';
    const begun = await invoke({ snapshot: '2026-11-30T05:00:00Z' }, { check: '2026-11-30T06:00:00Z' });
    expect(begun.outcomes).toEqual([
      { response: { snapshot, begun: true, registered: true } },
      { response: expect.objectContaining({ kept: 0, inProgress: [snapshot] }) },
    ]);
    expect(metrics(begun.lines)).toEqual([
      { Domain: 'vectors', Repository: 'nightly', IndexSnapshotsTaken: 1 },
      { Domain: 'vectors', Repository: 'nightly', IndexSnapshotsKept: 0, IndexSnapshotsFailed: 0 },
    ]);
    search.finish('SUCCESS');
    const done = await invoke({ check: '2026-11-30T07:00:00Z' }, { list: true }, { restore: 'latest' });
    const [checked, listed, restored] = done.outcomes.map(({ response }) => response);
    expect(checked).toMatchObject({ kept: 1, failed: [], newest: { name: snapshot } });
    expect(listed.snapshots).toMatchObject([{ name: snapshot, state: 'SUCCESS', indexes: ['products'] }]);
    expect(restored).toEqual({ snapshot, indexes: [{ index: 'products', restoredAs: 'restored-products' }] });
    expect(search.indexes.get('restored-products')).toEqual(['a', 'b']);
    const [told] = metrics(done.lines);
    expect(told).toMatchObject({ IndexSnapshotsKept: 1, IndexSnapshotShards: 1 });
    expect(Math.round(told.IndexSnapshotAgeSeconds / 60)).toBe(120);
    expect(search.badSignatures).toEqual([]);
  });

  test('names failed shards in its log, and never a key or a stack of its own', async () => {
    search.now += 60_000;
    await invoke({ snapshot: '2026-11-30T08:00:00Z' });
    const failure = { index: 'products', shard_id: 3, reason: 'primary shard is not allocated' };
    search.finish('PARTIAL', [failure]);
    const { outcomes, lines, output } = await invoke(
      { check: '2026-11-30T09:00:00Z' },
      { restore: 'absent' },
    );
    expect(lines.find(({ message }) => message === 'Index snapshot failed')).toMatchObject({
      level: 'ERROR',
      snapshot: 'scheduled-2026-11-30t08-00-00z',
      state: 'PARTIAL',
      failedShards: 1,
      shardFailures: [{ index: 'products', shard: 3, reason: failure.reason }],
    });
    expect(metrics(lines)[0]).toMatchObject({ IndexSnapshotsFailed: 1, IndexSnapshotsKept: 1 });
    expect(outcomes[1].error).toMatch(/^NotRestorable: There is no snapshot absent\. The newest there are: /);
    expect(lines.at(-1)).toMatchObject({ level: 'ERROR', message: 'Index snapshot request failed' });
    expect(output).not.toMatch(/ at |"stack"|AKIDEXAMPLE|secret|"token"/);
  });
});

/** Metrics of a log, without the time and the form of the embedded format. */
function metrics(lines: any[]): any[] {
  return lines
    .filter(({ _aws }) => _aws !== undefined)
    .map(({ _aws, ...values }) => {
      expect(_aws.CloudWatchMetrics[0]).toMatchObject({
        Namespace: 'Lakehouse',
        Dimensions: [['Domain', 'Repository']],
      });
      return values;
    });
}

test.each<[unknown, string]>([
  [
    'x',
    'Not a request for snapshots: "x". Allowed: {"snapshot": "<time>"}, {"check": "<time>"}, {"list": true}, ',
  ],
  [{}, 'A request for snapshots asks for one thing, this is an object with the keys [].'],
  [{ list: true, check: 'x' }, 'asks for one thing, this is an object with the keys [list, check].'],
  [{ snapshot: '2026-11-30' }, 'snapshot is "2026-11-30". Allowed: a time as ISO 8601 writes it'],
  [{ check: '2026-13-30T00:00:00Z' }, 'check is "2026-13-30T00:00:00Z". Allowed: a time'],
  [{ list: 1 }, 'list is 1. Allowed: true.'],
  [{ restore: 'a*' }, 'restore is "a*". Allowed: the name of one snapshot, or "latest".'],
  [{ restore: 'a', rename: 'b' }, 'rename is not an option. Allowed: restore, indexes, renameTo, partial.'],
  [
    { restore: 'a', indexes: ['b*'] },
    'indexes is a list. Allowed: a list of names of indexes, without patterns.',
  ],
  [{ restore: 'a', renameTo: '$1' }, 'renameTo is "$1". Allowed: a name in lower case with at most one *'],
  [{ restore: 'a', renameTo: '' }, 'renameTo is "". Allowed:'],
  [{ restore: 'a', partial: 'yes' }, 'partial is "yes". Allowed: true, false.'],
])('refused: %j', (event, message) => {
  expect(() => indexSnapshotRequest(event)).toThrow(message);
});

test('a request to restore brings everything back beside what is there, unless it says otherwise', () => {
  expect(indexSnapshotRequest({ restore: 'latest' })).toEqual({
    kind: 'restore',
    restore: 'latest',
    renameTo: 'restored-*',
    partial: false,
  });
});

test.each<[Record<string, string>, string]>([
  [{}, 'LAKEHOUSE_INDEX_SNAPSHOTS is undefined. Allowed: JSON of IndexSnapshotSettings'],
  [{ LAKEHOUSE_INDEX_SNAPSHOTS: 'x' }, 'LAKEHOUSE_INDEX_SNAPSHOTS is "x". Allowed: a JSON object.'],
  [{ LAKEHOUSE_INDEX_SNAPSHOTS: JSON.stringify({ ...SETTINGS, indexes: [] }) }, 'Allowed: JSON of'],
  [{ LAKEHOUSE_INDEX_SNAPSHOTS: JSON.stringify({ ...SETTINGS, retentionHours: 0 }) }, 'Allowed: JSON of'],
  [
    { LAKEHOUSE_INDEX_SNAPSHOTS: JSON.stringify(SETTINGS) },
    'AWS_ACCESS_KEY_ID is not set. Allowed: credentials of AWS, as Lambda sets them.',
  ],
])('a function is not configured by %j', (environment, message) => {
  expect(() => readIndexSnapshotConfiguration(environment)).toThrow(message);
});

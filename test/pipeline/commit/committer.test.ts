import { RequestOutcome } from '../../../lambda/pipeline/commit/commit-plan';
import {
  commitRequestText,
  MalformedCommitRequest,
  parseCommitRequest,
} from '../../../lambda/pipeline/commit/commit-request';
import { removeOrphanFiles } from '../../../lambda/tables/orphan-files';
import { HELD_LANES_PROPERTY } from '../../../lambda/tables/positions';
import { ingest } from '../../../lambda/pipeline/ingest';
import { record, type Judge } from '../in-memory-lake';
import { CommitterWorld } from './committer-world';

const GOOD: Judge = () => true;
const refuses =
  (...positions: number[]): Judge =>
  ({ position }) =>
    !positions.includes(Number(position));
const batch = (first: number, last: number, lane = 'a') =>
  Array.from({ length: last - first + 1 }, (_, i) => record(first + i, lane));
const ids = (first: number, last: number, lane = 'a') =>
  batch(first, last, lane).map(({ position }) => `${lane}:${position}`);
const { COMMITTED, BEHIND, SET_ASIDE } = RequestOutcome;

let world: CommitterWorld;
beforeEach(async () => {
  world = await new CommitterWorld().create();
});

const handOver = async (first: number, last: number, lane = 'a', judge = GOOD) =>
  ingest(batch(first, last, lane), await world.writer(judge));

test('ten requests of ten writers are one snapshot', async () => {
  for (let i = 0; i < 10; i++) await handOver(1, 5, `lane-${i}`);
  expect(await world.bronze()).toEqual([]);
  await world.drain();
  expect(await world.bronze()).toHaveLength(50);
  expect(await world.snapshots()).toHaveLength(1);
  expect((await world.open('s3://lake/bronze')).position('lane-7')).toBe('5');
});

test('what a writer hands over is reported, and its rejected records come to quarantine', async () => {
  const report = await handOver(1, 5, 'a', refuses(2, 3, 5));
  expect(report).toMatchObject({ read: 5, accepted: 2, quarantined: 3, replayed: 0 });
  await handOver(6, 8, 'a', refuses(6));
  await world.drain();
  expect(await world.bronze()).toEqual(['a:1', 'a:4', 'a:7', 'a:8']);
  expect(await world.quarantine()).toEqual(['a:2', 'a:3', 'a:5', 'a:6']);
});

test('a batch that is rejected whole moves the lane: its replay is behind, whatever the contract says by then', async () => {
  await handOver(1, 3, 'a', () => false);
  await world.drain();
  await handOver(1, 3);
  expect(await world.drain()).toEqual([BEHIND]);
  expect(await world.bronze()).toEqual([]);
  expect(await world.quarantine()).toEqual(ids(1, 3));
});

test('replays: one wholly behind is dropped, one that overlaps is trimmed row by row', async () => {
  await handOver(1, 6, 'a', refuses(2));
  await handOver(1, 6, 'a', refuses(2));
  await handOver(4, 9, 'a', refuses(5, 8));
  expect(await world.drain()).toEqual([COMMITTED, BEHIND, COMMITTED]);
  expect(await world.bronze()).toEqual(['a:1', 'a:3', 'a:4', 'a:5', 'a:6', 'a:7', 'a:9']);
  expect(await world.quarantine()).toEqual(['a:2', 'a:8']);
  expect(await world.snapshots()).toHaveLength(1);
});

test('a table that was fed directly so far goes on with a committer, and back', async () => {
  await ingest(batch(1, 4), await world.writer(refuses(4), undefined, false));
  await handOver(3, 8, 'a', refuses(4, 6));
  await world.drain();
  await ingest(batch(5, 10), await world.writer(refuses(6, 10), undefined, false));
  expect(await world.bronze()).toEqual(['a:1', 'a:2', 'a:3', 'a:5', 'a:7', 'a:8', 'a:9']);
  expect(await world.quarantine()).toEqual(['a:10', 'a:4', 'a:6']);
});

/** Every object of the world gets older; then what a nightly clean-up does. */
async function daysLater(days: number): Promise<string[]> {
  for (const object of world.store.objects.values()) object.modifiedAt -= days * 86_400_000;
  const removed: string[] = [];
  for (const location of ['s3://lake/bronze', 's3://lake/quarantine'])
    removed.push(...(await removeOrphanFiles(await world.open(location))).orphans);
  return removed;
}

test('a committer that was away for weeks finds every file, though orphans were removed each week', async () => {
  await handOver(1, 3, 'a', refuses(2));
  for (let week = 0; week < 8; week++) expect(await daysLater(7)).toEqual([]);
  await world.drain();
  expect(await world.bronze()).toEqual(['a:1', 'a:3']);
  expect(await world.quarantine()).toEqual(['a:2']);
  expect(await daysLater(100)).toEqual([]);
});

describe('a request that cannot be committed', () => {
  test('keeps its rows however often it is set aside again', async () => {
    await handOver(1, 3);
    await handOver(4, 6, 'a', refuses(5));
    const restore = lose(0);
    for (let months = 0; months < 6; months++) {
      await world.drain();
      expect(await daysLater(30)).toEqual([]);
      world.redrive();
    }
    restore();
    await world.drain();
    expect(await world.bronze()).toEqual(['a:1', 'a:2', 'a:3', 'a:4', 'a:6']);
    expect(await world.quarantine()).toEqual(['a:5']);
  });

  const lose = (index: number): (() => void) => {
    const [{ filePath }] = parseCommitRequest(world.queue[index]).bronzeFiles;
    const object = world.store.objects.get(filePath)!;
    world.store.objects.delete(filePath);
    return () => world.store.objects.set(filePath, object);
  };

  test('is set aside with all that follows on its lane; other lanes go on; sent back, all come in, in order', async () => {
    await handOver(1, 3);
    await handOver(4, 6);
    await handOver(1, 3, 'b');
    await handOver(7, 9);
    const restore = lose(1);
    expect(await world.drain()).toEqual([COMMITTED, SET_ASIDE, COMMITTED, SET_ASIDE]);
    await handOver(10, 12);
    await handOver(4, 6, 'b');
    expect(await world.drain()).toEqual([SET_ASIDE, COMMITTED]);
    expect(await world.bronze()).toEqual([...ids(1, 3), ...ids(1, 6, 'b')]);
    expect(world.deadLetters).toHaveLength(3);

    restore();
    world.redrive();
    // New requests do not pass what waits.
    await handOver(13, 15);
    world.queue.unshift(world.queue.pop()!);
    await world.drain();
    world.redrive();
    await world.drain();
    expect(world.deadLetters).toEqual([]);
    expect(await world.bronze()).toEqual([...ids(1, 15), ...ids(1, 6, 'b')].sort());
    expect((await world.open('s3://lake/bronze')).property(HELD_LANES_PROPERTY)).toBe('{}');
  });

  test('sent back while it still cannot be, it is set aside again, and nothing passes it', async () => {
    await handOver(1, 3);
    await handOver(4, 6);
    const restore = lose(0);
    await world.drain();
    world.redrive();
    expect(await world.drain()).toEqual([SET_ASIDE, SET_ASIDE]);
    restore();
    // Out of order: what waits is set aside again.
    world.deadLetters.reverse();
    world.redrive();
    expect(await world.drain()).toEqual([SET_ASIDE, COMMITTED]);
    world.redrive();
    expect(await world.drain()).toEqual([COMMITTED]);
    expect(await world.bronze()).toEqual(ids(1, 6));
  });

  test('delivered again by its source, from where it begins, it takes the place of the one set aside', async () => {
    await handOver(1, 3);
    await handOver(4, 6);
    lose(0);
    await world.drain();
    await handOver(1, 6);
    world.redrive();
    expect(await world.drain()).toEqual([COMMITTED, BEHIND, BEHIND]);
    expect(await world.bronze()).toEqual(ids(1, 6));
  });

  test('of a partition spec the table does not have', async () => {
    await handOver(1, 3);
    const request = parseCommitRequest(world.queue[0]);
    const bronzeFiles = request.bronzeFiles.map((file) => ({ ...file, specId: 7 }));
    world.queue[0] = commitRequestText({ ...request, bronzeFiles });
    const [settlement] = await world.commit();
    expect(settlement.reason?.message).toContain('partition spec 7, which s3://lake/bronze does not have');
  });
});

test('a catalog that is away leaves all of it in the queue', async () => {
  await handOver(1, 3);
  const { objects } = world.store;
  const kept = new Map(objects);
  for (const uri of kept.keys()) if (uri.includes('/metadata/')) objects.delete(uri);
  await expect(world.commit()).rejects.toThrow();
  for (const [uri, object] of kept) objects.set(uri, object);
  expect(await world.drain()).toEqual([COMMITTED]);
  expect(await world.bronze()).toEqual(ids(1, 3));
});

test('a request survives its way through JSON to the last bit', () => {
  const request = {
    id: '1',
    bronze: 'glue://a/b',
    quarantine: 'glue://a/c',
    contract: 'orders@1',
    lanes: [{ lane: 'a', first: '1', last: '9'.repeat(56), rejected: [['2', '3'] as const] }],
    quarantineFiles: [],
    bronzeFiles: [
      {
        content: 0 as const,
        filePath: 's3://a/b.parquet',
        fileFormat: 'PARQUET' as const,
        specId: 1,
        partition: [null, true, 3, -0, NaN, -Infinity, 2n ** 63n - 1n, 'ü', Uint8Array.of(0, 255)],
        recordCount: 1,
        fileSizeInBytes: 2,
        columnSizes: new Map([[1, 2]]),
        valueCounts: new Map([[1, 2]]),
        nullValueCounts: new Map([[1, 0]]),
        nanValueCounts: new Map([[3, 4]]),
        lowerBounds: new Map([[1, Uint8Array.of(0, 128, 255)]]),
        upperBounds: new Map([[1, Uint8Array.of()]]),
        splitOffsets: [4],
      },
    ],
  };
  expect(parseCommitRequest(commitRequestText(request))).toEqual(request);
});

test.each([
  ['{', /JSON/],
  ['{}', /it has no id/],
  ['{"id":"1","bronze":"b","quarantine":"q","contract":"c","lanes":[]}', /names no lanes/],
  [
    '{"id":"1","bronze":"b","quarantine":"q","contract":"c","lanes":[{"lane":"a","first":"5","last":"4","rejected":[]}]}',
    /first position is past the last/,
  ],
  [
    '{"id":"1","bronze":"b","quarantine":"q","contract":"c","lanes":[{"lane":"a","first":"5","last":"6","rejected":[]}],"bronzeFiles":[{}],"quarantineFiles":[]}',
    /Not a data file/,
  ],
])('%s is no commit request', (text, reason) => {
  expect(() => parseCommitRequest(text)).toThrow(MalformedCommitRequest);
  expect(() => parseCommitRequest(text)).toThrow(reason);
});

import { ingest } from '../../lambda/pipeline/ingest';
import { IngestFailure } from '../../lambda/pipeline/ingest-failure';
import { RejectionHandling } from '../../lib/contract/rejection-handling';
import type { SourceRecord } from '../../lambda/pipeline/record';
import { InMemoryLake, record, type Judge } from './in-memory-lake';

const LANE = 'orders/shard-0';
const good: Judge = () => true;
const bad: Judge = () => false;
const badOnes =
  (...positions: number[]): Judge =>
  ({ position }) =>
    !positions.includes(Number(position));
const batch = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => record(from + i));
const ids = (...positions: number[]) => positions.map((position) => `${LANE}:${position}`);

test('accepted records go to bronze and the rejected to quarantine, in one commit each', async () => {
  const lake = new InMemoryLake();
  const report = await ingest(batch(1, 5), lake.container(badOnes(2, 5)));

  expect(lake.rows(lake.bronze)).toEqual(ids(1, 3, 4));
  expect(lake.rows(lake.quarantine)).toEqual(ids(2, 5));
  expect(lake.bronze.contents.commits).toHaveLength(1);
  expect(lake.bronze.contents.positions).toEqual({ [LANE]: '5' });
  expect(report).toMatchObject({
    lanes: [{ lane: LANE, first: '1', last: '5' }],
    read: 5,
    accepted: 3,
    quarantined: 2,
    replayed: 0,
    reasons: { 'wrong-type': 2 },
    bronzeSnapshot: 1n,
    quarantineSnapshot: 1n,
    conflicts: 0,
    oldestArrival: 1_699_999_999_000,
  });
});

test('the quarantine snapshot says what was judged, why it was refused and by which contract', async () => {
  const lake = new InMemoryLake();
  await ingest(batch(1, 5), lake.container(badOnes(2, 5)));
  expect(lake.quarantine.contents.commits[0].notes.summary).toEqual({
    'lakehouse.contract': 'miniature@1.0.0',
    'lakehouse.judged': JSON.stringify([{ lane: LANE, first: '1', last: '5' }]),
    'lakehouse.reasons': '{"wrong-type":2}',
  });
});

test('an empty batch does nothing', async () => {
  const lake = new InMemoryLake();
  const report = await ingest([], lake.container(good));
  expect(report).toMatchObject({ lanes: [], read: 0, accepted: 0, quarantined: 0, replayed: 0 });
  expect(lake.weather.steps).toBe(0);
});

test('10,000 bad records of 10,000 make one quarantine commit, none to bronze, and a short ledger', async () => {
  const lake = new InMemoryLake();
  const report = await ingest(batch(1, 10_000), lake.container(bad));
  expect(report).toMatchObject({ read: 10_000, accepted: 0, quarantined: 10_000 });
  expect(lake.quarantine.contents.commits).toHaveLength(1);
  expect(lake.bronze.contents.commits).toHaveLength(0);
  expect(lake.rows(lake.quarantine)).toHaveLength(10_000);
  expect(lake.quarantine.contents.properties).toEqual({
    'lakehouse.quarantined.orders/shard-0': '1 2710 0 1 270f',
  });
});

test('a stream of nothing but bad records keeps its ledger at one run', async () => {
  const lake = new InMemoryLake();
  const container = lake.container(bad);
  for (let i = 0; i < 50; i++) await ingest(batch(i * 10 + 1, i * 10 + 10), container);
  const [, , , ...gaps] = lake.quarantine.contents.properties[`lakehouse.quarantined.${LANE}`].split(' ');
  expect(gaps).toEqual(['1', (499).toString(16)]);
});

test.each<[string, SourceRecord[]]>([
  ['the same batch', batch(1, 6)],
  ['its first half', batch(1, 3)],
  ['its second half', batch(4, 6)],
  ['a part from the middle', batch(2, 5)],
])('%s again changes nothing', async (_title, again) => {
  const lake = new InMemoryLake();
  await ingest(batch(1, 6), lake.container(badOnes(1, 4)));
  const before = { ...lake.bronze.contents, quarantined: lake.quarantine.contents };

  const report = await ingest(again, lake.container(badOnes(1, 4)));

  expect(report).toMatchObject({ read: again.length, replayed: again.length, accepted: 0, quarantined: 0 });
  expect({ ...lake.bronze.contents, quarantined: lake.quarantine.contents }).toEqual(before);
});

test('an overlapping batch adds only what is new', async () => {
  const lake = new InMemoryLake();
  await ingest(batch(1, 6), lake.container(badOnes(4)));
  const report = await ingest(batch(4, 9), lake.container(badOnes(4, 8)));
  expect(report).toMatchObject({ read: 6, replayed: 3, accepted: 2, quarantined: 1 });
  expect(lake.rows(lake.bronze)).toEqual(ids(1, 2, 3, 5, 6, 7, 9));
  expect(lake.rows(lake.quarantine)).toEqual(ids(4, 8));
});

test('records out of order and twice in one batch are taken once, by integer order of their positions', async () => {
  const lake = new InMemoryLake();
  const positions = ['10', '9', '9007199254740993', '9007199254740992', '9', '11'];
  const report = await ingest(
    positions.map((position) => record(position)),
    lake.container(good),
  );
  expect(report).toMatchObject({ read: 6, accepted: 5, replayed: 1 });
  expect(lake.rows(lake.bronze)).toEqual(
    ['9', '10', '11', '9007199254740992', '9007199254740993'].map((position) => `${LANE}:${position}`),
  );
  expect(lake.bronze.contents.positions[LANE]).toBe('9007199254740993');
});

test('several lanes in one batch move together', async () => {
  const lake = new InMemoryLake();
  const both = [record(7, 'a'), record(3, 'b'), record(8, 'a'), record(4, 'b')];
  const judge: Judge = ({ lane, position }) => lane === 'a' && position === '7';
  await ingest(both, lake.container(judge));
  expect(lake.rows(lake.bronze)).toEqual(['a:7']);
  expect(lake.rows(lake.quarantine)).toEqual(['a:8', 'b:3', 'b:4']);
  expect(lake.bronze.contents.positions).toEqual({ a: '8', b: '4' });
});

describe('between the commit to quarantine and the one to bronze', () => {
  async function crashBetween(judge: Judge): Promise<InMemoryLake> {
    const lake = new InMemoryLake();
    // Two files are written, quarantine is committed, and the fourth step is bronze's commit.
    lake.weather.failAt = 4;
    await expect(ingest(batch(1, 4), lake.container(judge))).rejects.toThrow('commit bronze');
    expect(lake.rows(lake.quarantine)).toEqual(ids(2, 3));
    expect(lake.rows(lake.bronze)).toEqual([]);
    return lake;
  }

  test('a crash is made good by the next delivery', async () => {
    const lake = await crashBetween(badOnes(2, 3));
    const report = await ingest(batch(1, 4), lake.container(badOnes(2, 3)));
    expect(report).toMatchObject({ accepted: 2, quarantined: 0, replayed: 2 });
    expect(lake.rows(lake.bronze)).toEqual(ids(1, 4));
    expect(lake.rows(lake.quarantine)).toEqual(ids(2, 3));
    expect(lake.bronze.contents.positions[LANE]).toBe('4');
  });

  test('a contract that has become wider leaves in quarantine what is there', async () => {
    const lake = await crashBetween(badOnes(2, 3));
    await ingest(batch(1, 4), lake.container(good, '2.0.0'));
    expect(lake.rows(lake.bronze)).toEqual(ids(1, 4));
    expect(lake.rows(lake.quarantine)).toEqual(ids(2, 3));
  });

  test('a contract that has become stricter refuses what it had accepted but not committed', async () => {
    const lake = await crashBetween(badOnes(2, 3));
    await ingest(batch(1, 4), lake.container(badOnes(1, 2, 3), '2.0.0'));
    expect(lake.rows(lake.bronze)).toEqual(ids(4));
    expect(lake.rows(lake.quarantine)).toEqual(ids(2, 3, 1));
  });
});

test('a container that is behind judges a replay by what bronze holds now', async () => {
  const lake = new InMemoryLake();
  const stale = lake.container(badOnes(2));
  const current = lake.container(badOnes(2, 5));
  await ingest(batch(1, 3), current);
  // Bronze has passed 2, so the ledger forgets it; only a fresh look at bronze tells that 2 is settled.
  await ingest(batch(4, 6), current);
  await stale.quarantine.table.refresh();

  const report = await ingest(batch(1, 3), stale);

  expect(report).toMatchObject({ replayed: 3 });
  expect(lake.rows(lake.quarantine)).toEqual(ids(2, 5));
});

test('containers that take turns at a shard do not encode a batch again for a lost claim', async () => {
  const lake = new InMemoryLake();
  const first = lake.container(badOnes(2, 8));
  const second = lake.container(badOnes(5, 11));
  await ingest(batch(1, 3), first);
  await ingest(batch(4, 6), second);
  let encoders = 0;
  const counted = { ...first, newEncoder: (target: any) => (encoders++, first.newEncoder(target)) };
  const report = await ingest(batch(7, 9), counted);
  expect(encoders).toBe(1);
  expect(report).toMatchObject({ accepted: 2, quarantined: 1 });
  expect(lake.rows(lake.quarantine)).toEqual(ids(2, 5, 8));
});

test('an overlap found at the commit is trimmed, and the files that lost are deleted', async () => {
  const lake = new InMemoryLake();
  const behind = lake.container(good);
  await ingest(batch(1, 3), lake.container(good));
  const report = await ingest(batch(2, 5), behind);
  expect(report).toMatchObject({ accepted: 2, replayed: 2, conflicts: 1 });
  expect(lake.rows(lake.bronze)).toEqual(ids(1, 2, 3, 4, 5));
  expect(lake.store.objects.size).toBe(2);
});

test('after another engine rolled quarantine back, a record is quarantined twice rather than lost', async () => {
  const lake = new InMemoryLake();
  await ingest(batch(1, 2), lake.container(bad));
  lake.quarantine.contents = { ...lake.quarantine.contents, files: [], positions: {}, commits: [] };
  await ingest(batch(1, 2), lake.container(bad));
  expect(lake.rows(lake.quarantine)).toEqual(ids(1, 2));
});

describe('a processor that halts at rejected records', () => {
  const halting = (lake: InMemoryLake, judge: Judge) => ({
    ...lake.container(judge),
    rejections: RejectionHandling.HALT,
  });

  test('commits nothing of the batch, and says where and why without saying what', async () => {
    const lake = new InMemoryLake();
    await expect(ingest(batch(1, 5), halting(lake, badOnes(2, 5)))).rejects.toMatchObject({
      name: 'RecordsRejected',
      message:
        '2 of 5 records break the contract, and this processor halts at them. ' +
        `The first: ${LANE} position 2, wrong-type. ` +
        'Mend the contract or the producer, or let the processor quarantine such records.',
    });
    expect(lake.rows(lake.bronze)).toEqual([]);
    expect(lake.rows(lake.quarantine)).toEqual([]);
  });

  test('takes what a bisected batch holds before them, and all of it once the contract is mended', async () => {
    const lake = new InMemoryLake();
    await ingest(batch(1, 3), halting(lake, badOnes(4)));
    await expect(ingest(batch(4, 5), halting(lake, badOnes(4)))).rejects.toThrow('position 4');
    expect(lake.rows(lake.bronze)).toEqual(ids(1, 2, 3));
    await ingest(batch(1, 5), halting(lake, good));
    expect(lake.rows(lake.bronze)).toEqual(ids(1, 2, 3, 4, 5));
    expect(lake.rows(lake.quarantine)).toEqual([]);
  });
});

describe('an encoder that fails on a record', () => {
  const breaksAt =
    (...positions: number[]): Judge =>
    ({ position }) => {
      if (positions.includes(Number(position))) throw new TypeError('secret content of the record');
      return true;
    };

  test('costs that record a place in quarantine and the others nothing', async () => {
    const lake = new InMemoryLake();
    const report = await ingest(batch(1, 20), lake.container(breaksAt(3, 17)));
    expect(lake.rows(lake.quarantine)).toEqual(ids(3, 17));
    expect(lake.rows(lake.bronze).sort()).toEqual(
      batch(1, 20)
        .map(({ position }) => `${LANE}:${position}`)
        .filter((id) => !ids(3, 17).includes(id))
        .sort(),
    );
    expect(report).toMatchObject({ accepted: 18, quarantined: 2, reasons: { 'internal-error': 2 } });
    expect(report.internalErrors.map(({ name }) => name)).toEqual(['TypeError', 'TypeError']);
  });

  test('a table that cannot hold what the contract allows fails the batch and blames no record', async () => {
    const lake = new InMemoryLake();
    const newEncoder = () => {
      throw new Error('column "x" is NOT NULL');
    };
    const failure = await ingest(batch(1, 4), { ...lake.container(good), newEncoder }).catch(
      (error) => error,
    );
    expect(failure).toBeInstanceOf(IngestFailure);
    expect(failure.message).toBe('Ingestion failed at: encode records. column "x" is NOT NULL');
    expect(lake.rows(lake.quarantine)).toEqual([]);
  });

  test('a failure that no single record causes is not blamed on one', async () => {
    const lake = new InMemoryLake();
    let rows = 0;
    const container = lake.container(() => {
      if (++rows > 4) throw new RangeError('too many rows');
      return true;
    });
    const fewRows = { ...container, newEncoder: (target: any) => ((rows = 0), container.newEncoder(target)) };
    const report = await ingest(batch(1, 8), fewRows);
    expect(report).toMatchObject({ accepted: 8, quarantined: 0 });
    expect(lake.rows(lake.bronze)).toEqual(ids(1, 2, 3, 4, 5, 6, 7, 8));
  });
});

describe('with a failure at any step, before or after it took effect, the next delivery completes the batch', () => {
  const judge = badOnes(2, 3, 7);
  test.each([false, true])('answer lost: %s', async (late) => {
    const calm = new InMemoryLake();
    await ingest(batch(1, 8), calm.container(judge));
    const steps = calm.weather.steps;
    expect(steps).toBeGreaterThanOrEqual(4);

    for (let failAt = 1; failAt <= steps; failAt++) {
      const lake = new InMemoryLake();
      Object.assign(lake.weather, { failAt, late });
      const failure = await ingest(batch(1, 8), lake.container(judge)).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(IngestFailure);
      await ingest(batch(1, 8), lake.container(judge));
      expect(lake.rows(lake.bronze)).toEqual(calm.rows(calm.bronze));
      expect(lake.rows(lake.quarantine)).toEqual(calm.rows(calm.quarantine));
    }
  });
});

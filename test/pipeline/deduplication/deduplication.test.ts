import { ingest } from '../../../lambda/pipeline/ingest';
import type { IngestTargets } from '../../../lambda/pipeline/ingest-targets';
import { RejectionHandling } from '../../../lib/contract/rejection-handling';
import { InMemoryLake, type Judge } from '../in-memory-lake';
import { deduplicationBy, event, InMemoryClaims, KEEP, WINDOW } from './in-memory-claims';

const LANE = 'orders/shard-0';
const good: Judge = () => true;
const ids = (...positions: number[]) => positions.map((position) => `${LANE}:${position}`);

function door(judge: Judge = good, more: Partial<IngestTargets> = {}) {
  const lake = new InMemoryLake();
  let now = 0;
  const claims = new InMemoryClaims(lake.weather, () => now);
  const container = (by: Judge = judge): IngestTargets => ({
    ...lake.container(by),
    deduplication: deduplicationBy(claims),
    ...more,
  });
  return { lake, claims, container, at: (time: number) => (now = time) };
}

test('the first record of an event is accepted, others of the batch and of later ones are counted and left out', async () => {
  const { lake, container } = door();
  const first = await ingest([event(1, 'a'), event(2, 'b'), event(3, 'a')], container());
  expect(first).toMatchObject({ read: 3, accepted: 2, duplicates: 1, rows: 2, quarantined: 0, replayed: 0 });
  const second = await ingest([event(4, 'b'), event(5, 'c')], container());
  expect(second).toMatchObject({ read: 2, accepted: 1, duplicates: 1, replayed: 0 });
  expect(lake.rows(lake.bronze)).toEqual(ids(1, 2, 5));
  expect(lake.rows(lake.quarantine)).toEqual([]);
});

test.each([
  ['one millisecond within the window', WINDOW - 1, 0],
  ['exactly a window later', WINDOW, 1],
  ['a window later, with the claim still stored', WINDOW + 1, 1],
])('a record that arrives %s', async (_title, arrivedAt, accepted) => {
  const { container } = door();
  await ingest([event(1, 'a')], container());
  expect(await ingest([event(2, 'a', { arrivedAt })], container())).toMatchObject({
    accepted,
    duplicates: 1 - accepted,
  });
});

test('a claim whose time is over decides nothing, whether it is still stored or not', async () => {
  const { container, at } = door();
  await ingest([event(1, 'a')], container());
  at(KEEP);
  expect(await ingest([event(2, 'a')], container())).toMatchObject({ accepted: 1, duplicates: 0 });
});

test('records without an id are nobody’s duplicates', async () => {
  const { container } = door();
  expect(await ingest([event(1, undefined), event(2, undefined)], container())).toMatchObject({
    accepted: 2,
  });
});

test('a record in quarantine keeps no good twin out, whether it comes before or after it', async () => {
  const judge: Judge = ({ position }) => position !== '1' && position !== '3';
  const { lake, container } = door(judge);
  const report = await ingest([event(1, 'a'), event(2, 'a'), event(3, 'a')], container());
  expect(report).toMatchObject({ accepted: 1, quarantined: 2, duplicates: 0 });
  expect(lake.rows(lake.bronze)).toEqual(ids(2));
  expect(lake.rows(lake.quarantine)).toEqual(ids(1, 3));
});

test('what a record claimed before it was refused is given up: its twin comes in', async () => {
  const { lake, container } = door();
  // Dies after it has claimed, before it commits.
  Object.assign(lake.weather, { failAt: 3 });
  await expect(ingest([event(1, 'a')], container())).rejects.toThrow(/write files/);
  Object.assign(lake.weather, { failAt: undefined });
  const stricter: Judge = ({ position }) => position !== '1';
  expect(await ingest([event(1, 'a')], container(stricter))).toMatchObject({ quarantined: 1 });
  expect(await ingest([event(2, 'a')], container(stricter))).toMatchObject({ accepted: 1, duplicates: 0 });
});

test('a batch that halts at a rejected record has claimed nothing', async () => {
  const { container } = door(({ position }) => position !== '2', { rejections: RejectionHandling.HALT });
  await expect(ingest([event(1, 'a'), event(2, 'b')], container())).rejects.toThrow(/break the contract/);
  expect(await ingest([event(9, 'a', { lane: 'orders/shard-1' })], container())).toMatchObject({
    accepted: 1,
  });
});

test('what a transform drops claims nothing, and what it makes of a duplicate is in no table', async () => {
  const transform: IngestTargets['transform'] = async (records) =>
    new Map(records.map((one) => [one, { rows: one.position === '1' ? [] : [{}, {}] }]));
  const { lake, container } = door(good, { transform });
  const report = await ingest([event(1, 'a'), event(2, 'a'), event(3, 'a')], container());
  expect(report).toMatchObject({ read: 3, dropped: 1, accepted: 1, rows: 2, duplicates: 1, replayed: 0 });
  expect(lake.rows(lake.bronze)).toEqual(ids(2, 2));
});

test('a batch of nothing but duplicates commits nothing', async () => {
  const { lake, container } = door();
  await ingest([event(1, 'a')], container());
  await ingest([event(2, 'a')], container());
  expect(lake.bronze.contents.commits).toHaveLength(1);
});

test('without deduplication the report has no count of it', async () => {
  const lake = new InMemoryLake();
  const report = await ingest([event(1, 'a'), event(2, 'a')], lake.container(good));
  expect(report.accepted).toBe(2);
  expect(report.duplicates).toBeUndefined();
});

describe('whatever call fails, before or after it took effect', () => {
  test.each([1, 2])('with %i workers at it, one record of each event is in', async (workers) => {
    let struck = 0;
    for (const late of [false, true]) {
      for (let failAt = 1; ; failAt++) {
        const judge: Judge = ({ position }) => position !== '3';
        const { lake, container } = door(judge);
        const batch = [event(1, 'a'), event(2, 'b'), event(3, 'c'), event(4, 'a'), event(5, 'c')];
        Object.assign(lake.weather, { failAt, late });
        const outcomes = await Promise.allSettled(
          Array.from({ length: workers }, () => ingest(batch, container())),
        );
        const reached = lake.weather.steps >= failAt;
        Object.assign(lake.weather, { failAt: undefined });
        await ingest(batch.slice(0, 2), container());
        await ingest(batch, container());
        await ingest([event(7, 'b', { lane: 'orders/shard-1' })], container());
        expect([...lake.rows(lake.bronze)].sort()).toEqual(ids(1, 2, 5));
        expect(lake.rows(lake.quarantine)).toEqual(ids(3));
        if (outcomes.some(({ status }) => status === 'rejected')) struck++;
        if (!reached) break;
      }
    }
    expect(struck).toBeGreaterThan(20);
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileStore } from '../../lambda/stores/file-store';
import { createOrEvolveTable, TableChange } from '../../lambda/tables/create-table';
import type { IcebergTable } from '../../lambda/tables/iceberg-table';
import { openTable } from '../../lambda/tables/open-table';
import { AppendOutcome } from '../../lambda/tables/table';
import { BY_LANE, ingest, position, rangeOf, recordsOf, SCHEMA, upTo, writeBatch } from './fixtures/lanes';

const store = new FileStore();
let directory: string;
let table: IcebergTable;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'append-'));
  const created = await createOrEvolveTable(`file://${directory}/orders`, {
    schema: SCHEMA,
    partitionSpec: BY_LANE,
  });
  expect(created.change).toBe(TableChange.CREATED);
  table = created.table;
});
afterEach(() => rmSync(directory, { recursive: true }));

const append = async (lane: string, first: number, last: number, to = table) => {
  const batch = { lane, first, last };
  return to.append([await writeBatch(to, store, batch)], [rangeOf(batch)], {
    summary: { 'lakehouse.batch': 'b' },
  });
};

test('files and positions get in together, and another process sees them', async () => {
  const result = await append('a', 0, 9);
  expect(result).toMatchObject({ outcome: AppendOutcome.COMMITTED, attempts: 1 });
  await append('b', 0, 4);

  const other = await openTable(table.uri);
  expect(other.positions()).toEqual(new Map([['a', position(9)], ['b', position(4)]])); // prettier-ignore
  expect(await recordsOf(other, store)).toEqual({ a: upTo(10), b: upTo(5) });
  expect(other.metadata.snapshots[0]).toMatchObject({
    'snapshot-id': Number(result.snapshotId),
    summary: { operation: 'append', 'added-records': '10', 'total-records': '10', 'lakehouse.batch': 'b' },
  });
  expect(other.metadata.snapshots[1].summary).toMatchObject({
    'total-records': '15',
    'total-data-files': '2',
  });
  expect((await other.currentDataFiles()).map((file) => file.partition)).toEqual([['b'], ['a']]);
});

test('a replayed batch changes nothing and leaves no manifest behind', async () => {
  const stale = await openTable(table.uri);
  await append('a', 0, 9);
  const files = async () => {
    const names = [];
    for await (const { uri } of store.list(`file://${directory}/orders/metadata/`)) names.push(uri);
    return names.sort();
  };
  const before = await files();
  expect((await append('a', 0, 9)).outcome).toBe(AppendOutcome.ALREADY_COMMITTED);
  expect((await append('a', 2, 5)).outcome).toBe(AppendOutcome.ALREADY_COMMITTED);
  expect((await append('a', 0, 9, stale)).outcome).toBe(AppendOutcome.ALREADY_COMMITTED);
  expect(await files()).toEqual(before);
  expect(await recordsOf(await openTable(table.uri), store)).toEqual({ a: upTo(10) });
});

test('an overlapping batch is refused whole, and the position says where to trim', async () => {
  const stale = await openTable(table.uri);
  await append('a', 0, 9);
  expect((await append('a', 5, 14, stale)).outcome).toBe(AppendOutcome.OVERLAP);
  expect(stale.position('a')).toBe(position(9));
  expect(await ingest(stale, store, { lane: 'a', first: 5, last: 14 })).toBe(AppendOutcome.COMMITTED);
  expect(await recordsOf(stale, store)).toEqual({ a: upTo(15) });
});

test('one range behind and one ahead is an overlap', async () => {
  await append('a', 0, 9);
  const file = await writeBatch(table, store, { lane: 'a', first: 0, last: 9 });
  const ranges = [rangeOf({ lane: 'a', first: 0, last: 9 }), rangeOf({ lane: 'b', first: 0, last: 9 })];
  expect((await table.append([file], ranges)).outcome).toBe(AppendOutcome.OVERLAP);
});

test('positions compare as integers, not as text', async () => {
  const file = () => writeBatch(table, store, { lane: 'a', first: 0, last: 0 });
  await table.append([await file()], [{ lane: 'a', first: '9', last: '9' }]);
  const result = await table.append([await file()], [{ lane: 'a', first: '10', last: '10' }]);
  expect(result.outcome).toBe(AppendOutcome.COMMITTED);
});

test('positions move without files; properties and summary move with them', async () => {
  const ranges = [rangeOf({ lane: 'a', first: 0, last: 9 })];
  const notes = { properties: { 'lakehouse.watermark': '17' } };
  expect((await table.append([], ranges, notes)).outcome).toBe(AppendOutcome.COMMITTED);
  expect(table.position('a')).toBe(position(9));
  expect((await openTable(table.uri)).property('lakehouse.watermark')).toBe('17');
  expect(await table.currentDataFiles()).toEqual([]);
});

test('nothing to append commits nothing', async () => {
  expect(await table.append([], [])).toEqual({
    outcome: AppendOutcome.COMMITTED,
    snapshotId: undefined,
    attempts: 0,
  });
  expect(table.metadata.snapshots).toEqual([]);
});

test('a plain append needs no ranges', async () => {
  const file = await writeBatch(table, store, { lane: 'a', first: 0, last: 4 });
  expect((await table.append([file], [])).outcome).toBe(AppendOutcome.COMMITTED);
  expect(table.positions()).toEqual(new Map());
  expect(await recordsOf(table, store)).toEqual({ a: upTo(5) });
});

test.each([
  [[{ lane: 'a', first: '-1', last: '4' }], /a position is a decimal integer. Received "-1"/],
  [[{ lane: 'a', first: '5', last: '4' }], /the first position is past the last/],
  [[{ lane: 'a', first: '1', last: '2' }, { lane: 'a', first: '3', last: '4' }], /one range for each lane/], // prettier-ignore
])('ranges that make no sense are refused: %j', async (ranges, message) => {
  await expect(async () => table.append([], ranges)).rejects.toThrow(message);
});

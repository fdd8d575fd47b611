import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IcebergSchema } from '../../lib/contract/iceberg-types';
import { alterTable } from '../../lambda/tables/alter-table';
import { createOrEvolveTable } from '../../lambda/tables/create-table';
import type { IcebergTable } from '../../lambda/tables/iceberg-table';
import { mergeByKey } from '../../lambda/rows/merge';
import { rowsOfFile } from '../../lambda/rows/rows-of-file';
import { openTable } from '../../lambda/tables/open-table';
import { AppendOutcome } from '../../lambda/tables/table';
import { appendRows, rowsOf } from './fixtures/rows';

const SCHEMA: IcebergSchema = {
  type: 'struct',
  fields: [
    { id: 1, name: 'id', required: true, type: 'long' },
    { id: 2, name: 'day', required: true, type: 'date' },
    { id: 3, name: 'note', required: false, type: 'string' },
  ],
};
const BY_DAY = {
  'spec-id': 0,
  fields: [{ 'source-id': 2, 'field-id': 1000, name: 'day', transform: 'identity' }],
};
const row = (id: number, note: string | null = null, day = 1) => ({ id: BigInt(id), day, note });

let directory: string;
let table: IcebergTable;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'merge-'));
  const uri = `file://${directory}/customers`;
  ({ table } = await createOrEvolveTable(uri, { schema: SCHEMA, partitionSpec: BY_DAY }));
});
afterEach(() => rmSync(directory, { recursive: true }));
const rows = async () => {
  const found = await rowsOf(await openTable(table.uri));
  return Object.fromEntries(
    found.map(({ id, note, day }) => [String(id), day === 1 ? note : `${note}@${day}`]),
  );
};

test('updates, inserts and deletes by key, also when a row moves to another partition', async () => {
  await appendRows(table, [row(1, 'a'), row(2, 'b')]);
  await appendRows(table, [row(3, 'c'), row(4, 'd')]);
  await mergeByKey(table, {
    key: ['id'],
    upserts: [row(2, 'old'), row(2, 'B', 2), row(9, 'new')],
    deletes: [{ id: 3n }],
  });
  expect(await rows()).toEqual({ 1: 'a', 2: 'B@2', 4: 'd', 9: 'new' });
  expect(table.metadata.snapshots.at(-1)!.summary).toMatchObject({
    operation: 'overwrite',
    'total-records': '4',
  });
});

test('reads and rewrites only files that hold one of the keys', async () => {
  for (let i = 0; i < 10; i++) await appendRows(table, [row(i * 10), row(i * 10 + 5)]);
  const before = (await table.dataFiles()).map((file) => file.filePath);
  const get = jest.spyOn(table.store, 'get');
  await mergeByKey(table, { key: ['id'], upserts: [row(42, 'between'), row(55, 'x')] });
  const read = get.mock.calls.map(([uri]) => uri).filter((uri) => uri.endsWith('.parquet'));
  get.mockRestore();
  expect(read).toHaveLength(2);
  const after = new Set((await table.dataFiles()).map((file) => file.filePath));
  expect(before.filter((path) => !after.has(path))).toHaveLength(1);
  expect(Object.keys(await rows())).toHaveLength(21);
});

test('passes over files of which any column of the key, or the partition, excludes the keys', async () => {
  for (let day = 1; day <= 6; day++) await appendRows(table, [row(1, 'a', day), row(9, 'b', day)]);
  const get = jest.spyOn(table.store, 'get');
  // By the bounds of id alone, all of them could have it.
  await mergeByKey(table, { key: ['id', 'day'], upserts: [row(9, 'B', 4)], deletes: [{ id: 1n, day: 5 }] });
  const read = get.mock.calls.map(([uri]) => uri).filter((uri) => uri.endsWith('.parquet'));
  get.mockRestore();
  expect(read.map((uri) => /day=([^/]+)/.exec(uri)![1]).sort()).toEqual(['1970-01-05', '1970-01-06']);
  expect((await rowsOf(await openTable(table.uri))).length).toBe(11);
});

test('writes files of the target size, a partition each, and those of other partitions stay', async () => {
  const days = [1, 2, 3];
  for (const day of days)
    await appendRows(
      table,
      Array.from({ length: 2_000 }, (_, i) => row(10_000 * day + i, `note ${i}`, day)),
    );
  const [kept] = (await table.dataFiles()).filter(({ partition }) => partition[0] === 3);
  await mergeByKey(table, {
    key: ['id'],
    upserts: [row(10_001, 'x'), row(20_001, 'y', 2)],
    targetBytes: 10_000,
  });
  const files = await table.dataFiles();
  for (const day of [1, 2]) {
    const written = files.filter(({ partition }) => partition[0] === day);
    expect(written.length).toBeGreaterThan(2);
    expect(written.reduce((sum, { recordCount }) => sum + recordCount, 0)).toBe(2_000);
    for (const { fileSizeInBytes } of written) expect(fileSizeInBytes).toBeLessThan(15_000);
  }
  expect(files.filter(({ partition }) => partition[0] === 3)).toEqual([kept]);
});

test('rows lie in the table’s sort order: those of a file that is copied, and the new ones', async () => {
  await alterTable(table, [{ do: 'sort', by: [{ column: 'note', direction: 'desc' }] }]);
  await appendRows(table, [row(1, 'c'), row(2, 'b'), row(3, 'a')]);
  await mergeByKey(table, { key: ['id'], upserts: [row(2, 'd'), row(4, 'z'), row(5, 'k')] });
  const notes = await Promise.all(
    (await table.dataFiles()).map(async (file) => {
      const found: unknown[] = [];
      for await (const part of rowsOfFile(table, file)) found.push(...part.map(({ note }) => note));
      return [file.sortOrderId, found];
    }),
  );
  expect(notes.sort()).toEqual(
    [
      [1, ['z', 'k', 'd']],
      [undefined, ['c', 'a']],
    ].sort(),
  );
});

test('files of an older partition spec are written anew by the current one', async () => {
  await appendRows(table, [row(1, 'a', 1), row(2, 'b', 1)]);
  await alterTable(table, [{ do: 'partition', by: [{ column: 'id', transform: 'bucket[4]' }] }]);
  await mergeByKey(table, { key: ['id'], upserts: [row(1, 'A', 7)] });
  expect(await rows()).toEqual({ 1: 'A@7', 2: 'b' });
  const spec = table.partitionSpec['spec-id'];
  expect((await table.dataFiles()).map(({ specId }) => specId)).toEqual([spec, spec]);
});

test('two at a time: both take effect, the same key is there once', async () => {
  await appendRows(table, [row(1, 'a'), row(2, 'b')]);
  const others = await Promise.all([1, 2, 3, 4].map(() => openTable(table.uri)));
  await Promise.all(
    others.map((other, i) =>
      mergeByKey(other, { key: ['id'], upserts: [row(7, `seven`), row(10 + i, `${i}`)] }),
    ),
  );
  expect(await rows()).toEqual({ 1: 'a', 2: 'b', 7: 'seven', 10: '0', 11: '1', 12: '2', 13: '3' });
  expect(await rowsOf(await openTable(table.uri))).toHaveLength(7);
});

test('a replay of an increment is recognized by its range', async () => {
  const ranges = [{ lane: 'bronze', first: '5', last: '5' }];
  const merge = { key: ['id'], upserts: [row(1, 'a')], ranges };
  expect((await mergeByKey(table, merge)).outcome).toBe(AppendOutcome.COMMITTED);
  await mergeByKey(table, { key: ['id'], upserts: [row(1, 'later')] });
  expect((await mergeByKey(table, merge)).outcome).toBe(AppendOutcome.ALREADY_COMMITTED);
  expect(await rows()).toEqual({ 1: 'later' });
});

test('a key that is missing is refused', async () => {
  await expect(mergeByKey(table, { key: ['nope'], upserts: [row(1)] })).rejects.toThrow(
    'has no column "nope" that could be a key. It has: id, day, note.',
  );
  const upserts = [{ id: null, day: 1, note: 'x' }];
  await expect(mergeByKey(table, { key: ['id'], upserts })).rejects.toThrow('no value for "id"');
  await expect(mergeByKey(table, { key: [], upserts: [row(1)] })).rejects.toThrow('at least one column');
});

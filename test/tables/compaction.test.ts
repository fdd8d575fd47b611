import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IcebergSchema } from '../../lib/contract/iceberg-types';
import { compact, groupsToCompact } from '../../lambda/rows/compaction';
import { createOrEvolveTable } from '../../lambda/tables/create-table';
import { expireSnapshots } from '../../lambda/tables/expire-snapshots';
import type { IcebergTable } from '../../lambda/tables/iceberg-table';
import { openTable } from '../../lambda/tables/open-table';
import { rollBack } from '../../lambda/tables/rollback';
import { overwrite } from '../../lambda/tables/overwrite';
import type { TableFile } from '../../lambda/tables/table-files';
import { appendRows, rowsOf, rowTexts } from './fixtures/rows';

const SCHEMA: IcebergSchema = {
  type: 'struct',
  fields: [
    { id: 1, name: 'id', required: true, type: 'long' },
    { id: 2, name: 'day', required: true, type: 'date' },
    { id: 3, name: 'amount', required: false, type: 'decimal(20,3)' },
    { id: 4, name: 'at', required: false, type: 'timestamptz' },
    {
      id: 5,
      name: 'tags',
      required: false,
      type: { type: 'list', 'element-id': 6, element: 'string', 'element-required': false },
    },
  ],
};
const BY_DAY = {
  'spec-id': 0,
  fields: [{ 'source-id': 2, 'field-id': 1000, name: 'day', transform: 'identity' }],
};
const rowOf = (i: number) => ({
  id: 2n ** 60n + BigInt(i),
  day: 19_844 + (i % 2),
  amount: i % 3 ? 10n ** 18n + BigInt(i) : null,
  at: 1_714_521_600_123_456n + BigInt(i),
  tags: i % 5 ? [`t${i}`, null] : null,
});

let directory: string;
let uri: string;
let table: IcebergTable;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'compaction-'));
  uri = `file://${directory}/events`;
  const properties = { 'write.metadata.previous-versions-max': '5' };
  ({ table } = await createOrEvolveTable(uri, { schema: SCHEMA, partitionSpec: BY_DAY, properties }));
});
afterEach(() => rmSync(directory, { recursive: true }));

async function fill(count: number, from = 0): Promise<void> {
  for (let i = from; i < from + count; i++) {
    const position = String(i);
    await appendRows(table, [rowOf(i)], [{ lane: 'a', first: position, last: position }]);
  }
}

test('1,000 small commits read the same from a few files, positions kept, metadata short after expiry', async () => {
  await fill(1000);
  const before = rowTexts(await rowsOf(table));
  const result = await compact(table);
  expect(result).toMatchObject({
    filesBefore: 1000,
    filesAfter: 2,
    rewrittenFiles: 1000,
    writtenFiles: 2,
    conflicts: 0,
  });
  const opened = await openTable(uri);
  expect(opened.metadata.snapshots.at(-1)!.summary).toMatchObject({
    operation: 'replace',
    'total-records': '1000',
    'total-data-files': '2',
  });
  expect(rowTexts(await rowsOf(opened))).toEqual(before);
  expect(opened.position('a')).toBe('999');
  const { deleted } = await expireSnapshots(table, { olderThan: Date.now() + 1000, keepLast: 1 });
  expect(deleted.dataFiles).toBe(1000);

  await fill(1, 1000);
  const fresh = await openTable(uri);
  expect(rowTexts(await rowsOf(fresh))).toHaveLength(1001);
  expect(fresh.metadata.snapshots).toHaveLength(2);
  expect(
    JSON.stringify(fresh.metadata, (_, value) => (typeof value === 'bigint' ? 0 : value)).length,
  ).toBeLessThan(8000);
  expect(await fresh.state.manifests()).toHaveLength(2);

  const reader = join(__dirname, 'fixtures', 'read-with-icebird.mjs');
  const child = spawnSync(process.execPath, [reader, uri], { encoding: 'utf8' });
  const seen = JSON.parse(child.stdout).rows;
  expect(new Set(seen.map((row: any) => row.id)).size).toBe(1001);
}, 120_000);

test('appends that get in while it runs stay', async () => {
  await fill(12);
  const store = table.store as any;
  const put = store.put.bind(store);
  const other = await openTable(uri);
  let appended = 12;
  let busy = false;
  jest.spyOn(store, 'put').mockImplementation(async (...args: any[]) => {
    // Before each metadata file of the compaction, another writer gets in, three times.
    if (!busy && appended < 15 && /v\d+\.metadata\.json$/.test(args[0])) {
      busy = true;
      const i = appended++;
      await appendRows(other, [rowOf(i)], [{ lane: 'a', first: String(i), last: String(i) }]);
      busy = false;
    }
    return put(...args);
  });
  await compact(table);
  jest.restoreAllMocks();
  const fresh = await openTable(uri);
  expect(rowTexts(await rowsOf(fresh))).toEqual(rowTexts(Array.from({ length: 15 }, (_, i) => rowOf(i))));
  expect(fresh.position('a')).toBe('14');
  expect(await fresh.dataFiles()).toHaveLength(5);
});

test('a file that another commit replaced meanwhile is left alone', async () => {
  await fill(10);
  const other = await openTable(uri);
  const [gone] = await other.dataFiles();
  jest.spyOn(table, 'refresh').mockImplementation(async () => {
    await overwriteAfterListing();
  });
  const dataFiles = table.dataFiles.bind(table);
  const overwriteAfterListing = async () => {
    jest.spyOn(table, 'dataFiles').mockImplementation(async (...args) => {
      const files = await dataFiles(...args);
      await overwrite(other, { removed: [gone], added: [] });
      return files;
    });
  };
  const result = await compact(table);
  jest.restoreAllMocks();
  expect(result).toMatchObject({ rewrittenFiles: 0, conflicts: 10, filesAfter: 10 });
  expect(await rowsOf(await openTable(uri))).toHaveLength(9);
});

test('a compaction can be rolled back, and a second one has nothing to do', async () => {
  await fill(10);
  const before = table.metadata['current-snapshot-id']!;
  await compact(table);
  expect(await compact(table)).toMatchObject({ rewrittenFiles: 0, filesAfter: 2 });
  await rollBack(table, before);
  expect(await (await openTable(uri)).dataFiles()).toHaveLength(10);
  expect((await openTable(uri)).position('a')).toBe('9');
  expect(await rowsOf(await openTable(uri))).toHaveLength(10);
});

test.each([
  ['missing', (path: string) => rmSync(path), 'it is missing'],
  ['not Parquet', (path: string) => writeFileSync(path, 'no Parquet at all'), 'parquet'],
])('a data file that is %s: an error that names it, the table untouched', async (_what, damage, reason) => {
  await fill(10);
  const [file] = await table.dataFiles();
  damage(file.filePath.replace('file://', ''));
  const { metadataLocation } = table;
  await expect(compact(table)).rejects.toThrow(`${file.filePath} cannot be read: ${reason}`);
  expect((await openTable(uri)).metadataLocation).toBe(metadataLocation);
});

describe('which files are rewritten together', () => {
  const file = (fileSizeInBytes: number, sequenceNumber: number, partition = [0]) =>
    ({ fileSizeInBytes, sequenceNumber, partition, specId: 0 }) as unknown as TableFile;
  const sizes = (groups: TableFile[][]) => groups.map((group) => group.map((one) => one.fileSizeInBytes));

  test('small ones of one partition, oldest first, up to the target', () => {
    const files = [file(40, 3), file(30, 1), file(35, 2), file(75, 4), file(10, 5, [1])];
    expect(sizes(groupsToCompact(files, 100, 1))).toEqual([[30, 35], [40], [10]]);
  });
  test('a few are not worth it, unless they fill a file', () => {
    expect(sizes(groupsToCompact([file(10, 1), file(10, 2)], 100, 3))).toEqual([]);
    expect(sizes(groupsToCompact([file(60, 1), file(40, 2), file(50, 3)], 100, 3))).toEqual([[60, 40]]);
  });
});

import { DuckDBInstance } from '@duckdb/node-api';
import { parquetMetadata } from 'hyparquet';
import { ByteWriter, parquetWrite } from 'hyparquet-writer';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { IcebergField, IcebergSchema, IcebergType } from '../../lib/contract/iceberg-types';
import { writeRows } from '../../lambda/rows/write-rows';
import { FileStore } from '../../lambda/stores/file-store';
import { createOrEvolveTable } from '../../lambda/tables/create-table';
import type { DataFile } from '../../lambda/tables/data-file';
import type { IcebergTable } from '../../lambda/tables/iceberg-table';
import { openTable } from '../../lambda/tables/open-table';
import { AppendOutcome } from '../../lambda/tables/table';
import { appendRows, rowsOf, rowText } from './fixtures/rows';

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

interface Row {
  readonly id: bigint;
  readonly day: number;
  readonly note: string | null;
}

/** Rows of one day as a Parquet file, written by an independent writer. */
async function writeParquet(table: IcebergTable, rows: Row[]): Promise<DataFile> {
  const writer = new ByteWriter();
  const optional = { repetition_type: 'OPTIONAL', type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const;
  parquetWrite({
    writer,
    schema: [
      { name: 'table', num_children: 3 },
      { name: 'id', type: 'INT64', repetition_type: 'REQUIRED', field_id: 1 },
      { name: 'day', type: 'INT32', repetition_type: 'REQUIRED', converted_type: 'DATE', field_id: 2 },
      { name: 'note', ...optional, field_id: 3 },
    ],
    columnData: [
      { name: 'id', data: rows.map((row) => row.id) },
      { name: 'day', data: rows.map((row) => new Date(row.day * 86_400_000)) },
      { name: 'note', data: rows.map((row) => row.note) },
    ],
  });
  const bytes = new Uint8Array(writer.getBuffer());
  const partition = [rows[0].day];
  const filePath = table.newDataFilePath(partition);
  await new FileStore().put(filePath, bytes);
  expect(Number(parquetMetadata(writer.getBuffer()).num_rows)).toBe(rows.length);
  return {
    content: 0,
    filePath,
    fileFormat: 'PARQUET',
    specId: table.partitionSpec['spec-id'],
    partition,
    recordCount: rows.length,
    fileSizeInBytes: bytes.length,
    columnSizes: new Map(),
    valueCounts: new Map([[1, rows.length]]),
    nullValueCounts: new Map([[1, 0]]),
    nanValueCounts: new Map(),
    lowerBounds: new Map(),
    upperBounds: new Map(),
    splitOffsets: [4],
  };
}

const DAYS = [19_844, 19_845, 19_846];
const ROWS: Row[] = Array.from({ length: 90 }, (_, i) => ({
  id: 2n ** 53n + BigInt(i),
  day: DAYS[i % DAYS.length],
  note: i % 7 === 0 ? null : `nöte ${i}`,
}));

describe('a table filled by many small commits, merged on the way', () => {
  const directory = mkdtempSync(join(tmpdir(), 'readers-'));
  const uri = `file://${directory}/events`;
  beforeAll(async () => {
    const properties = { 'commit.manifest.min-count-to-merge': '4' };
    const { table } = await createOrEvolveTable(uri, { schema: SCHEMA, partitionSpec: BY_DAY, properties });
    for (let start = 0; start < ROWS.length; start += 6) {
      const batch = ROWS.slice(start, start + 6);
      const files = await Promise.all(
        DAYS.map((day) => writeParquet(table, batch.filter((row) => row.day === day))), // prettier-ignore
      );
      const ranges = [{ lane: 'a', first: String(start), last: String(start + 5) }];
      expect((await table.append(files, ranges)).outcome).toBe(AppendOutcome.COMMITTED);
    }
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  describe('icebird', () => {
    let seen: { rows: any[]; manifests: number; entries: { status: number; sequence_number: string }[] };
    beforeAll(() => {
      const reader = join(__dirname, 'fixtures', 'read-with-icebird.mjs');
      const child = spawnSync(process.execPath, [reader, uri], { encoding: 'utf8' });
      if (child.status !== 0) throw new Error(child.stderr);
      seen = JSON.parse(child.stdout);
    });

    test('reads every row once', () => {
      const byId = seen.rows.sort((a, b) => (a.id < b.id ? -1 : 1));
      const expected = ROWS.map(({ id, day, note }) => ({
        id: String(id),
        day: new Date(day * 86_400_000),
        note,
      }));
      expect(byId).toEqual(JSON.parse(JSON.stringify(expected)));
    });

    test('sees few manifests, with sequence numbers that tell when each file came', () => {
      expect(seen.manifests).toBeLessThan(10);
      expect(seen.entries).toHaveLength(45);
      expect(new Set(seen.entries.map((entry) => entry.sequence_number)).size).toBe(15);
      expect(seen.entries.filter((entry) => entry.status === 0).length).toBeGreaterThan(0);
    });
  });

  test('DuckDB reads the listed files', async () => {
    const table = await openTable(uri);
    const files = (await table.currentDataFiles()).map((file) => `'${file.filePath.replace('file://', '')}'`);
    const connection = await (await DuckDBInstance.create()).connect();
    const result = await connection.runAndReadAll(
      `SELECT count(*) n, count(DISTINCT id) ids, count(note) notes, min(day)::VARCHAR AS earliest FROM read_parquet([${files.join()}], hive_partitioning = false)`,
    );
    expect(result.getRowObjects()).toEqual([{ n: 90n, ids: 90n, notes: 77n, earliest: '2024-05-01' }]);
  });

  test('the files of one day can be told from the partition, and lie in its folder', async () => {
    const table = await openTable(uri);
    const files = (await table.currentDataFiles()).filter((file) => file.partition[0] === DAYS[1]);
    expect(files).toHaveLength(15);
    for (const file of files)
      expect(file.filePath).toMatch(/\/data\/day=2024-05-02\/[0-9a-f-]{36}\.parquet$/);
    expect(statSync(files[0].filePath.replace('file://', '')).size).toBe(files[0].fileSizeInBytes);
  });
});

// Python is nothing npm brings: `PYTHON=python3 npx jest test/tables/readers.test.ts`, with pyarrow installed for it.
const { PYTHON } = process.env;
if (PYTHON !== undefined)
  describe('pyarrow', () => {
    const directory = mkdtempSync(join(tmpdir(), 'pyarrow-'));
    afterAll(() => rmSync(directory, { recursive: true }));
    const pyarrow = (...args: string[]) => {
      const child = spawnSync(PYTHON, [join(__dirname, 'fixtures', 'read_with_pyarrow.py'), ...args], {
        encoding: 'utf8',
      });
      if (child.status !== 0) throw new Error(child.stderr);
      return JSON.parse(child.stdout);
    };
    const field = (id: number, name: string, type: IcebergType, required = false) => ({
      id,
      name,
      required,
      type,
    });
    const SCALARS = [
      field(1, 'id', 'long', true),
      field(2, 'note', 'string'),
      field(3, 'amount', 'decimal(20,3)'),
      field(4, 'day', 'date'),
      field(5, 'at', 'timestamptz'),
    ];
    const tableOf = async (name: string, fields: IcebergField[]) =>
      (
        await createOrEvolveTable(`file://${directory}/${name}`, {
          schema: { type: 'struct', fields },
          partitionSpec: { 'spec-id': 0, fields: [] },
        })
      ).table;

    test('reads files of every shape that are written here, with their field ids', async () => {
      const table = await tableOf('ours', [
        ...SCALARS,
        field(6, 'ratio', 'double'),
        field(7, 'known', 'boolean'),
        field(8, 'code', 'binary'),
        field(9, 'tags', { type: 'list', 'element-id': 10, 'element-required': false, element: 'string' }),
        field(11, 'place', {
          type: 'struct',
          fields: [field(12, 'city', 'string'), field(13, 'zip', 'int')],
        }),
      ]);
      const full = {
        id: 2n ** 62n,
        note: 'nöte €',
        amount: -12345678901234567890n,
        day: 19_844,
        at: 1_714_521_600_000_001n,
        ratio: 0.1,
        known: true,
        code: Uint8Array.from([0, 255]),
        tags: ['a', null],
        place: { city: 'Köln', zip: 50667 },
      };
      const none = Object.fromEntries(Object.keys(full).map((name) => [name, null]));
      await appendRows(table, [full, { ...none, id: 7 }]);
      const files = (await table.dataFiles()).map(({ filePath }) => filePath.replace('file://', ''));
      expect(pyarrow('read', ...files)).toMatchObject({
        ids: { id: 1, note: 2, amount: 3, day: 4, at: 5, ratio: 6, known: 7, code: 8, tags: 9, place: 11 },
        rows: [
          {
            ...full,
            id: Number(2n ** 62n),
            amount: '-12345678901234567.890',
            day: '2024-05-01',
            at: '2024-05-01T00:00:00.000001+00:00',
            code: 'AP8=',
          },
          { ...none, id: 7 },
        ],
      });
    });

    test('writes files that are read here as part of a table', async () => {
      const table = await tableOf('theirs', SCALARS);
      const filePath = table.newDataFilePath([]);
      mkdirSync(dirname(filePath.replace('file://', '')), { recursive: true });
      const { rows: recordCount } = pyarrow('write', filePath.replace('file://', ''));
      const fileSizeInBytes = statSync(filePath.replace('file://', '')).size;
      const [blank] = await writeRows(table, [{ id: 1, note: null, amount: null, day: null, at: null }]);
      await table.append([{ ...blank, filePath, recordCount, fileSizeInBytes }], []);
      const rows = await rowsOf(await openTable(`file://${directory}/theirs`));
      expect(rows).toHaveLength(50);
      expect(rowText(rows[4])).toBe(
        rowText({
          id: 2n ** 53n + 4n,
          note: 'nöte 4',
          amount: 500,
          day: 19_848,
          at: 1_714_564_800_000_004n,
        }),
      );
      expect(rows[3].note).toBeNull();
    });
  });

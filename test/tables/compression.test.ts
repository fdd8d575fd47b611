import { DuckDBInstance } from '@duckdb/node-api';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import { openDuckDb, writeResult } from '../../lambda/engines/duckdb';
import { encodeRows } from '../../lambda/pipeline/encoding';
import { writeFiles } from '../../lambda/pipeline/table-target';
import { compact } from '../../lambda/rows/compaction';
import { createOrEvolveTable, type TableDefinition } from '../../lambda/tables/create-table';
import type { IcebergTable } from '../../lambda/tables/iceberg-table';
import { openTable } from '../../lambda/tables/open-table';
import { footer } from '../formats/read-parquet';
import { Icebird } from './fixtures/icebird';
import { appendRows } from './fixtures/rows';

const CODEC = 'write.parquet.compression-codec';
const DEFINITION: TableDefinition = {
  schema: {
    type: 'struct',
    fields: [
      { id: 1, name: 'id', required: true, type: 'int' },
      { id: 2, name: 'note', required: true, type: 'string' },
    ],
  },
  partitionSpec: { 'spec-id': 0, fields: [] },
};
const rows = (first: number) =>
  Array.from({ length: 500 }, (_, i) => ({
    id: first + i,
    note: `order ${first + i} of a customer, sent by post`,
  }));

let directory: string;
let uri: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'compression-'));
  uri = `file://${directory}/t`;
});
afterEach(() => rmSync(directory, { recursive: true }));

const create = async (properties?: Record<string, string>): Promise<IcebergTable> =>
  (await createOrEvolveTable(uri, { ...DEFINITION, properties })).table;

/** How the texts of each file of the table are compressed, newest first. */
async function codecs(table: IcebergTable): Promise<string[]> {
  const files = await table.dataFiles();
  const bytes = await Promise.all(files.map((file) => table.store.get(file.filePath)));
  return bytes.map((file) => footer(file).row_groups[0].columns[1].meta_data!.codec);
}

/** Writes 1,500 rows in every way that rows get into a table, and says how each file is compressed. */
async function written(codec?: string) {
  const table = await create(codec === undefined ? undefined : { [CODEC]: codec });
  const [files] = await writeFiles([
    { target: { table, store: table.store }, files: encodeRows(rows(0), table) },
  ]);
  await table.append(files, []);
  await appendRows(table, rows(500));
  const duckdb = await openDuckDb({ memoryMiB: 128, threads: 1, scratch: join(directory, 'scratch') });
  const sql = `SELECT i::INT AS id, 'order ' || i || ' of a customer, sent by post' AS note FROM range(1000, 1500) r(i)`;
  await table.append(await writeResult(duckdb, sql, table), []);
  duckdb.close();
  const before = await codecs(table);
  await compact(table, { minFiles: 2 });
  return { before, after: await codecs(table) };
}

async function expectReadersToRead() {
  const icebird = new Icebird();
  const read = await icebird.read(uri);
  await icebird.close();
  expect(read.sort((a, b) => Number(a.id) - Number(b.id))).toEqual([...rows(0), ...rows(500), ...rows(1000)]);
  const paths = (await (await openTable(uri)).dataFiles()).map(({ filePath }) => `'${filePath.slice(7)}'`);
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const counted = await connection.runAndReadAll(
    `SELECT count(*)::INT, count(DISTINCT note)::INT, sum(id)::INT FROM read_parquet([${paths.join(', ')}])`,
  );
  connection.closeSync();
  expect(counted.getRowsJson()).toEqual([[1500, 1500, (1499 * 1500) / 2]]);
}

test.each([
  ['no property', undefined, 'SNAPPY'],
  ['snappy', 'snappy', 'SNAPPY'],
  ['gzip', 'gzip', 'GZIP'],
  ['the name in capitals, as engines write it', 'GZIP', 'GZIP'],
  ['uncompressed', 'uncompressed', 'UNCOMPRESSED'],
])('every writer follows the table: %s', async (_name, property, codec) => {
  expect(await written(property)).toEqual({ before: [codec, codec, codec], after: [codec] });
  await expectReadersToRead();
});

/** Node has Zstandard from 22.15 on; what runs on an older one falls back, but for DuckDB, which brings its own. */
const RUNTIME = 'zstdCompressSync' in zlib ? 'ZSTD' : 'SNAPPY';

test(`zstd is ${RUNTIME} of this Node's writers, and Zstandard of DuckDB's`, async () => {
  expect(await written('zstd')).toEqual({ before: ['ZSTD', RUNTIME, RUNTIME], after: [RUNTIME] });
  await expectReadersToRead();
});

test('what another engine’s property asks for and is not written here is Snappy', async () => {
  const table = await create();
  const other = { ...table.metadata.properties, [CODEC]: 'brotli' };
  await table.append([], [], { properties: other });
  await appendRows(table, rows(0));
  expect(await codecs(table)).toEqual(['SNAPPY']);
});

describe('refused before a table is made', () => {
  test.each([
    [CODEC, 'brotli', 'snappy, zstd, gzip, uncompressed'],
    ['write.format.default', 'orc', 'parquet'],
    ['write.metadata.previous-versions-max', '0', 'a whole number of at least 1'],
    ['write.metadata.delete-after-commit.enabled', 'yes', 'true, false'],
    ['write.target-file-size-bytes', '128 MB', 'a whole number of at least 1'],
    ['commit.retry.num-retries', '-1', 'a whole number of at least 0'],
  ])('%s = %s', async (property, value, allowed) => {
    await expect(create({ [property]: value })).rejects.toThrow(
      `Property ${property} of ${uri} is "${value}". Allowed: ${allowed}.`,
    );
    await expect(openTable(uri)).rejects.toThrow('No Iceberg table');
  });
});

import { attachTable, writeResult } from '../../../lambda/engines/duckdb';
import { writeRows } from '../../../lambda/rows/write-rows';
import type { TableRow } from '../../../lambda/rows/read-rows';
import { createOrEvolveTable } from '../../../lambda/tables/create-table';
import type { DataFile } from '../../../lambda/tables/data-file';
import type { IcebergTable } from '../../../lambda/tables/iceberg-table';
import { filesThatMayHold, partitionKey } from '../../../lambda/tables/partition-pruning';
import { fieldTypes } from '../../../lambda/tables/schema';
import { deserializeValue } from '../../../lambda/tables/single-value';
import type { IcebergPartitionSpec, IcebergSchema } from '../../../lib/contract/iceberg-types';
import { Icebird } from '../../tables/fixtures/icebird';
import { rowsOf } from '../../tables/fixtures/rows';
import { workbench } from './duckdb';
import { EDGE_ROWS, EVERY_TYPE, exactTexts, UNPARTITIONED } from './every-type';

const bench = workbench();

/** A table with the rows of another, by way of a query. */
async function copy(
  rows: TableRow[],
  { schema = EVERY_TYPE, spec = UNPARTITIONED, properties = {}, ...options }: any = {},
): Promise<{ source: IcebergTable; target: IcebergTable; files: DataFile[] }> {
  const source = await bench.newTable(schema, spec);
  await source.append(await writeRows(source, rows), []);
  const target = await bench.newTable(schema, spec, properties);
  const attached = await attachTable(bench.duckdb, 'source', source);
  const files = await writeResult(bench.duckdb, 'SELECT * FROM source', target, options);
  await attached.detach();
  await target.append(files, []);
  return { source, target, files };
}

function boundsOf({ lowerBounds, upperBounds }: DataFile, schema = EVERY_TYPE) {
  const types = fieldTypes(schema);
  const values = (bounds: Map<number, Uint8Array>) =>
    [...bounds].map(([id, bytes]) => [id, deserializeValue(types.get(id) as string, bytes)]).sort();
  return { lower: values(lowerBounds), upper: values(upperBounds) };
}

const table = (...fields: [name: string, type: string, required?: boolean][]): IcebergSchema => ({
  type: 'struct',
  'schema-id': 0,
  fields: fields.map(([name, type, required = false], i) => ({ id: i + 1, name, type, required })),
});

const write = async (sql: string, schema: IcebergSchema, spec?: IcebergPartitionSpec) =>
  writeResult(bench.duckdb, sql, await bench.newTable(schema, spec));

describe('what a query gives', () => {
  it('is read back as it was, at the edges of every type', async () => {
    const { target } = await copy(EDGE_ROWS, { keepNegativeZero: true });
    expect(exactTexts(await rowsOf(target))).toEqual(exactTexts(EDGE_ROWS));
  });

  it('is what an independent reader of Iceberg sees', async () => {
    const { source, target } = await copy(EDGE_ROWS);
    const icebird = new Icebird();
    const [own, ours] = [await icebird.read(source.location), await icebird.read(target.location)];
    await icebird.close();
    expect(ours).toHaveLength(EDGE_ROWS.length);
    expect(ours.map((row) => JSON.stringify(row)).sort()).toEqual(
      own.map((row) => JSON.stringify(row)).sort(),
    );
  });

  it('has the counts and bounds that our own writer gives', async () => {
    const { source, files } = await copy(EDGE_ROWS);
    const [own] = await source.dataFiles();
    const withoutLists = (counts: Map<number, number>) => [...counts].filter(([id]) => id < 19).sort();
    expect(files).toHaveLength(1);
    expect(boundsOf(files[0])).toEqual(boundsOf(own));
    expect(files[0].recordCount).toBe(own.recordCount);
    expect(withoutLists(files[0].nullValueCounts)).toEqual(withoutLists(own.nullValueCounts));
    expect(withoutLists(files[0].valueCounts)).toEqual(withoutLists(own.valueCounts));
    expect([...files[0].columnSizes.keys()].sort()).toEqual([...own.columnSizes.keys()].sort());
    expect(files[0].splitOffsets).toEqual([4]);
    expect(files[0].fileSizeInBytes).toBe((await source.store.get(files[0].filePath)).length);
  });

  it.each([
    [-0, 0],
    [0, -0],
  ])('bounds zeros of both signs by -0 and +0, whichever comes first (%d)', async (first, second) => {
    const schema = table(['d', 'double'], ['f', 'float']);
    const [file] = (
      await copy(
        [first, second].map((d) => ({ d, f: d })),
        { schema },
      )
    ).files;
    expect(boundsOf(file, schema)).toEqual({
      lower: [
        [1, -0],
        [2, -0],
      ],
      upper: [
        [1, 0],
        [2, 0],
      ],
    });
  });

  it('keeps the sign of each zero where it is told to', async () => {
    const rows = Array.from({ length: 1000 }, (_, i) => ({ d: i % 2 ? -0 : 0 }));
    const { target } = await copy(rows, { schema: table(['d', 'double']), keepNegativeZero: true });
    expect(exactTexts(await rowsOf(target))).toEqual(exactTexts(rows));
  });

  it('does not say how many NaN there are where there are some', async () => {
    const schema = table(['some', 'double'], ['none', 'double'], ['only', 'double']);
    const rows = [1, NaN].map((some) => ({ some, none: 1, only: NaN }));
    const [file] = (await copy(rows, { schema })).files;
    expect(file.nanValueCounts).toEqual(new Map([[2, 0]]));
    expect([...file.upperBounds.keys()].sort()).toEqual([1, 2]);
  });

  it('is found by its bounds', async () => {
    const { files } = await copy(
      Array.from({ length: 10_000 }, (_, i) => ({
        id: BigInt(i),
        text: `é${(i * 7919) % 10_007}`.padEnd(300, 'x'),
      })),
      {
        schema: table(['id', 'long'], ['text', 'string']),
        properties: { 'write.target-file-size-bytes': '10000' },
        orderBy: ['id'],
      },
    );
    const may = (value: bigint) => filesThatMayHold(files, { id: 1, type: 'long' }, [value]).length;
    expect(files.length).toBeGreaterThan(1);
    expect(may(0n)).toBe(1);
    expect(may(10_000n)).toBe(0);
    expect(filesThatMayHold(files, { id: 2, type: 'string' }, ['zz'])).toEqual([]);
  });

  it('leaves no file where there is no row, and nothing in the scratch directory', async () => {
    expect(await write('SELECT 1 AS id WHERE false', table(['id', 'long', true]))).toEqual([]);
    expect(bench.scratch()).toEqual([]);
  });
});

describe('partitions', () => {
  const fields: [number, string][] = [
    [1, 'bucket[3]'],
    [3, 'truncate[10]'],
    [6, 'truncate[50]'],
    [9, 'month'],
    [10, 'bucket[2]'],
    [11, 'day'],
    [12, 'year'],
    [12, 'hour'],
    [13, 'truncate[2]'],
    [13, 'bucket[2]'],
    [13, 'identity'],
    [14, 'bucket[5]'],
    [14, 'identity'],
    [15, 'truncate[1]'],
    [15, 'bucket[2]'],
    [8, 'bucket[4]'],
    [2, 'identity'],
    [5, 'identity'],
    [17, 'identity'],
    [7, 'void'],
  ];
  const spec = (some: [number, string][]): IcebergPartitionSpec => ({
    'spec-id': 0,
    fields: some.map(([source, transform], i) => ({
      'source-id': source,
      'field-id': 1000 + i,
      name: `p${i}`,
      transform,
    })),
  });
  const usual: TableRow[] = EDGE_ROWS.map((row) => ({
    ...row,
    at: row.at === null ? null : BigInt(row.id as bigint) % 10n ** 15n,
  }));

  it.each(fields)('of column %d by %s are those our own writer makes', async (source, transform) => {
    const rows = [...usual, ...usual];
    const copied = await copy(rows, { spec: spec([[source, transform]]), keepNegativeZero: true });
    const partitions = (files: readonly DataFile[]) =>
      files.map((file) => `${partitionKey(file)} ${file.recordCount}`).sort();
    expect(partitions(copied.files)).toEqual(partitions(await copied.source.dataFiles()));
    expect(exactTexts(await rowsOf(copied.target))).toEqual(exactTexts(rows));
  });

  it('of several fields hold their rows only', async () => {
    const schema = table(['id', 'long'], ['kind', 'string'], ['at', 'timestamptz']);
    const rows = Array.from({ length: 2000 }, (_, i) => ({
      id: BigInt(i),
      kind: i % 7 === 0 ? null : `a/${i % 3}`,
      at: BigInt(i) * 3_600_000_000n,
    }));
    const by = spec([
      [2, 'identity'],
      [3, 'month'],
    ]);
    const { source, target, files } = await copy(rows, { schema, spec: by });
    expect(files.map(partitionKey).sort()).toEqual((await source.dataFiles()).map(partitionKey).sort());
    expect(exactTexts(await rowsOf(target))).toEqual(exactTexts(rows));
    expect(files[0].filePath).toMatch(/\/data\/p0=[^/]+\/p1=1970-\d\d\//);
  });

  it('that outgrow the size of a file get several', async () => {
    const schema = table(['id', 'long'], ['part', 'int']);
    const rows = Array.from({ length: 20_000 }, (_, i) => ({
      id: BigInt(i * 7919),
      part: i < 15_000 ? 1 : 2,
    }));
    const properties = { 'write.target-file-size-bytes': '10000' };
    const { target, files } = await copy(rows, { schema, spec: spec([[2, 'identity']]), properties });
    const first = files.filter(({ partition }) => partition[0] === 1);
    expect(first.length).toBeGreaterThan(1);
    expect(new Set(files.map(({ partition }) => partition[0]))).toEqual(new Set([1, 2]));
    expect(exactTexts(await rowsOf(target))).toEqual(exactTexts(rows));
  });
});

describe('a query that does not fit', () => {
  const schema = table(
    ['id', 'long', true],
    ['price', 'decimal(6,2)'],
    ['at', 'timestamptz'],
    ['note', 'string'],
  );

  it('is refused with every column that is missing, unknown or of another kind', async () => {
    await expect(write("SELECT 'x' AS price, 1 AS sum", schema)).rejects.toThrow(
      /column "sum", the table has id, price, at, note; it has no column "id", which is required; column "price" is VARCHAR, the table has decimal\(6,2\)/,
    );
  });

  it('may leave out optional columns, name them in another case, and count in other numbers', async () => {
    const target = await bench.newTable(schema);
    const sql = "SELECT count(*) AS ID, sum(x) AS price, DATE '2024-05-01' AS at FROM range(3) t(x);";
    await target.append(await writeResult(bench.duckdb, sql, target), []);
    expect(await rowsOf(target)).toEqual([{ id: 3n, price: 300, at: 1714521600000000n, note: null }]);
  });

  it('is stopped when a number is too large, and leaves nothing behind', async () => {
    await expect(write('SELECT 1 AS id, 123456.7 AS price', schema)).rejects.toThrow(/123456\.7/);
    expect(bench.scratch()).toEqual([]);
  });

  it('is refused when a required column lacks values: which, and in how many rows', async () => {
    const nested: IcebergSchema = {
      ...schema,
      fields: [
        ...schema.fields,
        {
          id: 9,
          name: 'items',
          required: false,
          type: {
            type: 'list',
            'element-id': 10,
            'element-required': true,
            element: { type: 'struct', fields: [{ id: 11, name: 'sku', type: 'string', required: true }] },
          },
        },
      ],
    };
    const sql = `SELECT * FROM (VALUES (1, [{'sku': 'a'}, {'sku': NULL}]), (NULL, NULL), (NULL, [NULL]), (4, [])) t(id, items)`;
    await expect(write(sql, nested)).rejects.toThrow(
      /"id" in 2 of 4 rows, "items\[\]" in 1 of 4 rows, "items\[\]\.sku" in 1 of 4 rows/,
    );
    expect(bench.scratch()).toEqual([]);
  });

  it.each([
    ['SELECT 1 AS id; SELECT 2 AS id', /2 statements/],
    ["COPY (SELECT 1) TO '/nowhere/at/all'", /statement of type COPY/],
    ['  ', /It is empty/],
    ['SELEC 1', /syntax error/],
    ['SELECT id FROM nowhere', /nowhere/],
  ])('%s is refused', async (sql, reason) => {
    await expect(write(sql, schema)).rejects.toThrow(reason);
  });

  it('is refused for a table that holds maps or bytes of fixed length', async () => {
    await expect(write('SELECT 1 AS a', table(['a', 'fixed[4]']))).rejects.toThrow(
      /"a" is of type fixed\[4\]/,
    );
  });
});

it('writes columns by the names they have now', async () => {
  const uri = `file://${bench.directory}/evolved`;
  await createOrEvolveTable(uri, { schema: table(['id', 'int']), partitionSpec: UNPARTITIONED });
  const { table: evolved } = await createOrEvolveTable(uri, {
    schema: table(['id', 'long'], ['new', 'string']),
    partitionSpec: UNPARTITIONED,
  });
  await evolved.append(await writeResult(bench.duckdb, "SELECT 'a' AS new, 5000000000 AS id", evolved), []);
  expect(await rowsOf(evolved)).toEqual([{ id: 5000000000n, new: 'a' }]);
});

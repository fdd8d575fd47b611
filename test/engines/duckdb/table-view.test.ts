import { writeFileSync } from 'node:fs';
import { attachTable, openDuckDb, ScratchExceeded } from '../../../lambda/engines/duckdb';
import { writeRows } from '../../../lambda/rows/write-rows';
import { alterTable } from '../../../lambda/tables/alter-table';
import { CorruptFile } from '../../../lambda/tables/corrupt-file';
import { DirectoryCatalog } from '../../../lambda/tables/directory-catalog';
import { IcebergTable } from '../../../lambda/tables/iceberg-table';
import { newTableMetadata } from '../../../lambda/tables/table-metadata';
import type { IcebergSchema } from '../../../lib/contract/iceberg-types';
import { MemoryStore } from '../../stores/memory-store';
import { appendRows } from '../../tables/fixtures/rows';
import { workbench } from './duckdb';
import { EDGE_ROWS, EVERY_TYPE, UNPARTITIONED } from './every-type';

const bench = workbench();

async function see(table: IcebergTable, sql = 'SELECT * FROM seen', options = {}) {
  const attached = await attachTable(bench.duckdb, 'seen', table, options);
  try {
    return await bench.duckdb.rows(sql);
  } finally {
    await attached.detach();
  }
}

const NESTED: IcebergSchema = {
  type: 'struct',
  'schema-id': 0,
  fields: [
    { id: 1, name: 'id', required: true, type: 'int' },
    { id: 2, name: 'note', required: false, type: 'string' },
    {
      id: 3,
      name: 'device',
      required: false,
      type: {
        type: 'struct',
        fields: [
          { id: 4, name: 'os', required: false, type: 'string' },
          { id: 5, name: 'width', required: false, type: 'float' },
        ],
      },
    },
    {
      id: 6,
      name: 'items',
      required: false,
      type: {
        type: 'list',
        'element-id': 7,
        'element-required': false,
        element: {
          type: 'struct',
          fields: [{ id: 8, name: 'price', required: false, type: 'decimal(6,2)' }],
        },
      },
    },
  ],
};

const ROW = {
  id: 1,
  note: 'old',
  device: { os: 'a', width: 1.5 },
  items: [{ price: 125n }, null, { price: null }],
};

describe('a table as a view', () => {
  it('has the values of every type', async () => {
    const table = await bench.newTable(EVERY_TYPE);
    await appendRows(table, EDGE_ROWS);
    const [first] = await see(table, 'SELECT * FROM seen ORDER BY id LIMIT 1');
    expect(first).toEqual({
      id: '-9223372036854775808',
      yes: false,
      i: -2147483648,
      f: -0,
      d: -0,
      small: '-99.99',
      medium: '-999999999999999.999',
      large: '-9999999999999999999999999999.9999999999',
      day: '0001-01-01',
      time: '00:00:00',
      local: '1969-12-31 23:59:59.999999',
      at: '0001-01-01 00:00:00+00',
      'the "text"': '',
      uuid: '00000000-0000-0000-0000-000000000000',
      bytes: '',
      device: { os: '', screens: [] },
      tags: [],
    });
  });

  it('shows rows of old files in the columns of now: renamed, added, widened, dropped, reordered, nested ones too', async () => {
    const table = await bench.newTable(NESTED);
    await appendRows(table, [ROW, { id: 2, note: null, device: null, items: null }]);
    await alterTable(table, [
      { do: 'rename', column: 'device.os', to: 'note' },
      { do: 'drop', column: 'note' },
      { do: 'rename', column: 'device', to: 'machine' },
      { do: 'widen', column: 'id', to: 'long' },
      { do: 'widen', column: 'machine.width', to: 'double' },
      { do: 'widen', column: 'items.element.price', to: 'decimal(10,2)' },
      { do: 'add', column: 'items.element.sku', type: 'string' },
      { do: 'add', column: 'note', type: 'long' },
      { do: 'move', column: 'note', after: null },
    ]);
    await appendRows(table, [
      { note: 9n, id: 3n, machine: { note: 'b', width: 2 }, items: [{ price: 1n, sku: 'x' }] },
    ]);
    expect(await see(table, 'SELECT * FROM seen ORDER BY id')).toEqual([
      {
        note: null,
        id: '1',
        machine: { note: 'a', width: 1.5 },
        items: [{ price: '1.25', sku: null }, null, { price: null, sku: null }],
      },
      { note: null, id: '2', machine: null, items: null },
      { note: '9', id: '3', machine: { note: 'b', width: 2 }, items: [{ price: '0.01', sku: 'x' }] },
    ]);
  });

  it('has some columns, files or an older snapshot where asked', async () => {
    const table = await bench.newTable(NESTED);
    await appendRows(table, [ROW]);
    const [snapshot] = table.metadata.snapshots!;
    await alterTable(table, [{ do: 'rename', column: 'note', to: 'remark' }]);
    await appendRows(table, [{ id: 2, remark: 'new', device: null, items: null }]);
    expect(await see(table, 'SELECT * FROM seen', { columns: ['remark'], snapshot: undefined })).toHaveLength(
      2,
    );
    expect(await see(table, undefined, { snapshot, columns: ['note'] })).toEqual([{ note: 'old' }]);
    const files = (await table.dataFiles()).slice(0, 0);
    expect(await see(table, undefined, { files })).toEqual([]);
    await expect(see(table, undefined, { columns: ['note'] })).rejects.toThrow(
      /no column "note".*id, remark, device/,
    );
  });

  it('takes a column that is only in the partition from there', async () => {
    const spec = {
      'spec-id': 0,
      fields: [{ 'source-id': 3, 'field-id': 1000, name: 'day', transform: 'identity' }],
    };
    const fields = [
      { id: 1, name: 'id', required: true, type: 'long' },
      { id: 3, name: 'day', required: true, type: 'date' },
    ];
    const table = await bench.newTable({ type: 'struct', 'schema-id': 0, fields }, spec);
    const without = await bench.newTable({ type: 'struct', 'schema-id': 0, fields: fields.slice(0, 1) });
    const [file] = await writeRows(without, [{ id: 1n }]);
    const [other] = await writeRows(without, [{ id: 1n }]);
    const files = [
      { ...file, partition: [19_000] },
      { ...other, partition: [-1] },
    ];
    expect(await see(table, 'SELECT * FROM seen ORDER BY day', { files })).toEqual([
      { id: '1', day: '1969-12-31' },
      { id: '1', day: '2022-01-08' },
    ]);
  });
});

describe('a file that is not what the table says', () => {
  const parquet = async (select: string, ids: string) => {
    const path = `${bench.directory}/foreign.parquet`;
    await bench.duckdb.run(`COPY (${select}) TO '${path}' (FORMAT parquet, FIELD_IDS ${ids})`);
    return [{ ...(await anyFile()), filePath: `file://${path}` }];
  };
  const anyFile = async () => (await writeRows(await bench.newTable(NESTED), [ROW]))[0];
  const oneColumn = (type: string): IcebergSchema => ({
    type: 'struct',
    'schema-id': 0,
    fields: [{ id: 1, name: 'a', required: true, type }],
  });

  it.each([
    ["TIMESTAMP_NS '2024-01-01'", 'timestamp', /foreign\.parquet.*column a has nanoseconds/],
    ["'x'", 'long', /foreign\.parquet.*column a is VARCHAR where the table has BIGINT/],
    ['1::BIGINT', 'int', /column a is BIGINT where the table has INTEGER/],
    ['1.5::DECIMAL(9,3)', 'decimal(9,2)', /column a is DECIMAL\(9,3\)/],
    ["{'b': 1}", 'int', /column a is a struct where the table has INTEGER/],
  ])('is named: %s in a column of %s', async (value, type, reason) => {
    const table = await bench.newTable(oneColumn(type));
    const files = await parquet(`SELECT ${value} AS x`, "{'x': 1}");
    await expect(see(table, undefined, { files })).rejects.toThrow(reason);
  });

  it('is named when it lacks field ids, a required column, or is broken or gone', async () => {
    const table = await bench.newTable(oneColumn('int'));
    const without = await parquet('SELECT 1 AS x', '{}').catch(() =>
      parquet('SELECT 1 AS x, 2 AS y', "{'y': 5}"),
    );
    await expect(see(table, undefined, { files: without })).rejects.toThrow(/field id/);
    await appendRows(table, [{ a: 1 }]);
    const [{ filePath }] = await table.dataFiles();
    writeFileSync(filePath.slice('file://'.length), 'PAR1 is not enough');
    await expect(see(table)).rejects.toThrow(CorruptFile);
    await expect(see(table)).rejects.toThrow(filePath);
    await table.store.delete(filePath);
    await expect(see(table)).rejects.toThrow(/is missing/);
  });

  it('may be text that is not annotated as such', async () => {
    const table = await bench.newTable(oneColumn('string'));
    const files = await parquet("SELECT encode('é') AS x", "{'x': 1}");
    expect(await see(table, undefined, { files })).toEqual([{ a: 'é' }]);
  });
});

describe('files of another store', () => {
  const location = 's3://lake/orders';
  async function remote() {
    const store = new MemoryStore();
    const catalog = new DirectoryCatalog(store, location);
    await catalog.create(
      newTableMetadata({ location, schema: NESTED, partitionSpec: UNPARTITIONED, properties: {} }),
    );
    const table = new IcebergTable('test://orders', catalog, store, (await catalog.load())!);
    await appendRows(table, [ROW]);
    await appendRows(table, [{ ...ROW, id: 2 }]);
    return table;
  }

  it('are downloaded, and removed when the table is detached', async () => {
    const table = await remote();
    const attached = await attachTable(bench.duckdb, 'seen', table);
    expect(attached).toMatchObject({ name: 'seen', files: 2 });
    expect(await bench.duckdb.rows('SELECT sum(id)::INT AS s FROM seen')).toEqual([{ s: 3 }]);
    expect(bench.scratch()).toHaveLength(1);
    await attached.detach();
    expect(bench.scratch()).toEqual([]);
    await expect(bench.duckdb.rows('SELECT * FROM seen')).rejects.toThrow(/seen/);
  });

  it('are not begun to be downloaded where there is no room for them', async () => {
    const table = await remote();
    const small = await openDuckDb({
      memoryMiB: 64,
      threads: 1,
      scratch: bench.directory,
      scratchMiB: 0.0001,
    });
    const attached = attachTable(small, 'seen', table);
    await expect(attached).rejects.toThrow(ScratchExceeded);
    await expect(attached).rejects.toThrow(/2 files of 1 MiB/);
    small.close();
  });

  it('leave nothing behind when one of them is gone', async () => {
    const table = await remote();
    await table.store.delete((await table.dataFiles())[1].filePath);
    await expect(attachTable(bench.duckdb, 'seen', table)).rejects.toThrow(/is missing/);
    expect(bench.scratch()).toEqual([]);
  });
});

describe('names', () => {
  it('that differ in case only are refused, as SQL cannot tell them apart', async () => {
    const fields = ['a', 'A'].map((name, i) => ({ id: i + 1, name, required: false, type: 'int' }));
    const table = await bench.newTable({ type: 'struct', 'schema-id': 0, fields });
    await expect(see(table)).rejects.toThrow(/"a" and "A" differ in case only/);
  });

  it('of views may be any', async () => {
    const table = await bench.newTable(NESTED);
    const attached = await attachTable(bench.duckdb, 'a "b".c', table);
    expect(await bench.duckdb.rows('SELECT count(*)::INT AS n FROM "a ""b"".c"')).toEqual([{ n: 0 }]);
    await attached.detach();
  });
});

it('needs some memory', async () => {
  await expect(openDuckDb({ memoryMiB: 10 })).rejects.toThrow(/memoryMiB is 10\. DuckDB needs 64/);
});

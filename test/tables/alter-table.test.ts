import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IcebergSchema } from '../../lib/contract/iceberg-types';
import { alterTable } from '../../lambda/tables/alter-table';
import { createOrEvolveTable } from '../../lambda/tables/create-table';
import type { IcebergTable } from '../../lambda/tables/iceberg-table';
import { compact } from '../../lambda/rows/compaction';
import { openTable } from '../../lambda/tables/open-table';
import { appendRows, rowsOf } from './fixtures/rows';

const SCHEMA: IcebergSchema = {
  type: 'struct',
  'identifier-field-ids': [1],
  fields: [
    { id: 1, name: 'id', required: true, type: 'int' },
    { id: 2, name: 'price', required: true, type: 'float' },
    { id: 3, name: 'note', required: false, type: 'string' },
    {
      id: 4,
      name: 'device',
      required: false,
      type: { type: 'struct', fields: [{ id: 5, name: 'os', required: false, type: 'string' }] },
    },
  ],
};
const BY_BUCKET = {
  'spec-id': 0,
  fields: [{ 'source-id': 1, 'field-id': 1000, name: 'id_bucket', transform: 'bucket[2]' }],
};

let directory: string;
let table: IcebergTable;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'alter-'));
  ({ table } = await createOrEvolveTable(`file://${directory}/t`, {
    schema: SCHEMA,
    partitionSpec: BY_BUCKET,
  }));
  await appendRows(table, [{ id: 1, price: 0.5, note: 'a', device: { os: 'x' } }]);
});
afterEach(() => rmSync(directory, { recursive: true }));
const rows = async () => rowsOf(await openTable(table.uri));

test('rename, drop, add, widen, reorder, make optional: old rows and new read right', async () => {
  await alterTable(table, [
    { do: 'rename', column: 'device.os', to: 'system' },
    { do: 'rename', column: 'note', to: 'remark' },
    { do: 'drop', column: 'remark' },
    { do: 'add', column: 'note', type: 'string', doc: 'anew' },
    { do: 'add', column: 'device.width', type: 'long' },
    { do: 'widen', column: 'price', to: 'double' },
    { do: 'widen', column: 'id', to: 'long' },
    { do: 'make optional', column: 'price' },
    { do: 'move', column: 'device', after: null },
    { do: 'move', column: 'id', after: 'note' },
  ]);
  expect(table.schema.fields.map(({ id, name }) => [id, name])).toEqual([
    [4, 'device'],
    [2, 'price'],
    [6, 'note'],
    [1, 'id'],
  ]);
  await appendRows(table, [{ id: 2n ** 40n, price: null, note: 'b', device: null }]);
  const expected = [
    { device: { system: 'x', width: null }, price: 0.5, note: null, id: 1 },
    { device: null, price: null, note: 'b', id: 2n ** 40n },
  ];
  const byId = (all: any[]) => all.sort((a, b) => Number(a.id) - Number(b.id));
  expect(byId(await rows())).toEqual(expected);
  await compact(table, { minFiles: 2 });
  expect(byId(await rows()).map((row) => Number(row.id))).toEqual([1, 2 ** 40]);
  expect(table.metadata.schemas.map((schema) => schema['schema-id'])).toEqual([0, 1]);
});

test('partitioning and sort order: new files follow, old ones keep theirs; a spec is not made twice', async () => {
  await alterTable(table, [
    { do: 'partition', by: [{ column: 'device.os', transform: 'identity' }] },
    { do: 'sort', by: [{ column: 'id', direction: 'desc' }] },
  ]);
  await appendRows(table, [{ id: 2, price: 1, device: { os: 'y' } }]);
  const files = await table.dataFiles();
  expect(files.map(({ specId, partition }) => [specId, typeof partition[0]]).sort()).toEqual([
    [0, 'number'],
    [1, 'string'],
  ]);
  expect(table.metadata['sort-orders'].at(-1)).toEqual({
    'order-id': 1,
    fields: [{ transform: 'identity', 'source-id': 1, direction: 'desc', 'null-order': 'nulls-last' }],
  });
  await alterTable(table, [
    { do: 'partition', by: [{ column: 'id', transform: 'bucket[2]' }] },
    { do: 'sort', by: [] },
  ]);
  expect(table.partitionSpec).toEqual(BY_BUCKET);
  expect(table.metadata['default-sort-order-id']).toBe(0);
  expect(table.metadata['last-partition-id']).toBe(1001);
  expect(await rows()).toHaveLength(2);
});

test('a column that an old spec used may be dropped; its files still read', async () => {
  await alterTable(table, [{ do: 'partition', by: [{ column: 'note', transform: 'identity' }] }]);
  await appendRows(table, [{ id: 2, price: 1, note: 'n' }]);
  await alterTable(table, [
    { do: 'partition', by: [] },
    { do: 'drop', column: 'note' },
  ]);
  expect((await rows()).map((row) => Object.keys(row))).toEqual([['id', 'price', 'device'], ['id', 'price', 'device']]); // prettier-ignore
  await appendRows(table, [{ id: 3, price: 1 }]);
  expect(
    (await (await openTable(table.uri)).currentDataFiles()).map((file) => file.partition.length),
  ).toEqual([0, 1, 1]);
});

test.each<[string, any, string]>([
  ['an unknown column', { do: 'drop', column: 'nope' }, 'no column nope. There are: id, price, note, device'],
  ['a nested one of a string', { do: 'drop', column: 'note.x' }, 'its last name is string'],
  ['a name that is taken', { do: 'rename', column: 'note', to: 'PRICE' }, 'a column price already'],
  ['a path as a name', { do: 'rename', column: 'note', to: 'a.b' }, 'not to a path'],
  ['adding what is there', { do: 'add', column: 'device.os', type: 'int' }, 'a column os already'],
  ['narrowing', { do: 'widen', column: 'note', to: 'int' }, 'is string and cannot become int'],
  ['the last field', { do: 'drop', column: 'device.os' }, 'it is the last one'],
  ['a column of the partition spec', { do: 'drop', column: 'id' }, 'the partition spec uses it'],
  ['a column of the key', { do: 'make optional', column: 'id' }, 'part of the row key'],
  ['a bad transform', { do: 'partition', by: [{ column: 'note', transform: 'day' }] }, 'Transform day'],
  ['a nested partition', { do: 'partition', by: [{ column: 'device', transform: 'identity' }] }, 'primitive'],
])('refused with the reason, all or nothing: %s', async (_what, alteration, message) => {
  const { metadataLocation } = table;
  const good = { do: 'add', column: 'fine', type: 'int' } as const;
  await expect(alterTable(table, [good, alteration])).rejects.toThrow(message);
  expect((await openTable(table.uri)).metadataLocation).toBe(metadataLocation);
});

describe('bad input', () => {
  const metadataFile = () => `${directory}/t/metadata/v2.metadata.json`;
  const damage = (name: RegExp, content: string | Uint8Array) => {
    const folder = `${directory}/t/metadata`;
    const file = readdirSync(folder).find((one) => name.test(one))!;
    writeFileSync(`${folder}/${file}`, content);
    return `file://${folder}/${file}`;
  };

  test('a table of format version 3 is refused, untouched', async () => {
    const text = readFileSync(metadataFile(), 'utf8').replace('"format-version":2', '"format-version":3');
    writeFileSync(metadataFile(), text);
    await expect(openTable(table.uri)).rejects.toThrow(
      /format version 3 cannot be read .*v2\.metadata\.json/,
    );
    await expect(
      createOrEvolveTable(table.uri, { schema: SCHEMA, partitionSpec: BY_BUCKET }),
    ).rejects.toThrow('format version 3');
    expect(readFileSync(metadataFile(), 'utf8')).toBe(text);
  });

  test('a table of format version 1 can be read, not changed', async () => {
    const text = readFileSync(metadataFile(), 'utf8').replace('"format-version":2', '"format-version":1');
    writeFileSync(metadataFile(), text);
    const opened = await openTable(table.uri);
    expect(await rowsOf(opened)).toHaveLength(1);
    await expect(alterTable(opened, [{ do: 'drop', column: 'note' }])).rejects.toThrow('Changing it needs 2');
    await expect(compact(opened)).rejects.toThrow('Changing it needs 2');
  });

  test('corrupt metadata, manifest lists and manifests are named', async () => {
    const manifest = damage(/-m0\.avro$/, 'no Avro');
    await expect(rows()).rejects.toThrow(`${manifest} cannot be read: Not an Avro object container file.`);
    const list = damage(/^snap-/, Buffer.from('Obj\x01\x00', 'latin1'));
    await expect(rows()).rejects.toThrow(`${list} cannot be read: `);
    rmSync(list.replace('file://', ''));
    await expect(rows()).rejects.toThrow(`${list} cannot be read: it is missing.`);
    const metadata = damage(/^v2/, '{"format-version":2');
    await expect(openTable(table.uri)).rejects.toThrow(`${metadata} cannot be read: `);
  });

  test('a clock that jumps back does not make the logs run backwards', async () => {
    const before = table.metadata['last-updated-ms'];
    const clock = jest.spyOn(Date, 'now').mockReturnValue(0);
    await appendRows(table, [{ id: 7, price: 1 }]);
    clock.mockRestore();
    expect(table.metadata['last-updated-ms']).toBe(before);
    expect(table.metadata.snapshots.at(-1)!['timestamp-ms']).toBe(before);
  });
});

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type {
  IcebergField,
  IcebergPartitionSpec,
  IcebergSchema,
  IcebergType,
} from '../../lib/contract/iceberg-types';
import {
  createOrEvolveTable,
  TableChange,
  type CreateOrEvolveResult,
} from '../../lambda/tables/create-table';
import { openTable } from '../../lambda/tables/open-table';
import { TableNotFound } from '../../lambda/tables/table-catalog';
import { UNPARTITIONED } from './fixtures/lanes';

let directory: string;
let uri: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'evolution-'));
  uri = `file://${directory}/orders`;
});
afterEach(() => rmSync(directory, { recursive: true }));

type Columns = Record<string, IcebergType | { type: IcebergType; required: boolean; doc?: string }>;

/** A schema with ids from 1 in the order of the columns, as a contract compiles to. */
function schemaOf(columns: Columns): IcebergSchema {
  const fields = Object.entries(columns).map(([name, column], index): IcebergField => {
    const given =
      typeof column === 'object' && 'required' in column ? column : { type: column, required: false };
    return { id: index + 1, name, ...(given as { type: IcebergType; required: boolean }) };
  });
  return { type: 'struct', fields };
}

const make = (columns: Columns, properties?: Record<string, string>): Promise<CreateOrEvolveResult> =>
  createOrEvolveTable(uri, { schema: schemaOf(columns), partitionSpec: UNPARTITIONED, properties });

const column = async (name: string) =>
  (await openTable(uri)).schema.fields.find((field) => field.name === name);

test('create, then nothing to do', async () => {
  expect((await make({ id: 'long' })).change).toBe(TableChange.CREATED);
  const again = await make({ id: 'long' });
  expect(again).toMatchObject({ change: TableChange.UNCHANGED, changes: [] });
  expect(again.table.metadata['metadata-log']).toEqual([]);
});

test('a table stays where its files are', async () => {
  await make({ id: 'long' });
  const definition = { schema: schemaOf({ id: 'long' }), partitionSpec: UNPARTITIONED };
  await expect(createOrEvolveTable(uri, { ...definition, location: `${uri}-elsewhere/` })).rejects.toThrow(
    `The table ${uri} has its files at ${uri} and cannot be moved to ${uri}-elsewhere. ` +
      'Give the table another name, or keep its bucket and folder.',
  );
  const { change } = await createOrEvolveTable(uri, { ...definition, location: `${uri}/` });
  expect(change).toBe(TableChange.UNCHANGED);
});

test('a column that is new is added, optional, with an id never used before', async () => {
  await make({ id: { type: 'long', required: true }, gone: 'string' });
  const { change, changes } = await make({
    first: { type: 'int', required: true, doc: 'new' },
    id: { type: 'long', required: true },
  });
  expect(change).toBe(TableChange.EVOLVED);
  expect(changes).toEqual(['first was added']);
  const { schema, metadata } = await openTable(uri);
  expect(schema.fields).toEqual([
    { id: 1, name: 'id', required: true, type: 'long' },
    { id: 2, name: 'gone', required: false, type: 'string' },
    { id: 3, name: 'first', required: false, type: 'int', doc: 'new' },
  ]);
  expect(metadata['last-column-id']).toBe(3);
  expect(metadata.schemas.map((old) => old.fields.length)).toEqual([2, 3]);
});

test('fields of nested structs, lists and maps are added with ids of their own', async () => {
  const device = (extra: IcebergField[]): IcebergType => ({
    type: 'struct',
    fields: [{ id: 2, name: 'os', required: false, type: 'string' }, ...extra],
  });
  const tags = (id: number): IcebergType => ({
    type: 'list',
    'element-id': id,
    element: device([]),
    'element-required': false,
  });
  await make({ device: device([]) });
  const sizes: IcebergType = {
    type: 'map',
    'key-id': 8,
    key: 'string',
    'value-id': 9,
    value: 'int',
    'value-required': true,
  };
  await make({
    device: device([{ id: 3, name: 'width', required: false, type: 'int' }]),
    tags: tags(5),
    sizes,
  });
  const { schema } = await openTable(uri);
  const ids = JSON.stringify(schema.fields)
    .match(/"(?:id|element-id|key-id|value-id)":\d+/g)!
    .map((text) => Number(/\d+/.exec(text)));
  expect(new Set(ids).size).toBe(ids.length);
  expect(schema.fields.map((field) => field.name)).toEqual(['device', 'tags', 'sizes']);
  expect(JSON.stringify(schema.fields[0].type)).toContain('"name":"width"');
});

test.each([
  ['int', 'long'],
  ['float', 'double'],
  ['decimal(9,2)', 'decimal(18,2)'],
])('%s is widened to %s, and stays so when the narrow type is asked for again', async (narrow, wide) => {
  await make({ x: narrow });
  expect((await make({ x: wide })).changes).toEqual([`x was widened from ${narrow} to ${wide}`]);
  expect(await column('x')).toMatchObject({ id: 1, type: wide });
  expect((await make({ x: narrow })).change).toBe(TableChange.UNCHANGED);
});

test.each<[IcebergType, IcebergType, string]>([
  ['string', 'int', 'column x is string and cannot become int'],
  ['long', 'double', 'column x is long and cannot become double'],
  ['decimal(9,2)', 'decimal(9,3)', 'column x is decimal(9,2) and cannot become decimal(9,3)'],
  ['timestamp', 'timestamptz', 'column x is timestamp and cannot become timestamptz'],
  [
    'string',
    { type: 'struct', fields: [{ id: 2, name: 'y', required: false, type: 'int' }] },
    'column x is string and cannot become struct<y: int>',
  ],
])('%j to %j is refused, and nothing changes', async (from, to, message) => {
  await make({ x: from });
  await expect(make({ added: 'int', x: to })).rejects.toThrow(message);
  expect((await openTable(uri)).schema.fields.map((field) => field.name)).toEqual(['x']);
});

test('a column that is no longer required, or no longer written, becomes optional', async () => {
  await make({ a: { type: 'int', required: true }, b: { type: 'int', required: true } });
  expect((await make({ a: 'int' })).changes).toEqual(['a is now optional', 'b is now optional']);
  expect((await openTable(uri)).schema.fields.map((field) => field.required)).toEqual([false, false]);
  // What may hold nulls by now is not made required again.
  expect((await make({ a: { type: 'int', required: true } })).change).toBe(TableChange.UNCHANGED);
});

test('properties are set and never taken away', async () => {
  await make({ a: 'int' }, { owner: 'sales', team: 'x' });
  expect((await make({ a: 'int' }, { owner: 'finance' })).changes).toEqual(['property owner is now finance']);
  expect((await openTable(uri)).metadata.properties).toMatchObject({ owner: 'finance', team: 'x' });
});

test('old metadata is cleared away as far as the properties say', async () => {
  const first = await make({ a: 'int' }, { 'write.metadata.previous-versions-max': '1' });
  const second = await make({ a: 'int', b: 'int' });
  await make({ a: 'int', b: 'int', c: 'int' });
  const sizes = [first, second].map(({ table }) => statSync(fileURLToPath(table.metadataLocation)).size);
  // A directory keeps the names, so that no version is written twice.
  expect(sizes).toEqual([0, expect.any(Number)]);
  expect(sizes[1]).toBeGreaterThan(0);
});

test('another partitioning holds for new files, in the ids of the table', async () => {
  const spec = (source: number, transform: string): IcebergPartitionSpec => ({
    'spec-id': 0,
    fields: [{ 'source-id': source, 'field-id': 1000, name: `by_${transform}`, transform }],
  });
  const schema = schemaOf({ at: 'timestamptz', kind: 'string' });
  await createOrEvolveTable(uri, { schema, partitionSpec: spec(1, 'day') });
  const moved = schemaOf({ kind: 'string', at: 'timestamptz' });
  expect((await createOrEvolveTable(uri, { schema: moved, partitionSpec: spec(2, 'day') })).change).toBe(
    TableChange.UNCHANGED,
  );
  const { table, changes } = await createOrEvolveTable(uri, {
    schema: moved,
    partitionSpec: spec(2, 'hour'),
  });
  expect(changes).toEqual(['new files are partitioned anew']);
  expect(table.partitionSpec).toEqual({
    'spec-id': 1,
    fields: [{ 'source-id': 1, 'field-id': 1001, name: 'by_hour', transform: 'hour' }],
  });
  expect(
    (await createOrEvolveTable(uri, { schema, partitionSpec: spec(1, 'day') })).table.partitionSpec.fields[0][
      'field-id'
    ],
  ).toBe(1000);
});

test('a row key of required columns is recorded', async () => {
  const schema = {
    ...schemaOf({ id: { type: 'long', required: true }, x: 'int' }),
    'identifier-field-ids': [1],
  };
  await createOrEvolveTable(uri, { schema, partitionSpec: UNPARTITIONED });
  expect((await createOrEvolveTable(uri, { schema, partitionSpec: UNPARTITIONED })).change).toBe(
    TableChange.UNCHANGED,
  );
  expect((await openTable(uri)).schema['identifier-field-ids']).toEqual([1]);
});

test('many who create and evolve the same table at once end with one that has all columns', async () => {
  const results = await Promise.all(
    Array.from({ length: 8 }, (_, index) => make({ id: 'long', [`c${index % 4}`]: 'string' })),
  );
  expect(results.filter(({ change }) => change === TableChange.CREATED)).toHaveLength(1);
  const names = (await openTable(uri)).schema.fields.map((field) => field.name).sort();
  expect(names).toEqual(['c0', 'c1', 'c2', 'c3', 'id']);
});

test('a table that is not there, and a URI that names none, are told apart', async () => {
  await expect(openTable(`file://${directory}/absent`)).rejects.toThrow(TableNotFound);
  await expect(openTable('orders')).rejects.toThrow(/^A table URI is glue:.*rest\+https:.*Received orders$/);
});

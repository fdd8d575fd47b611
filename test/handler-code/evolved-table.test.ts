import type { IcebergField, IcebergSchema } from '../../lib/contract/iceberg-types';
import { bronzeSchema } from '../../lib/contract/table-schema';
import { footer, readWithDuckDb, readWithHyparquet } from '../formats/read-parquet';
import { contractOf, encode } from './encode-fixture';

const CONTRACT = contractOf([
  { name: 'id', logicalType: 'integer', required: true },
  { name: 'size', logicalType: 'integer', logicalTypeOptions: { format: 'i32' } },
  { name: 'note', logicalType: 'string' },
  {
    name: 'device',
    logicalType: 'object',
    properties: [
      { name: 'os', logicalType: 'string' },
      { name: 'mem', logicalType: 'number' },
    ],
  },
  {
    name: 'items',
    logicalType: 'array',
    items: { logicalType: 'object', properties: [{ name: 'sku', logicalType: 'string', required: true }] },
  },
]);
const ROWS = [
  { id: 1, size: 5, note: 'n', device: { os: 'iOS', mem: 2 }, items: [{ sku: 'a' }, { sku: 'b' }] },
  { id: 2, size: null, device: null, items: [] },
  { id: 3, device: {}, items: [null, { sku: 'c' }] },
];

/** The contract's table after a change to its fields. */
function evolved(change: (fields: Map<string, IcebergField>) => void): IcebergSchema {
  const schema = bronzeSchema(CONTRACT.schema());
  const fields = new Map(schema.fields.map((field) => [field.name, field]));
  change(fields);
  return { ...schema, fields: [...fields.values()] };
}

test('columns the contract does not know are null, at every level', async () => {
  const schema = evolved((fields) => {
    fields.set('added', { id: 90, name: 'added', type: 'int', required: false });
    fields.set('device', {
      ...(fields.get('device') as IcebergField),
      type: {
        type: 'struct',
        fields: [
          { id: 91, name: 'model', type: 'string', required: false },
          { id: 92, name: 'os', type: 'string', required: false },
          { id: 93, name: 'mem', type: 'double', required: false },
        ],
      },
    });
    fields.set('items', {
      ...(fields.get('items') as IcebergField),
      type: {
        type: 'list',
        'element-id': 94,
        'element-required': false,
        element: {
          type: 'struct',
          fields: [
            { id: 95, name: 'sku', type: 'string', required: true },
            { id: 96, name: 'colour', type: 'string', required: false },
          ],
        },
      },
    });
  });
  const { files } = encode(CONTRACT, ROWS, { schema });
  const rows = await readWithDuckDb(files[0].bytes, 'id, added, device, items');
  expect(rows).toEqual([
    {
      id: '1',
      added: null,
      device: { model: null, os: 'iOS', mem: 2 },
      items: [
        { sku: 'a', colour: null },
        { sku: 'b', colour: null },
      ],
    },
    { id: '2', added: null, device: null, items: [] },
    {
      id: '3',
      added: null,
      device: { model: null, os: null, mem: null },
      items: [null, { sku: 'c', colour: null }],
    },
  ]);
  expect(footer(files[0].bytes).schema.find((element) => element.name === 'os')?.field_id).toBe(92);
});

test('fields the table has no column for go to _extra', async () => {
  const schema = evolved((fields) => {
    fields.delete('note');
    fields.set('device', {
      ...(fields.get('device') as IcebergField),
      type: { type: 'struct', fields: [{ id: 91, name: 'os', type: 'string', required: false }] },
    });
    fields.set('items', { ...(fields.get('items') as IcebergField), type: 'string' });
  });
  const { files, unknownFields } = encode(CONTRACT, ROWS.slice(0, 2), { schema });
  const rows = await readWithHyparquet(files[0].bytes);
  expect(rows[0].device).toEqual({ os: 'iOS' });
  expect(JSON.parse(rows[0]._extra)).toEqual({
    note: 'n',
    'device.mem': 2,
    items: [{ sku: 'a' }, { sku: 'b' }],
  });
  expect(JSON.parse(rows[1]._extra)).toEqual({ items: [] });
  expect(rows[0].items ?? null).toBeNull();
  expect(unknownFields).toBe(0);
});

test('a widened column takes the narrower values', async () => {
  const schema = evolved((fields) =>
    fields.set('size', { id: 2, name: 'size', type: 'long', required: false }),
  );
  const { files } = encode(CONTRACT, ROWS, { schema });
  expect((await readWithHyparquet(files[0].bytes)).map((row) => row.size ?? null)).toEqual([5n, null, null]);
});

test('a column made optional in the table, around others, keeps the right levels', async () => {
  const contract = contractOf([
    {
      name: 'o',
      logicalType: 'object',
      required: true,
      properties: [
        { name: 'a', logicalType: 'string' },
        { name: 'b', logicalType: 'integer', required: true },
      ],
    },
  ]);
  const schema = bronzeSchema(contract.schema());
  const fields = schema.fields.map((field) => (field.name === 'o' ? { ...field, required: false } : field));
  const { files } = encode(contract, [{ o: { a: null, b: 1 } }, { o: { a: 'x', b: 2 } }], {
    schema: { ...schema, fields },
  });
  expect((await readWithDuckDb(files[0].bytes, 'o')).map((row) => row.o)).toEqual([
    { a: null, b: '1' },
    { a: 'x', b: '2' },
  ]);
});

test('a NOT NULL column that would get nulls is refused before the first record', () => {
  const strictId = evolved((fields) =>
    fields.set('note', { id: 3, name: 'note', type: 'string', required: true }),
  );
  expect(() => encode(CONTRACT, [], { schema: strictId })).toThrow('Column "note" is NOT NULL in the table');
  const added = evolved((fields) =>
    fields.set('added', { id: 90, name: 'added', type: 'int', required: true }),
  );
  expect(() => encode(CONTRACT, [], { schema: added })).toThrow('the contract has no field for it');
});

import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { IcebergSchema } from '../../lib/contract/iceberg-types';
import { readRows, type TableRow } from '../../lambda/rows/read-rows';
import { RowFile } from '../../lambda/rows/row-file';
import { readWithDuckDb } from '../formats/read-parquet';
import { rowText } from './fixtures/rows';

const field = (id: number, name: string, type: any, required = false) => ({ id, name, type, required });
const list = (id: number, element: any, required = false) => ({
  type: 'list',
  'element-id': id,
  element,
  'element-required': required,
});
const SCHEMA: IcebergSchema = {
  type: 'struct',
  fields: [
    field(1, 'flag', 'boolean'),
    field(2, 'small', 'int', true),
    field(3, 'big', 'long'),
    field(4, 'single', 'float'),
    field(5, 'real', 'double'),
    field(6, 'cents', 'decimal(9,2)'),
    field(7, 'amount', 'decimal(18,4)'),
    field(8, 'wide', 'decimal(38,10)'),
    field(9, 'day', 'date'),
    field(10, 'clock', 'time'),
    field(11, 'local', 'timestamp'),
    field(12, 'instant', 'timestamptz'),
    field(13, 'text', 'string'),
    field(14, 'key', 'uuid'),
    field(15, 'hash', 'fixed[3]'),
    field(16, 'raw', 'binary'),
    field(17, 'tags', list(18, 'string')),
    field(19, 'device', {
      type: 'struct',
      fields: [
        field(20, 'os', 'string'),
        field(21, 'screens', list(22, { type: 'struct', fields: [field(23, 'width', 'long', true)] }, true)),
      ],
    }),
    field(24, 'grid', list(25, list(26, 'int'))),
  ],
};

const bytes = (length?: number) =>
  fc.uint8Array(length === undefined ? { maxLength: 9 } : { minLength: length, maxLength: length });
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 3 });
const bigInt = (bits: number) => fc.bigInt({ min: -(2n ** BigInt(bits)), max: 2n ** BigInt(bits) - 1n });
const decimal = (digits: number) =>
  fc.bigInt({ min: 1n - 10n ** BigInt(digits), max: 10n ** BigInt(digits) - 1n });
const int = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const ROW = fc.record({
  flag: optional(fc.boolean()),
  small: int,
  big: optional(bigInt(63)),
  single: optional(fc.float({ noNaN: true })),
  real: optional(fc.double({ noNaN: true })),
  cents: optional(decimal(9)),
  amount: optional(decimal(18)),
  wide: optional(decimal(38)),
  day: optional(fc.integer({ min: -700_000, max: 2_900_000 })),
  clock: optional(fc.bigInt({ min: 0n, max: 86_399_999_999n })),
  local: optional(bigInt(55)),
  instant: optional(bigInt(55)),
  text: optional(text),
  key: optional(bytes(16)),
  hash: optional(bytes(3)),
  raw: optional(bytes()),
  tags: optional(fc.array(optional(text), { maxLength: 3 })),
  device: optional(
    fc.record({
      os: optional(text),
      screens: optional(fc.array(fc.record({ width: bigInt(63) }), { maxLength: 3 })),
    }),
  ),
  grid: optional(fc.array(optional(fc.array(optional(int), { maxLength: 2 })), { maxLength: 2 })),
});

async function all(uri: string, content: Uint8Array, schema = SCHEMA): Promise<TableRow[]> {
  const rows: TableRow[] = [];
  for await (const part of readRows(uri, content, schema)) rows.push(...part);
  return rows;
}

function fileOf(rows: TableRow[], schema = SCHEMA): Uint8Array {
  const file = new RowFile(schema);
  for (const row of rows) file.add(row);
  return file.finish().bytes;
}

test('rows of every type, nested too, come back as they were written', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(ROW, { minLength: 1, maxLength: 20 }), async (rows) => {
      const read = await all('x', fileOf(rows as unknown as TableRow[]));
      expect(read.map(rowText)).toEqual(rows.map((row) => rowText(row)));
    }),
    { numRuns: 150 },
  );
});

test('DuckDB sees the same values', async () => {
  const rows = [
    {
      flag: true, small: -7, big: 2n ** 60n + 1n, single: 1.5, real: 0.1, cents: -12345n, amount: 10n ** 17n + 1n,
      wide: 10n ** 37n + 7n, day: 19_844, clock: 1n, local: -1n, instant: 1_714_521_600_123_457n, text: 'ä😀',
      key: Buffer.from('00112233445566778899aabbccddeeff', 'hex'), hash: Buffer.from('abc'), raw: Buffer.from([0, 255]),
      tags: ['x', null], device: { os: null, screens: [{ width: 1n }, { width: 2n }] }, grid: [[1, null], null, []],
    },
    { small: 1, tags: [], device: null },
  ]; // prettier-ignore
  const [first, second] = await readWithDuckDb(fileOf(rows));
  expect(first).toMatchObject({
    flag: true, small: -7, big: String(2n ** 60n + 1n), single: 1.5, real: 0.1, cents: '-123.45',
    amount: '10000000000000.0001', wide: '1000000000000000000000000000.0000000007', day: '2024-05-01',
    clock: '00:00:00.000001', local: '1969-12-31 23:59:59.999999', instant: '2024-05-01 00:00:00.123457+00', text: 'ä😀',
    key: '00112233-4455-6677-8899-aabbccddeeff', tags: ['x', null],
    device: { os: null, screens: [{ width: '1' }, { width: '2' }] }, grid: [[1, null], null, []],
  }); // prettier-ignore
  expect(second).toMatchObject({ flag: null, big: null, tags: [], device: null, grid: null });
});

test('columns are matched by field id: renamed, reordered, widened, added, dropped', async () => {
  const before: IcebergSchema = {
    type: 'struct',
    fields: [
      field(1, 'id', 'int', true),
      field(2, 'price', 'float'),
      field(3, 'gone', 'string'),
      field(4, 'cost', 'decimal(5,2)'),
      field(5, 'who', { type: 'struct', fields: [field(6, 'name', 'string')] }),
    ],
  };
  const after: IcebergSchema = {
    type: 'struct',
    fields: [
      field(5, 'customer', {
        type: 'struct',
        fields: [field(8, 'city', 'string'), field(6, 'full_name', 'string')],
      }),
      field(2, 'id', 'double'),
      field(1, 'number', 'long', true),
      field(4, 'cost', 'decimal(20,2)'),
      field(7, 'gone', 'string'),
    ],
  };
  const old = fileOf([{ id: 7, price: 0.5, gone: 'x', cost: 12345n, who: { name: 'Ada' } }], before);
  const [row] = await all('x', old, after);
  expect(row).toEqual({
    customer: { city: null, full_name: 'Ada' },
    id: 0.5,
    number: 7,
    cost: 12345,
    gone: null,
  });
  expect(await all('x', fileOf([row], after), after)).toEqual([
    { customer: { city: null, full_name: 'Ada' }, id: 0.5, number: 7n, cost: 12345n, gone: null },
  ]);
});

describe('a file that cannot be read is named', () => {
  const good = fileOf([{ small: 1 }]);
  test.each([
    ['empty', new Uint8Array()],
    ['cut short', good.subarray(0, good.length - 9)],
    ['not Parquet', Buffer.from('{"a":1}'.repeat(10))],
    [
      'without a required column',
      fileOf([{ other: 1 }], { type: 'struct', fields: [field(99, 'other', 'int')] }),
    ],
    [
      'without field ids',
      new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'small', data: [1], type: 'INT32' }] })),
    ],
  ])('%s', async (_what, content) => {
    await expect(all('s3://lake/orders/data/7.parquet', content)).rejects.toThrow(
      /^s3:\/\/lake\/orders\/data\/7\.parquet cannot be read: /,
    );
  });

  test('a null in a required column is refused when it is written', () => {
    expect(() => fileOf([{ small: null }])).toThrow('Column "small" is required');
  });
});

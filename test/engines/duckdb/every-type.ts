import type { IcebergPartitionSpec, IcebergSchema } from '../../../lib/contract/iceberg-types';
import type { TableRow } from '../../../lambda/rows/read-rows';

/** A column of every type that contracts give. */
export const EVERY_TYPE: IcebergSchema = {
  type: 'struct',
  'schema-id': 0,
  fields: [
    { id: 1, name: 'id', required: true, type: 'long' },
    { id: 2, name: 'yes', required: false, type: 'boolean' },
    { id: 3, name: 'i', required: false, type: 'int' },
    { id: 4, name: 'f', required: false, type: 'float' },
    { id: 5, name: 'd', required: false, type: 'double' },
    { id: 6, name: 'small', required: false, type: 'decimal(4,2)' },
    { id: 7, name: 'medium', required: false, type: 'decimal(18,3)' },
    { id: 8, name: 'large', required: false, type: 'decimal(38,10)' },
    { id: 9, name: 'day', required: false, type: 'date' },
    { id: 10, name: 'time', required: false, type: 'time' },
    { id: 11, name: 'local', required: false, type: 'timestamp' },
    { id: 12, name: 'at', required: false, type: 'timestamptz' },
    { id: 13, name: 'the "text"', required: false, type: 'string' },
    { id: 14, name: 'uuid', required: false, type: 'uuid' },
    { id: 15, name: 'bytes', required: false, type: 'binary' },
    {
      id: 16,
      name: 'device',
      required: false,
      type: {
        type: 'struct',
        fields: [
          { id: 17, name: 'os', required: true, type: 'string' },
          {
            id: 18,
            name: 'screens',
            required: false,
            type: {
              type: 'list',
              'element-id': 19,
              'element-required': false,
              element: { type: 'struct', fields: [{ id: 20, name: 'width', required: false, type: 'int' }] },
            },
          },
        ],
      },
    },
    {
      id: 21,
      name: 'tags',
      required: false,
      type: { type: 'list', 'element-id': 22, 'element-required': true, element: 'string' },
    },
  ],
};

export const UNPARTITIONED: IcebergPartitionSpec = { 'spec-id': 0, fields: [] };

const uuid = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));

/** Rows at the edges of the types, and one without values. */
export const EDGE_ROWS: TableRow[] = [
  {
    id: -9223372036854775808n,
    yes: false,
    i: -2147483648,
    f: -0.0,
    d: -0.0,
    small: -9999n,
    medium: -999999999999999999n,
    large: -(10n ** 38n - 1n),
    day: -719162,
    time: 0n,
    local: -1n,
    at: -62135596800000000n,
    'the "text"': '',
    uuid: uuid('00000000000000000000000000000000'),
    bytes: new Uint8Array(0),
    device: { os: '', screens: [] },
    tags: [],
  },
  {
    id: 9223372036854775807n,
    yes: true,
    i: 2147483647,
    f: NaN,
    d: NaN,
    small: 9999n,
    medium: 999999999999999999n,
    large: 10n ** 38n - 1n,
    day: 2932896,
    time: 86399999999n,
    local: 253402300799999999n,
    at: 253402300799999999n,
    'the "text"': 'é𝄞\u0000"\'\\'.repeat(20),
    uuid: uuid('ffffffffffffffffffffffffffffffff'),
    bytes: Uint8Array.from([0, 92, 255]),
    device: { os: "it's", screens: [{ width: 1 }, null, { width: null }] },
    tags: ['a', ''],
  },
  Object.fromEntries(EVERY_TYPE.fields.map(({ name }) => [name, name === 'id' ? 0n : null])),
  {
    id: 1n,
    yes: true,
    i: 0,
    f: Math.fround(0.1),
    d: Infinity,
    small: 5n,
    medium: -5n,
    large: 1n,
    day: 0,
    time: 1n,
    local: 0n,
    at: 1n,
    'the "text"': '\uffff'.repeat(17),
    uuid: uuid('80000000000000000000000000000000'),
    bytes: Uint8Array.from({ length: 20 }, () => 255),
    device: { os: 'x', screens: null },
    tags: null,
  },
];

/** Texts that are the same for rows of the same values: numbers and bigints alike, both zeros and NaN apart. */
export const exactTexts = (rows: readonly TableRow[]): string[] => rows.map(exactText).sort();

function exactText(row: TableRow): string {
  return JSON.stringify(row, (_key, value) => {
    if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)))
      return Object.is(value, -0) ? '-0' : String(value);
    if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
    return value;
  });
}

import { encodeRows } from '../../lambda/pipeline/encoding';
import type { IcebergPartitionField, IcebergStruct } from '../../lib/contract/iceberg-types';
import { quarantineSchema } from '../../lib/contract/quarantine-schema';
import { bronzeSchema } from '../../lib/contract/table-schema';
import { readWithHyparquet } from '../formats/read-parquet';
import { contractOf, encode } from './encode-fixture';

const CONTRACT = contractOf([
  { name: 'at', logicalType: 'timestamp' },
  { name: 'kind', logicalType: 'string' },
  { name: 'n', logicalType: 'integer' },
  { name: 'place', logicalType: 'object', properties: [{ name: 'city', logicalType: 'string' }] },
]);
const SCHEMA = bronzeSchema(CONTRACT.schema());
const idOf = (name: string): number => SCHEMA.fields.find((field) => field.name === name)?.id ?? 0;
const field = (sourceId: number, transform: string, i = 0): IcebergPartitionField => ({
  'source-id': sourceId,
  'field-id': 1000 + i,
  name: `p${i}`,
  transform,
});
const partitionsOf = (values: unknown[], ...fields: IcebergPartitionField[]) =>
  encode(CONTRACT, values, { partitionSpec: { 'spec-id': 1, fields } }).files.map((file) => [
    file.partition,
    file.metrics.recordCount,
  ]);

test.each([
  [
    'day',
    [
      [[20777], 2],
      [[-1], 1],
      [[null], 1],
      [[2932896], 1],
    ],
  ],
  [
    'hour',
    [
      [[498648], 1],
      [[-1], 1],
      [[498671], 1],
      [[null], 1],
      [[70389527], 1],
    ],
  ],
  [
    'month',
    [
      [[682], 2],
      [[-1], 1],
      [[null], 1],
      [[96359], 1],
    ],
  ],
  [
    'year',
    [
      [[56], 2],
      [[-1], 1],
      [[null], 1],
      [[8029], 1],
    ],
  ],
])('timestamps by %s', (transform, expected) => {
  const values = [
    '2026-11-20T00:00:00Z',
    '1969-12-31T23:59:59.999999Z',
    '2026-11-20T23:59:59Z',
    null,
    '9999-12-31T23:59:59.999999Z',
  ];
  expect(
    partitionsOf(
      values.map((at) => ({ at })),
      field(idOf('at'), transform),
    ),
  ).toEqual(expected);
});

test('several fields of one column and of a nested one', () => {
  const city = (SCHEMA.fields.find(({ name }) => name === 'place')?.type as { fields: { id: number }[] })
    .fields[0].id;
  const values = [
    { n: 34, kind: 'alpha', place: { city: 'Bern' } },
    { n: 34, kind: 'alpine', place: null },
    { n: 7, kind: 'alpha', place: { city: 'Bern' } },
    { n: 34, kind: 'alpha', place: { city: 'Bern' } },
  ];
  expect(
    partitionsOf(
      values,
      field(idOf('n'), 'bucket[16]'),
      field(idOf('n'), 'truncate[10]', 1),
      field(idOf('kind'), 'truncate[3]', 2),
      field(city, 'identity', 3),
    ),
  ).toEqual([
    // 34 hashes to 2017239379 in the specification's own table.
    [[2017239379 % 16, 30n, 'alp', 'Bern'], 2],
    [[2017239379 % 16, 30n, 'alp', null], 1],
    [[expect.any(Number), 0n, 'alp', 'Bern'], 1],
  ]);
});

test('technical columns may partition too', () => {
  expect(
    partitionsOf([{}, {}], field(idOf('_arrived_at'), 'day'), field(idOf('_lane'), 'identity', 1)),
  ).toEqual([[[19675, 'stream/shard-0'], 2]]);
});

test('each file holds its own rows', async () => {
  const { files } = encode(
    CONTRACT,
    [
      { kind: 'a', n: 1 },
      { kind: 'b', n: 2 },
      { kind: 'a', n: 3 },
    ],
    {
      partitionSpec: { 'spec-id': 1, fields: [field(idOf('kind'), 'identity')] },
    },
  );
  const rows = await Promise.all(files.map((file) => readWithHyparquet(file.bytes)));
  expect(rows.map((group) => group.map((row) => row.n))).toEqual([[1n, 3n], [2n]]);
});

test('rows of a fixed schema: the quarantine table', async () => {
  const schema = quarantineSchema();
  const row = {
    _lane: 'l',
    _position: '1',
    _arrived_at: 1_700_000_000_123_456n,
    payload: Buffer.from([0, 255]),
    payload_encoding: 'bytes',
    reason_code: 'invalid-json',
    reason: 'because',
    contract_id: 'c',
    contract_version: '1',
    quarantined_at: 1_700_000_000_000_000,
  };
  const [file] = encodeRows([row, { ...row, partition_key: 'k' }], {
    schema,
    partitionSpec: { 'spec-id': 0, fields: [] },
  });
  const rows = await readWithHyparquet(file.bytes);
  expect(rows[0]).toMatchObject({ payload: Uint8Array.of(0, 255), reason: 'because' });
  expect(rows.map((read) => read.partition_key ?? null)).toEqual([null, 'k']);
  expect(() =>
    encodeRows([{ ...row, payload: null }], { schema, partitionSpec: { 'spec-id': 0, fields: [] } }),
  ).toThrow('Column "payload" is required');
});

test('values of two fields that look the same once joined are two partitions', () => {
  const values = [
    { kind: 'a\u0000s1:b', place: { city: 'c' } },
    { kind: 'a', place: { city: 'b\u0000s1:c' } },
    { kind: 'a\u0000stringb', place: { city: 'c' } },
    { kind: 'a', place: { city: 'b\u0000stringc' } },
  ];
  const city = SCHEMA.fields.find((column) => column.name === 'place')?.type as IcebergStruct;
  const partitions = partitionsOf(
    values,
    field(idOf('kind'), 'identity'),
    field(city.fields[0].id, 'identity', 1),
  );
  expect(partitions).toEqual(values.map(({ kind, place }) => [[kind, place.city], 1]));
});

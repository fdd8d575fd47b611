import {
  newTableMetadata,
  parseTableMetadata,
  serializeTableMetadata,
  type TableMetadata,
} from '../../lambda/tables/table-metadata';
import fc from 'fast-check';
import { parseJson, stringifyJson } from '../../lambda/tables/json';

test('integers beyond 2^53 survive, in and out', () => {
  const text =
    '{"snapshot-id":3051729675574597004,"parent":-9223372036854775808,"safe":9007199254740991,"list":[3051729675574597005]}';
  expect(parseJson(text)).toEqual({
    'snapshot-id': 3051729675574597004n,
    parent: -(2n ** 63n),
    safe: 9007199254740991,
    list: [3051729675574597005n],
  });
  expect(stringifyJson(parseJson(text))).toBe(text);
  // The test would be empty if a plain parse did it too.
  expect(JSON.stringify(JSON.parse(text))).not.toBe(text);
});

test('digits inside strings stay strings, whatever stands around them', () => {
  const value = {
    positions: JSON.stringify({ 'a/b': '49590338271490256608559692538361571095921575989136588898' }),
    path: 's3://b/snap-3051729675574597004-1.avro',
    quote: '"3051729675574597004"',
    backslash: '\\3051729675574597004',
    long: 3051729675574597004n,
  };
  expect(parseJson(stringifyJson(value))).toEqual(value);
});

test('decimals and exponents of many digits stay numbers', () => {
  expect(parseJson('[1234567890123456.5, 1234567890123456e3, 1234567890123456]')).toEqual([
    1234567890123456.5, 1234567890123456e3, 1234567890123456,
  ]);
});

test('any tree of strings and integers comes back', () => {
  const integer = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  });
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      fc.string({ unit: 'binary' }),
      integer,
      fc.constant(null),
      fc.array(tie('tree')),
      fc.dictionary(fc.string(), tie('tree'), { noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => expect(parseJson(stringifyJson(value))).toEqual(value)),
    { numRuns: 300 },
  );
});

test('metadata of version 1 reads with the names of version 2', () => {
  const schema = { type: 'struct', fields: [{ id: 1, name: 'x', required: false, type: 'int' }] };
  const v1 = {
    'format-version': 1,
    'table-uuid': 'u',
    location: 's3://b/t',
    'last-updated-ms': 1,
    'last-column-id': 1,
    schema,
    'partition-spec': [{ name: 'x', transform: 'identity', 'source-id': 1, 'field-id': 1000 }],
    'current-snapshot-id': 3051729675574597004n,
    snapshots: [
      { 'snapshot-id': 3051729675574597004n, 'timestamp-ms': 1, 'manifest-list': 's3://b/t/l.avro' },
    ],
  };
  const metadata = parseTableMetadata(Buffer.from(stringifyJson(v1)));
  expect(metadata).toMatchObject({
    'last-sequence-number': 0,
    'current-schema-id': 0,
    schemas: [{ ...schema, 'schema-id': 0 }],
    'default-spec-id': 0,
    'partition-specs': [{ 'spec-id': 0, fields: v1['partition-spec'] }],
    properties: {},
  });
  expect(parseTableMetadata(serializeTableMetadata(metadata))).toEqual(metadata);
});

test('metadata of version 3 is refused', () => {
  expect(() => parseTableMetadata(Buffer.from('{"format-version":3}'))).toThrow(
    'format version 3 cannot be read (The table metadata). Allowed: 1, 2',
  );
});

test('table metadata comes back as it was written, also when most of it was written before', () => {
  const definition = {
    location: 's3://lake/orders',
    schema: { type: 'struct' as const, fields: [] },
    partitionSpec: { 'spec-id': 0, fields: [] },
    properties: { text: '"snapshots":[]}' },
  };
  const snapshot = (id: number | bigint) => ({
    'snapshot-id': id,
    'sequence-number': 1,
    'timestamp-ms': 1,
    summary: { text: '"],}' },
    'manifest-list': 'l',
  });
  const logged = { 'timestamp-ms': 1, 'snapshot-id': 2n ** 62n };
  let metadata: TableMetadata = { ...newTableMetadata(definition), 'snapshot-log': [logged] };
  for (const id of [7, 2n ** 62n, 9]) {
    metadata = { ...metadata, snapshots: [...metadata.snapshots, snapshot(id)] };
    expect(parseTableMetadata(serializeTableMetadata(metadata))).toEqual(metadata);
  }
  // A change is a snapshot of its own, whatever its id.
  metadata = { ...metadata, snapshots: [{ ...metadata.snapshots[0], summary: { text: 'other' } }] };
  expect(parseTableMetadata(serializeTableMetadata(metadata)).snapshots[0].summary).toEqual({
    text: 'other',
  });
});

import fc from 'fast-check';
import { CorruptFile } from '../../lambda/tables/corrupt-file';
import { parseJson, stringifyJson } from '../../lambda/tables/json';
import { parseTableMetadata, serializeTableMetadata } from '../../lambda/tables/metadata-file';
import { newTableMetadata, type TableMetadata } from '../../lambda/tables/table-metadata';

const bytesOf = (metadata: TableMetadata): Buffer => Buffer.concat(serializeTableMetadata(metadata));

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
  expect(parseTableMetadata(bytesOf(metadata))).toEqual(metadata);
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
    expect(parseTableMetadata(bytesOf(metadata))).toEqual(metadata);
  }
  // A change is a snapshot of its own, whatever its id.
  metadata = { ...metadata, snapshots: [{ ...metadata.snapshots[0], summary: { text: 'other' } }] };
  expect(parseTableMetadata(bytesOf(metadata)).snapshots[0].summary).toEqual({
    text: 'other',
  });
});

describe('a table of many snapshots', () => {
  const snapshot = (id: number | bigint) => ({
    'snapshot-id': id,
    'timestamp-ms': Number(BigInt(id) % 1000n),
    'manifest-list': `s3://lake/é/"${id}".avro`,
    summary: { operation: 'append', unknown: '],"snapshot-log":[' },
  });
  const logged = (id: number | bigint) => ({ 'timestamp-ms': 1, 'snapshot-id': id });
  const empty = {
    ...newTableMetadata({
      location: 's3://lake/orders',
      schema: { type: 'struct' as const, fields: [] },
      partitionSpec: { 'spec-id': 0, fields: [] },
      properties: {},
    }),
    unknown: { kept: [1, 2n ** 62n] },
  } as TableMetadata;
  const grown = (base: TableMetadata, ids: readonly (number | bigint)[]): TableMetadata => ({
    ...base,
    snapshots: [...base.snapshots, ...ids.map(snapshot)],
    'snapshot-log': [...base['snapshot-log'], ...ids.map(logged)],
  });
  const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

  /** One after the other: snapshots added, the oldest expired, the newest made void by those of another writer. */
  const change = fc.oneof(
    fc.record({ add: fc.integer({ min: 1, max: 150 }) }),
    fc.record({ expire: fc.integer({ min: 1, max: 150 }) }),
    fc.record({ undo: fc.integer({ min: 1, max: 3 }) }),
  );

  test('is written as all of it is, and read as all of it is, whatever was known before', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 8 }), fc.nat(), (changes, pick) => {
        let id = 0;
        const versions = [empty];
        for (const one of changes) {
          const base = versions.at(-1)!;
          if ('add' in one) {
            const ids = upTo(one.add).map(() => (++id % 5 === 0 ? 2n ** 62n + BigInt(id) : id));
            versions.push(grown(base, ids));
          } else {
            const [from, to] = 'expire' in one ? [one.expire, undefined] : [0, -one.undo];
            versions.push({
              ...base,
              snapshots: base.snapshots.slice(from, to),
              'snapshot-log': base['snapshot-log'].slice(from, to),
            });
          }
          const metadata = versions.at(-1)!;
          const bytes = bytesOf(metadata);
          expect(parseJson(bytes.toString())).toEqual(metadata);
          expect(parseTableMetadata(bytes, 'v', versions[pick % versions.length])).toEqual(metadata);
        }
      }),
      { numRuns: 25 },
    );
  });

  test('what a reader knew keeps its identity: it was not parsed again', () => {
    const base = grown(empty, upTo(200));
    bytesOf(base);
    const bytes = bytesOf(grown(base, [201, 202]));
    const read = parseTableMetadata(bytes, 'v', base);
    expect(read.snapshots).toHaveLength(202);
    expect(read.snapshots.slice(0, 192).every((one, i) => one === base.snapshots[i])).toBe(true);
    expect(read['snapshot-log'][100]).toBe(base['snapshot-log'][100]);
    // As a file that was changed in the middle has to be.
    const changed = Buffer.from(bytes.toString().replace('"timestamp-ms":150,', '"timestamp-ms":151,'));
    expect(parseTableMetadata(changed, 'v', base).snapshots[149]['timestamp-ms']).toBe(151);
  });

  test.each<[string, (text: string) => string]>([
    ['with spaces', (text) => stringify(JSON.parse(text), 2)],
    ['in another order', (text) => stringify(Object.fromEntries(Object.entries(JSON.parse(text)).reverse()))],
    [
      'with lists of the same name in a part this code does not know',
      (text) =>
        stringify({
          nested: { snapshots: JSON.parse(text).snapshots, 'snapshot-log': [] },
          ...JSON.parse(text),
        }),
    ],
  ])('written by another engine, %s', (_, rewritten) => {
    const base = grown({ ...empty, unknown: {} } as TableMetadata, upTo(130));
    const text = bytesOf(base).toString();
    const file = Buffer.from(rewritten(text));
    expect(parseTableMetadata(file, 'v', base)).toEqual(parseTableMetadata(file));
    expect(parseTableMetadata(file, 'v', base).snapshots).toEqual(base.snapshots);
  });

  test.each([0.2, 0.5, 0.9, 0.999])('broken off after %d of it', (part) => {
    const base = grown(empty, upTo(130));
    const bytes = bytesOf(base);
    const broken = bytes.subarray(0, Math.floor(bytes.length * part));
    expect(() => parseTableMetadata(broken, 'file:///v7.metadata.json', base)).toThrow(CorruptFile);
  });
});

function stringify(value: unknown, spaces?: number): string {
  return JSON.stringify(value, null, spaces);
}

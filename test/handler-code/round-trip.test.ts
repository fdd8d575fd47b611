import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { readWithDuckDb, readWithHyparquet } from '../formats/read-parquet';
import { contractOf, encode } from './encode-fixture';

type Property = { name: string; logicalType: string; required: boolean; [key: string]: unknown };

/** A property with values for it: JSON, and what a reader must give back. */
interface Typed {
  readonly property: Property;
  readonly values: fc.Arbitrary<{ json: unknown; read: unknown }>;
}

const same = <T>(values: fc.Arbitrary<T>) =>
  values.map((value) => ({ json: value as unknown, read: value as unknown }));
const text = fc.string({ unit: 'binary', maxLength: 20 });
const SCALARS: [Partial<Property>, fc.Arbitrary<{ json: unknown; read: unknown }>][] = [
  [{ logicalType: 'string' }, same(text)],
  [{ logicalType: 'string' }, same(fc.constantFrom('a', 'b', 'c'))],
  [{ logicalType: 'boolean' }, same(fc.boolean())],
  [{ logicalType: 'integer' }, fc.maxSafeInteger().map((value) => ({ json: value, read: BigInt(value) }))],
  [{ logicalType: 'integer', logicalTypeOptions: { format: 'i32' } }, same(fc.integer())],
  [
    { logicalType: 'number' },
    same(fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value))),
  ],
  [
    { logicalType: 'timestamp' },
    fc
      .date({ min: new Date(-62e12), max: new Date(253e12), noInvalidDate: true })
      .map((date) => ({ json: date.toISOString(), read: date })),
  ],
  [
    { logicalType: 'object' },
    fc
      .object({ maxDepth: 2 })
      .map((value) => JSON.parse(JSON.stringify(value)))
      .map((value) => ({ json: value, read: value })),
  ],
];

/** Properties of any shape, with matching values, down to a depth. */
function typed(depth: number, name: string): fc.Arbitrary<Typed> {
  const scalar = fc.tuple(fc.constantFrom(...SCALARS), fc.boolean()).map(([[shape, values], required]) => ({
    property: { name, required, ...shape } as Property,
    values: required ? values : orNull(values),
  }));
  if (depth === 0) return scalar;
  const list = fc.tuple(typed(depth - 1, 'element'), fc.boolean()).map(([element, required]) => {
    const values = fc.array(element.values, { maxLength: 4 }).map((items) => ({
      json: items.map((item) => item.json),
      read: items.map((item) => item.read),
    }));
    return {
      property: { name, required, logicalType: 'array', items: element.property } as Property,
      values: required ? values : orNull(values),
    };
  });
  const struct = fc.tuple(fields(depth - 1), fc.boolean()).map(([children, required]) => {
    const values = rowOf(children);
    return {
      property: {
        name,
        required,
        logicalType: 'object',
        properties: children.map((child) => child.property),
      } as Property,
      values: required ? values : orNull(values),
    };
  });
  return fc.oneof(scalar, list, struct);
}

function fields(depth: number): fc.Arbitrary<Typed[]> {
  return fc
    .integer({ min: 1, max: 4 })
    .chain((count) => fc.tuple(...Array.from({ length: count }, (_, i) => typed(depth, `f${i}`))));
}

function orNull(values: Typed['values']): Typed['values'] {
  return fc.oneof(
    { weight: 4, arbitrary: values },
    { weight: 1, arbitrary: fc.constant({ json: null, read: null }) },
  );
}

function rowOf(children: readonly Typed[]): Typed['values'] {
  return fc.tuple(...children.map((child) => child.values)).map((values) => ({
    json: Object.fromEntries(children.map((child, i) => [child.property.name, values[i].json])),
    read: Object.fromEntries(children.map((child, i) => [child.property.name, values[i].read])),
  }));
}

/** Readers say nothing, undefined or null for a null: here all are null. JSON columns come back as text. */
function normal(value: unknown, property?: Property): unknown {
  if (value === undefined || value === null) return null;
  if (property?.logicalType === 'object' && property.properties === undefined) {
    return typeof value === 'string' ? JSON.parse(value) : value;
  }
  if (Array.isArray(value)) return value.map((item) => normal(item, property?.items as Property));
  if (property?.logicalType === 'object') {
    const row = value as Record<string, unknown>;
    return Object.fromEntries(
      (property.properties as Property[]).map((child) => [child.name, normal(row[child.name], child)]),
    );
  }
  return value;
}

const contractAndRows = fields(3).chain((children) =>
  fc.tuple(fc.constant(children), fc.array(rowOf(children), { minLength: 1, maxLength: 30 })),
);

test('any contract, any rows: what goes in comes out', async () => {
  await fc.assert(
    fc.asyncProperty(contractAndRows, async ([children, rows]) => {
      const { files, rejections } = encode(
        contractOf(children.map((child) => child.property)),
        rows.map((row) => row.json),
      );
      expect(rejections.filter(Boolean)).toEqual([]);
      const read = await readWithHyparquet(files[0].bytes);
      const root = {
        name: '',
        required: true,
        logicalType: 'object',
        properties: children.map((child) => child.property),
      };
      rows.forEach((row, i) => {
        const found = normal(read[i], root);
        if (!isDeepStrictEqual(found, normal(row.read, root))) expect(found).toEqual(normal(row.read, root));
      });
    }),
    { numRuns: 150 },
  );
});

test('DuckDB sees the same rows as hyparquet', async () => {
  const shape = [
    {
      name: 'a',
      logicalType: 'array',
      items: {
        logicalType: 'array',
        items: {
          logicalType: 'object',
          properties: [
            { name: 'x', logicalType: 'integer' },
            { name: 'y', logicalType: 'array', items: { logicalType: 'string' } },
          ],
        },
      },
    },
    {
      name: 's',
      logicalType: 'object',
      properties: [{ name: 'l', logicalType: 'array', items: { logicalType: 'string', required: true } }],
    },
  ];
  const rows = [
    { a: [[{ x: 1, y: ['p', null] }, null], [], null], s: { l: ['q'] } },
    { a: [], s: { l: [] } },
    { a: null, s: null },
    { a: [[]], s: { l: null } },
    {
      a: [
        [{ x: null, y: [] }],
        [
          { x: 5, y: null },
          { x: 6, y: ['r', 's', 't'] },
        ],
      ],
      s: {},
    },
  ];
  const { files } = encode(contractOf(shape), rows);
  const read = await readWithDuckDb(files[0].bytes, 'a, s');
  expect(read).toEqual([
    { a: [[{ x: '1', y: ['p', null] }, null], [], null], s: { l: ['q'] } },
    { a: [], s: { l: [] } },
    { a: null, s: null },
    { a: [[]], s: { l: null } },
    {
      a: [
        [{ x: null, y: [] }],
        [
          { x: '5', y: null },
          { x: '6', y: ['r', 's', 't'] },
        ],
      ],
      s: { l: null },
    },
  ]);
});

import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { ContractError, DataContract } from '../../lib/contract';
import { glueColumns } from '../../lib/contract/glue-columns';
import { bronzePartitionSpec } from '../../lib/contract/partition-spec';
import { bronzeSchema, tableSchema } from '../../lib/contract/table-schema';
import { ORDERS } from './orders';

/** Reads the text, and compiles what was read. Anything thrown but a ContractError fails the test. */
function readAndCompile(text: string): void {
  let contract: DataContract;
  try {
    contract = DataContract.fromString(text);
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    return;
  }
  for (const schema of contract.schemas) {
    tableSchema(schema);
    glueColumns(bronzeSchema(schema));
    bronzePartitionSpec(schema);
    schema.avroSchema();
    schema.jsonSchema();
  }
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Values that are more likely to hurt than random ones. */
const nasty: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json[]>(
    ...[null, '', ' ', 0, -1, 1.5, 1e400, 2 ** 64, true, false, [], {}, [null], [[]], { name: null }],
    ...[
      '__proto__',
      'constructor',
      'toString',
      'NaN',
      '-',
      '\\',
      '(',
      'decimal(',
      'decimal(1,2,3)',
      'v3.1.0',
      'object',
    ],
    ...[
      'array',
      'integer',
      'string',
      'timestamp',
      '2020-13-45',
      'bucket[99999999999]',
      '$ref',
      '1e999999999',
      'P',
    ],
  ),
  fc.string(),
  fc.double(),
  fc.jsonValue() as fc.Arbitrary<Json>,
);

/** Every place of a document, as the keys that lead there. */
function places(value: Json, path: (string | number)[] = []): (string | number)[][] {
  const below = value !== null && typeof value === 'object' ? Object.entries(value) : [];
  return [path, ...below.flatMap(([key, child]) => places(child, [...path, key]))];
}

function changed(
  value: Json,
  path: (string | number)[],
  change: (old: Json) => Json | undefined,
): Json | undefined {
  if (path.length === 0) return change(value);
  // An earlier change took the place away.
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, path[0])) return value;
  const copy = structuredClone(value) as { [key: string]: Json };
  const [key, ...rest] = path;
  const next = changed(copy[key], rest, change);
  if (next !== undefined) copy[key] = next;
  else if (Array.isArray(copy)) copy.splice(Number(key), 1);
  else delete copy[key];
  return copy;
}

const GOOD = parse(ORDERS) as Json;
const PLACES = places(GOOD);

const mutation = fc.record({
  place: fc.nat(),
  kind: fc.constantFrom('replace', 'remove', 'add', 'copy'),
  value: nasty,
  key: fc.oneof(
    fc.constantFrom('items', 'properties', 'quality', 'primaryKey', 'logicalType', '__proto__'),
    fc.string(),
  ),
});

test('any change of a good contract gives a contract or a ContractError', () => {
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), fc.boolean(), (mutations, asYaml) => {
      let document: Json = GOOD;
      for (const { place, kind, value, key } of mutations) {
        document =
          changed(document, PLACES[place % PLACES.length], (old) => {
            if (kind === 'remove') return undefined;
            if (kind === 'replace') return value;
            if (kind === 'copy') return Array.isArray(old) ? [...old, ...old] : [old];
            return old !== null && typeof old === 'object' && !Array.isArray(old)
              ? { ...old, [key]: value }
              : value;
          }) ?? null;
      }
      readAndCompile(asYaml ? stringify(document) : JSON.stringify(document));
    }),
    { numRuns: 200 },
  );
});

test('any cut or splice of a good text gives a contract or a ContractError', () => {
  const noise = fc.oneof(
    fc.string(),
    fc.constantFrom('\t', '\n', '- ', ': ', '*a', '&a ', '!!binary ', '{', ']', '"', '%'),
  );
  fc.assert(
    fc.property(fc.nat(ORDERS.length), fc.nat(40), noise, (at, length, inserted) => {
      readAndCompile(ORDERS.slice(0, at) + inserted + ORDERS.slice(at + length));
    }),
    { numRuns: 200 },
  );
});

test('any text gives a contract or a ContractError', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), readAndCompile), { numRuns: 300 });
});

import { DataContract, Mask, MaskingPolicy } from '../../../lib/contract';
import { MaskPlan } from '../../../lib/contract/masking/mask-plan';
import { maskText, pathText } from '../../../lib/contract/masking/mask-spec';

const contract = (properties: string, custom = ''): DataContract =>
  DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: people
version: 1.0.0
status: active
schema:
  - name: people
    properties:
${properties.trim().replace(/^/gm, '      ')}
${custom}`);
const POLICY = new MaskingPolicy({
  public: Mask.none(),
  Confidential: Mask.keepLast(4),
  restricted: Mask.hash(),
  secret: Mask.redact(),
});
const planOf = (properties: string, policy?: MaskingPolicy, custom?: string) =>
  MaskPlan.of(contract(properties, custom).schema(), policy).columns.map(
    ({ path, type, mask }) => `${pathText(path)} ${type}: ${maskText(mask)}`,
  );

test('a column is masked by its classification, or as the contract says of it; nothing is without either', () => {
  const properties = `
- { name: id, logicalType: string, required: true, primaryKey: true, classification: RESTRICTED }
- { name: city, logicalType: string, classification: public }
- { name: phone, logicalType: string, classification: confidential }
- { name: mail, logicalType: string, classification: restricted, customProperties: [{ property: masking, value: emailDomain }] }
- { name: nick, logicalType: string, classification: restricted, customProperties: [{ property: masking, value: none }] }
- { name: points, logicalType: integer, customProperties: [{ property: masking, value: { redact: 0 } }] }
- { name: note, logicalType: string }`;
  const own = ['mail string: emailDomain', 'points long: redact "0"'];
  expect(planOf(properties)).toEqual(own);
  expect(planOf(properties, POLICY)).toEqual(['id string: hash', 'phone string: keepLast 4', ...own]);
  expect(planOf('- { name: city, logicalType: string, classification: public }', POLICY)).toEqual([]);
});

test('what is in an object or a list has the classification of it, unless it has one of its own', () => {
  const properties = `
- name: device
  logicalType: object
  classification: restricted
  properties:
    - { name: serial, logicalType: string }
    - { name: os, logicalType: string, classification: public }
- { name: tags, logicalType: array, classification: confidential, items: { logicalType: string } }
- name: home
  logicalType: object
  classification: secret
  properties:
    - { name: street, logicalType: string, required: true }`;
  expect(planOf(properties, POLICY)).toEqual([
    'device.serial string: hash',
    'tags[] string: keepLast 4',
    'home struct: redact',
  ]);
});

const masked = (rest: string, mask: string) =>
  `- { name: x, ${rest}, customProperties: [{ property: masking, value: ${mask} }] }`;
const KEY = '- { name: id, logicalType: string, primaryKey: true }\n';

test.each([
  [
    'a key that rows could not be told apart by',
    masked('logicalType: string, primaryKey: true', 'redact'),
    'x: is part of the primary key, and redact gives several keys the same value. Use hash or tokenize.',
  ],
  [
    'a type that it would change',
    masked('logicalType: integer', 'hash'),
    'x: is long, of which hash would make another type. hash takes text, UUIDs and binary. Redact it, or give the column another type in the contract.',
  ],
  [
    'part of what is no text',
    masked('logicalType: date', '{ keepFirst: 4 }'),
    'x: is date, of which keepFirst 4 would make another type. keepFirst takes text. Redact it, or give the column another type in the contract.',
  ],
  [
    'null in a required column',
    masked('logicalType: string, required: true', 'redact'),
    'x: is required, and redact makes it null. Redact it to a constant, { redact: <value> } or Mask.redact(<value>).',
  ],
  [
    'a constant of another type',
    masked('logicalType: integer', '{ redact: none }'),
    'x: cannot be redacted to "none": a column of type long takes a whole number of up to eighteen digits.',
  ],
  [
    'a constant of a type without',
    masked('logicalType: timestamp', '{ redact: 2020-01-01T00:00:00Z }'),
    'x: is timestamptz, of which there are no constants. Redact it to null.',
  ],
  [
    'a partition column',
    masked('logicalType: string, partitioned: true', 'hash'),
    'x: partitions the table by identity, which hash would break or betray. Masked with hash or tokenize, it may partition by bucket[N].',
  ],
  [
    'the event time',
    masked('logicalType: timestamp', 'redact'),
    'x: is the event time, which decides what row is the latest: it cannot be masked (redact).',
    'customProperties: [{ property: eventTime, value: x }]',
  ],
  [
    'what marks deletions',
    KEY + masked('logicalType: string', 'hash'),
    'x: tells which rows delete (deletedWhen): it cannot be masked (hash).',
    'customProperties: [{ property: deletedWhen, value: { property: x, values: [D] } }]',
  ],
  [
    'a column whose duplicates are counted in silver',
    masked(
      'logicalType: string, quality: [{ id: once, metric: duplicateValues, mustBe: 0 }]',
      '{ keepLast: 2 }',
    ),
    'x: quality rule once counts its duplicates in silver, where keepLast 2 makes values the same.',
  ],
  [
    'a column that SQL reads in silver',
    masked('logicalType: string', 'hash'),
    'x: quality rule plain is SQL over silver, where the column is masked (hash). Use nullValues, missingValues or invalidValues, which are measured before.',
    "quality: [{ id: plain, type: sql, query: 'SELECT count(*) FROM people WHERE x LIKE ''a%''', mustBe: 0 }]",
  ],
])('refuses a mask of %s', (_, properties, fault, custom = '') => {
  expect(() => planOf(properties, undefined, `    ${custom}`)).toThrow(
    new Error(`people: 1 mask that cannot be\n  ${fault}`),
  );
});

test('names every fault at once, a classification the policy does not know among them', () => {
  const properties = `
- { name: a, logicalType: string, classification: internal }
- { name: b, logicalType: integer, classification: restricted }`;
  expect(() => planOf(properties, POLICY)).toThrow(
    new Error(
      `people: 2 masks that cannot be
  a: is classified "internal", of which the masking policy says nothing. It knows: public, confidential, restricted, secret. Add it, with Mask.none() where it may be read.
  b: is long, of which hash would make another type. hash takes text, UUIDs and binary. Redact it, or give the column another type in the contract.`,
    ),
  );
});

test('a key may be hashed, and partition by bucket', () => {
  const bucket = '{ property: partitionTransform, value: "bucket[4]" }';
  const key = `- { name: x, logicalType: string, required: true, primaryKey: true, partitioned: true, customProperties: [{ property: masking, value: hash }, ${bucket}] }`;
  expect(planOf(key)).toEqual(['x string: hash']);
});

test.each(['hashed', '{ keepLast: 0 }', '{ keepLast: 4, keepFirst: 1 }', '3'])(
  'a contract with masking: %s is refused with file and line',
  (value) => {
    expect(() => contract(masked('logicalType: string', value))).toThrow(
      /contract:10:\d+ schema\[0\]\.properties\[0\]\.customProperties\[0\]\.value = .*: must be one of hash, tokenize, emailDomain, redact, none,/,
    );
  },
);

test.each([0, 1.5, 101])('Mask.keepLast(%d) is refused', (characters) => {
  expect(() => Mask.keepLast(characters)).toThrow(
    `Mask.keepLast(${characters}): give a whole number of characters from 1 to 100.`,
  );
});

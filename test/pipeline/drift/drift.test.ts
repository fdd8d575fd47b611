import { MAX_DRIFTS } from '../../../lambda/pipeline/drift/drift-counts';
import { driftReport, type DriftReport } from '../../../lambda/pipeline/drift/drift-report';
import { toldName } from '../../../lambda/pipeline/drift/told-name';
import { encodeBatch } from '../../../lambda/pipeline/encode-batch';
import { createBatchEncoder } from '../../../lambda/pipeline/encoding';
import { ContractInput } from '../../../lambda/pipeline/transform/contract-input';
import { RecordTransform } from '../../../lambda/pipeline/transform/record-transform';
import type { DataContract } from '../../../lib/contract';
import { contractOf, load, record } from '../../handler-code/encode-fixture';

const PROPERTIES = [
  { name: 'id', logicalType: 'integer', required: true },
  { name: 'amount', physicalName: 'amt', logicalType: 'number', criticalDataElement: true },
  {
    name: 'device',
    logicalType: 'object',
    properties: [
      { name: 'os', logicalType: 'string' },
      { name: 'serial', logicalType: 'string', criticalDataElement: true },
    ],
  },
  {
    name: 'items',
    logicalType: 'array',
    items: {
      logicalType: 'object',
      properties: [
        {
          name: 'sku',
          logicalType: 'string',
          criticalDataElement: true,
          logicalTypeOptions: { pattern: '^[A-Z]+$' },
        },
      ],
    },
  },
  { name: 'tags', logicalType: 'array', items: { logicalType: 'string' } },
];
const CONTRACT = contractOf(PROPERTIES);
const GOOD = {
  id: 1,
  amount: 2.5,
  device: { os: 'x', serial: 's' },
  items: [{ sku: 'A' }, { sku: 'B' }],
  tags: ['t'],
};

/** What is told of records, given as values or as JSON texts. */
function driftOf(records: readonly unknown[], contract: DataContract = CONTRACT): DriftReport {
  const compiled = load(contract);
  const batch = encodeBatch(
    records.map((value, i) => record(value, String(i))),
    () => createBatchEncoder(compiled, compiled.contract),
  );
  return driftReport(batch.drift, compiled.contract);
}

test('records as the contract describes them do not drift, whatever the order of their fields', () => {
  const { drifts, seenHash, schemaHash, ofShape, ofCritical } = driftOf([
    GOOD,
    Object.fromEntries(Object.entries(GOOD).reverse()),
    { id: 2, amt: 1, items: [] },
  ]);
  expect(drifts).toEqual([]);
  expect(seenHash).toBe(schemaHash);
  expect([ofShape, ofCritical]).toEqual([0, 0]);
});

test('an unknown field is told with its path and type, at any depth, and counted', () => {
  const { drifts, ofShape, ofCritical } = driftOf([
    { ...GOOD, note: 'private' },
    { ...GOOD, note: 'private' },
    { ...GOOD, note: null, device: { serial: 's', model: { name: 'private' } } },
    { ...GOOD, items: [{ sku: 'A', colour: 1 }, { sku: 'B' }, { sku: 'C', colour: 1.5 }] },
  ]);
  const unknown = { kind: 'unknown-field', critical: false };
  expect(drifts).toEqual([
    { ...unknown, path: 'note', found: 'string', count: 2 },
    { ...unknown, path: 'device.model', found: 'object', count: 1 },
    { ...unknown, path: 'note', found: 'null', count: 1 },
    { ...unknown, path: 'items[].colour', found: 'number', count: 2 },
  ]);
  expect([ofShape, ofCritical]).toEqual([6, 0]);
  expect(JSON.stringify(drifts)).not.toContain('private');
});

test('a name that stands in for another is unknown only beside it', () => {
  expect(driftOf([{ ...GOOD, amount: undefined, amt: 1 }]).drifts).toEqual([]);
  expect(driftOf([{ ...GOOD, amt: 1 }]).drifts).toMatchObject([{ path: 'amt', kind: 'unknown-field' }]);
});

test('a value of another type is told with what was found', () => {
  const { drifts, ofCritical } = driftOf([
    { ...GOOD, id: 'one' },
    { ...GOOD, tags: ['a', 5] },
    { ...GOOD, tags: ['a', 'b', 6] },
    { ...GOOD, device: [] },
    { ...GOOD, amount: true },
    [GOOD],
  ]);
  const wrong = { kind: 'wrong-type', critical: false, count: 1 };
  expect(drifts).toEqual([
    { ...wrong, path: 'id', found: 'string' },
    { ...wrong, path: 'tags[]', found: 'number', count: 2 },
    { ...wrong, path: 'device', found: 'array' },
    { ...wrong, path: 'amount', found: 'boolean', critical: true },
    { ...wrong, path: '$', found: 'array' },
  ]);
  expect(ofCritical).toBe(1);
});

test('a renamed field is both missing and unknown, although the record is refused for the first', () => {
  const { drifts } = driftOf([{ ...GOOD, id: undefined, number: 1 }]);
  expect(drifts).toEqual([
    { kind: 'unknown-field', path: 'number', found: 'number', critical: false, count: 1 },
    { kind: 'missing-required', path: 'id', found: 'absent', critical: false, count: 1 },
  ]);
});

test('critical fields that are missing, null or invalid are told, those of an absent object are not', () => {
  const { drifts, ofShape, ofCritical } = driftOf([
    { id: 1 },
    { ...GOOD, amount: null },
    { ...GOOD, device: { os: 'x' } },
    { ...GOOD, items: [{ sku: 'A' }, {}, { sku: null }] },
    { ...GOOD, items: [{ sku: 'A' }, { sku: 'b' }] },
  ]);
  const critical = { kind: 'missing-critical', critical: true, count: 1 };
  expect(drifts).toEqual([
    { ...critical, path: 'amount', found: 'absent' },
    { ...critical, path: 'amount', found: 'null' },
    { ...critical, path: 'device.serial', found: 'absent' },
    { ...critical, path: 'items[].sku', found: 'absent' },
    { ...critical, path: 'items[].sku', found: 'null' },
    { ...critical, kind: 'invalid-critical', path: 'items[].sku', found: 'string' },
  ]);
  expect([ofShape, ofCritical]).toEqual([0, 6]);
});

test('a required critical field that is missing is an anomaly and a drift, once', () => {
  const contract = contractOf([
    { name: 'id', logicalType: 'integer', required: true, criticalDataElement: true },
  ]);
  expect(driftOf([{}], contract)).toMatchObject({
    drifts: [{ kind: 'missing-required', path: 'id', critical: true, count: 1 }],
    ofShape: 1,
    ofCritical: 1,
  });
});

test('a record that is read again for its digits counts once', () => {
  const { drifts } = driftOf(['{"id": 1, "note": 12345678901234567890, "more": 1}']);
  expect(drifts.map(({ path, found, count }) => [path, found, count])).toEqual([
    ['amount', 'absent', 1],
    ['note', 'number', 1],
    ['more', 'number', 1],
  ]);
});

test('an encoder that fails on a record loses no drift of the others', () => {
  const compiled = load(CONTRACT);
  const records = [{ ...GOOD, a: 1 }, GOOD, { ...GOOD, b: 1 }, { ...GOOD, a: 1 }].map((value, i) =>
    record(value, String(i)),
  );
  const batch = encodeBatch(records, () => {
    const encoder = createBatchEncoder(compiled, compiled.contract);
    const { add } = encoder;
    encoder.add = (one) => {
      if (one.position === '1') throw new Error('defect');
      return add.call(encoder, one);
    };
    return encoder;
  });
  expect(batch.drift.list()).toMatchObject([
    { path: 'a', count: 2 },
    { path: 'b', count: 1 },
  ]);
});

describe('where the contract says of unknown fields', () => {
  const says = (value: boolean) => contractOf(PROPERTIES, [{ property: 'additionalProperties', value }]);

  test('that they are expected, they are no drift', () => {
    expect(driftOf([{ ...GOOD, note: 1, device: { serial: 's', x: 1 } }], says(true)).drifts).toEqual([]);
  });

  test('that there are none, every one of a refused record is told', () => {
    const { drifts } = driftOf([{ ...GOOD, note: 1, more: 2 }], says(false));
    expect(drifts.map(({ path }) => path)).toEqual(['note', 'more']);
  });
});

describe('hashes', () => {
  const drifting = { ...GOOD, note: 1, device: { serial: 's', model: 'm' } };

  test('what is seen hashes alike under any order of fields, records and batches', () => {
    const reversed = Object.fromEntries(Object.entries(drifting).reverse());
    const one = driftOf([drifting, { ...GOOD, id: 'x' }]);
    const other = driftOf([{ ...GOOD, id: 'x' }, GOOD, reversed, reversed]);
    expect(one.seenHash).toBe(other.seenHash);
    expect(one.seenHash).toMatch(/^[0-9a-f]{16}$/);
    expect(one.seenHash).not.toBe(one.schemaHash);
    expect(driftOf([drifting]).seenHash).not.toBe(one.seenHash);
  });

  test('of a contract: alike under any order, another for another name, type, place or demand', () => {
    const hash = (properties: object[]) => contractOf(properties).schema().schemaHash;
    const [a, b] = [
      { name: 'a', logicalType: 'integer' },
      { name: 'b', logicalType: 'object', properties: [{ name: 'c', logicalType: 'string' }, { name: 'd' }] },
    ];
    const reordered = { ...b, properties: [{ name: 'd' }, { logicalType: 'string', name: 'c' }] };
    expect(hash([b, a])).toBe(hash([a, b]));
    expect(hash([a, reordered])).toBe(hash([a, b]));
    const others = [
      [a],
      [{ ...a, name: 'x' }, b],
      [{ ...a, logicalType: 'string' }, b],
      [{ ...a, required: true }, b],
      [a, { ...b, logicalTypeOptions: { required: ['c'] } }],
      [a, { ...b, properties: [{ name: 'c', logicalType: 'integer' }, { name: 'd' }] }],
      [a, { name: 'b', logicalType: 'array', items: { logicalType: 'string' } }],
    ];
    expect(new Set([hash([a, b]), ...others.map(hash)]).size).toBe(others.length + 1);
  });
});

describe('a producer that invents names', () => {
  test('tells of so many drifts, and counts the rest', () => {
    const records = Array.from({ length: 200 }, (_, i) => ({ ...GOOD, [`f${i}`]: 1 }));
    const { drifts, omitted, ofShape } = driftOf(records);
    expect(drifts).toHaveLength(MAX_DRIFTS);
    expect([omitted, ofShape]).toEqual([150, 200]);
  });

  test.each([
    ['alice@example.com', '*'],
    ['4155551234', '*'],
    ['order 4711-00815', '*'],
    ['a3f0c1d2-1b2c-4d5e-8f90-123456789abc', '*'],
    ['x'.repeat(65), '*'],
    ['<script>', '*'],
    ['', '*'],
    ['@type', '@type'],
    ['größe', 'größe'],
    ['utm_source', 'utm_source'],
    ['address2', 'address2'],
    ['eventTime', 'eventTime'],
  ])('%j is told as %j', (name, told) => {
    expect(toldName(name)).toBe(told);
    expect(driftOf([JSON.stringify({ ...GOOD, [name]: 1 })]).drifts).toMatchObject([{ path: told }]);
  });
});

test("before a transform, it is the input's contract that records drift from", async () => {
  const input = load(contractOf([{ name: 'id', logicalType: 'integer', required: true }]));
  const output = load(CONTRACT);
  const transform = new RecordTransform({
    transform: async (row) => ({ ...GOOD, id: (row as { id: number }).id }),
    lookups: new Map(),
    timeoutMilliseconds: 1000,
    input: new ContractInput(input),
  });
  const records = [{ id: 1 }, { id: 2, note: 'x' }, { id: 'x' }, { id: 3, note: 'y' }].map((value, i) =>
    record(value, String(i)),
  );
  const transformed = await transform.outcomes(records);
  const batch = encodeBatch(records, () => createBatchEncoder(output, output.contract), transformed);
  expect(batch.accepted).toBe(3);
  expect(batch.drift.list()).toEqual([
    { kind: 'unknown-field', path: 'note', found: 'string', critical: false, count: 2 },
    { kind: 'wrong-type', path: 'id', found: 'string', critical: false, count: 1 },
  ]);
});

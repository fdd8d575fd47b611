import fc from 'fast-check';
import { MAX_DRIFTS } from '../../../lambda/pipeline/drift/drift-counts';
import { driftReport, type DriftReport } from '../../../lambda/pipeline/drift/drift-report';
import { encodeBatch } from '../../../lambda/pipeline/encode-batch';
import { createBatchEncoder } from '../../../lambda/pipeline/encoding';
import { contractOf, load, record } from '../../handler-code/encode-fixture';

const compiled = load(
  contractOf([
    { name: 'id', logicalType: 'integer', required: true },
    { name: 'size', logicalType: 'number', criticalDataElement: true },
    {
      name: 'in',
      logicalType: 'object',
      properties: [
        { name: 'id', logicalType: 'string' },
        { name: 'size', criticalDataElement: true },
      ],
    },
    {
      name: 'list',
      logicalType: 'array',
      items: { logicalType: 'object', properties: [{ name: 'id', required: true }] },
    },
  ]),
);

function driftOf(records: readonly unknown[]): DriftReport {
  const batch = encodeBatch(
    records.map((value, i) => record(value, String(i))),
    () => createBatchEncoder(compiled, compiled.contract),
  );
  return driftReport(batch.drift, compiled.contract);
}

/** Records that often fit, with names of the contract in wrong places, and names of anybody's. */
const name = fc.constantFrom('id', 'size', 'in', 'list', 'a', 'constructor', '__proto__', 'x.y', 'list[0]');
const leaf = fc.oneof(
  fc.constant(null),
  fc.integer(),
  fc.string({ maxLength: 4 }),
  fc.boolean(),
  fc.double(),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(name, tie('value')), { maxLength: 4 }).map((fields) => Object.fromEntries(fields)),
  ),
}));
const object = fc
  .record({ id: fc.integer(), size: fc.integer(), more: fc.array(fc.tuple(name, value), { maxLength: 4 }) })
  .map(({ more, ...fields }) => ({ ...fields, ...Object.fromEntries(more) }));

/** The same with its fields the other way round, at every depth. */
function reversed(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(reversed);
  if (typeof given !== 'object' || given === null) return given;
  return Object.fromEntries(
    Object.entries(given)
      .reverse()
      .map(([key, one]) => [key, reversed(one)]),
  );
}

const facts = ({ drifts, ...rest }: DriftReport) => ({
  ...rest,
  drifts: drifts.map((drift) => JSON.stringify(drift)).sort(),
});

test('no order of fields, records or batches makes a difference', () => {
  fc.assert(
    fc.property(fc.array(object, { maxLength: 4 }), (records) => {
      expect(facts(driftOf(records.map(reversed).reverse()))).toEqual(facts(driftOf(records)));
    }),
    { numRuns: 100 },
  );
});

test('counts are of all, and the hash is that of the contract just where the shape is', () => {
  fc.assert(
    fc.property(fc.array(object, { maxLength: 4 }), (records) => {
      const { drifts, omitted, ofShape, ofCritical, schemaHash, seenHash } = driftOf(records);
      const sum = (those: typeof drifts): number => those.reduce((total, { count }) => total + count, 0);
      const ofValue = drifts.filter(({ kind }) => kind.endsWith('-critical'));
      expect(drifts.length).toBeLessThanOrEqual(MAX_DRIFTS);
      expect(ofShape + sum(ofValue)).toBe(sum(drifts) + omitted);
      expect(ofCritical).toBe(sum(drifts.filter(({ critical }) => critical)));
      expect(seenHash === schemaHash).toBe(ofValue.length === drifts.length);
    }),
    { numRuns: 100 },
  );
});

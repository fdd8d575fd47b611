import * as fc from 'fast-check';
import {
  DataContract,
  GateDecision,
  GateMode,
  QualityGates,
  QualityOutcome,
  SqlDialect,
} from '../../../lib/contract';
import { contractWith, gatesWith, resultOf } from './tables';

const { PASSED, FAILED, NOT_EVALUATED } = QualityOutcome;

describe('a share of the rows', () => {
  const nulls = (comparison: string, value: number | bigint, rows: number | bigint): QualityOutcome =>
    resultOf({ value: [`metric: nullValues, unit: percent, ${comparison}`] }, String(value), rows).outcome;

  it.each([
    ['mustBeLessOrEqualTo: 2', 200, 10_000, PASSED],
    ['mustBeLessOrEqualTo: 2', 201, 10_000, FAILED],
    ['mustBeLessOrEqualTo: 2.00', 2, 100, PASSED],
    ['mustBeLessOrEqualTo: 0.1', 1, 1000, PASSED],
    ['mustBeLessOrEqualTo: 0.1', 1, 999, FAILED],
    ['mustBeLessThan: 2', 200, 10_000, FAILED],
    ['mustBeLessThan: 2', 199, 10_000, PASSED],
    ['mustBeGreaterThan: 98', 98, 100, FAILED],
    ['mustBeGreaterThan: 98', 9801, 10_000, PASSED],
    ['mustBeGreaterOrEqualTo: 98', 98, 100, PASSED],
    ['mustBeGreaterOrEqualTo: 98', 9799, 10_000, FAILED],
    ['mustBe: 33.3', 333, 1000, PASSED],
    ['mustBe: 33.3', 1, 3, FAILED],
    ['mustNotBe: 50', 1, 2, FAILED],
    ['mustNotBe: 50', 1, 3, PASSED],
    ['mustBeBetween: [1, 2]', 1, 100, PASSED],
    ['mustBeBetween: [1, 2]', 2, 100, PASSED],
    ['mustBeBetween: [1, 2]', 99, 10_000, FAILED],
    ['mustBeBetween: [1, 2]', 201, 10_000, FAILED],
    ['mustNotBeBetween: [1, 2]', 1, 100, FAILED],
    ['mustNotBeBetween: [1, 2]', 2, 100, FAILED],
    ['mustNotBeBetween: [1, 2]', 99, 10_000, PASSED],
    ['mustNotBeBetween: [1, 2]', 201, 10_000, PASSED],
  ])('%s: %d of %d', (comparison, value, rows, outcome) => {
    expect(nulls(comparison, value, rows)).toBe(outcome);
  });

  it('is exact where a floating-point number is not', () => {
    // 0.07 * 100 is 7.000000000000001 in floating point, and 4.35 % of 10^18 has more digits than a double.
    expect(nulls('mustBeLessOrEqualTo: 7', 7, 100)).toBe(PASSED);
    expect(nulls('mustBeLessOrEqualTo: 4.35', 43_500_000_000_000_000n, 1_000_000_000_000_000_000n)).toBe(
      PASSED,
    );
    expect(nulls('mustBeLessOrEqualTo: 4.35', 43_500_000_000_000_001n, 1_000_000_000_000_000_000n)).toBe(
      FAILED,
    );
  });

  it('of an empty table is 0 %', () => {
    expect(nulls('mustBeLessOrEqualTo: 0', 0, 0)).toBe(PASSED);
    expect(nulls('mustBeGreaterThan: 0', 0, 0)).toBe(FAILED);
  });

  it('agrees with whole numbers multiplied out', () => {
    const compare = {
      mustBe: (a: bigint, b: bigint) => a === b,
      mustBeLessThan: (a: bigint, b: bigint) => a < b,
    };
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.nat(),
        fc.nat({ max: 10_000 }),
        fc.constantFrom('mustBe' as const, 'mustBeLessThan' as const),
        (rows, seed, hundredths, operator) => {
          const value = seed % (rows + 1);
          const expected = compare[operator](BigInt(value) * 10_000n, BigInt(hundredths) * BigInt(rows));
          expect(nulls(`${operator}: ${hundredths / 100}`, value, rows)).toBe(expected ? PASSED : FAILED);
        },
      ),
    );
  });

  it('says what was compared, and never rounds onto the threshold', () => {
    const rule = { value: ['metric: nullValues, unit: percent, mustBeLessOrEqualTo: 2'] };
    expect(resultOf(rule, '2000000001', 100_000_000_000).reason).toBe(
      '2000000001 of 100000000000 rows hold null (2.0000… %); it must be at most 2 %',
    );
    expect(resultOf(rule, '201', 10_000)).toEqual({
      rule: 'value-nullValues',
      column: 'value',
      metric: 'nullValues',
      value: '201',
      total: '10000',
      operator: 'mustBeLessOrEqualTo',
      threshold: ['2'],
      unit: 'percent',
      mode: GateMode.REPORT,
      outcome: FAILED,
      reason: '201 of 10000 rows hold null (2.01 %); it must be at most 2 %',
    });
  });
});

describe('a number of rows', () => {
  it.each([
    [999, FAILED],
    [1000, PASSED],
    [1_000_000, PASSED],
    [1_000_001, FAILED],
  ])('of the table: %d', (rows, outcome) => {
    const rule = { table: ['metric: rowCount, mustBeBetween: [1000, 1000000]'] };
    expect(resultOf(rule, undefined, rows)).toMatchObject({ value: String(rows), outcome });
  });

  it('beyond what a double holds is compared exactly', () => {
    const rule = { table: ['metric: rowCount, mustBe: 9007199254740993'] };
    expect(resultOf(rule, undefined, 9007199254740993n).outcome).toBe(PASSED);
    expect(resultOf(rule, undefined, 9007199254740992n).outcome).toBe(FAILED);
  });

  it('has no share', () => {
    const result = gatesWith({ table: ['metric: rowCount, unit: percent, mustBe: 1'] }).evaluate([
      { measure: 'rows', value: '1' },
    ]);
    expect(result[0]).toMatchObject({ outcome: NOT_EVALUATED, reason: expect.stringContaining('no share') });
  });
});

describe('the number of a query', () => {
  const result = (comparison: string, value?: string) =>
    gatesWith({ table: [`type: sql, query: SELECT 1, ${comparison}`] }).evaluate([
      { measure: 'sql', value },
    ])[0];

  it.each([
    ['mustBe: 0.3', '0.30', PASSED],
    ['mustBe: 0.3', '0.30000000000000004', FAILED],
    ['mustBeLessThan: 1', '-1e-7', PASSED],
    ['mustBeGreaterThan: 1e21', '1000000000000000000001', PASSED],
    ['mustBe: true', 'true', PASSED],
    ['mustBe: true', 'false', FAILED],
    ['mustNotBe: true', 'false', PASSED],
    ['mustBe: 0', undefined, FAILED],
    ['mustBe: 0', 'nan', NOT_EVALUATED],
    ['mustBe: true', '1', NOT_EVALUATED],
  ])('%s: %s', (comparison, value, outcome) => {
    expect(result(comparison, value).outcome).toBe(outcome);
  });

  it('is in the unit the query computes', () => {
    expect(result('unit: percent, mustBe: 5', '5')).toMatchObject({ outcome: PASSED, unit: 'percent' });
  });
});

describe('what is not evaluated', () => {
  it.each([
    ['type: text, description: Verified by hand', 'prose'],
    ['type: custom, engine: soda, implementation: row_count > 0', 'soda'],
    ['metric: nullValues, arguments: { where: x }, mustBe: 0', 'no argument where'],
    ['metric: invalidValues, mustBe: 0', 'validValues'],
    ['metric: invalidValues, arguments: { validValues: a }, mustBe: 0', 'must be a list'],
    ['metric: invalidValues, arguments: { pattern: "(?=a)" }, mustBe: 0', 'look-around'],
    ['metric: invalidValues, arguments: { minimum: 1 }, mustBe: 0', 'minimum is for numbers'],
    ['metric: nullValues, mustBe: many', 'must be a number'],
    ['metric: duplicateValues, arguments: { properties: [ident] }, mustBe: 0', 'things has: id, value'],
    ['type: sql, query: "DROP TABLE things", mustBe: 0', 'SELECT'],
    ['type: sql, query: "SELECT 1; DROP TABLE things", mustBe: 0', 'one statement'],
    ['type: sql, query: "SELECT ${other}", mustBe: 0', '${other} stands for nothing'],
  ])('%s', (rule, reason) => {
    const gates = gatesWith({ value: [rule] });
    expect(gates.gates[0].notEvaluated).toContain(reason);
    expect(gates.evaluate([])[0]).toMatchObject({
      outcome: NOT_EVALUATED,
      reason: expect.stringContaining(reason),
    });
  });

  it.each(['nullValues', 'missingValues'])('%s of a whole table', (metric) => {
    expect(gatesWith({ table: [`metric: ${metric}, mustBe: 0`] }).gates[0].notEvaluated).toContain(
      'move the rule to that property',
    );
  });

  it('is not what could not be measured: that has the engine’s reason', () => {
    const [result] = gatesWith({ value: ['metric: nullValues, mustBe: 0'] }).evaluate([
      { measure: 'rows', error: 'no such table' },
      { measure: 'value-nullValues', error: 'no such table' },
    ]);
    expect(result).toMatchObject({ outcome: NOT_EVALUATED, reason: 'no such table' });
  });
});

describe('what a failure does', () => {
  const rule = (more: string) => ({ value: [`metric: nullValues, mustBe: 0, ${more}`] });
  const gate = (mode: string) => `customProperties: [{ property: gate, value: ${mode} }]`;
  const decided = (rules: { readonly value: readonly string[] }, nulls?: string): GateDecision => {
    const gates = gatesWith(rules);
    const measurements = [
      { measure: 'rows', value: '10' },
      { measure: gates.gates[0].rule, value: nulls },
    ];
    return gates.decide(gates.evaluate(nulls === undefined ? [] : measurements));
  };

  it.each([
    ['severity: error', GateMode.HALT, GateDecision.HALT],
    ['severity: CRITICAL', GateMode.HALT, GateDecision.HALT],
    ['severity: warning', GateMode.REPORT, GateDecision.PROCEED],
    ['dimension: completeness', GateMode.REPORT, GateDecision.PROCEED],
    [`severity: error, ${gate('report')}`, GateMode.REPORT, GateDecision.PROCEED],
    [`severity: error, ${gate('quarantine')}`, GateMode.QUARANTINE, GateDecision.QUARANTINE],
    [gate('halt'), GateMode.HALT, GateDecision.HALT],
  ])('%s', (more, mode, decision) => {
    expect(gatesWith(rule(more)).gates[0].mode).toBe(mode);
    expect(decided(rule(more), '1')).toBe(decision);
    expect(decided(rule(more), '0')).toBe(GateDecision.PROCEED);
  });

  it('v3.0 rules without an operator hold nothing up', () => {
    const text = `
apiVersion: v3.0.2
kind: DataContract
id: old
version: 1.0.0
status: active
schema: [{ name: old, properties: [{ name: id, logicalType: integer, quality: [{ rule: nullCheck, severity: error }] }] }]`;
    const gates = QualityGates.of(DataContract.fromString(text).schema());
    const results = gates.evaluate([]);
    expect(results[0]).toMatchObject({ metric: 'nullValues', outcome: NOT_EVALUATED });
    expect(results[0].reason).toContain('compares with nothing');
    expect(gates.decide(results)).toBe(GateDecision.PROCEED);
  });

  it('a halting gate that was not measured halts; prose does not', () => {
    expect(decided(rule('severity: error'))).toBe(GateDecision.HALT);
    expect(decided({ value: ['type: text, severity: error, description: By hand'] })).toBe(
      GateDecision.PROCEED,
    );
  });

  it('refuses a gate nobody knows, and a quarantine by what points at no rows', () => {
    expect(() => gatesWith(rule(gate('stop')))).toThrow('gate is "stop". Allowed: halt, quarantine, report.');
    expect(() => gatesWith({ table: [`metric: rowCount, mustBe: 0, ${gate('quarantine')}`] })).toThrow(
      'only nullValues, missingValues, invalidValues point at single rows',
    );
  });
});

test('rules are known by their id, else their name, else column and metric; never twice by the same', () => {
  const gates = QualityGates.of(
    contractWith({
      table: [
        'metric: rowCount, mustBe: 1',
        'metric: rowCount, mustBe: 2',
        'name: One row per day!, metric: rowCount, mustBe: 3',
      ],
      value: ['id: present, metric: nullValues, mustBe: 0', 'metric: nullValues, mustBe: 0'],
    }).schema(),
  );
  expect(gates.gates.map(({ rule }) => rule)).toEqual([
    'rowCount',
    'rowCount-2',
    'One-row-per-day',
    'present',
    'value-nullValues',
  ]);
  expect(gates.gates.map(({ isRowCheck }) => isRowCheck)).toEqual([false, false, false, true, true]);
  expect(() => gates.failingRows('rowCount', SqlDialect.DUCKDB)).toThrow('points at no rows');
  expect(() => gates.failingRows('absent', SqlDialect.DUCKDB)).toThrow('Known: rowCount, rowCount-2');
});

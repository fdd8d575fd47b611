import type { DuckDBConnection } from '@duckdb/node-api';
import { GateDecision, QualityGates, SqlDialect } from '../../../lib/contract';
import { rowPlan, RowGates } from '../../../lib/contract/quality/row-gates';
import { openDuckDb } from '../../../lib/local/duckdb';
import { contractWith, type GivenRules } from './tables';

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = (await openDuckDb(1))!;
});
afterAll(() => connection.closeSync());

function gatesOf(rules: GivenRules): RowGates {
  return new RowGates(JSON.parse(JSON.stringify(rowPlan(contractWith(rules).schema()))));
}

/** A value as SQL and as data files store it. */
type Value = readonly [sql: string, stored: unknown];
const NULL: Value = ['NULL', null];
const day = (text: string) => Date.parse(text) / 86_400_000;
const micros = (text: string) => BigInt(Date.parse(text)) * 1000n;

interface Column {
  readonly property: string;
  readonly type: string;
  readonly values: readonly Value[];
  /** Arguments of `invalidValues` and lists of `missingValues`. */
  readonly invalid: readonly string[];
  readonly missing: readonly string[];
}

const COLUMNS: { readonly [name: string]: Column } = {
  text: {
    property: 'logicalType: string',
    type: 'VARCHAR',
    values: ['', 'a', 'ab', 'A', 'é', '😀', '😀b', 'a\nb', ' ', "b'c", 'N/A', 'null'].map(
      (text) => [`'${text.replace(/'/g, "''")}'`, text] as const,
    ),
    invalid: [
      '{ validValues: [a, "b\'c", 1] }',
      '{ pattern: "^[a-z]+$" }',
      '{ pattern: "a.b" }',
      '{ pattern: "\\\\s" }',
      '{ minLength: 1, maxLength: 1 }',
      '{ pattern: "^.", minLength: 2 }',
    ],
    missing: ['[null, "", "N/A"]', '[""]', '[null]', '[]'],
  },
  long: {
    property: 'logicalType: integer',
    type: 'BIGINT',
    values: ['0', '-1', '17', '18', '9223372036854775807', '9007199254740993'].map(
      (text) => [text, BigInt(text)] as const,
    ),
    invalid: [
      '{ minimum: 18 }',
      '{ exclusiveMinimum: 17.5, maximum: 9007199254740992 }',
      '{ validValues: [0, "17", "", x] }',
      '{ exclusiveMaximum: 9223372036854775807 }',
    ],
    missing: ['[-1, null]', '["0"]', '[""]'],
  },
  int: {
    property: 'logicalType: integer, logicalTypeOptions: { format: i32 }',
    type: 'INTEGER',
    values: ['0', '-5', '120', '121'].map((text) => [text, Number(text)] as const),
    invalid: ['{ minimum: 0, maximum: 120 }'],
    missing: ['[-5]'],
  },
  decimal: {
    property: 'logicalType: number, physicalType: "decimal(10,2)"',
    type: 'DECIMAL(10,2)',
    values: [
      ['0.00', 0n],
      ['-0.01', -1n],
      ['10.50', 1050n],
      ['99999999.99', 9999999999n],
    ],
    invalid: ['{ minimum: 0 }', '{ exclusiveMaximum: 10.5 }', '{ validValues: [10.5, "0"] }'],
    missing: ['[0, null]'],
  },
  double: {
    property: 'logicalType: number',
    type: 'DOUBLE',
    values: [
      ['0.0', 0],
      ['-0.0', -0],
      ['0.1', 0.1],
      ["'NaN'::DOUBLE", NaN],
      ["'Infinity'::DOUBLE", Infinity],
      ["'-Infinity'::DOUBLE", -Infinity],
    ],
    invalid: ['{ minimum: 0 }', '{ maximum: 0.1 }', '{ exclusiveMinimum: 0 }', '{ validValues: [0.1] }'],
    missing: ['[0]'],
  },
  float: {
    property: 'logicalType: number, logicalTypeOptions: { format: f32 }',
    type: 'REAL',
    values: [
      ['CAST(0.1 AS REAL)', Math.fround(0.1)],
      ['CAST(0.5 AS REAL)', 0.5],
    ],
    invalid: ['{ minimum: 0.1 }', '{ exclusiveMaximum: 0.1 }', '{ validValues: [0.1] }'],
    missing: ['[0.1]'],
  },
  boolean: {
    property: 'logicalType: boolean',
    type: 'BOOLEAN',
    values: [
      ['true', true],
      ['false', false],
    ],
    invalid: ['{ validValues: [true] }'],
    missing: ['["false"]'],
  },
  date: {
    property: 'logicalType: date',
    type: 'DATE',
    values: ['1969-12-31', '1970-01-01', '2024-02-29'].map((text) => [`DATE '${text}'`, day(text)] as const),
    invalid: ['{ minimum: "1970-01-01" }', '{ exclusiveMaximum: "2024-02-29" }'],
    missing: ['["1970-01-01", "1970-02-30"]'],
  },
  timestamptz: {
    property: 'logicalType: timestamp',
    type: 'TIMESTAMPTZ',
    values: ['1969-12-31T23:59:59.999Z', '2024-01-01T00:00:00.000Z', '2024-01-01T01:30:00.000Z'].map(
      (text) => [`TIMESTAMPTZ '${text.replace('T', ' ').replace('Z', '+00:00')}'`, micros(text)] as const,
    ),
    invalid: [
      '{ minimum: "2024-01-01" }',
      '{ exclusiveMinimum: "2024-01-01T02:30:00+01:00" }',
      '{ maximum: "2023-12-31T23:30:00.5-02:00" }',
    ],
    missing: ['["2024-01-01T00:00:00Z"]'],
  },
  timestamp: {
    property: 'logicalType: timestamp, logicalTypeOptions: { timezone: false }',
    type: 'TIMESTAMP',
    values: ['1969-12-31T00:00:00.001Z', '2024-01-01T00:00:00.000Z'].map(
      (text) => [`TIMESTAMP '${text.replace('T', ' ').replace('Z', '')}'`, micros(text)] as const,
    ),
    invalid: ['{ minimum: "2024-01-01 00:00:00" }', '{ exclusiveMinimum: "1969-12-31T00:00:00.001" }'],
    missing: ['["2024-01-01"]'],
  },
  time: {
    property: 'logicalType: time',
    type: 'TIME',
    values: [
      ["TIME '00:00:00'", 0n],
      ["TIME '23:59:59.999999'", 86_399_999_999n],
    ],
    invalid: ['{ minimum: "00:00:01" }', '{ maximum: "23:59:59.5" }'],
    missing: ['["00:00:00"]'],
  },
  uuid: {
    property: 'logicalType: string, physicalType: uuid',
    type: 'UUID',
    values: [
      [
        "'0f3a9d4c-0000-4000-8000-0123456789ab'::UUID",
        Buffer.from('0f3a9d4c0000400080000123456789ab', 'hex'),
      ],
    ],
    invalid: [
      '{ pattern: "^0f3a" }',
      '{ validValues: ["0f3a9d4c-0000-4000-8000-0123456789ab"] }',
      '{ minLength: 37 }',
    ],
    missing: ['["0f3a9d4c-0000-4000-8000-0123456789ab"]'],
  },
};

test.each(Object.entries(COLUMNS))(
  '%s: rows in memory are counted as DuckDB counts them',
  async (_name, column) => {
    const { property, type, invalid, missing } = column;
    const rules = [
      'id: nulls, metric: nullValues, mustBe: 0',
      ...invalid.map((given, i) => `id: invalid${i}, metric: invalidValues, arguments: ${given}, mustBe: 0`),
      ...missing.map(
        (list, i) =>
          `id: missing${i}, metric: missingValues, arguments: { missingValues: ${list} }, mustBe: 0`,
      ),
    ].map((rule) => `${rule}, customProperties: [{ property: gate, value: quarantine }]`);
    const schema = contractWith({ value: rules, property }).schema();
    const gates = QualityGates.of(schema);
    expect(gates.gates.filter(({ notEvaluated }) => notEvaluated !== undefined)).toEqual([]);

    for (const rule of gates.gates) {
      const only = rowPlan(schema);
      const plan = { ...only, checks: only.checks.filter(({ id }) => id === rule.rule) };
      const predicate = gates.failingRows(rule.rule, SqlDialect.DUCKDB);
      for (const [sql, stored] of [...column.values, NULL]) {
        const [[counted]] = (
          await connection.runAndReadAll(
            `SELECT ${predicate} FROM (SELECT CAST(${sql} AS ${type}) AS value) AS t`,
          )
        ).getRows();
        const own = new RowGates(plan);
        own.measure({ value: stored });
        const { results, keptApart } = own.verdict();
        expect([rule.rule, sql, results[0].value]).toEqual([rule.rule, sql, counted === true ? '1' : '0']);
        expect(keptApart({ value: stored }) !== undefined).toBe(counted);
      }
    }
  },
);

const AGES =
  'id: ages, metric: invalidValues, arguments: { minimum: 18 }, unit: percent, mustBeLessOrEqualTo: 2, customProperties: [{ property: gate, value: quarantine }]';

test.each([
  [200, GateDecision.PROCEED],
  [201, GateDecision.QUARANTINE],
])('%i of 10,000 rows against a gate of 2 %%', (count, decision) => {
  const gates = gatesOf({ value: [AGES], property: 'logicalType: integer' });
  for (let row = 0; row < 10_000; row++) gates.measure({ value: row < count ? 17 : 18 });
  const verdict = gates.verdict();
  expect(verdict.decision).toBe(decision);
  expect(verdict.keptApart({ value: 18 })).toBeUndefined();
  expect(verdict.keptApart({ value: 17 })).toEqual(
    decision === GateDecision.PROCEED
      ? undefined
      : {
          column: 'value',
          reason:
            'Quality gate ages on value failed: 201 of 10000 rows hold an invalid value (2.01 %); it must be at most 2 %.',
        },
  );
});

test('a failed halting gate halts, a reporting one lets rows pass, and table checks are none of rows on their way', () => {
  const rules = {
    table: ['metric: rowCount, mustBeGreaterThan: 1000, severity: error'],
    value: ['id: report, metric: nullValues, mustBe: 0'],
  };
  const gates = gatesOf(rules);
  gates.measure({ id: 1, value: null });
  expect(gates.verdict().results.map(({ rule, outcome }) => [rule, outcome])).toEqual([['report', 'failed']]);
  expect(gates.verdict().decision).toBe(GateDecision.PROCEED);
  expect(gates.verdict().keptApart({ value: null })).toBeUndefined();
  const halting = gatesOf({ value: ['metric: nullValues, mustBe: 0, severity: error'] });
  halting.measure({ value: null });
  expect(halting.verdict().decision).toBe(GateDecision.HALT);
  expect(gatesOf({}).isEmpty).toBe(true);
});

test('a value within a struct is null where the struct is', () => {
  const property =
    'logicalType: object, properties: [{ name: city, logicalType: string, quality: [{ metric: nullValues, mustBe: 0 }] }]';
  const gates = gatesOf({ property });
  for (const value of [null, { city: null }, { city: 'Bern' }]) gates.measure({ value });
  expect(gates.verdict().results[0].value).toBe('2');
});

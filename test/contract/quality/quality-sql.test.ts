import type { DuckDBConnection } from '@duckdb/node-api';
import * as fc from 'fast-check';
import { DataContract, QualityGates, QualityOutcome, SqlDialect } from '../../../lib/contract';
import { openDuckDb } from '../../../lib/local/duckdb';
import { type GivenRules, gatesWith } from './tables';

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = (await openDuckDb(1))!;
});
afterAll(() => connection.closeSync());

/** What the queries of the gates count, by rule, over a table in DuckDB. */
async function measured(gates: QualityGates, table = 'things'): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { sql, measures } of gates.queries(SqlDialect.DUCKDB, [table])) {
    const [row] = (await connection.runAndReadAll(sql)).getRows();
    measures.forEach((measure, index) => (found[measure] = String(row[index])));
  }
  return found;
}

async function fill(type: string, rows: readonly (readonly [number | null, unknown])[]): Promise<void> {
  await connection.run(`CREATE OR REPLACE TABLE things (id BIGINT, value ${type})`);
  if (rows.length === 0) return;
  const sql = (value: unknown): string =>
    typeof value === 'string' ? `'${value.replace(/'/g, "''")}'` : String(value);
  await connection.run(
    `INSERT INTO things VALUES ${rows.map(([id, value]) => `(${sql(id)}, ${sql(value)})`).join(', ')}`,
  );
}

describe('the counts of DuckDB are those of a plain loop over the rows', () => {
  const gates = gatesWith({
    table: [
      'id: pairs, metric: duplicateValues, arguments: { properties: [id, value] }, mustBe: 0',
      'metric: rowCount, mustBe: 0',
    ],
    value: [
      'id: nulls, metric: nullValues, mustBe: 0',
      'id: missing, metric: missingValues, arguments: { missingValues: [null, "", "N/A"] }, mustBe: 0',
      'id: blank, metric: missingValues, arguments: { missingValues: [""] }, mustBe: 0',
      'id: listed, metric: invalidValues, arguments: { validValues: [null, "a", "b\'c"] }, mustBe: 0',
      'id: shaped, metric: invalidValues, arguments: { pattern: "^[a-z]$", maxLength: 1 }, mustBe: 0',
      'id: long, metric: invalidValues, arguments: { minLength: 2 }, mustBe: 0',
      'id: repeated, metric: duplicateValues, mustBe: 0',
    ],
  });
  const text = fc.constantFrom(null, '', 'a', 'b', "b'c", 'N/A', 'é', '😀', 'a\nb');
  const table = fc.array(fc.tuple(fc.constantFrom(null, 1, 2), text), { maxLength: 30 });

  function repeats(keys: readonly (string | undefined)[]): number {
    const present = keys.filter((key) => key !== undefined);
    return present.length - new Set(present).size;
  }

  it('for every metric', async () => {
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        await fill('VARCHAR', rows);
        const values = rows.map(([, value]) => value);
        const count = (holds: (value: string | null) => boolean): string =>
          String(values.filter(holds).length);
        const invalid = (valid: (value: string) => boolean): string =>
          count((value) => value !== null && !valid(value));
        expect(await measured(gates)).toEqual({
          rows: String(rows.length),
          nulls: count((value) => value === null),
          missing: count((value) => value === null || value === '' || value === 'N/A'),
          blank: count((value) => value === ''),
          listed: invalid((value) => value === 'a' || value === "b'c"),
          shaped: invalid((value) => /^[a-z]$/.test(value) && [...value].length <= 1),
          long: invalid((value) => [...value].length >= 2),
          repeated: String(repeats(values.map((value) => value ?? undefined))),
          pairs: String(
            repeats(
              rows.map(([id, value]) =>
                id === null || value === null ? undefined : JSON.stringify([id, value]),
              ),
            ),
          ),
        });
      }),
      { numRuns: 60 },
    );
  });

  it('and rows that fail a check and rows that do not are all the rows', async () => {
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        await fill('VARCHAR', rows);
        for (const { rule, isRowCheck } of gates.gates) {
          if (!isRowCheck) continue;
          const failing = gates.failingRows(rule, SqlDialect.DUCKDB);
          const result = await connection.runAndReadAll(
            `SELECT count(*) FILTER (WHERE ${failing}), count(*) FILTER (WHERE NOT (${failing})), count(*) FROM things AS t`,
          );
          const [bad, clean, all] = result.getRows()[0] as bigint[];
          expect(bad + clean).toBe(all);
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('values are compared in the type of the column', () => {
  const rule = (args: string): string => `id: checked, metric: invalidValues, arguments: ${args}, mustBe: 0`;
  it.each([
    ['logicalType: integer', 'BIGINT', '{ minimum: 18, maximum: 120 }', [17, 18, 120, 121, null], '2'],
    [
      'logicalType: integer',
      'BIGINT',
      '{ exclusiveMinimum: 18, exclusiveMaximum: 120 }',
      [18, 19, 119, 120],
      '2',
    ],
    [
      'logicalType: number',
      'DOUBLE',
      '{ validValues: [0.1, 1e21, "0.2", none] }',
      [0.1, 1e21, 0.2, 0.3],
      '1',
    ],
    [
      'logicalType: number, logicalTypeOptions: { format: f32 }',
      'FLOAT',
      '{ validValues: [0.1] }',
      [0.1, 0.2],
      '1',
    ],
    [
      'physicalType: "decimal(12,2)", logicalType: number',
      'DECIMAL(12,2)',
      '{ minimum: 0.015 }',
      [0.01, 0.02],
      '1',
    ],
    ['logicalType: integer', 'BIGINT', '{ validValues: [only, text] }', [1, null], '1'],
    ['logicalType: boolean', 'BOOLEAN', '{ validValues: [true] }', [true, false], '1'],
    ['logicalType: date', 'DATE', '{ minimum: "2024-01-01" }', ['2023-12-31', '2024-01-01'], '1'],
    [
      'logicalType: timestamp',
      'TIMESTAMPTZ',
      '{ maximum: "2024-01-01T01:00:00+01:00" }',
      ['2024-01-01 00:00:00+00', '2024-01-01 00:00:01+00'],
      '1',
    ],
    [
      'physicalType: uuid, logicalType: string',
      'UUID',
      '{ pattern: "^0" }',
      ['00000000-0000-0000-0000-000000000000', 'f0000000-0000-0000-0000-000000000000'],
      '1',
    ],
  ])('%s: %s %s', async (property, type, args, values, invalid) => {
    await fill(
      type,
      values.map((value) => [1, value]),
    );
    expect((await measured(gatesWith({ property, value: [rule(args)] }))).checked).toBe(invalid);
  });

  it('within structs, too, and a null struct holds null', async () => {
    const contract = DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: quakes
version: 1.0.0
status: active
schema:
  - name: Quakes
    quality: [{ id: places, metric: duplicateValues, arguments: { properties: [things.place] }, mustBe: 0 }]
    properties:
      - name: things
        logicalType: object
        properties:
          - { name: mag, logicalType: number, quality: [{ id: mags, metric: nullValues, mustBe: 0 }] }
          - { name: place, physicalName: at, logicalType: string }
`);
    await connection.run(
      `CREATE OR REPLACE TABLE things AS SELECT unnest([{mag: 1.0::DOUBLE, "at": 'x'}, {mag: NULL, "at": 'x'}, NULL]) AS things`,
    );
    expect(await measured(QualityGates.of(contract.schema()))).toEqual({ rows: '3', mags: '2', places: '1' });
  });
});

describe('an SQL rule', () => {
  const number = async (query: string, on: keyof GivenRules = 'table'): Promise<string> => {
    await fill('VARCHAR', [
      [1, 'a'],
      [2, null],
      [3, 'from things'],
    ]);
    return (
      await measured(gatesWith({ [on]: [`type: sql, query: ${JSON.stringify(query)}, mustBe: 0`] }), 'things')
    )[on === 'table' ? 'sql' : 'value-sql'];
  };

  it.each([
    'SELECT count(*) FROM {object}',
    'SELECT count(*) FROM ${object};',
    'SELECT count(*) FROM "${object}"',
    'SELECT count(*) FROM ${table} -- of ${nobody}\n',
    'select count(*) from Things t join "things" u on t.id = u.id',
    'SELECT count(*) FROM warehouse.sales.things',
    'WITH few AS (SELECT * FROM things WHERE things.id > 0) SELECT count(*) FROM few',
  ])('%s', async (query) => {
    expect(await number(query)).toBe('3');
  });

  it('never has its text changed', async () => {
    expect(
      await number("SELECT count(*) FROM {object} WHERE value = 'from things' OR value = '{object}'"),
    ).toBe('1');
  });

  it('knows its property', async () => {
    expect(await number('SELECT count({property}) FROM {object} WHERE ${column} IS NOT NULL', 'value')).toBe(
      '2',
    );
  });

  it('gives decimals as they are, and truth', async () => {
    expect(await number('SELECT 12345678901234567.123456789::DECIMAL(38,9)')).toBe(
      '12345678901234567.123456789',
    );
    expect(await number('SELECT count(*) > 2 FROM things')).toBe('true');
  });

  it('may not give a subquery the name of the table', () => {
    const [gate] = gatesWith({
      table: ['type: sql, query: "WITH things AS (SELECT 1) SELECT count(*) FROM things", mustBe: 0'],
    }).gates;
    expect(gate.notEvaluated).toContain('give that another name');
  });
});

test('Athena’s SQL names and quotes as Trino does, in one scan', () => {
  const [scan, duplicates] = gatesWith({
    value: [
      'metric: invalidValues, arguments: { pattern: "^\\\\d+$", validValues: ["it\'s"] }, mustBe: 0',
      'metric: nullValues, mustBe: 0',
      'metric: duplicateValues, mustBe: 0',
    ],
  }).queries(SqlDialect.ATHENA, ['lake_bronze', 'things']);
  expect(scan).toEqual({
    measures: ['rows', 'value-invalidValues', 'value-nullValues'],
    sql:
      'SELECT count(*) AS m0,\n' +
      `       count(*) FILTER (WHERE (t."value" IS NOT NULL AND NOT (t."value" IN ('it''s') AND regexp_like(t."value", '^\\d+\\z')))) AS m1,\n` +
      '       count(*) FILTER (WHERE t."value" IS NULL) AS m2\n' +
      'FROM "lake_bronze"."things" AS t',
  });
  expect(duplicates.sql).toBe(
    'SELECT coalesce(sum(d.n - 1), 0) AS m0\n' +
      'FROM (SELECT count(*) AS n FROM "lake_bronze"."things" AS t WHERE t."value" IS NOT NULL GROUP BY t."value" HAVING count(*) > 1) AS d',
  );
});

test('an empty table passes what is a share and fails what counts its rows', async () => {
  await fill('VARCHAR', []);
  const gates = gatesWith({
    table: ['metric: rowCount, mustBeGreaterThan: 0'],
    value: ['metric: nullValues, unit: percent, mustBeLessThan: 1', 'metric: duplicateValues, mustBe: 0'],
  });
  const measurements = Object.entries(await measured(gates)).map(([measure, value]) => ({ measure, value }));
  expect(gates.evaluate(measurements).map(({ outcome }) => outcome)).toEqual([
    QualityOutcome.FAILED,
    QualityOutcome.PASSED,
    QualityOutcome.PASSED,
  ]);
});

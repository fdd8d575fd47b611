import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { type GateEngine, measureGates } from '../../../lambda/pipeline/quality/measure-gates';
import { keepResults } from '../../../lambda/rows/quality-results';
import { createOrEvolveTable } from '../../../lambda/tables/create-table';
import { openTable } from '../../../lambda/tables/open-table';
import { GateDecision, QualityGates, QualityOutcome, SqlDialect } from '../../../lib/contract';
import { qualityResultsSchema } from '../../../lib/contract/quality-results-schema';
import { openDuckDb } from '../../../lib/local/duckdb';
import { contractWith } from '../../contract/quality/tables';
import { rowsOf } from '../../tables/fixtures/rows';

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = (await openDuckDb(1))!;
  await connection.run(`CREATE TABLE things AS
    SELECT i AS id, CASE WHEN i <= 202 THEN NULL ELSE 'a' END AS value FROM range(1, 10001) AS t(i)`);
});
afterAll(() => connection.closeSync());

const engine: GateEngine = {
  dialect: SqlDialect.DUCKDB,
  query: async (sql) =>
    (await connection.runAndReadAll(sql))
      .getRows()
      .map((row) => row.map((value) => (value === null ? null : String(value)))),
};

const RULES = {
  table: [
    'id: volume, metric: rowCount, mustBeBetween: [1000, 10000], severity: error',
    'id: newest, type: sql, query: "SELECT max(id) FROM {object}", mustBe: 10000',
    'id: broken, type: sql, query: "SELECT nothing FROM {object}", mustBe: 1, severity: warning',
    'id: empty, type: sql, query: "SELECT id FROM {object} WHERE id < 0", mustBe: 1',
  ],
  value: [
    'id: nulls, metric: nullValues, unit: percent, mustBeLessOrEqualTo: 2.01, severity: error',
    'id: repeated, metric: duplicateValues, mustBe: 9797',
  ],
};

test('every kind of rule is measured over a whole table, and a query that fails holds up its own gate only', async () => {
  const gates = QualityGates._ofPlan(
    JSON.parse(JSON.stringify(QualityGates.of(contractWith(RULES).schema())._plan)),
  );
  const { results, decision } = await measureGates(gates, engine, ['things']);
  expect(results.map(({ rule, outcome, value }) => [rule, outcome, value])).toEqual([
    ['volume', QualityOutcome.PASSED, '10000'],
    ['newest', QualityOutcome.PASSED, '10000'],
    ['broken', QualityOutcome.NOT_EVALUATED, undefined],
    ['empty', QualityOutcome.NOT_EVALUATED, undefined],
    ['nulls', QualityOutcome.FAILED, '202'],
    ['repeated', QualityOutcome.PASSED, '9797'],
  ]);
  expect(results[2].reason).toContain('"nothing" not found');
  expect(results[3].reason).toBe('the query gave 0 rows instead of one');
  expect(results[4].reason).toContain('(2.02 %)');
  expect(decision).toBe(GateDecision.HALT);
});

test('a halting gate whose engine is away is shut', async () => {
  const gates = QualityGates.of(contractWith({ table: [RULES.table[0]] }).schema());
  const away = { ...engine, query: () => Promise.reject(new Error('no such workgroup\n  at query')) };
  const { results, decision } = await measureGates(gates, away, ['things']);
  expect(results[0]).toMatchObject({ outcome: QualityOutcome.NOT_EVALUATED, reason: 'no such workgroup' });
  expect(decision).toBe(GateDecision.HALT);
});

describe('results in a table', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'results-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  test('each evaluation is kept once, also when it is repeated or overtaken', async () => {
    const schema = contractWith(RULES).schema();
    const { results } = await measureGates(QualityGates.of(schema), engine, ['things']);
    const uri = `file://${directory}/things_quality`;
    const partitionSpec = { 'spec-id': 0, fields: [] };
    const { table } = await createOrEvolveTable(uri, { schema: qualityResultsSchema(), partitionSpec });
    const evaluation = (sequence: bigint, scope: 'increment' | 'table' = 'table') => ({
      evaluatedAt: 1_700_000_000_000,
      table: 'things',
      scope,
      sequence,
      contractId: 'things',
      contractVersion: '1.0.0',
    });
    const stale = await openTable(uri);
    expect(await keepResults(table, results, evaluation(5n))).toBe(true);
    expect(await keepResults(table, results, evaluation(5n))).toBe(false);
    expect(await keepResults(stale, results, evaluation(4n))).toBe(false);
    expect(await keepResults(stale, results, evaluation(4n, 'increment'))).toBe(true);
    expect(await keepResults(stale, results, evaluation(6n))).toBe(true);

    const rows = await rowsOf(await openTable(uri));
    expect(rows).toHaveLength(3 * results.length);
    expect(rows.find(({ rule, snapshot_sequence: at }) => rule === 'nulls' && at === 5n)).toEqual({
      evaluated_at: 1_700_000_000_000_000n,
      table_name: 'things',
      scope: 'table',
      snapshot_sequence: 5n,
      rule: 'nulls',
      column_name: 'value',
      metric: 'nullValues',
      value: '202',
      total: 10000n,
      operator: 'mustBeLessOrEqualTo',
      threshold: '2.01',
      unit: 'percent',
      severity: 'error',
      dimension: null,
      mode: 'halt',
      outcome: 'failed',
      reason: expect.stringContaining('2.02 %'),
      contract_id: 'things',
      contract_version: '1.0.0',
    });
    const files = (await (await openTable(uri)).dataFiles()).length;
    expect(files).toBe(3);
  });
});

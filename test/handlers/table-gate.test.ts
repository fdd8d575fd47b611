import { createOrEvolveTable } from '../../lambda/tables/create-table';
import type { IcebergTable } from '../../lambda/tables/iceberg-table';
import { openTable } from '../../lambda/tables/open-table';
import { DataContract, QualityGates, TableProfiler } from '../../lib/contract';
import { profileSchema } from '../../lib/contract/profile-schema';
import { qualityResultsSchema } from '../../lib/contract/quality-results-schema';
import { eventsIn } from '../lineage/open-lineage';
import { GoldLake } from '../pipeline/sql-transform/gold-lake';
import { rowsOf } from '../tables/fixtures/rows';

const contract = DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: sales-contract
version: 1.2.0
status: active
schema:
  - name: sales
    quality:
      - { id: volume, metric: rowCount, mustBeGreaterThan: 1, severity: error }
      - { id: newest, type: sql, query: "SELECT count(*) FROM {object} WHERE day > DATE '2024-05-08'", mustBe: 0 }
      - { id: broken, type: sql, query: 'SELECT nothing FROM {object}', mustBe: 0, severity: warning }
    properties:
      - name: day
        logicalType: date
        quality:
          - { id: days_differ, metric: duplicateValues, mustBe: 0, severity: error }
          - { id: day_present, metric: nullValues, mustBe: 0, severity: warning }
`);

jest.mock(
  '../../lambda/handlers/gates.mjs',
  () => ({
    get gates() {
      const plan = QualityGates.of(contract.schema())._plan;
      const profile = TableProfiler.of(contract.schema())._columns;
      return { plan, profile, contractId: contract.id, contractVersion: contract.version };
    },
  }),
  { virtual: true },
);

let lake: GoldLake;
let sales: IcebergTable;
let results: IcebergTable;
let lines: string[];
beforeEach(async () => {
  lake = new GoldLake();
  sales = await lake.table(contract, 'sales');
  ({ table: results } = await createOrEvolveTable(`${sales.uri}_quality`, {
    schema: qualityResultsSchema(),
    partitionSpec: { 'spec-id': 0, fields: [] },
  }));
  Object.assign(process.env, {
    LAKEHOUSE_INPUT_TABLE_0: sales.uri,
    LAKEHOUSE_QUALITY_TABLE: results.uri,
    LAKEHOUSE_SQL_ENGINE: 'duckdb',
    LAKEHOUSE_ENGINE_MEMORY: '128',
    LAKEHOUSE_PRODUCT: 'sales',
  });
  lines = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  jest.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
});
afterEach(() => {
  jest.restoreAllMocks();
  lake.remove();
});

async function judge(event: unknown = { gate: sales.uri, date: '2024-05-01' }): Promise<any> {
  let answer: unknown;
  await jest.isolateModulesAsync(async () => {
    const { handler } = await import('../../lambda/handlers/table-gate');
    answer = await handler(event);
  });
  return answer;
}
const sell = (...days: (number | null)[]) =>
  lake.write(
    sales,
    `SELECT * FROM (VALUES ${days.map((day) => (day === null ? '(CAST(NULL AS DATE))' : `(DATE '2024-05-0${day}')`)).join(', ')}) AS v(day)`,
  );
const outcomes = ({ results: found }: any) =>
  Object.fromEntries(found.map(({ rule, outcome }: any) => [rule, outcome]));

test('all rules over all rows, the results kept once and told', async () => {
  await sell(1, 2, null);
  const verdict = await judge();
  expect(verdict.decision).toBe('proceed');
  expect(outcomes(verdict)).toEqual({
    volume: 'passed',
    newest: 'passed',
    broken: 'not-evaluated',
    days_differ: 'passed',
    day_present: 'failed',
  });
  await judge();
  const kept = await rowsOf(await openTable(results.uri));
  expect(kept).toHaveLength(5);
  expect(kept.find(({ rule }) => rule === 'day_present')).toMatchObject({
    scope: 'table',
    table_name: sales.uri,
    value: '1',
    total: 3n,
    contract_version: '1.2.0',
  });
  expect(lines.join('')).toContain('"QualityScore":75');
});

test('a halting rule halts, and what it measured is kept as well', async () => {
  await sell(3);
  await sell(3, 9);
  const verdict = await judge();
  expect(verdict.decision).toBe('halt');
  expect(outcomes(verdict)).toMatchObject({ days_differ: 'failed', newest: 'failed', volume: 'passed' });
  expect(await rowsOf(await openTable(results.uri))).toHaveLength(5);
  expect(outcomes(await judge())).toMatchObject({ days_differ: 'failed' });
});

test('columns are profiled where a table for it is given, once for a snapshot', async () => {
  const uri = `${sales.uri}_profile`;
  const partitionSpec = { 'spec-id': 0, fields: [] };
  await createOrEvolveTable(uri, { schema: profileSchema(), partitionSpec });
  process.env.LAKEHOUSE_PROFILE_TABLE = uri;
  try {
    await sell(1, 2, 2, null);
    await judge();
    await judge();
    expect(await rowsOf(await openTable(uri))).toEqual([
      expect.objectContaining({
        column_name: 'day',
        column_type: 'date',
        row_count: 4n,
        nulls: 1n,
        distincts: 2n,
        duplicates: 1n,
        minimum: '2024-05-01',
        maximum: '2024-05-02',
        schema_hash: expect.stringMatching(/^[0-9a-f]{16}$/),
      }),
    ]);
    await sell(5);
    await judge();
    expect(await rowsOf(await openTable(uri))).toHaveLength(2);
  } finally {
    delete process.env.LAKEHOUSE_PROFILE_TABLE;
  }
});

test('an empty table is measured as one', async () => {
  const verdict = await judge();
  expect(verdict.decision).toBe('halt');
  expect(outcomes(verdict)).toMatchObject({ volume: 'failed', days_differ: 'passed' });
});

test.each([
  [{}, 'Allowed: { "gate": "<table URI>" }.'],
  ['gate', 'Not a request of a gate'],
  [{ gate: 'glue://other/table' }, 'A request to judge "glue://other/table". This function judges'],
])('refused: %j', async (event, message) => {
  await expect(judge(event)).rejects.toThrow(message);
});

test('a verdict is told with the rules it was given by and the snapshot it was given of', async () => {
  const sink = `${lake.directory}/lineage`;
  process.env.LAKEHOUSE_LINEAGE = `file://${sink}`;
  try {
    await sell(1, 1, null);
    expect((await judge()).decision).toBe('halt');
  } finally {
    delete process.env.LAKEHOUSE_LINEAGE;
  }
  const events = eventsIn(sink);
  expect(events.map(({ eventType }) => eventType)).toEqual(['START', 'COMPLETE']);
  const [{ job, inputs, outputs }] = events.slice(1);
  expect([job.name, outputs]).toEqual([expect.stringMatching(/^sales\.gate\.gold-\w+\.sales$/), []]);
  const { assertions } = inputs[0].inputFacets!.dataQualityAssertions!;
  expect(assertions.map(({ name, success, severity }) => [name, success, severity])).toEqual([
    ['volume', true, 'error'],
    ['newest', true, 'warn'],
    ['broken', false, 'warn'],
    ['days_differ', false, 'error'],
    ['day_present', false, 'warn'],
  ]);
  expect(assertions.at(-1)).toMatchObject({ column: 'day', actual: '1', expected: 'mustBe 0 rows' });
});

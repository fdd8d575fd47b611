import type { SQSBatchResponse } from 'aws-lambda';
import type { TransformReport } from '../../lambda/pipeline/sql-transform/run-transform';
import type { IcebergTable } from '../../lambda/tables/iceberg-table';
import { createOrEvolveTable } from '../../lambda/tables/create-table';
import { openTable } from '../../lambda/tables/open-table';
import { currentSnapshot } from '../../lambda/tables/table-metadata';
import { DataContract, QualityGates } from '../../lib/contract';
import { qualityResultsSchema } from '../../lib/contract/quality-results-schema';
import type { Transformation } from '../../lib/contract/transform/transformation';
import { eventsIn } from '../lineage/open-lineage';
import { GoldLake, transformation } from '../pipeline/sql-transform/gold-lake';

const contract = DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: gold
version: 1.0.0
status: active
schema:
  - name: sales
    properties:
      - name: day
        logicalType: date
        quality: [{ id: day_present, metric: nullValues, mustBe: 0, severity: error }]
  - name: days
    properties:
      - { name: day, logicalType: date, required: true, primaryKey: true }
      - { name: sales, logicalType: integer }
`);
const deployed = transformation(contract.schema('days'), {
  sql: 'SELECT day, count(*) AS sales FROM sales WHERE day < ${until} GROUP BY day',
  from: ['sales'],
  mode: { kind: 'incremental', column: 'day' },
  parameters: [{ name: 'until', type: 'date', value: '2030-01-01' }],
  gates: [
    {
      input: 'sales',
      plan: QualityGates.of(contract.schema('sales'))._plan,
      contractId: contract.id,
      contractVersion: contract.version,
    },
  ],
});

let current: Transformation = deployed;
jest.mock(
  '../../lambda/handlers/transformation.mjs',
  () => ({
    get transformation() {
      return current;
    },
  }),
  {
    virtual: true,
  },
);

let lake: GoldLake;
let sales: IcebergTable;
let days: IcebergTable;
let lines: string[];
beforeEach(async () => {
  lake = new GoldLake();
  sales = await lake.table(contract, 'sales');
  days = await lake.table(contract, 'days');
  Object.assign(process.env, {
    LAKEHOUSE_GOLD_TABLE: days.uri,
    LAKEHOUSE_INPUT_TABLE_0: sales.uri,
    LAKEHOUSE_SQL_ENGINE: 'duckdb',
    LAKEHOUSE_ENGINE_MEMORY: '128',
    LAKEHOUSE_PRODUCT: 'days',
  });
  current = deployed;
  lines = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  jest.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
});
afterEach(() => {
  jest.restoreAllMocks();
  lake.remove();
});

/** A function that has just been started. */
async function invoke<T>(event: unknown): Promise<T> {
  let answer: unknown;
  await jest.isolateModulesAsync(async () => {
    const { handler } = await import('../../lambda/handlers/sql-transform');
    answer = await handler(event);
  });
  return answer as T;
}
const message = (messageId: string, body: unknown) => ({
  messageId,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  attributes: { MessageGroupId: days.uri, SentTimestamp: '1717200000000' },
});
const commit = { source: 'aws.glue', 'detail-type': 'Glue Data Catalog Table State Change', detail: {} };
const sell = (...day: (number | null)[]) =>
  lake.write(
    sales,
    `SELECT * FROM (VALUES ${day.map((d) => (d === null ? '(CAST(NULL AS DATE))' : `(DATE '2024-05-0${d}')`)).join(', ')}) AS v(day)`,
  );
const runs = () => lines.filter((line) => /Table transformed|Nothing to transform/.test(line));

test('all commits that come together are one run; what cannot be read comes back', async () => {
  await sell(1, 1, 2);
  const answer = await invoke<SQSBatchResponse>({
    Records: [
      message('a', commit),
      message('b', { transform: days.uri }),
      message('c', 'no JSON'),
      message('d', commit),
    ],
  });
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'c' }] });
  expect(runs()).toHaveLength(1);
  expect(await lake.rows(days)).toEqual([
    ['2024-05-01', '2'],
    ['2024-05-02', '1'],
  ]);
  expect(lines.join('\n')).toContain('"TransformRuns":1');
});

test('commits that an earlier run took in with others are no run of their own', async () => {
  await sell(1);
  const consumed = currentSnapshot((await openTable(sales.uri)).metadata)!['timestamp-ms'];
  await invoke({ transform: days.uri });
  await sell(1, 2);
  const [, database, tableName] = /([^/]+)\/([^/]+)$/.exec(sales.uri)!;
  const told = (seconds: number) => ({
    ...commit,
    time: new Date(consumed + 1000 * seconds).toISOString(),
    detail: { databaseName: database, tableName },
  });
  const deliver = (...bodies: unknown[]) =>
    invoke<SQSBatchResponse>({ Records: bodies.map((body, i) => message(`m-${i}`, body)) });

  lines = [];
  expect(await deliver(told(-31), told(-90))).toEqual({ batchItemFailures: [] });
  expect(runs()).toEqual([]);
  expect(await lake.rows(days)).toEqual([['2024-05-01', '1']]);

  // What was deployed since then has not run yet.
  current = { ...deployed, sql: `${deployed.sql} ` };
  await deliver(told(-31));
  expect(runs()).toHaveLength(1);
  expect(await lake.rows(days)).toEqual([
    ['2024-05-01', '2'],
    ['2024-05-02', '1'],
  ]);
  for (const body of [told(60 * 60), { ...told(-90), detail: {} }, { transform: days.uri }]) {
    lines = [];
    await deliver(told(-90), body);
    expect(runs()).toHaveLength(1);
  }
});

test('a direct request is answered with what was done', async () => {
  await sell(1, 2);
  expect(await invoke<TransformReport>({ transform: days.uri })).toMatchObject({
    scope: 'whole',
    writtenRows: 2,
  });
  expect(await invoke<TransformReport>({ transform: days.uri })).toMatchObject({ scope: 'nothing' });
  const report = await invoke<TransformReport>({
    transform: days.uri,
    parameters: { until: '2024-05-02' },
    whole: true,
  });
  expect(report).toMatchObject({ scope: 'whole', writtenRows: 1 });
});

test('an id of the request stays that of its commit, however it is delivered', async () => {
  await sell(1);
  await invoke({ transform: days.uri, id: 'execution-1/Days' });
  const committed = currentSnapshot((await openTable(days.uri)).metadata)!;
  expect(committed.summary).toMatchObject({ 'lakehouse.request': 'execution-1/Days' });
});

test.each<[string, unknown, string]>([
  ['an id that is none', { transform: 'x', id: 7 }, 'id is 7. Allowed: text of 1 to 1024 characters.'],
  ['an empty id', { transform: 'x', id: '' }, 'id is ""'],
  ['a misspelt field', { transform: 'x', value: ['2024-05-01'] }, 'A request of a transform has no "value"'],
  ['what is no request', { refine: 'x' }, 'Not a request of a transform'],
  ['a time that is none', { transform: 'x', scheduledTime: 'soon' }, 'scheduledTime is "soon"'],
  [
    'a parameter nobody has',
    { transform: 'x', parameters: { nobody: '1' } },
    'There is no parameter "nobody"',
  ],
  ['a value of another type', { transform: 'x', values: ["1' OR '1'='1"] }, 'is no value of day'],
])('%s is refused', async (_, event, reason) => {
  await sell(1);
  await expect(invoke(event)).rejects.toThrow(reason);
});

test('a shut gate is not tried again by the queue, fails a direct request, and is told either way', async () => {
  await sell(1, null);
  expect(await invoke({ Records: [message('a', commit)] })).toEqual({ batchItemFailures: [] });
  await expect(invoke({ transform: days.uri })).rejects.toThrow('The gate is shut. day_present');
  expect(await lake.rows(days)).toEqual([]);
  const text = lines.join('\n');
  expect(text).toContain('"TransformFailures":1');
  expect(text).toContain('"GateFailed":1');
});

test('results of gates are kept, each once, those of a shut gate as well', async () => {
  const uri = `${sales.uri}_quality`;
  const unpartitioned = { 'spec-id': 0, fields: [] };
  const definition = { schema: qualityResultsSchema(), partitionSpec: unpartitioned };
  const { table } = await createOrEvolveTable(uri, definition);
  process.env.LAKEHOUSE_QUALITY_TABLE_0 = uri;
  try {
    await sell(1);
    await invoke({ transform: days.uri });
    await sell(null);
    for (let i = 0; i < 2; i++) await expect(invoke({ transform: days.uri })).rejects.toThrow('day_present');
  } finally {
    delete process.env.LAKEHOUSE_QUALITY_TABLE_0;
  }
  const columns = 'snapshot_sequence, rule, outcome, scope, table_name, contract_id, contract_version';
  const same = ['table', sales.uri, 'gold', '1.0.0'];
  expect(await lake.rows(table, columns)).toEqual([
    ['1', 'day_present', 'passed', ...same],
    ['2', 'day_present', 'failed', ...same],
  ]);
});

test('SQL that the engine refuses is not tried again by the queue; what may pass is', async () => {
  await sell(1);
  current = { ...deployed, sql: 'SELECT nothing FROM sales' };
  expect(await invoke({ Records: [message('a', commit)] })).toEqual({ batchItemFailures: [] });
  current = deployed;
  process.env.LAKEHOUSE_INPUT_TABLE_0 = `${sales.uri}-gone`;
  await expect(invoke({ Records: [message('a', commit)] })).rejects.toThrow('gone');
});

test('a run is told with its SQL, the snapshots it read and made, its gates and the columns they are made of', async () => {
  const sink = `${lake.directory}/lineage`;
  process.env.LAKEHOUSE_LINEAGE = `file://${sink}`;
  try {
    await sell(1, 1, 2);
    await invoke({ transform: days.uri, id: 'nightly' });
    await invoke({ transform: days.uri, id: 'again' });
    await sell(null);
    await expect(invoke({ transform: days.uri, id: 'shut' })).rejects.toThrow('The gate is shut');
  } finally {
    delete process.env.LAKEHOUSE_LINEAGE;
  }
  const events = eventsIn(sink);
  expect(events.map(({ eventType }) => eventType)).toEqual(['START', 'COMPLETE', 'START', 'FAIL']);
  const [, complete, , failed] = events;
  const { metadata } = await openTable(sales.uri);
  const [first, second] = metadata.snapshots.map((snapshot) => String(snapshot['snapshot-id']));
  const input = { namespace: 'file', name: sales.uri.slice('file://'.length) };
  expect(complete).toMatchObject({
    job: { name: 'days.transform', facets: { sql: { query: deployed.sql } } },
    inputs: [
      {
        ...input,
        facets: { version: { datasetVersion: first } },
        inputFacets: {
          dataQualityAssertions: {
            assertions: [{ name: 'day_present', assertion: 'nullValues', success: true, severity: 'error' }],
          },
        },
      },
    ],
    outputs: [
      {
        facets: {
          columnLineage: {
            fields: { day: { inputFields: [{ ...input, field: 'day' }] }, sales: { inputFields: [] } },
          },
        },
        outputFacets: { outputStatistics: { rowCount: 2 } },
      },
    ],
  });
  expect(failed).toMatchObject({
    inputs: [
      {
        facets: { version: { datasetVersion: second } },
        inputFacets: { dataQualityAssertions: { assertions: [{ success: false, actual: '1' }] } },
      },
    ],
    run: { facets: { errorMessage: { message: expect.stringContaining('GateHalted') } } },
  });
});

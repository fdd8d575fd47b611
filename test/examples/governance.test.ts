import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTable } from '../../lambda/tables/open-table';
import { MetricStore } from '../../lib/local/metrics/metric-store';
import { linkEngine } from '../../lib/local/run/engine-link';
import { EmbeddedLake } from '../../lib/local/run/embedded-lake';
import { ExecutionEnvironments } from '../../lib/local/run/execution-environments';
import { provisionTables } from '../../lib/local/run/provisioning';
import { CloudAssembly } from '../../lib/local/template/assembly';
import { VirtualClock } from '../../lib/local/workflow/clock';
import { LocalAccount, type LocalFunction } from '../../lib/local/workflow/local-account';
import { eventsIn } from '../lineage/open-lineage';
import { stageAssets } from '../stage-assets';
import { appendRows, rowsOf } from '../tables/fixtures/rows';

stageAssets();

let directory: string;
let assembly: CloudAssembly;
let lake: EmbeddedLake;
let environments: ExecutionEnvironments | undefined;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'governance-'));
  process.env.CDK_OUTDIR = join(directory, 'cdk.out');
  try {
    jest.isolateModules(() => require('../../examples/governance/app'));
  } finally {
    delete process.env.CDK_OUTDIR;
  }
  assembly = new CloudAssembly(join(directory, 'cdk.out'));
  lake = new EmbeddedLake(assembly, join(directory, 'out'));
  await provisionTables(assembly, lake, () => undefined);
  linkEngine(join(directory, 'cdk.out'));
  environments = new ExecutionEnvironments({
    assembly,
    lake,
    endpoint: 'http://127.0.0.1:9',
    logDirectory: join(directory, 'logs'),
    metrics: new MetricStore(),
    logged: () => undefined,
  });
}, 240_000);
afterAll(async () => {
  await environments?.close();
  rmSync(directory, { recursive: true, force: true });
});

const silver = () => openTable(`file://${join(directory, 'out', 'silver', 'orders')}`);
const day = BigInt(Date.parse('2026-11-20T10:00:00Z')) * 1000n;
const order = (id: string, customer: string | null) => ({
  order_id: id,
  customer_id: customer,
  placed_at: day,
  total: 1050n,
  _lane: 'orders/shardId-000000000000',
  _position: id,
  _arrived_at: day,
});

/** The workflow for a date, with the functions of the app as they would be deployed. */
async function run(date: string) {
  const clock = new VirtualClock(Date.parse('2026-11-21T02:00:00Z'));
  const functions = Object.fromEntries(
    assembly.ofType('AWS::Lambda::Function').map((resource) => [
      resource.name,
      (async (payload) => {
        const result = await clock.during(environments!.invoke(resource, payload));
        if (result.error) throw Object.assign(new Error(result.error.message), { name: result.error.type });
        return result.value;
      }) as LocalFunction,
    ]),
  );
  const account = new LocalAccount(assembly, { clock, functions, random: () => 0 });
  const execution = account.start('revenue-daily', { date });
  await execution.ended;
  await account.settled();
  return { account, execution };
}
const told = () =>
  eventsIn(join(directory, 'out', 'lineage'))
    .filter(({ eventType }) => eventType !== 'START')
    .map(({ job, eventType }) => `${eventType} ${job.name}`);
const published = (account: LocalAccount) =>
  account.events.filter((event) => event['detail-type'] === 'Lakehouse Table Published');

test('one run leaves a quality result, lineage and a catalog entry, each step with what the one before it answered', async () => {
  await appendRows(await silver(), [order('a', 'c1'), order('b', 'c2'), order('c', 'c1')]);
  const { account, execution } = await run('2026-11-20');
  expect([execution.status, execution.cause]).toEqual(['SUCCEEDED', undefined]);
  const steps = ['Extract', 'Validate', 'Transform', 'Load', 'Register entry', 'Archive'];
  expect(execution.path.filter((state) => steps.includes(state))).toEqual(steps);

  const quality = await openTable(`file://${join(directory, 'out', 'silver', 'orders_quality')}`);
  expect((await rowsOf(quality)).map(({ rule, outcome }) => [rule, outcome]).sort()).toEqual([
    ['customers_known', 'passed'],
    ['orders_differ', 'passed'],
  ]);
  expect(told()).toEqual([
    'COMPLETE orders.gate.silver.orders',
    'COMPLETE daily_revenue.transform',
    'COMPLETE daily_revenue.gate.gold.daily_revenue',
  ]);
  const gold = await openTable(`file://${join(directory, 'out', 'gold', 'daily_revenue')}`);
  expect(JSON.parse(account.parameters.get('/products/daily_revenue')!)).toEqual({
    table: expect.stringMatching(/^glue:.*daily_revenue$/),
    contract: '7c0b5a0e-5f1f-4a53-9a3e-2d6f0b9f7d05',
    version: '1.0.0',
    owner: 'finance-data',
    date: '2026-11-20',
    snapshot: String(gold.metadata['current-snapshot-id']),
    sourceRecords: 3,
    until: '2026-11-20T23:59:59Z',
    execution: execution.arn,
  });
  expect(published(account)).toHaveLength(1);
}, 240_000);

test('a gate that fails ends the run there: nothing is made, registered or published, and people get the link', async () => {
  await appendRows(await silver(), [order('d', null)]);
  const before = told().length;
  const { account, execution } = await run('2026-11-21');
  expect([execution.status, execution.error]).toEqual(['FAILED', 'Lakehouse.GateHalted']);
  expect(execution.path).not.toContain('Transform');
  expect(told().slice(before)).toEqual(['COMPLETE orders.gate.silver.orders']);
  expect(account.parameters.get('/products/daily_revenue')).toBeUndefined();
  expect(published(account)).toEqual([]);
  expect(account.messages).toMatchObject([{ subject: 'Data Quality Failure' }]);
  const { email } = account.messages[0].texts;
  expect(email).toContain('customers_known: 1 of 4 rows');
  expect(email).toContain(`/states/home?region=us-east-1#/v2/executions/details/${execution.arn}`);
}, 240_000);

test('a customer who asks is forgotten by the function: the rows of others and their orders stay', async () => {
  const erasure = assembly
    .ofType('AWS::Lambda::Function')
    .find(({ path }) => /^Governance\/Erasure/.test(path))!;
  const answer = async (request: object) => {
    const result = await environments!.invoke(erasure, request);
    return result.error ?? result.value;
  };
  const orders = async () => (await rowsOf(await silver())).map((row) => row.order_id).sort();
  const subject = { customer_id: 'c1' };
  const asked = { request: 'r-1', requestedBy: 'dpo', subject };
  expect(await answer({ ...asked, dryRun: true })).toMatchObject({
    tables: [{ state: 'found', rows: 2 }, { state: 'skipped' }],
  });
  expect(await answer(asked)).toMatchObject({
    complete: true,
    tables: [{ state: 'erased', rows: 2 }, { state: 'skipped' }],
    record: expect.stringMatching(/\/erasures\/r-1\/.*-done-[0-9a-f]{8}\.json$/),
  });
  expect(await orders()).toEqual(['b', 'd']);
  expect((await silver()).metadata.snapshots).toHaveLength(1);
}, 240_000);

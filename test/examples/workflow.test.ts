import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudAssembly } from '../../lib/local/template/assembly';
import { VirtualClock } from '../../lib/local/workflow/clock';
import { LocalAccount, type LocalFunction } from '../../lib/local/workflow/local-account';

let assembly: CloudAssembly;

beforeAll(() => {
  const outdir = mkdtempSync(join(tmpdir(), 'workflow-example-'));
  process.env.CDK_OUTDIR = outdir;
  try {
    jest.isolateModules(() => require('../../examples/workflow/app'));
  } finally {
    delete process.env.CDK_OUTDIR;
  }
  assembly = new CloudAssembly(outdir);
});

/** The example's account at a time; `check` is the company's gate, everything else answers that all is well. */
function account(now: string, check: LocalFunction = async () => ({ decision: 'proceed', results: [] })) {
  const asked: string[] = [];
  const functions = new Proxy<Record<string, LocalFunction>>(
    {},
    {
      get:
        (_, name): LocalFunction =>
        async (payload, clock) => {
          asked.push(String(name));
          return name === 'check-orders' ? check(payload, clock) : { caughtUp: true, snapshotId: '1' };
        },
    },
  );
  const clock = new VirtualClock(Date.parse(now));
  return { asked, clock, account: new LocalAccount(assembly, { clock, functions, random: () => 1 }) };
}

const FAILED = {
  decision: 'halt',
  results: [
    { rule: 'customer-id-nulls', mode: 'halt', outcome: 'failed', reason: '12 rows are not 0' },
    { rule: 'repeated-customers', mode: 'halt', outcome: 'failed', reason: '3 rows are not 0' },
  ],
};

test('the night run refines, checks, makes revenue and publishes, at two by the clocks of Berlin', async () => {
  const local = account('2026-11-20T23:59:00Z');
  await local.account.runSchedules(Date.parse('2026-11-21T01:30:00Z'));
  await local.account.settled();
  const daily = local.account.executions.filter(({ arn }) => arn.includes(':orders-daily:'));
  expect(daily.map(({ status, startDate }) => [status, new Date(startDate).toISOString()])).toEqual([
    ['SUCCEEDED', '2026-11-21T01:00:00.000Z'],
  ]);
  const published = local.account.events.filter(
    (event) => event['detail-type'] === 'Lakehouse Table Published',
  );
  expect(published).toMatchObject([
    { detail: { table: expect.stringMatching(/silver.*orders$/), date: '2026-11-20', snapshot: '1' } },
    { detail: { table: expect.stringMatching(/gold.*daily_revenue$/), date: '2026-11-20' } },
  ]);
});

test('the hourly checks tell of a failure within five minutes, under the subject that is asked for', async () => {
  const local = account('2026-11-21T10:00:00Z', async () => FAILED);
  await local.account.runSchedules(Date.parse('2026-11-21T10:05:00Z'));
  await local.account.settled();
  expect(local.account.messages).toMatchObject([{ subject: 'Data Quality Failure' }]);
  const { email } = local.account.messages[0].texts;
  expect(email).toContain('customer-id-nulls: 12 rows are not 0\nrepeated-customers: 3 rows are not 0');
  expect(email).toContain('Workflow: orders-quality');
  expect(email).toContain('Time: 2026-11-21T10:00:00.000Z');
});

test('hourly checks that could not be made are tried again once, after five minutes', async () => {
  const times: number[] = [];
  const local = account('2026-11-21T10:00:00Z', async (_, clock) => {
    times.push(clock.now());
    throw new Error('the engine is away');
  });
  await local.account.start('orders-quality').ended;
  expect(times.map((time) => time - times[0])).toEqual([0, 300_000]);
  expect(local.account.messages).toMatchObject([{ subject: 'Workflow failed: orders-quality' }]);
});

test('a rise of nulls is kept apart and told to the team the data come from', async () => {
  const local = account('2026-11-21T10:00:00Z', async () => ({ ...FAILED, decision: 'quarantine' }));
  local.account.putEvent({ source: 'shop.monitoring', 'detail-type': 'Null rate rose', detail: {} });
  await local.account.settled();
  expect(local.asked).toEqual(['check-orders', 'keep-apart']);
  expect(local.account.messages.map(({ topicArn }) => topicArn)).toEqual([
    expect.stringContaining('ShopTeam'),
  ]);
  expect(local.account.executions[0].status).toBe('SUCCEEDED');
});

test('reports start when revenue and the ledger of a date are there', async () => {
  const local = account('2026-11-21T01:00:00Z');
  await local.account.start('orders-daily').ended;
  await local.account.settled();
  const reports = () => local.account.executions.filter(({ arn }) => arn.includes(':finance-reports:'));
  expect(reports()).toEqual([]);
  local.account.putEvent({
    source: 'aws.s3',
    'detail-type': 'Object Created',
    detail: { bucket: { name: 'finance-exports' }, object: { key: 'ledger/2026-11-20/_SUCCESS' } },
  });
  await local.account.settled();
  expect(reports().map(({ status, input }) => [status, input])).toEqual([
    ['SUCCEEDED', { date: '2026-11-20' }],
  ]);
});

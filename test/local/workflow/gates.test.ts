import { Topic } from 'aws-cdk-lib/aws-sns';
import { GateDecision, PipelineWorkflow, WorkflowStep } from '../../../lib/aws';
import { type Parts, parts } from '../../aws/workflow/workflow-parts';
import { accountOf, answers, details, running } from './account';

const NULLS = {
  rule: 'user-id-nulls',
  column: 'user_id',
  metric: 'nullValues',
  mode: 'quarantine',
  outcome: 'failed',
  reason: '812 of 10000 rows (8.12 %) are above 2 %',
};

function gate(decision: unknown, results: unknown[] = [NULLS]): Record<string, jest.Mock> {
  return { gate: jest.fn(async () => ({ decision, results })) };
}

describe('a gate', () => {
  it('that halts keeps everything after it from running, and tells source team and on-call which rules failed', async () => {
    const { account, functions, given } = running({}, { functions: gate('halt') });
    const run = account.start('orders-daily');
    await run.ended;
    expect(functions.transform).not.toHaveBeenCalled();
    expect(functions.repair).not.toHaveBeenCalled();
    expect(functions.gate).toHaveBeenCalledTimes(1);
    expect(run).toMatchObject({ status: 'FAILED', error: 'Lakehouse.GateHalted' });
    expect(details(account, 'Lakehouse Table Published')).toEqual([]);
    expect(details(account, 'Lakehouse Gate Failed')).toMatchObject([
      { task: 'OrdersGate', table: 'glue://sales_silver/orders', decision: 'halt', date: '2026-11-20' },
    ]);
    expect(account.messages.map(({ topicArn, subject }) => [topicArn.split(':').at(-1), subject])).toEqual([
      [expect.stringContaining('SourceTeam'), 'Data Quality Failure'],
      [expect.stringContaining('OnCall'), 'Data Quality Failure'],
    ]);
    for (const { texts } of account.messages) {
      expect(texts.email).toContain(`user-id-nulls: ${NULLS.reason}`);
    }
    expect(given.stack.node.id).toBe('Test');
  });

  it('that quarantines tells the source team, has the rows taken away, and lets the rest go on', async () => {
    const { account, functions } = running({}, { functions: gate('quarantine') });
    const run = account.start('orders-daily');
    await run.ended;
    expect(run.status).toBe('SUCCEEDED');
    expect(functions.repair.mock.calls[0][0]).toMatchObject({
      date: '2026-11-20',
      results: { OrdersGate: { decision: 'quarantine', results: [NULLS] } },
    });
    expect(functions.transform).toHaveBeenCalledTimes(1);
    expect(account.messages.map(({ topicArn }) => topicArn)).toEqual([expect.stringContaining('SourceTeam')]);
    expect(details(account, 'Lakehouse Gate Failed')).toMatchObject([{ decision: 'quarantine' }]);
  });

  it.each([
    ['no decision', undefined],
    ['one nobody knows', 'perhaps'],
    ['one that is no text', 7],
  ])('that answers %s is shut', async (_, decision) => {
    const { account, functions } = running({}, { functions: gate(decision, []) });
    const run = account.start('orders-daily');
    await run.ended;
    expect(run).toMatchObject({ status: 'FAILED', error: 'Lakehouse.GateHalted' });
    expect(functions.transform).not.toHaveBeenCalled();
  });

  it('that answers nothing at all is shut', async () => {
    const { account } = running({}, { functions: { gate: jest.fn(async () => null) } });
    const run = account.start('orders-daily');
    await run.ended;
    expect(run).toMatchObject({ status: 'FAILED', error: 'Lakehouse.GateHalted' });
  });

  it('names the rules that hold it shut because nothing was measured, and twenty at the most', async () => {
    const results = [
      { rule: 'unread', outcome: 'not-evaluated', mode: 'halt', reason: 'no such column' },
      { rule: 'noted', outcome: 'not-evaluated', mode: 'report', reason: 'text' },
      { rule: 'fine', outcome: 'passed', mode: 'halt', reason: 'ok' },
      ...Array.from({ length: 40 }, (_, index) => ({
        rule: `r${index}`,
        outcome: 'failed',
        mode: 'halt',
        reason: 'bad',
      })),
    ];
    const { account } = running({}, { functions: gate('halt', results) });
    await account.start('orders-daily').ended;
    const { email } = account.messages[0].texts;
    expect(email).toContain('unread: no such column');
    expect(email).toContain('r18: bad');
    expect(email).not.toMatch(/r19|noted|fine/);
  });
});

/** A workflow with a gate of 2 % (M4) after a check that counts. */
function rateWorkflow(given: Parts, maxPercent: string, decision?: GateDecision): void {
  new PipelineWorkflow(given.stack, 'Rate', {
    workflowName: 'rate',
    steps: [
      WorkflowStep.function('Check', given.check),
      WorkflowStep.rateGate('Anomalies', {
        failed: '$results.Check.anomalies',
        total: '$results.Check.rows',
        maxPercent,
        decision,
      }),
      WorkflowStep.transform('Load', given.transform, given.gold),
    ],
    notifications: { topics: [given.topic] },
  });
}

describe('a gate on a share', () => {
  const made = new Map<string, Parts>();
  async function load(
    maxPercent: string,
    anomalies: unknown,
    rows: unknown,
  ): Promise<[string, number, string?]> {
    const given = made.get(maxPercent) ?? parts();
    if (!made.has(maxPercent)) rateWorkflow(given, maxPercent);
    made.set(maxPercent, given);
    const functions: Record<string, jest.Mock> = {
      ...answers(),
      check: jest.fn(async () => ({ anomalies, rows })),
    };
    const { account } = accountOf(given.stack, { functions });
    const run = account.start('rate');
    await run.ended;
    return [run.status, functions.transform.mock.calls.length, run.error];
  }

  it.each([
    ['2', 200, 10_000, 'SUCCEEDED'],
    ['2', 201, 10_000, 'FAILED'],
    ['2', 2_000_000_000, 100_000_000_000, 'SUCCEEDED'],
    ['2', 2_000_000_001, 100_000_000_000, 'FAILED'],
    ['2.0', 1, 50, 'SUCCEEDED'],
    ['0.1', 3, 3000, 'SUCCEEDED'],
    ['0.1', 3, 2999, 'FAILED'],
    ['0', 0, 10, 'SUCCEEDED'],
    ['0', 1, 1_000_000_000, 'FAILED'],
    ['2', 0, 0, 'SUCCEEDED'],
    ['100', 10, 10, 'SUCCEEDED'],
  ])('of %s %% with %d of %d: %s', async (percent, anomalies, rows, status) => {
    const loads = status === 'SUCCEEDED' ? 1 : 0;
    const error = status === 'SUCCEEDED' ? undefined : 'Lakehouse.GateHalted';
    expect(await load(percent, anomalies, rows)).toEqual([status, loads, error]);
  });

  it('whose numbers are missing is shut, whose numbers are none fails', async () => {
    expect(await load('2', undefined, undefined)).toEqual(['FAILED', 0, 'Lakehouse.GateHalted']);
    expect(await load('2', 'many', 10)).toEqual(['FAILED', 0, 'Lakehouse.StepFailed']);
  });

  it.each([['2 %'], ['-1'], ['101'], ['1e1'], ['']])('is refused with %j percent', (maxPercent) => {
    expect(() => rateWorkflow(parts(), maxPercent)).toThrow(
      `maxPercent must be a decimal from 0 to 100 with up to 6 decimals, known at synthesis. Received "${maxPercent}".`,
    );
  });
});

it('a gate tells each of several topics once', async () => {
  const { account } = running(
    (given) => ({ notifications: { topics: [given.topic, new Topic(given.stack, 'Second')] } }),
    { functions: gate('halt') },
  );
  await account.start('orders-daily').ended;
  expect(account.messages.map(({ topicArn }) => topicArn)).toEqual([
    expect.stringContaining('SourceTeam'),
    expect.stringContaining('OnCall'),
    expect.stringContaining('Second'),
  ]);
});

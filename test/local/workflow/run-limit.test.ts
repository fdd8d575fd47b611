import { Duration } from 'aws-cdk-lib';
import { PipelineWorkflow, WhenBusy, WorkflowStep } from '../../../lib/aws';
import type { Clock } from '../../../lib/local/workflow/clock';
import { parts, workflow } from '../../aws/workflow/workflow-parts';
import { accountOf, answers, running } from './account';

const MINUTE = 60_000;

/** A step that takes its time, and how many were under way at once. */
function slow(minutes: number, fail = false) {
  const seen = { now: 0, most: 0 };
  const step = jest.fn(async (_: unknown, clock: Clock) => {
    seen.most = Math.max(seen.most, ++seen.now);
    await clock.sleep(minutes * MINUTE).over;
    seen.now--;
    if (fail) throw Object.assign(new Error('broken'), { name: 'Broken' });
    return {};
  });
  return { seen, step };
}

it('without a limit runs overlap', async () => {
  const { seen, step } = slow(10);
  const { account } = running({}, { functions: { check: step } });
  account.start('orders-daily');
  account.start('orders-daily');
  await account.settled();
  expect(seen.most).toBe(2);
});

describe('one run at a time', () => {
  it('queues the second start until the first is done', async () => {
    const { seen, step } = slow(10);
    const { account } = running({ limit: {} }, { functions: { check: step } });
    const first = account.start('orders-daily', { date: '2026-11-01' });
    const second = account.start('orders-daily', { date: '2026-11-02' });
    await account.settled();
    expect([first.status, second.status, seen.most]).toEqual(['SUCCEEDED', 'SUCCEEDED', 1]);
    expect(second.visits.find(({ state }) => state === 'CheckFiles')!.at).toBeGreaterThanOrEqual(
      first.stopDate!,
    );
    expect(Object.keys(account.items()).filter((id) => id.startsWith('slot/'))).toEqual([]);
  });

  it('rejects the second start with the link to the first, and leaves the slot with it', async () => {
    const { seen, step } = slow(10);
    const { account, clock } = running(
      { limit: { whenBusy: WhenBusy.REJECT } },
      { functions: { check: step } },
    );
    const first = account.start('orders-daily');
    await clock.sleep(MINUTE).over;
    const second = account.start('orders-daily');
    await second.ended;
    expect(second).toMatchObject({ status: 'FAILED', error: 'Lakehouse.AlreadyRunning' });
    expect(second.cause).toContain(`#/v2/executions/details/${first.arn}`);
    expect(first.status).toBe('RUNNING');
    expect(account.items()['slot/orders-daily/0']).toMatchObject({ holder: { S: first.arn } });
    await account.settled();
    expect([first.status, seen.most, account.messages]).toEqual(['SUCCEEDED', 1, []]);
  });

  it('gives the slot back after a failure, an invalid date included', async () => {
    const { step } = slow(1, true);
    const { account } = running(
      { limit: { whenBusy: WhenBusy.REJECT }, retries: { maxAttempts: 0 } },
      { functions: { check: step } },
    );
    await account.start('orders-daily').ended;
    await account.start('orders-daily', { date: 'never' }).ended;
    const third = account.start('orders-daily');
    await third.ended;
    expect(third.error).toBe('Lakehouse.StepFailed');
  });

  it('takes the slot of a run that was stopped by hand at once, not only when its lease ends', async () => {
    const { step } = slow(600);
    const { account, clock, functions } = running(
      { limit: { whenBusy: WhenBusy.REJECT } },
      { functions: { check: step } },
    );
    const stopped = account.start('orders-daily');
    await clock.sleep(MINUTE).over;
    stopped.abort();
    await stopped.ended;
    functions.check.mockImplementation(async () => ({}));
    const next = account.start('orders-daily');
    await next.ended;
    expect(next.status).toBe('SUCCEEDED');
    expect(next.path).toContain('FreeSlot');
  });

  it('never lets a lease end before the run must: the lease is as long as the timeout', async () => {
    const { step } = slow(10);
    const { account, clock } = running({ limit: {} }, { functions: { check: step } });
    const run = account.start('orders-daily');
    await clock.sleep(MINUTE).over;
    const { expiresAt } = account.items()['slot/orders-daily/0'] as any;
    expect(Number(expiresAt.N) * 1000).toBe(run.startDate + 12 * 60 * MINUTE);
    await account.settled();
  });

  it('can be asked again after a lost answer: the holder takes its own slot', async () => {
    let lost = true;
    const given = parts();
    workflow(given, { limit: { whenBusy: WhenBusy.REJECT } });
    const { account } = accountOf(given.stack, { functions: answers() });
    const original = (account as any).call.bind(account);
    (account as any).call = async (resource: string, ...rest: unknown[]) => {
      const answer = await original(resource, ...rest);
      if (!resource.endsWith('putItem') || !lost) return answer;
      lost = false;
      const { StatesError } = jest.requireActual('../../../lib/local/workflow/definition');
      throw new StatesError('DynamoDB.SdkClientException', 'the answer got lost');
    };
    const run = account.start('orders-daily');
    await run.ended;
    expect([run.status, lost]).toEqual(['SUCCEEDED', false]);
  });
});

describe('a pool of slots', () => {
  it('lets as many runs go at once as it has slots, of all its workflows', async () => {
    const given = parts();
    const { seen, step } = slow(7);
    const first = workflow(given, { limit: { slots: 2, pool: 'etl' } });
    new PipelineWorkflow(given.stack, 'Hourly', {
      workflowName: 'orders-hourly',
      steps: [WorkflowStep.function('Only', given.check)],
      ledger: first.ledger,
      limit: { slots: 2, pool: 'etl' },
      alarms: { actionsEnabled: false },
    });
    const { account } = accountOf(given.stack, { functions: { ...answers(), check: step } });
    for (let day = 10; day < 13; day++) {
      account.start('orders-daily', { date: `2026-11-${day}` });
      account.start('orders-hourly', { date: `2026-11-${day}` });
    }
    await account.settled();
    expect(account.executions.map(({ status }) => status)).toEqual(Array(6).fill('SUCCEEDED'));
    expect([step.mock.calls.length, seen.most]).toEqual([6, 2]);
  });

  it('rejects only when every slot is held', async () => {
    const { step } = slow(10);
    const { account, clock } = running(
      { limit: { slots: 3, whenBusy: WhenBusy.REJECT } },
      { functions: { check: step } },
    );
    for (let index = 0; index < 3; index++) account.start('orders-daily');
    await clock.sleep(MINUTE).over;
    const fourth = account.start('orders-daily');
    await account.settled();
    expect(account.executions.map(({ status }) => status)).toEqual([...Array(3).fill('SUCCEEDED'), 'FAILED']);
    expect(fourth.error).toBe('Lakehouse.AlreadyRunning');
  });
});

it.each([
  [{ slots: 0 }, 'limit.slots must be between 1 and 100. Received 0.'],
  [{ slots: 1.5 }, 'limit.slots must be a whole number between 1 and 100. Received 1.5.'],
  [
    { slots: 4, pollInterval: Duration.minutes(1) },
    'limit.pollInterval must be 191 seconds or longer for 4 slots',
  ],
])('refuses %j', (limit, message) => {
  expect(() => workflow(parts(), { limit })).toThrow(message);
});

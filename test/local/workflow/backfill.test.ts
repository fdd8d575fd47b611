import type { BackfillOptions } from '../../../lib/aws';
import type { Clock } from '../../../lib/local/workflow/clock';
import { parts, workflow } from '../../aws/workflow/workflow-parts';
import { running } from './account';

const BACKFILL = 'Test/Daily/Backfill';

/** Runs a range; the dates that were run in the order they began, and how many were under way at once. */
async function backfill(input: object, options?: BackfillOptions, bad: string[] = []) {
  const dates: string[] = [];
  const seen = { now: 0, most: 0 };
  const check = jest.fn(async ({ date }: { date: string }, clock: Clock) => {
    dates.push(date);
    seen.most = Math.max(seen.most, ++seen.now);
    await clock.sleep(60_000).over;
    seen.now--;
    if (bad.includes(date)) throw Object.assign(new Error('no data'), { name: 'NoData' });
    return {};
  });
  const { account } = running(
    options === undefined ? {} : { backfill: options, retries: { maxAttempts: 0 } },
    { functions: { check } },
  );
  const run = account.start(BACKFILL, input as never);
  await run.ended;
  return { run, dates, most: seen.most, account };
}

describe('a backfill', () => {
  it.each([
    ['a single date', '2026-11-20', '2026-11-20', ['2026-11-20']],
    [
      'the end of a month',
      '2026-01-30',
      '2026-02-02',
      ['2026-01-30', '2026-01-31', '2026-02-01', '2026-02-02'],
    ],
    ['a leap day', '2028-02-28', '2028-03-01', ['2028-02-28', '2028-02-29', '2028-03-01']],
    ['no leap day', '2027-02-27', '2027-03-01', ['2027-02-27', '2027-02-28', '2027-03-01']],
    ['the end of a year', '2026-12-31', '2027-01-01', ['2026-12-31', '2027-01-01']],
    ['the days clocks change', '2026-03-28', '2026-03-30', ['2026-03-28', '2026-03-29', '2026-03-30']],
  ])('runs %s, one after the other', async (_, from, to, expected) => {
    const { run, dates, most } = await backfill({ from, to });
    expect(run).toMatchObject({ status: 'SUCCEEDED', output: { dates: expected.length, failed: [] } });
    expect([dates, most]).toEqual([expected, 1]);
  });

  it('goes up to yesterday where no end is given', async () => {
    const { dates } = await backfill({ from: '2026-11-18' });
    expect(dates).toEqual(['2026-11-18', '2026-11-19', '2026-11-20']);
  });

  it('gives each date an execution of its own, which tells of its failure', async () => {
    const { account } = await backfill({ from: '2026-11-01', to: '2026-11-03' }, {}, ['2026-11-02']);
    expect(account.executions.map(({ input }) => (input as any).date)).toEqual([
      undefined,
      '2026-11-01',
      '2026-11-02',
    ]);
    expect(account.messages).toHaveLength(1);
    expect(JSON.parse(account.messages[0].texts.default)).toMatchObject({
      date: '2026-11-02',
      task: 'CheckFiles',
    });
  });

  it('in order ends at the first date that fails, and names it', async () => {
    const { run, dates } = await backfill({ from: '2026-11-01', to: '2026-11-05' }, {}, ['2026-11-02']);
    expect(dates).toEqual(['2026-11-01', '2026-11-02']);
    expect(run).toMatchObject({
      status: 'FAILED',
      error: 'Lakehouse.BackfillStopped',
      cause: 'The run for 2026-11-02 failed; later dates were not run.',
    });
  });

  it('where the order does not matter runs as many as allowed, and all of them', async () => {
    const { run, dates, most } = await backfill(
      { from: '2026-11-01', to: '2026-11-09' },
      { inOrder: false, concurrency: 3 },
      ['2026-11-02', '2026-11-07'],
    );
    expect([dates.length, most]).toEqual([9, 3]);
    expect(run).toMatchObject({
      status: 'FAILED',
      error: 'Lakehouse.BackfillIncomplete',
      cause: 'Runs failed for 2026-11-02, 2026-11-07',
    });
  });

  it.each([
    ['backwards', { from: '2026-11-02', to: '2026-11-01' }],
    ['without a beginning', { to: '2026-11-01' }],
    ['from no date', { from: 'yesterday', to: '2026-11-01' }],
    ['to no date', { from: '2026-02-01', to: '2026-02-29' }],
    ['of numbers', { from: 20261101, to: 20261102 }],
    ['of more than 1000 days', { from: '2020-01-01', to: '2022-09-27' }],
    ['of nothing', {}],
  ])('%s is refused before any run', async (_, input) => {
    const { run, dates } = await backfill(input);
    expect(run).toMatchObject({ status: 'FAILED', error: 'Lakehouse.InvalidRange' });
    expect(run.cause).toContain('from and to must be days of the calendar');
    expect(dates).toEqual([]);
  });

  it('takes 1000 days', async () => {
    const { account } = running(
      { backfill: { inOrder: false } },
      {
        local: {
          before: (resource) => {
            if (resource.startsWith('states:'))
              throw Object.assign(new Error('full'), { name: 'NotStarted' });
          },
        },
      },
    );
    const run = account.start(BACKFILL, { from: '2020-01-01', to: '2022-09-26' });
    await run.ended;
    expect(run.error).toBe('Lakehouse.BackfillIncomplete');
    expect(run.cause!.split(', ')).toHaveLength(1000);
  });

  it.each([
    [{ concurrency: 3 }, 'backfill.concurrency must be 1 where dates are run in order. Received 3.'],
    [{ concurrency: 41, inOrder: false }, 'backfill.concurrency must be between 1 and 40. Received 41.'],
  ])('is refused with %j', (options, message) => {
    expect(() => workflow(parts(), { backfill: options })).toThrow(message);
  });

  it('is refused with more dates at once than the workflow has slots', () => {
    expect(() =>
      workflow(parts(), { backfill: { inOrder: false, concurrency: 3 }, limit: { slots: 2 } }),
    ).toThrow("backfill.concurrency must be at most the workflow's slots, 2. Received 3.");
  });
});

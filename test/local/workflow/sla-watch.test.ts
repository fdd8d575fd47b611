import type { DeadlineOptions } from '../../../lib/aws';
import type { Clock } from '../../../lib/local/workflow/clock';
import { parts, workflow } from '../../aws/workflow/workflow-parts';
import { details, running } from './account';

/** The account at a time, with a watch; the run of a date takes until another. */
function watching(sla: DeadlineOptions, now: string, until?: string) {
  const check = jest.fn(async (_: unknown, clock: Clock) => {
    if (until !== undefined) await clock.sleep(Date.parse(until) - clock.now()).over;
    return {};
  });
  return running({ sla }, { functions: { check }, now: Date.parse(now) });
}

const missed = (account: any): number[] => account.metrics.map((metric: any) => metric.Value);

describe('"done by 08:00"', () => {
  const sla = { at: '08:00' };

  it.each([
    ['07:59', '2026-11-21T07:59:00Z', 0],
    ['a moment before 08:00', '2026-11-21T07:59:59.999Z', 0],
    ['a moment after 08:00', '2026-11-21T08:00:00.001Z', 1],
    ['08:01', '2026-11-21T08:01:00Z', 1],
  ])('of a run that is done at %s', async (_, until, misses) => {
    const { account } = watching(sla, '2026-11-21T07:50:00Z', until);
    account.start('orders-daily');
    await account.runSchedules(Date.parse('2026-11-21T09:00:00Z'));
    await account.settled();
    expect(missed(account)).toEqual([misses]);
    expect(account.messages).toHaveLength(misses);
  });

  it.each([
    ['08:00 sharp', '2026-11-21T08:00:00Z', 0],
    ['08:01', '2026-11-21T08:01:00Z', 1],
  ])('of a run that is done at %s, where the watch comes late', async (_, until, misses) => {
    const { account } = watching(sla, '2026-11-21T07:50:00Z', until);
    await account.start('orders-daily').ended;
    await account.start('Test/Daily/Sla', { scheduled: '2026-11-21T08:00:00Z' }).ended;
    expect(missed(account)).toEqual([misses]);
  });

  it('is missed, and told, when nothing ran: which workflow, which date, which deadline', async () => {
    const { account, clock } = watching(sla, '2026-11-21T02:00:00Z');
    await account.runSchedules(Date.parse('2026-11-21T07:59:59Z'));
    expect([account.messages, account.metrics]).toEqual([[], []]);
    await account.runSchedules(Date.parse('2026-11-21T08:00:01Z'));
    await account.settled();
    expect(clock.now()).toBeLessThan(Date.parse('2026-11-21T08:01:00Z'));
    expect(account.metrics).toEqual([
      {
        MetricName: 'DeadlineMissed',
        Dimensions: [{ Name: 'Workflow', Value: 'orders-daily' }],
        Value: 1,
        Unit: 'Count',
      },
    ]);
    const [{ subject, texts }] = account.messages;
    expect(subject).toBe('Deadline missed: orders-daily');
    expect(texts.email).toBe('orders-daily is not done for 2026-11-20 at 08:00 Etc/UTC.\nNo run has ended.');
    expect(details(account, 'Lakehouse Deadline Missed')).toMatchObject([
      { workflow: 'orders-daily', date: '2026-11-20', deadline: '2026-11-21T08:00:00Z', timeZone: 'Etc/UTC' },
    ]);
  });

  it('is missed by a run that failed, which is named', async () => {
    const { account, functions } = watching(sla, '2026-11-21T02:00:00Z');
    functions.gate.mockImplementation(async () => ({ decision: 'halt' }));
    const run = account.start('orders-daily');
    await account.runSchedules(Date.parse('2026-11-21T09:00:00Z'));
    await account.settled();
    expect(missed(account)).toEqual([1]);
    expect(account.messages.at(-1)!.texts.email).toContain(`The last run failed: ${run.arn}`);
  });

  it('is not missed by a date that was done and then repeated in vain', async () => {
    const { account, functions } = watching(sla, '2026-11-21T02:00:00Z');
    await account.start('orders-daily').ended;
    functions.gate.mockImplementation(async () => ({ decision: 'halt' }));
    await account.start('orders-daily').ended;
    await account.runSchedules(Date.parse('2026-11-21T09:00:00Z'));
    await account.settled();
    expect(missed(account)).toEqual([0]);
  });

  it('is not met by another date', async () => {
    const { account } = watching(sla, '2026-11-21T02:00:00Z');
    await account.start('orders-daily', { date: '2026-11-19' }).ended;
    await account.runSchedules(Date.parse('2026-11-21T09:00:00Z'));
    await account.settled();
    expect(missed(account)).toEqual([1]);
  });

  it('is missed where the ledger cannot be read', async () => {
    const { account } = running(
      { sla },
      {
        local: {
          before: (resource) => {
            if (resource === 'dynamodb:getItem') throw Object.assign(new Error('away'), { name: 'Away' });
          },
        },
      },
    );
    await account.start('orders-daily').ended;
    await account.runSchedules(Date.parse('2026-11-21T09:00:00Z'));
    await account.settled();
    expect(account.messages.at(-1)!.texts.email).toContain('The ledger could not be read.');
  });
});

/** When, and for which dates, the watch looked within some days. */
async function looks(sla: DeadlineOptions, from: string, to: string): Promise<string[]> {
  const { account } = watching(sla, from);
  await account.runSchedules(Date.parse(to));
  await account.settled();
  return details(account, 'Lakehouse Deadline Missed').map(({ deadline, date }) => `${deadline} ${date}`);
}

describe('in a time zone', () => {
  it('the deadline follows the clocks in spring and in autumn', async () => {
    const berlin = { at: '08:00', timeZone: 'Europe/Berlin' };
    expect(await looks(berlin, '2026-03-28T00:00:00Z', '2026-03-31T00:00:00Z')).toEqual([
      '2026-03-28T07:00:00Z 2026-03-27',
      '2026-03-29T06:00:00Z 2026-03-28',
      '2026-03-30T06:00:00Z 2026-03-29',
    ]);
    expect(await looks(berlin, '2026-10-24T00:00:00Z', '2026-10-27T00:00:00Z')).toEqual([
      '2026-10-24T06:00:00Z 2026-10-23',
      '2026-10-25T07:00:00Z 2026-10-24',
      '2026-10-26T07:00:00Z 2026-10-25',
    ]);
  });

  it.each([
    ['America/Los_Angeles', '20:00', '2026-11-21T04:00:00Z', '2026-11-19'],
    ['Asia/Tokyo', '08:00', '2026-11-20T23:00:00Z', '2026-11-20'],
    ['Pacific/Auckland', '00:30', '2026-11-20T11:30:00Z', '2026-11-20'],
    ['Pacific/Kiritimati', '23:59', '2026-11-21T09:59:00Z', '2026-11-20'],
    ['Pacific/Pago_Pago', '00:00', '2026-11-21T11:00:00Z', '2026-11-20'],
    ['Asia/Kathmandu', '06:15', '2026-11-21T00:30:00Z', '2026-11-20'],
  ])(
    'the date is the day before the day of the clocks there: %s at %s',
    async (timeZone, at, moment, date) => {
      const from = new Date(Date.parse(moment) - 1000).toISOString();
      const to = new Date(Date.parse(moment) + 1000).toISOString();
      expect(await looks({ at, timeZone }, from, to)).toEqual([`${moment} ${date}`]);
    },
  );

  it('a time the clocks pass over is left out that day, one they show twice counts once', async () => {
    const berlin = { at: '02:30', timeZone: 'Europe/Berlin' };
    expect(await looks(berlin, '2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z')).toEqual([
      '2026-03-30T00:30:00Z 2026-03-29',
    ]);
    expect(await looks(berlin, '2026-10-24T12:00:00Z', '2026-10-25T12:00:00Z')).toEqual([
      '2026-10-25T00:30:00Z 2026-10-24',
    ]);
  });

  it('days of the week and another date can be asked for', async () => {
    const sla = { at: '09:00', weekDays: 'MON-FRI', daysBack: 3 };
    expect(await looks(sla, '2026-11-20T00:00:00Z', '2026-11-24T00:00:00Z')).toEqual([
      '2026-11-20T09:00:00Z 2026-11-17',
      '2026-11-23T09:00:00Z 2026-11-20',
    ]);
  });
});

it.each([
  [{ at: '8:00' }, 'at must be a time of day from 00:00 to 23:59. Received "8:00".'],
  [{ at: '24:00' }, 'at must be a time of day from 00:00 to 23:59. Received "24:00".'],
  [{ at: '08:00', timeZone: 'CEST/Berlin' }, 'timeZone must be an IANA time zone. Received "CEST/Berlin".'],
  [{ at: '08:00', daysBack: -1 }, 'daysBack must be between 0 and 31 days. Received -1.'],
])('refuses %j', (sla, message) => {
  expect(() => workflow(parts(), { sla })).toThrow(message);
});

import { details, running } from './account';

const LINK =
  'https://us-east-1.console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details/' +
  'arn:aws:states:us-east-1:000000000000:execution:orders-daily:run-1';

/** Fails a number of times, then answers. */
function failing(times: number, name: string, answer: unknown): jest.Mock {
  let left = times;
  return jest.fn(async () => {
    if (left-- > 0) throw Object.assign(new Error('the catalog is away'), { name });
    return answer;
  });
}

describe('a run in which all goes well', () => {
  it('goes through the steps in order and hands each what it needs', async () => {
    const { account, functions } = running();
    const run = account.start('orders-daily');
    await run.ended;
    expect(run).toMatchObject({ status: 'SUCCEEDED' });
    expect(
      run.path.filter((state) => state in { CheckFiles: 1, RefineOrders: 1, OrdersGate: 1, DailyRevenue: 1 }),
    ).toEqual(['CheckFiles', 'RefineOrders', 'OrdersGate', 'DailyRevenue']);
    expect(functions.refine.mock.calls[0][0]).toEqual({
      refine: 'glue://sales_silver/orders',
    });
    expect(functions.gate.mock.calls[0][0]).toEqual({
      gate: 'glue://sales_silver/orders',
      date: '2026-11-20',
    });
    expect(functions.transform.mock.calls[0][0]).toEqual({
      transform: 'glue://sales_gold/daily_revenue',
      id: `${run.arn}/DailyRevenue`,
      parameters: { date: '2026-11-20', orders: '3' },
    });
    expect(functions.check.mock.calls[0][0]).toEqual({
      date: '2026-11-20',
      workflow: 'orders-daily',
      execution: run.arn,
      results: {},
    });
    expect(account.messages).toEqual([]);
  });

  it('publishes each table with its snapshot, to the last digit, and says that it is done', async () => {
    const { account } = running();
    await account.start('orders-daily', { date: '2026-02-28' }).ended;
    expect(details(account, 'Lakehouse Table Published')).toEqual([
      expect.objectContaining({
        table: 'glue://sales_silver/orders',
        snapshot: '8213371049284571123',
        date: '2026-02-28',
        workflow: 'orders-daily',
      }),
      expect.objectContaining({
        table: 'glue://sales_gold/daily_revenue',
        snapshot: '42',
        date: '2026-02-28',
      }),
    ]);
    expect(details(account, 'Lakehouse Workflow Succeeded')).toEqual([
      expect.objectContaining({
        workflow: 'orders-daily',
        date: '2026-02-28',
        link: LINK,
        tables: ['glue://sales_silver/orders', 'glue://sales_gold/daily_revenue'],
      }),
    ]);
  });

  it('keeps the outcome of the date', async () => {
    const { account } = running();
    await account.start('orders-daily').ended;
    expect(account.items()['run/orders-daily/2026-11-20']).toMatchObject({
      status: { S: 'succeeded' },
      succeededAt: { S: '2026-11-21T02:00:00.000Z' },
    });
  });

  it('tells of success where asked to', async () => {
    const { account } = running((given) => ({ notifications: { topics: [given.topic], onSuccess: true } }));
    await account.start('orders-daily').ended;
    expect(account.messages).toMatchObject([
      {
        subject: 'Workflow done: orders-daily',
        texts: { email: expect.stringContaining('Date: 2026-11-20') },
      },
    ]);
  });
});

describe('the date of a run', () => {
  it.each([
    ['yesterday by UTC, right after midnight', '2026-11-21T00:00:00Z', {}, '2026-11-20'],
    ['yesterday by UTC, right before midnight', '2026-11-20T23:59:59Z', {}, '2026-11-19'],
    ['over the end of a month', '2026-03-01T05:00:00Z', {}, '2026-02-28'],
    ['a leap day', '2028-03-01T05:00:00Z', {}, '2028-02-29'],
    ['over the end of a year', '2027-01-01T00:30:00Z', {}, '2026-12-31'],
    ['the one given', '2026-11-21T02:00:00Z', { date: '2024-02-29' }, '2024-02-29'],
    [
      'that of the schedule, if the run was late',
      '2026-11-22T00:10:00Z',
      { scheduled: '2026-11-21T23:50:00Z' },
      '2026-11-20',
    ],
    ['the day of an event', '2026-11-22T00:10:00Z', { on: '2026-11-21T23:50:00Z' }, '2026-11-21'],
  ])('is %s', async (_, now, input, date) => {
    const { account, functions } = running({}, { now: Date.parse(now) });
    await account.start('orders-daily', input).ended;
    expect(functions.gate.mock.calls[0][0]).toMatchObject({ date });
  });

  it.each([
    ['2026-02-29'],
    ['1900-02-29'],
    ['2026-13-01'],
    ['2026-00-10'],
    ['2026-04-31'],
    ['20261120'],
    ['today'],
    [''],
    [null],
    [7],
    [['2026-11-20', 'x']],
    [{ day: 1 }],
  ])('is refused when it is none: %j', async (date) => {
    const { account, functions } = running();
    const run = account.start('orders-daily', { date });
    await run.ended;
    expect(run).toMatchObject({ status: 'FAILED', error: 'Lakehouse.InvalidDate' });
    expect(run.cause).toContain('as in 2026-11-20');
    expect(functions.check).not.toHaveBeenCalled();
    expect(account.messages).toHaveLength(1);
  });

  it.each([['text'], [null], [3], [[]]])('is yesterday for an input that is no object: %j', async (input) => {
    const { account, functions } = running();
    await account.start('orders-daily', input).ended;
    expect(functions.gate.mock.calls[0][0]).toMatchObject({ date: '2026-11-20' });
  });
});

describe('a step that fails', () => {
  it('is tried again after 5, 10 and 20 minutes, each with jitter', async () => {
    const { account, clock, functions } = running(
      {},
      { functions: { refine: failing(3, 'IOError', { snapshot: '1' }) } },
    );
    const run = account.start('orders-daily');
    await run.ended;
    expect(run.status).toBe('SUCCEEDED');
    expect(functions.refine).toHaveBeenCalledTimes(4);
    // the jitter of the test takes half of each pause
    expect(clock.now() - run.startDate).toBe((300 + 600 + 1200) * 1000 * 0.5);
    expect(account.messages).toEqual([]);
  });

  it('that stays failing is told, with task, workflow, time, cause and the link to the execution', async () => {
    const { account, functions } = running({}, { functions: { refine: failing(9, 'IOError', {}) } });
    const run = account.start('orders-daily');
    await run.ended;
    expect(functions.refine).toHaveBeenCalledTimes(4);
    expect(functions.transform).not.toHaveBeenCalled();
    expect(run).toMatchObject({ status: 'FAILED', error: 'Lakehouse.StepFailed' });
    const notice = {
      workflow: 'orders-daily',
      task: 'RefineOrders',
      date: '2026-11-20',
      time: '2026-11-21T02:17:30.000Z',
      execution: run.arn,
      link: LINK,
      error: 'IOError',
      cause: expect.stringContaining('the catalog is away'),
    };
    expect(details(account, 'Lakehouse Workflow Failed')).toEqual([expect.objectContaining(notice)]);
    expect(account.messages).toHaveLength(1);
    const [{ subject, texts }] = account.messages;
    expect(subject).toBe('Workflow failed: orders-daily');
    expect(JSON.parse(texts.default)).toMatchObject(notice);
    expect(texts.email.split('\n').slice(0, 6)).toEqual([
      'Task: RefineOrders',
      'Workflow: orders-daily',
      'Date: 2026-11-20',
      'Time: 2026-11-21T02:17:30.000Z',
      `Execution: ${LINK}`,
      'Error: IOError',
    ]);
    expect(account.items()['run/orders-daily/2026-11-20'].status).toEqual({ S: 'failed' });
  });

  it('is not tried again where nothing would be mended by it', async () => {
    const { account, functions } = running(
      { retries: { permanentErrors: ['ContractError'] } },
      { functions: { refine: failing(1, 'ContractError', {}) } },
    );
    await account.start('orders-daily').ended;
    expect(functions.refine).toHaveBeenCalledTimes(1);
  });

  it('that hangs is ended after 15 minutes and tried again', async () => {
    const hang = jest.fn(async (_: unknown, clock: any) => {
      if (hang.mock.calls.length === 1) await clock.sleep(3_600_000).over;
      return {};
    });
    const { account } = running({ retries: { jitter: false } }, { functions: { check: hang } });
    const run = account.start('orders-daily');
    await run.ended;
    expect(run.status).toBe('SUCCEEDED');
    expect(run.visits.find(({ state }) => state === 'CheckFiles')?.errors).toEqual(['States.Timeout']);
  });

  it.each([['sns:publish'], ['events:putEvents'], ['dynamodb:updateItem']])(
    'fails the run, and nothing else, if %s is away as well',
    async (service) => {
      const { account } = running(
        {},
        {
          functions: { check: failing(9, 'IOError', {}) },
          local: {
            before: (resource) => {
              if (resource === service) throw Object.assign(new Error('away'), { name: 'Away' });
            },
          },
        },
      );
      const run = account.start('orders-daily');
      await run.ended;
      expect(run).toMatchObject({ status: 'FAILED', error: 'Lakehouse.StepFailed' });
      expect(run.cause).toContain('CheckFiles: IOError');
    },
  );
});

it('a table that could not be published is a failure of the run', async () => {
  const { account } = running(
    {},
    {
      local: {
        before: (resource, argument: any) => {
          if (
            resource === 'events:putEvents' &&
            argument.Entries[0].DetailType === 'Lakehouse Table Published'
          )
            throw Object.assign(new Error('away'), { name: 'Away' });
        },
      },
    },
  );
  const run = account.start('orders-daily');
  await run.ended;
  expect(run.status).toBe('FAILED');
  expect(account.messages).toMatchObject([{ subject: 'Workflow failed: orders-daily' }]);
});

describe('a run nobody could tell of from within', () => {
  it('because somebody stopped it, or it ran out of time, is told by a rule', async () => {
    const forever = jest.fn(async (_: unknown, clock: any) => clock.sleep(1e12).over);
    const { account } = running({}, { functions: { check: forever } });
    const run = account.start('orders-daily');
    run.abort();
    await run.ended;
    expect(run.status).toBe('ABORTED');
    expect(account.messages).toHaveLength(1);
    expect(JSON.parse(account.messages[0].texts.default)).toMatchObject({
      workflow: 'orders-daily',
      link: LINK,
      execution: run.arn,
      error: 'ABORTED',
    });
  });

  it('but one that was told already is not told again', async () => {
    const { account } = running({}, { functions: { check: failing(9, 'IOError', {}) } });
    await account.start('orders-daily').ended;
    expect(account.messages).toHaveLength(1);
  });
});

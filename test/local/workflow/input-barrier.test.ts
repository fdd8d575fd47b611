import { Bucket } from 'aws-cdk-lib/aws-s3';
import { BarrierInput, type DeadlineOptions, InputBarrier } from '../../../lib/aws';
import type { JsonObject } from '../../../lib/local/template/json';
import { parts, workflow } from '../../aws/workflow/workflow-parts';
import { details, running } from './account';

function waiting(deadline?: DeadlineOptions, now?: number) {
  const made = running(
    {},
    {
      now,
      known: JSON.stringify(deadline ?? 'barrier'),
      around: ({ stack, silver, gold }, daily) => {
        const landing = new Bucket(stack, 'Landing', { bucketName: 'landing' });
        new InputBarrier(stack, 'Barrier', {
          workflow: daily,
          inputs: [
            BarrierInput.object('finance', landing, 'finance/{date}/_SUCCESS'),
            BarrierInput.object('crm', landing, 'crm+x/dt={date}/*.csv'),
            BarrierInput.tablePublished('orders', silver),
            BarrierInput.tableCommitted('rates', gold),
          ],
          deadline,
        });
      },
    },
  );
  const { account } = made;
  const object = (key: string, bucket = 'landing'): void =>
    account.putEvent({
      source: 'aws.s3',
      'detail-type': 'Object Created',
      detail: { bucket: { name: bucket }, object: { key } },
    });
  const published = (date: string): void =>
    account.putEvent({
      source: 'lakehouse.workflow',
      'detail-type': 'Lakehouse Table Published',
      detail: { table: 'glue://sales_silver/orders', date },
    });
  const committed = (time: string): void =>
    account.putEvent({
      time,
      source: 'aws.glue',
      'detail-type': 'Glue Data Catalog Table State Change',
      detail: { databaseName: 'sales_gold', tableName: 'daily_revenue', typeOfChange: 'UpdateTable' },
    });
  const runs = (): JsonObject[] =>
    account.executions
      .filter(({ stateMachineArn }) => stateMachineArn.endsWith(':orders-daily'))
      .map(({ input }) => input as JsonObject);
  /** Everything for a date, in the given order. */
  const land = (date: string, order = [0, 1, 2, 3]): void => {
    const all = [
      () => object(`finance/${date}/_SUCCESS`),
      () => object(`crm+x/dt=${date}/part-1.csv`),
      () => published(date),
      () => committed(`${date}T23:10:00Z`),
    ];
    for (const index of order) all[index]();
  };
  return { ...made, object, published, committed, runs, land };
}

describe('a barrier', () => {
  it.each([[[0, 1, 2, 3]], [[3, 2, 1, 0]], [[2, 0, 3, 1]], [[0, 0, 1, 2, 2, 3, 3, 1, 0]]])(
    'starts the workflow once when all has landed, in the order %j',
    async (order) => {
      const { account, land, runs } = waiting();
      land('2026-11-20', order);
      await account.settled();
      land('2026-11-20', order);
      await account.settled();
      expect(runs()).toEqual([{ date: '2026-11-20' }]);
    },
  );

  it('does not start before the last has landed', async () => {
    const { account, land, runs, committed } = waiting();
    land('2026-11-20', [0, 1, 2, 0, 1, 2]);
    await account.settled();
    expect(runs()).toEqual([]);
    committed('2026-11-20T00:00:00Z');
    await account.settled();
    expect(runs()).toEqual([{ date: '2026-11-20' }]);
  });

  it('keeps dates apart', async () => {
    const { account, land, runs } = waiting();
    land('2026-11-19', [0, 1]);
    land('2026-11-20', [2, 3]);
    land('2026-11-21', [1, 0, 3, 2]);
    await account.settled();
    expect(runs()).toEqual([{ date: '2026-11-21' }]);
    land('2026-11-19', [2, 3]);
    await account.settled();
    expect(runs()).toEqual([{ date: '2026-11-21' }, { date: '2026-11-19' }]);
  });

  it.each([
    ['of another bucket', 'finance/2026-11-20/_SUCCESS', 'elsewhere'],
    ['without a date', 'finance/today/_SUCCESS', 'landing'],
    ['with a date that does not exist', 'finance/2026-02-30/_SUCCESS', 'landing'],
    ['with more in its key', 'x/finance/2026-11-20/_SUCCESS', 'landing'],
    ['of a pattern that only looks alike', 'crmmx/dt=2026-11-20/a.csv', 'landing'],
  ])('passes over an object %s', async (_, key, bucket) => {
    const { account, object } = waiting();
    object(key, bucket);
    await account.settled();
    expect(Object.keys(account.items())).toEqual([]);
  });

  it('starts once although it dies right after the start, and the event comes again', async () => {
    let die = true;
    const { account, land, runs } = waiting();
    const original = (account as any).call.bind(account);
    (account as any).call = async (resource: string, ...rest: unknown[]) => {
      const answer = await original(resource, ...rest);
      if (resource.endsWith('startExecution') && die) {
        die = false;
        account.executions.find(({ path }) => path.at(-1) === 'StartWorkflow')!.abort();
      }
      return answer;
    };
    land('2026-11-20');
    await account.settled();
    expect([die, runs().length]).toEqual([false, 1]);
    land('2026-11-20', [1]);
    await account.settled();
    expect(runs()).toHaveLength(1);
    const [inputs] = Object.entries(account.items()).filter(([id]) => id.startsWith('inputs/'));
    expect(inputs[1]).toMatchObject({ startedAt: { S: expect.any(String) } });
  });

  it('tells at the deadline what is missing, and counts it', async () => {
    const { account, land, given } = waiting({ at: '06:00', topics: [] }, Date.parse('2026-11-21T02:00:00Z'));
    land('2026-11-20', [0, 2]);
    await account.runSchedules(Date.parse('2026-11-21T07:00:00Z'));
    await account.settled();
    expect(details(account, 'Lakehouse Deadline Missed')).toMatchObject([
      { workflow: 'orders-daily inputs', date: '2026-11-20', missing: 'Missing: crm, rates' },
    ]);
    expect(account.metrics).toMatchObject([{ Value: 1 }]);
    expect(given.stack.node.id).toBe('Test');
  });

  it.each([
    ['nothing has landed', [], 'Missing: finance, crm, orders, rates', 1],
    ['all has landed', [0, 1, 2, 3], undefined, 0],
  ])('at the deadline, when %s', async (_, order, missing, value) => {
    const { account, land } = waiting({ at: '06:00' });
    land('2026-11-20', order as number[]);
    await account.settled();
    await account.runSchedules(Date.parse('2026-11-21T07:00:00Z'));
    await account.settled();
    expect(details(account, 'Lakehouse Deadline Missed').map((detail) => detail.missing)).toEqual(
      missing === undefined ? [] : [missing],
    );
    expect(account.metrics).toMatchObject([{ Value: value }]);
  });

  it('refuses inputs it could not wait for', () => {
    const given = parts();
    const daily = workflow(given);
    const one = BarrierInput.tablePublished('orders', given.silver);
    const bucket = new Bucket(given.stack, 'Landing');
    const barrier = (id: string, inputs: BarrierInput[]) => () =>
      new InputBarrier(given.stack, id, { workflow: daily, inputs });
    expect(barrier('One', [one])).toThrow('inputs must be 2 to 40. Received 1.');
    expect(barrier('Twice', [one, one])).toThrow('Two inputs have the name "orders".');
    expect(() => BarrierInput.object('finance', bucket, 'finance/_SUCCESS')).toThrow(
      'keyPattern must have {date} in it, once. Received "finance/_SUCCESS".',
    );
    expect(() => BarrierInput.tablePublished('a b', given.silver)).toThrow(
      'The name of an input must be a letter',
    );
  });
});

import path from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { ShopGold } from '../../examples/gold/transforms';
import type { IcebergTable } from '../../lambda/tables/iceberg-table';
import type { TransformReport } from '../../lambda/pipeline/sql-transform/run-transform';
import { DataContract, MedallionLake } from '../../lib/aws';
import { compact } from '../../lambda/rows/compaction';
import { mergeByKey } from '../../lambda/rows/merge';
import { GoldLake, transformation } from '../pipeline/sql-transform/gold-lake';
import { readFileSync } from 'node:fs';

const example = (name: string) => path.join(__dirname, '../../examples', name);
const SHOP = DataContract.fromFile(example('gold/shop.odcs.yaml'));
const GOLD = DataContract.fromFile(example('gold/shop-gold.odcs.yaml'));
const stack = new Stack(new App(), 'Shop');
const { transforms } = new ShopGold(stack, new MedallionLake(stack, 'Lake'));
/** Tables by the names the examples' SQL has for them. */
const SILVER: { readonly [input: string]: string } = {
  loyalty: 'loyalty_transactions',
  segments: 'user_segments',
};

let lake: GoldLake;
beforeEach(() => (lake = new GoldLake()));
afterEach(() => lake.remove());

/** An example's gold table and its inputs, run as it is deployed. */
async function gold(name: string) {
  const { _transformation: deployed } = transforms.get(name)!;
  const output = await lake.table(GOLD, name);
  const inputs = new Map<string, IcebergTable>();
  for (const { name: input } of deployed.inputs) {
    inputs.set(input, await lake.table(SHOP, SILVER[input] ?? input));
  }
  return {
    inputs,
    output,
    write: (input: string, sql: string) => lake.write(inputs.get(input)!, sql),
    run: (request: Parameters<GoldLake['run']>[3] = {}): Promise<TransformReport> =>
      lake.run(deployed, [...inputs.values()], output, request),
    rows: (columns?: string) => lake.rows(output, columns),
  };
}

const row = (columns: string, ...values: string[]) =>
  `SELECT * FROM (VALUES ${values.map((value) => `(${value})`).join(', ')}) AS v(${columns})`;

describe('loyalty tiers', () => {
  const order = (id: string, customer: string, total: string, status = 'completed') =>
    `'${id}', '${customer}', '${status}', ${total}, TIMESTAMPTZ '2024-05-01 10:00:00+00'`;
  const orders = (...values: string[]) => row('order_id, customer_id, status, total, ordered_at', ...values);

  it('are exact at the boundary: 1000.00 is Silver, 1000.01 is Gold', async () => {
    const { write, run, rows } = await gold('loyalty_summary');
    await write(
      'orders',
      orders(
        order('1', 'at', '999.99'),
        order('2', 'at', '0.01'),
        order('3', 'above', '1000.00'),
        order('4', 'above', '0.01'),
        order('5', 'pending', '500.00'),
        order('6', 'pending', '5000.00', 'pending'),
      ),
    );
    await run();
    expect(await rows()).toEqual([
      ['above', '1000.01', 'Gold'],
      ['at', '1000.00', 'Silver'],
      ['pending', '500.00', 'Silver'],
    ]);
  });

  it('follow one customer without working out the others', async () => {
    const { write, run, rows } = await gold('loyalty_summary');
    await write('orders', orders(order('1', 'a', '1000.00'), order('2', 'b', '1.00')));
    await run();
    await write('orders', orders(order('3', 'a', '0.01')));
    expect(await run()).toMatchObject({ scope: 'values', values: 1 });
    expect(await rows('customer_id, loyalty_tier')).toEqual([
      ['a', 'Gold'],
      ['b', 'Silver'],
    ]);
  });
});

describe('daily revenue', () => {
  const sale = (id: string, day: number, product: string, amount: string) =>
    `'${id}', '${product}', 'books', ${amount}, TIMESTAMPTZ '2024-05-0${day} 23:59:59+00'`;
  const sales = (...values: string[]) =>
    row('transaction_id, product_id, product_category, amount, sold_at', ...values);

  it('is overwritten for a day as often as one likes', async () => {
    const { write, run, rows } = await gold('daily_revenue');
    await write(
      'sales',
      sales(sale('1', 1, 'p', '1.00'), sale('2', 1, 'p', '2.01'), sale('3', 2, 'p', '5.00')),
    );
    await run();
    const golden = [
      ['2024-05-01', 'p', 'books', '3.01', '2', '1.51'],
      ['2024-05-02', 'p', 'books', '5.00', '1', '5.00'],
    ];
    expect(await rows()).toEqual(golden);
    for (let again = 0; again < 3; again++) {
      expect(await run({ values: ['2024-05-01'], always: true })).toMatchObject({ scope: 'values' });
      expect(await rows()).toEqual(golden);
    }
    await write('sales', sales(sale('4', 2, 'q', '0.50')));
    expect(await run()).toMatchObject({ scope: 'values', values: 1 });
    expect(await rows('day, product_id, daily_revenue')).toEqual([
      ['2024-05-01', 'p', '3.01'],
      ['2024-05-02', 'p', '5.00'],
      ['2024-05-02', 'q', '0.50'],
    ]);
  });
});

describe('activity of users', () => {
  const event = (id: string, user: string, day: number, type = 'view') =>
    `'${id}', '${user}', '${type}', '{}', TIMESTAMPTZ '2024-05-0${day} 23:59:59.999999+00'`;
  const events = (...values: string[]) =>
    row('event_id, user_id, event_type, event_properties, event_time', ...values);

  it('is counted anew for days that get more events, and left alone for others', async () => {
    const { write, run, rows } = await gold('user_activity');
    await write('events', events(event('a', 'u', 1), event('b', 'u', 1, 'click'), event('c', 'v', 2)));
    await run();
    const counts = 'day, user_id, events, kinds_of_events';
    expect(await rows(counts)).toEqual([
      ['2024-05-01', 'u', '2', '2'],
      ['2024-05-02', 'v', '1', '1'],
    ]);
    await write('events', events(event('d', 'u', 2)));
    expect(await run()).toMatchObject({ scope: 'values', values: 1 });
    expect(await rows(counts)).toEqual([
      ['2024-05-01', 'u', '2', '2'],
      ['2024-05-02', 'u', '1', '1'],
      ['2024-05-02', 'v', '1', '1'],
    ]);
  });
});

describe('sessions', () => {
  const event = (id: string, user: string | null, time: string, type = 'view', page = `/${id}`) =>
    `'${id}', ${user === null ? 'CAST(NULL AS VARCHAR)' : `'${user}'`}, '${type}', '{"page": "${page}"}', TIMESTAMPTZ '2024-05-01 ${time}+00'`;
  const events = (...values: string[]) =>
    row('event_id, user_id, event_type, event_properties, event_time', ...values);
  const ids = 'session_id, total_events';

  it('end after a gap of more than 30 minutes, not of exactly 30', async () => {
    const { write, run, rows } = await gold('user_sessions');
    await write(
      'events',
      events(
        event('a', 'u', '10:00:00'),
        event('b', 'u', '10:30:00', 'click', '/a'),
        event('c', 'u', '11:00:00.000001'),
        event('d', 'w', '10:00:00'),
        event('e', null, '10:00:00'),
      ),
    );
    await run();
    expect(
      await rows(
        `session_id, user_id, total_events, array_to_string(pages_visited, ' '), array_to_string(event_sequence, ' ')`,
      ),
    ).toEqual([
      ['u:20240501100000', 'u', '2', '/a', 'view click'],
      ['u:20240501110000', 'u', '1', '/c', 'view'],
      ['w:20240501100000', 'w', '1', '/d', 'view'],
    ]);
  });

  it('of events with the same time are the same in every run, whatever their order in files', async () => {
    const times = Array.from({ length: 40 }, (_, i) => event(`e${i}`, 'u', `10:0${i % 3}:00`, `t${i}`));
    const runs: unknown[] = [];
    for (const order of [times, times.toReversed(), [...times.slice(20), ...times.slice(0, 20)]]) {
      lake.remove();
      lake = new GoldLake();
      const { write, run, rows } = await gold('user_sessions');
      await write('events', events(...order));
      await run();
      runs.push(await rows());
    }
    expect(runs[0]).toHaveLength(1);
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).toEqual(runs[0]);
  });

  it('that late events join are one, and the old ones go', async () => {
    const { write, run, rows } = await gold('user_sessions');
    await write(
      'events',
      events(event('a', 'u', '10:00:00'), event('b', 'u', '10:50:00'), event('c', 'w', '09:00:00')),
    );
    await run();
    expect(await rows(ids)).toHaveLength(3);
    await write('events', events(event('late', 'u', '10:25:00')));
    expect(await run()).toMatchObject({ scope: 'values', values: 1 });
    expect(await rows(ids)).toEqual([
      ['u:20240501100000', '3'],
      ['w:20240501090000', '1'],
    ]);
  });
});

test('a customer profile joins customers, orders and the latest batch of points', async () => {
  const { write, run, rows } = await gold('customer_profile');
  await write('customers', row('customer_id, name', "'a', 'Ada'", "'b', 'Bob'"));
  await write(
    'orders',
    row(
      'order_id, customer_id, status, total, ordered_at',
      "'1', 'a', 'completed', 10.50, TIMESTAMPTZ '2024-02-01 00:00:00+00'",
      "'2', 'a', 'completed', 1.00, TIMESTAMPTZ '2024-02-02 00:00:00+00'",
    ),
  );
  await write(
    'loyalty',
    row(
      'transaction_id, customer_id, batch_id, points',
      "'1', 'a', 1, 99999",
      "'2', 'a', 2, 700",
      "'3', 'a', 2, 300",
    ),
  );
  await run({ runTime: new Date('2024-06-01T00:00:00Z') });
  expect(await rows()).toEqual([
    ['a', 'Ada', '11.50', '1000', 'GOLD', '40', '50'],
    ['b', 'Bob', '0.00', '0', 'BASIC', '0', '100'],
  ]);
});

test('dim_customer takes in what changed, and keeps when it was loaded', async () => {
  const { write, run, rows, inputs, output } = await gold('dim_customer');
  const customer = (id: string, channel: string) =>
    `'${id}', '${channel}', TIMESTAMPTZ '2024-03-04 05:06:07+00'`;
  const customers = (...values: string[]) => row('customer_id, acquisition_channel, created_at', ...values);
  await write(
    'customers',
    customers(
      customer('a', 'organic_search'),
      customer('b', 'affiliate'),
      customer('c', 'radio'),
      customer('d', 'social_media'),
    ),
  );
  await run({ runTime: new Date('2024-06-01T00:00:00Z') });
  await inputs.get('customers')!.refresh();
  await mergeByKey(inputs.get('customers')!, {
    key: ['customer_id'],
    upserts: [
      { customer_id: 'c', name: null, acquisition_channel: 'partner', created_at: 0n, updated_at: null },
    ],
  });
  expect(await run({ runTime: new Date('2024-06-02T00:00:00Z') })).toMatchObject({ scope: 'changes' });
  expect(await rows('customer_id, acquisition_category, created_date, CAST(_etl_loaded_at AS DATE)')).toEqual(
    [
      ['a', 'digital_acquisition', '2024-03-04', '2024-06-01'],
      ['b', 'partner_channel', '2024-03-04', '2024-06-01'],
      ['c', 'partner_channel', '1970-01-01', '2024-06-02'],
      ['d', 'digital_acquisition', '2024-03-04', '2024-06-01'],
    ],
  );
  await output.refresh();
  await compact(output, { minFiles: 2 });
  expect(await run()).toMatchObject({ scope: 'nothing' });
});

test('properties in JSON become columns, and events without a type are left out', async () => {
  const { write, run, rows } = await gold('stg_events');
  await write(
    'events',
    row(
      'event_id, event_type, event_properties',
      `'1', 'view', '{"page": "/home", "n": 1}'`,
      `'2', 'view', '{}'`,
      `'3', CAST(NULL AS VARCHAR), '{"page": "/x"}'`,
    ),
  );
  await run();
  expect(await rows('event_id, page')).toEqual([
    ['1', '/home'],
    ['2', null],
  ]);
});

test('events of a visit are a row each; visits of nobody, and without events, give none', async () => {
  const { write, run, rows } = await gold('visit_events');
  const list = (...types: string[]) =>
    `[${types.map((type) => `{'event_ts': TIMESTAMPTZ '2024-05-01 00:00:00+00', 'event_type': '${type}'}`).join(', ')}]`;
  await write(
    'visits',
    row(
      'session_id, user_id, events',
      `'s1', 'u', ${list('a', 'b')}`,
      `'s2', NULL, ${list('c')}`,
      `'s3', 'u', []`,
    ),
  );
  await run();
  expect(await rows('session_id, user_id, event_type')).toEqual([
    ['s1', 'u', 'a'],
    ['s1', 'u', 'b'],
  ]);
});

test('a lookup join leaves what has no match null, and leaves out events without a time', async () => {
  const { write, run, rows } = await gold('curated_events');
  await write(
    'events',
    row(
      'event_id, user_id, event_time',
      "'1', 'u', TIMESTAMPTZ '2024-05-01 00:00:00+00'",
      "'2', 'w', TIMESTAMPTZ '2024-05-01 00:00:00+00'",
      "'3', 'u', NULL",
    ),
  );
  await write('segments', row('user_id, segment', "'u', 'vip'"));
  await run();
  expect(await rows('event_id, segment')).toEqual([
    ['1', 'vip'],
    ['2', null],
  ]);
});

test('delays of routes are worked out for the airports whose flights came', async () => {
  const flights = await lake.table(DataContract.fromFile(example('contracts/flights.odcs.yaml')));
  const contract = DataContract.fromFile(example('gold/route-delays.odcs.yaml'));
  const output = await lake.table(contract);
  const routes = transformation(contract.schema(), {
    sql: readFileSync(example('gold/route-delays.sql'), 'utf8'),
    from: ['flights'],
    mode: { kind: 'incremental', column: 'origin' },
  });
  const flight = (delay: number, origin: string, destination: string) =>
    `${delay}, 500, '${origin}', '${destination}'`;
  await lake.write(
    flights,
    row(
      'delay, distance, origin, destination',
      flight(15, 'ABQ', 'DAL'),
      flight(16, 'ABQ', 'DAL'),
      flight(-4, 'DAL', 'ABQ'),
    ),
  );
  await lake.run(routes, [flights], output);
  await lake.write(flights, row('delay, distance, origin, destination', flight(-4, 'DAL', 'ABQ')));
  expect(await lake.run(routes, [flights], output)).toMatchObject({ scope: 'values', values: 1 });
  expect(await lake.rows(output)).toEqual([
    ['ABQ', 'DAL', '2', '1', '15.50', '16', '500'],
    ['DAL', 'ABQ', '2', '0', '-4.00', '-4', '500'],
  ]);
});

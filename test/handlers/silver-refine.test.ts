import fs from 'node:fs';
import path from 'node:path';
import { openTable } from '../../lambda/tables/open-table';
import { currentSnapshot } from '../../lambda/tables/table-metadata';
import { DataContract } from '../../lib/contract';
import { Deployment, kinesisEvent } from './deployment';
import { readTable } from './read-table';

const QUARANTINE = '{ property: gate, value: quarantine }';
const contract = (rules = '') =>
  DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: orders-contract
name: orders
version: 1.0.0
status: active
schema:
  - name: orders
    customProperties:
      - { property: eventTime, value: at }
      - { property: deletedWhen, value: { property: op, values: [D] } }
    properties:
      - { name: id, logicalType: string, primaryKey: true }
      - { name: at, logicalType: timestamp, required: true }
      - { name: op, logicalType: string }
      - { name: amount, logicalType: number, physicalType: 'decimal(12,2)'${rules} }
`);

const order = (id: string | null, minute: number, change: Record<string, unknown> = {}) =>
  JSON.stringify({
    id,
    at: `2026-03-01T10:${String(minute).padStart(2, '0')}:00Z`,
    op: 'U',
    amount: minute,
    ...change,
  });
const COMMIT = {
  version: '0',
  id: 'f5a1',
  'detail-type': 'Glue Data Catalog Table State Change',
  source: 'aws.glue',
  detail: { databaseName: 'bronze', tableName: 'orders', typeOfChange: 'UpdateTable', changedPartitions: [] },
};
const queue = (...bodies: unknown[]) => ({
  Records: bodies.map((body, i) => ({
    messageId: `m-${i}`,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: { MessageGroupId: 'orders' },
    eventSource: 'aws:sqs',
  })),
});
const ALL_DONE = { response: { batchItemFailures: [] } };

let deployment: Deployment;
const deploy = async (given = contract()) => {
  deployment = new Deployment(given);
  await deployment.provision();
  await deployment.provisionSilver();
};
afterEach(() => deployment.remove());
const refine = (environment: Record<string, string>, ...events: unknown[]) =>
  deployment.refine(
    {
      LAKEHOUSE_TOMBSTONES_TABLE: deployment.tombstones,
      LAKEHOUSE_QUALITY_TABLE: deployment.quality,
      ...environment,
    },
    ...events,
  );
const silver = () => readTable(deployment.silver, 'id, amount', 'id');
const newestSnapshotTime = async (uri: string) =>
  currentSnapshot((await openTable(uri)).metadata)!['timestamp-ms'];
const amounts = async () =>
  Object.fromEntries((await silver()).map(({ id, amount }) => [id, Number(amount)]));

test('commits to bronze become the latest row of each key: replays, late rows, deletions and what comes after them', async () => {
  await deploy();
  deployment.ingest(kinesisEvent(1, [order('a', 1), order('b', 1), order('a', 3), order('c', 5)]));
  const first = refine({}, queue(COMMIT));
  expect(first.outcomes).toEqual([ALL_DONE]);
  expect(await amounts()).toEqual({ a: 3, b: 1, c: 5 });

  deployment.ingest(
    kinesisEvent(5, [order('a', 2), order('b', 9, { op: 'D' }), order('d', 1)]),
    kinesisEvent(8, [order('b', 8)]),
  );
  const request = { refine: deployment.silver };
  // The same commit told twice, a request besides, and once more in a process of its own.
  const second = refine({}, queue(COMMIT, COMMIT, request));
  expect(second.outcomes).toEqual([ALL_DONE]);
  const before = await amounts();
  expect(before).toEqual({ a: 3, c: 5, d: 1 });
  expect(await readTable(deployment.tombstones, 'id', 'id')).toEqual([{ id: 'b' }]);
  refine({}, queue(COMMIT));
  expect(await amounts()).toEqual(before);

  deployment.ingest(kinesisEvent(9, [order('b', 20)]));
  const direct = refine({}, request);
  expect(direct.outcomes[0].response).toMatchObject({
    rows: 1,
    upserted: 1,
    caughtUp: true,
    handedOver: false,
    snapshotId: String(currentSnapshot((await openTable(deployment.silver)).metadata)!['snapshot-id']),
  });
  expect(await amounts()).toEqual({ ...before, b: 20 });
  expect(refine({}, COMMIT).outcomes[0].response).toMatchObject({ rows: 0, commits: 0, caughtUp: true });
});

test('a commit that a run took in with others starts no run of its own; one that may be new does', async () => {
  await deploy();
  deployment.ingest(kinesisEvent(1, [order('a', 1)]));
  const consumed = await newestSnapshotTime(deployment.bronze);
  refine({}, { refine: deployment.silver });
  // Silver is behind again, by a commit whose own message is still to come.
  deployment.ingest(kinesisEvent(2, [order('b', 1)]));
  const told = (seconds: number) => ({ ...COMMIT, time: new Date(consumed + 1000 * seconds).toISOString() });

  const before = refine({}, queue(told(-31), told(-600)));
  expect(before.outcomes).toEqual([ALL_DONE]);
  expect(before.lines).toEqual([
    expect.objectContaining({
      message: 'Commits were taken in before',
      table: deployment.silver,
      commits: 2,
    }),
  ]);
  expect(await amounts()).toEqual({ a: 1 });

  // Each of these may tell of something new, or asks.
  const other = { ...told(-600), detail: { ...COMMIT.detail, tableName: 'others' } };
  refine({}, queue(told(-6000), told(-29)));
  expect(await amounts()).toEqual({ a: 1, b: 1 });
  for (const message of [{ ...COMMIT, time: 'soon' }, other, { refine: deployment.silver }]) {
    const { lines } = refine({}, queue(told(-6000), message));
    expect(lines[0]).toMatchObject({ message: 'Silver refined', commits: 0 });
  }
});

test('a commit of long ago is taken in where silver, or what is known of bronze, was taken back', async () => {
  await deploy();
  deployment.ingest(kinesisEvent(1, [order('a', 1)]));
  const told = (time: number) => queue({ ...COMMIT, time: new Date(time - 3_600_000).toISOString() });
  expect(refine({}, told(Date.now())).lines[0]).toMatchObject({ message: 'Silver refined', commits: 1 });
  expect(refine({}, told(Date.now())).lines[0]).toMatchObject({ message: 'Commits were taken in before' });
  // Another table by that name.
  fs.rmSync(new URL(deployment.bronze), { recursive: true });
  await deployment.provision();
  deployment.ingest(kinesisEvent(1, [order('b', 1)]));
  expect(refine({}, told(Date.now())).lines[0]).toMatchObject({ message: 'Silver refined', commits: 1 });
});

test('one log line and one line of metrics tell what was done', async () => {
  await deploy();
  deployment.ingest(
    kinesisEvent(1, [order('a', 1), order('a', 2), order('b', 1, { op: 'D' }), order('c', 1)]),
  );
  const { lines } = refine({}, queue(COMMIT));
  expect(lines).toHaveLength(2);
  const [log, metrics] = lines;
  expect(log).toMatchObject({
    level: 'INFO',
    message: 'Silver refined',
    service: 'orders',
    table: deployment.silver,
    mode: 'full',
    rows: 4,
    upserted: 2,
    deleted: 1,
    superseded: 1,
    late: 0,
    rejected: 0,
    commits: 1,
    conflicts: 0,
    leftOut: [],
  });
  expect(metrics).toMatchObject({
    Product: 'orders',
    RowsRefined: 4,
    RowsUpserted: 2,
    RowsDeleted: 1,
    RowsLate: 0,
    RowsQuarantined: 0,
    RefineConflicts: 0,
    RefineBytesRead: log.bytesRead,
    RefineBytesWritten: log.bytesWritten,
  });
  expect(metrics.RefineLagMilliseconds).toBeGreaterThan(0);
  expect(metrics._aws.CloudWatchMetrics[0]).toMatchObject({
    Namespace: 'Lakehouse',
    Dimensions: [['Product']],
  });
});

test('rows without a key are in quarantine whole, once, with the time they arrived, and hold nothing up', async () => {
  await deploy();
  const events = kinesisEvent(1, [order(null, 1), order('a', 1), order(null, 2)]);
  deployment.ingest(events);
  refine({}, queue(COMMIT), queue(COMMIT));
  deployment.ingest(events, kinesisEvent(4, [order('b', 1)]));
  refine({}, queue(COMMIT));
  expect(await amounts()).toEqual({ a: 1, b: 1 });
  const rows = await readTable(
    deployment.quarantine,
    'reason_code, reason_path, payload_encoding, decode(payload) AS payload, _arrived_at',
  );
  expect(rows.map(({ payload }) => JSON.parse(payload).amount)).toEqual([1, 2]);
  for (const row of rows) {
    expect(row).toMatchObject({ reason_code: 'null-key', reason_path: 'id', payload_encoding: 'row' });
    expect(row._arrived_at).toMatch(/^2023-11-14 22:13:20.123/);
  }
});

test('messages that ask for something else fail alone; a failure of the tables fails those that asked', async () => {
  await deploy();
  deployment.ingest(kinesisEvent(1, [order('a', 1)]));
  const strange = [
    'not JSON',
    '[]',
    { refine: 'glue://silver/others' },
    { transform: deployment.silver },
    { ...COMMIT, detail: {} },
  ];
  const { outcomes, lines } = refine({}, queue(...strange, COMMIT));
  expect(outcomes).toEqual([
    { response: { batchItemFailures: strange.map((_, i) => ({ itemIdentifier: `m-${i}` })) } },
  ]);
  expect(lines.filter(({ message }) => message === 'Message refused').map(({ reason }) => reason)).toEqual([
    expect.stringMatching(/^Not a request to refine: "not JSON"\. Allowed: /),
    expect.stringMatching(/^Not a request to refine: a list\./),
    expect.stringMatching(/^A request to refine "glue:\/\/silver\/others"\. This function refines /),
    expect.stringMatching(/^Not a request to refine: an object with the keys \[transform\]\./),
    expect.stringMatching(/is to have databaseName and tableName/),
  ]);
  expect(await amounts()).toEqual({ a: 1 });

  const [data] = fs
    .readdirSync(path.join(deployment.bronze.slice(7), 'data'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.parquet'));
  deployment.ingest(kinesisEvent(2, [order('b', 1)]));
  const files = fs
    .readdirSync(path.join(deployment.bronze.slice(7), 'data'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.parquet') && name !== data);
  files.forEach((name) => fs.rmSync(path.join(deployment.bronze.slice(7), 'data', name)));
  const broken = refine(
    {},
    queue(COMMIT, COMMIT),
    { refine: deployment.silver },
    { Records: [{ kinesis: {} }] },
  );
  expect(broken.outcomes[0].response).toEqual({
    batchItemFailures: [{ itemIdentifier: 'm-0' }, { itemIdentifier: 'm-1' }],
  });
  expect(broken.outcomes[1].error).toMatch(/^CorruptFile: .*it is missing/);
  expect(broken.outcomes[2].error).toMatch(
    /^UnexpectedEvent: Not an SQS event: record 0 is to have a messageId/,
  );
  expect(await amounts()).toEqual({ a: 1 });
});

test('what is too large goes to the task queue, once; without a queue it is done step by step', async () => {
  await deploy();
  for (let i = 0; i < 4; i++)
    deployment.ingest(kinesisEvent(1 + i, [order('a', 10 - i), order(`b${i}`, i)].slice(0, 1 + (i % 2))));
  const tasks = path.join(deployment.directory, 'tasks');
  const large = { LAKEHOUSE_MAX_INCREMENT_BYTES: '1' };
  const { outcomes } = refine({ ...large, LAKEHOUSE_TASK_QUEUE: `file://${tasks}` }, queue(COMMIT), {
    refine: deployment.silver,
  });
  expect(outcomes[0]).toEqual(ALL_DONE);
  expect(outcomes[1].response).toMatchObject({ handedOver: true, caughtUp: false, rows: 0 });
  const sent = fs
    .readdirSync(tasks)
    .map((name) => JSON.parse(fs.readFileSync(path.join(tasks, name), 'utf8')));
  expect(sent).toEqual([
    {
      MessageBody: JSON.stringify({ refine: deployment.silver }),
      MessageGroupId: deployment.silver.slice(-128),
      MessageDeduplicationId: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  ]);
  expect(await silver()).toEqual([]);
  // The body is a request of its own.
  const { outcomes: done } = refine(large, queue(sent[0].MessageBody));
  expect(done).toEqual([ALL_DONE]);
  const found = await amounts();
  expect(found.a).toBe(10);
});

test('a gate keeps failing rows apart, or halts the increment until it is mended; results are kept', async () => {
  const gate = (max: number, ...custom: string[]) =>
    `, quality: [{ id: dear, metric: invalidValues, arguments: { maximum: ${max} }, mustBe: 0, severity: error, customProperties: [${custom}] }]`;
  await deploy(contract(gate(50, QUARANTINE)));
  deployment.ingest(kinesisEvent(1, [order('a', 1), order('b', 2, { amount: 99 })]));
  expect(refine({}, queue(COMMIT)).outcomes).toEqual([ALL_DONE]);
  expect(await amounts()).toEqual({ a: 1 });
  expect(await readTable(deployment.quarantine, 'reason_code, decode(payload) AS payload')).toEqual([
    { reason_code: 'quality-gate', payload: expect.stringContaining('"amount":99,') },
  ]);

  deployment.stage(contract(gate(50)));
  deployment.ingest(kinesisEvent(3, [order('c', 3), order('d', 4, { amount: 99 })]));
  const halted = refine({}, queue(COMMIT));
  expect(halted.outcomes[0].response).toEqual({ batchItemFailures: [{ itemIdentifier: 'm-0' }] });
  expect(halted.lines.find(({ level }) => level === 'ERROR').error.name).toBe('GateHalted');
  expect(await amounts()).toEqual({ a: 1 });
  const results = await readTable(deployment.quality, 'rule, outcome, scope', 'evaluated_at');
  expect(results).toEqual([
    { rule: 'dear', outcome: 'failed', scope: 'increment' },
    { rule: 'dear', outcome: 'failed', scope: 'increment' },
  ]);

  deployment.stage(contract(gate(500)));
  expect(refine({}, queue(COMMIT)).outcomes).toEqual([ALL_DONE]);
  expect(await amounts()).toEqual({ a: 1, c: 3, d: 99 });
});

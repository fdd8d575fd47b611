import path from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Duration } from 'aws-cdk-lib';
import { DataContract, Transform, type TransformOptions } from '../../lib/aws';
import { type Additions, Deployment, kinesisEvent, sequence } from './deployment';
import { order, ordersContract } from './orders';
import { readTable } from './read-table';

const MODULE = path.join(__dirname, 'transforms', 'orders.ts');

function additions(options: TransformOptions = {}): Additions {
  const stack = new Stack(new App(), 'Stack');
  const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  return Transform.fromFile(MODULE, { timeout: Duration.millis(300), ...options }).bind(stack, role);
}

async function deploy(
  options?: TransformOptions,
  contract: DataContract = ordersContract(),
): Promise<Deployment> {
  const deployment = new Deployment(contract, process.execPath, additions(options));
  await deployment.provision();
  return deployment;
}

const record = (index: number, what?: string, change: object = {}) => order(index, { do: what, ...change });
const batchLine = (lines: any[]) => lines.find(({ message }) => message === 'Batch ingested');

test('a bundle without what transforms need says which one has it', async () => {
  const { environment } = additions();
  const deployment = new Deployment(ordersContract(), process.execPath, { files: {}, environment });
  await deployment.provision();
  const [{ error }] = deployment.ingest(kinesisEvent(1, [record(1)])).outcomes;
  expect(error).toMatch(/LAKEHOUSE_TRANSFORM is set, but .* deploy kinesis-transform\./);
  deployment.remove();
});

describe('a transform in kinesis-transform', () => {
  let deployment: Deployment;
  beforeEach(async () => {
    deployment = await deploy();
  });
  afterEach(() => deployment.remove());

  test('gives a row, several or none for a record', async () => {
    const event = kinesisEvent(1, [
      record(1),
      record(2, 'drop'),
      record(3, 'explode'),
      record(4, 'forget'),
      record(5, 'explode to nothing'),
      record(6, 'explode with nulls'),
      record(7, 'wait'),
      record(8, 'date'),
    ]);
    const { lines } = deployment.ingest(event);
    const rows = await readTable(
      deployment.bronze,
      'order_id, tags, placed_at, _position',
      '_position, order_id',
    );
    expect(rows.map(({ order_id, _position }) => [order_id, _position])).toEqual([
      ['o-1', sequence(1)],
      ['o-3-1', sequence(3)],
      ['o-3-2', sequence(3)],
      ['o-3-3', sequence(3)],
      ['o-6', sequence(6)],
      ['o-7', sequence(7)],
      ['o-8', sequence(8)],
    ]);
    expect(rows[0].tags).toEqual(['transformed']);
    expect(rows[6].placed_at).toMatch(/^2026-01-02 00:00:00/);
    expect(await readTable(deployment.quarantine)).toEqual([]);
    expect(batchLine(lines)).toMatchObject({ read: 8, accepted: 5, dropped: 3, rows: 7, quarantined: 0 });
    const metrics = lines.find(({ RecordsRead }) => RecordsRead !== undefined);
    expect(metrics).toMatchObject({ RecordsRead: 8, RecordsAccepted: 5, RecordsDropped: 3 });
  });

  const failures: [string, string | null, RegExp, string?][] = [
    ['throw', null, /^The transform failed: vendor unknown: 17$/],
    ['throw text', null, /^The transform failed: just text$/],
    ['reject', null, /^The transform failed: TypeError: rejected later$/],
    ['hang', null, /^The transform failed: It took longer than 300 ms\.$/],
    ['text', null, /^The transform failed: it gave a string; an object is expected\.$/],
    ['NaN', 'quantity', /^The transform failed at quantity: the number is NaN\.$/],
    ['circle', null, /nest too deep, or hold themselves/],
    ['mutate', null, /after changing the record/],
    ['map', 'customer', /at customer: the value is a Map/],
    ['half a character', 'order_id', /half of a surrogate pair/],
    ['add to a bigint', null, /TypeError: Cannot mix BigInt/],
    ['look up nothing', null, /No lookup is called "nowhere"\. None is declared\./],
    ['invalid', 'quantity', /found the text "many"/, 'wrong-type'],
    ['explode with a bad row', 'quantity', /^Row 3 of 3: quantity: found the number 0/, 'out-of-range'],
  ];

  test('that fails quarantines that record whole, with the reason, and touches no other', async () => {
    const big = { id: 1 };
    const sent = failures.map(([what], i) =>
      record(i, what, big).replace('"id":1}', '"id":12345678901234567890}'),
    );
    const { outcomes, lines } = deployment.ingest(kinesisEvent(1, [...sent, record(100)]));
    expect(outcomes).toEqual([{ response: { batchItemFailures: [] } }]);
    const rows = await readTable(
      deployment.quarantine,
      'reason_code, reason_path, reason, decode(payload) AS payload',
    );
    failures.forEach(([what, at, message, code = 'transform-failed'], i) => {
      expect([what, rows[i]]).toEqual([
        what,
        { reason_code: code, reason_path: at, reason: expect.stringMatching(message), payload: sent[i] },
      ]);
      expect(rows[i].reason).not.toMatch(/\n {4}at /);
    });
    expect(await readTable(deployment.bronze, 'order_id')).toEqual([{ order_id: 'o-100' }]);
    expect(batchLine(lines)).toMatchObject({ quarantined: failures.length, accepted: 1, dropped: 0 });
    expect(JSON.stringify(lines)).not.toMatch(/vendor unknown/);
  });

  test('leaves what cannot be read to quarantine, with the codes it has without one', async () => {
    deployment.ingest(kinesisEvent(1, ['hello', '[1]', { base64: '***=' }, '{"a":"\\ud800"}']));
    const codes = (await readTable(deployment.quarantine, 'reason_code')).map(
      ({ reason_code }) => reason_code,
    );
    expect(codes).toEqual(['invalid-json', 'not-an-object', 'invalid-base64', 'invalid-utf8']);
  });

  test('takes nothing twice when batches come again, are cut or overlap', async () => {
    const whole = [
      record(1),
      record(2, 'explode'),
      record(3, 'drop'),
      record(4, 'throw'),
      record(5, 'explode'),
    ];
    deployment.ingest(
      kinesisEvent(1, whole.slice(0, 2)),
      kinesisEvent(1, whole),
      kinesisEvent(1, whole),
      kinesisEvent(2, whole.slice(1)),
    );
    const ids = (await readTable(deployment.bronze, 'order_id')).map(({ order_id }) => order_id);
    expect(ids.sort()).toEqual(['o-1', 'o-2-1', 'o-2-2', 'o-2-3', 'o-5-1', 'o-5-2', 'o-5-3']);
    expect(await readTable(deployment.quarantine, '_position')).toEqual([{ _position: sequence(4) }]);
  });

  test('damages no number: integers beyond 2^53 are bigint, what no double is keeps its digits', async () => {
    const sent = record(1, 'digits').replace(
      '{',
      '{"id":9007199254740993,"price":0.12345678901234567890,"ratio":0.30000000000000004,',
    );
    deployment.ingest(kinesisEvent(1, [sent, record(2, 'context')]));
    const [digits, context] = await readTable(deployment.bronze, 'order_id, _extra');
    expect(digits._extra).toBe(
      '{"id":9007199254740993,"price":0.12345678901234567890,"ratio":0.30000000000000004,' +
        '"kinds":{"id":"bigint","price":"object","text":"0.12345678901234567890"}}',
    );
    expect(context.order_id).toBe(`orders/shardId-000000000000 ${sequence(2)} 1700000000123`);
  });
});

test('a transform whose module does not load fails the batch and says so', async () => {
  const broken = { ...additions(), files: { 'transform.mjs': "throw new Error('no such table');" } };
  const deployment = new Deployment(ordersContract(), process.execPath, broken);
  await deployment.provision();
  const { outcomes } = deployment.ingest(kinesisEvent(1, [record(1)]));
  deployment.remove();
  expect(outcomes[0].error).toBe('Error: The transform cannot be loaded. Error: no such table');
});

describe('an input contract', () => {
  const input = DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: raw-orders
version: 1.0.0
status: active
schema:
  - name: raw
    properties:
      - { name: order_id, physicalName: id, logicalType: string, required: true }
      - { name: quantity, logicalType: integer, required: true }
      - { name: amount, logicalType: number, physicalType: 'decimal(12,2)' }
      - { name: placed_at, logicalType: timestamp, required: true, logicalTypeOptions: { format: epoch_s } }
      - { name: tags, logicalType: array, items: { logicalType: string } }
`);

  test('is what records are held against first, and the form the transform sees them in', async () => {
    const deployment = await deploy({ inputContract: input });
    const raw = { id: 'a', quantity: '7', amount: '12.30', placed_at: 1767312000, do: 'x', note: 'kept' };
    deployment.ingest(kinesisEvent(1, [JSON.stringify(raw), JSON.stringify({ ...raw, quantity: 'many' })]));
    const [row] = await readTable(deployment.bronze);
    expect(row).toMatchObject({ order_id: 'a', quantity: '7', amount: '12.30', _extra: '{"note":"kept"}' });
    expect(row.placed_at).toMatch(/^2026-01-02 00:00:00/);
    expect(await readTable(deployment.quarantine, 'reason_code, reason')).toEqual([
      {
        reason_code: 'wrong-type',
        reason: 'Before the transform: quantity: found the text "many", expected an integer.',
      },
    ]);
    deployment.remove();
  });
});

describe('a transform in silver-refine', () => {
  test('is the same function: rows come in by the names of the contract and go out checked, or to quarantine', async () => {
    const contract = everyTypeContract();
    const module = path.join(__dirname, 'transforms', 'every-type.ts');
    const stack = new Stack(new App(), 'Stack');
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    const { files, environment } = Transform.fromFile(module).bindToTable(stack, role, contract);
    const deployment = new Deployment(contract, process.execPath, { files, environment: {} });
    await deployment.provision();
    await deployment.provisionSilver();
    const row = {
      id: 'a',
      long: 9007199254740993n,
      price: 12.34,
      at: '2026-03-01T10:00:00.123456Z',
      day: '2026-03-01',
      code: '123e4567-e89b-12d3-a456-426614174000',
      bytes: 'AQI=',
      anything: { x: [1] },
      list: [1, null],
      nested: { 'odd name': true },
    };
    const json = (change: object) =>
      JSON.stringify({ ...row, ...change, long: 0 }).replace('"long":0', '"long":9007199254740993');
    deployment.ingest(
      kinesisEvent(1, [
        json({}),
        json({ id: 'drop' }),
        json({ id: 'throw' }),
        json({ id: 'explode' }),
        json({ id: 'invalid' }),
      ]),
    );
    const request = { refine: deployment.silver };
    const { outcomes } = deployment.refine(environment, request, request);
    expect(outcomes[0].response).toMatchObject({ rows: 5, caughtUp: true, rejected: 2 });
    expect(outcomes[1].response).toMatchObject({ rows: 0 });
    const silver = await readTable(deployment.silver, '*', 'id');
    expect(silver.map(({ id, _position }) => [id, _position])).toEqual([
      ['a', sequence(1)],
      ['explode-1', sequence(4)],
      ['explode-2', sequence(4)],
    ]);
    const [bronze] = await readTable(deployment.bronze, '*', '_position');
    // Nothing was lost on the way through the function.
    const { _extra, ...columns } = bronze;
    expect(_extra).toBeNull();
    expect(silver[0]).toEqual({ ...columns, note: JSON.stringify({ ...row, long: 'bigint' }) });
    expect(await readTable(deployment.quarantine, 'reason_code, reason', '_position')).toEqual([
      { reason_code: 'transform-failed', reason: 'The transform failed: no such id' },
      { reason_code: 'wrong-type', reason: expect.stringMatching(/^day: found the text "never"/) },
    ]);
    deployment.remove();
  });
});

function everyTypeContract(): DataContract {
  return DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: every-type
version: 1.0.0
status: active
schema:
  - name: every_type
    properties:
      - { name: id, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1 }
      - { name: long, physicalName: long_column, logicalType: integer, required: true }
      - { name: price, logicalType: number, physicalType: 'decimal(12,2)' }
      - { name: at, logicalType: timestamp }
      - { name: day, logicalType: date }
      - { name: code, logicalType: string, physicalType: uuid }
      - { name: bytes, logicalType: string, physicalType: binary }
      - { name: anything, logicalType: object }
      - { name: list, logicalType: array, items: { logicalType: integer } }
      - name: nested
        logicalType: object
        properties: [{ name: odd name, physicalName: flag, logicalType: boolean }]
      - { name: note, logicalType: string }
`);
}

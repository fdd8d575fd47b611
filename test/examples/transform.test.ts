import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import {
  DataContract,
  IngestStream,
  LakeCatalog,
  LakeTable,
  Lookup,
  MedallionLake,
  StreamProcessor,
  StreamSource,
  Transform,
  Zone,
} from '../../lib/aws';
import { recordTypes } from '../../lib/contract/record-types';
import { Stack } from 'aws-cdk-lib';
import { type Additions, Deployment, kinesisEvent } from '../handlers/deployment';
import { readTable } from '../handlers/read-table';
import { stageAssets } from '../stage-assets';

stageAssets();

const EXAMPLE = path.resolve(__dirname, '../../examples/transform');
const file = (name: string) => path.join(EXAMPLE, name);
const contractOf = (name: string) => DataContract.fromFile(file(`${name}.odcs.yaml`));

/** What a processor with the transform deploys: its code and its part of the environment, as the template has them. */
function synthesized(contract: DataContract, transform: Transform): Additions {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'example-'));
  const stack = new Stack(new App({ outdir }), 'Example');
  const catalog = LakeCatalog.of(new MedallionLake(stack, 'Lake'));
  new StreamProcessor(stack, 'Processor', {
    contract,
    source: StreamSource.kinesis(new IngestStream(stack, 'Stream')),
    bronze: new LakeTable(stack, 'Bronze', { contract, catalog, zone: Zone.BRONZE }),
    quarantine: new LakeTable(stack, 'Quarantine', { contract, catalog, zone: Zone.QUARANTINE }),
    transform,
  });
  const [properties] = Object.entries(Template.fromStack(stack).findResources('AWS::Lambda::Function'))
    .filter(([id]) => id.startsWith('Processor'))
    .map(([, { Properties }]) => Properties);
  const asset = path.join(outdir, `asset.${path.parse(properties.Code.S3Key).name}`);
  const files = fs.readdirSync(asset).map((name) => [name, fs.readFileSync(path.join(asset, name), 'utf8')]);
  const { LAKEHOUSE_TRANSFORM, LAKEHOUSE_LOOKUPS } = properties.Environment.Variables;
  fs.rmSync(outdir, { recursive: true });
  return {
    files: Object.fromEntries(files),
    environment: { LAKEHOUSE_TRANSFORM, ...(LAKEHOUSE_LOOKUPS && { LAKEHOUSE_LOOKUPS }) },
  };
}

async function run(contract: DataContract, transform: Transform, records: object[]) {
  const deployment = new Deployment(contract, process.execPath, synthesized(contract, transform));
  try {
    await deployment.provision();
    deployment.ingest(
      kinesisEvent(
        1,
        records.map((record) => JSON.stringify(record)),
      ),
    );
    return {
      rows: (await readTable(deployment.bronze)).map(withoutTechnical),
      quarantined: await readTable(deployment.quarantine, 'reason_code, reason'),
    };
  } finally {
    deployment.remove();
  }
}

const withoutTechnical = (row: any) =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !name.startsWith('_')));
const orders = fs
  .readFileSync(file('orders.ndjson'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const rawOrders = { inputContract: contractOf('raw-orders') };

test('enrich-order: totals over all lines, exact to the cent, and the customer where there is one', async () => {
  const transform = Transform.fromFile(file('enrich-order.ts'), {
    ...rawOrders,
    lookups: { customers: Lookup.file(file('customers.ndjson'), { keyField: 'id' }) },
  });
  const { rows, quarantined } = await run(contractOf('purchase-orders'), transform, orders);
  expect(rows).toEqual([
    {
      order_id: 'po-1',
      vendor: 'Acme',
      total: '0.50',
      timestamp: expect.stringMatching(/^2026-03-01 10:00:00/),
      customer_name: 'Ada',
      customer_tier: 'gold',
    },
    expect.objectContaining({ order_id: 'po-2', total: '39.98', customer_name: null, customer_tier: null }),
    expect.objectContaining({ order_id: 'po-3', total: '999999999900.00', customer_name: null }),
  ]);
  expect(quarantined).toEqual([
    { reason_code: 'out-of-range', reason: expect.stringMatching(/^Before the transform: line_items: /) },
    { reason_code: 'missing-required', reason: expect.stringMatching(/^Before the transform: vendor: /) },
  ]);
});

test('first-line-order: the price of the first line, whatever its quantity', async () => {
  const transform = Transform.fromFile(file('first-line-order.ts'), rawOrders);
  const { rows } = await run(contractOf('purchase-orders'), transform, orders.slice(0, 2));
  expect(rows.map(({ total }) => total)).toEqual(['0.10', '19.99']);
});

test('order-features: a row for each line, with quantity × unit price', async () => {
  const transform = Transform.fromFile(file('order-features.ts'), rawOrders);
  const { rows } = await run(contractOf('order-features'), transform, orders.slice(0, 2));
  expect(rows.map(({ order_id, line, order_value }) => [order_id, line, order_value])).toEqual([
    ['po-1', '1', '0.30'],
    ['po-1', '2', '0.20'],
    ['po-2', '1', '39.98'],
  ]);
});

test('explode-sessions: a row for each event, none of a session without user', async () => {
  const events = [
    { event_ts: '2026-03-01T10:00:00Z', event_type: 'open', detail: { x: 1 } },
    { event_ts: '2026-03-01T10:00:01Z', event_type: 'click' },
  ];
  const transform = Transform.fromFile(file('explode-sessions.ts'), {
    inputContract: contractOf('raw-sessions'),
  });
  const { rows, quarantined } = await run(contractOf('session-events'), transform, [
    { session_id: 's-1', user_id: 'u-1', events },
    { session_id: 's-2', user_id: null, events },
    { session_id: 's-3', user_id: 'u-3' },
    { session_id: 's-4', user_id: 'u-4', events: [{ event_type: 'lost' }] },
  ]);
  expect(rows.map(({ session_id, user_id, event_type }) => [session_id, user_id, event_type])).toEqual([
    ['s-1', 'u-1', 'open'],
    ['s-1', 'u-1', 'click'],
  ]);
  expect(quarantined).toEqual([
    { reason_code: 'missing-required', reason: expect.stringContaining('events[0].event_ts') },
  ]);
});

test('clean-app-logs: who did what and when, by day, without lines that lack either', async () => {
  const transform = Transform.fromFile(file('clean-app-logs.ts'), {
    inputContract: contractOf('raw-app-logs'),
  });
  const { rows, quarantined } = await run(contractOf('app-events'), transform, [
    {
      userId: 'u-1',
      eventName: 'open',
      timestamp: '2026-03-01T23:59:59Z',
      properties: { from: 'mail' },
      device: 'phone',
    },
    { userId: null, eventName: 'open', timestamp: '2026-03-01T10:00:00Z' },
    { userId: 'u-2', timestamp: '2026-03-01T10:00:00Z' },
    { userId: 'u-2', eventName: 'close', timestamp: '2026-03-02T00:00:00Z' },
    { userId: 'u-3', eventName: 'open', timestamp: 'yesterday' },
  ]);
  expect(rows).toEqual([
    {
      userId: 'u-1',
      eventName: 'open',
      eventTime: expect.stringMatching(/^2026-03-01 23:59:59/),
      properties: '{"from":"mail"}',
    },
    {
      userId: 'u-2',
      eventName: 'close',
      eventTime: expect.stringMatching(/^2026-03-02 00:00:00/),
      properties: null,
    },
  ]);
  expect(quarantined).toEqual([
    { reason_code: 'wrong-type', reason: expect.stringMatching(/^Before the transform: timestamp: /) },
  ]);
});

test.each([
  'raw-app-logs',
  'app-events',
  'raw-session-log',
  'clean-sessions',
  'raw-orders',
  'purchase-orders',
  'order-features',
  'raw-sessions',
  'session-events',
])('the types of %s are those of its contract', (name) => {
  const contract = contractOf(name);
  expect(fs.readFileSync(file(`${name}.types.d.ts`), 'utf8')).toBe(recordTypes(contract, contract.schema()));
});

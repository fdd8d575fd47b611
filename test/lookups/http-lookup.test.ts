import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpLookup } from '../../lambda/lookups/http-lookup';
import { LookupRefused } from '../../lambda/pipeline/transform/lookup';

let server: Server;
let url: string;
let answer: RequestListener;

beforeAll(async () => {
  server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/customers/{key}?v=1`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const secrets = { text: async (id: string, field?: string) => `${id}.${field}` };
const lookup = (headers = {}, to = url) => new HttpLookup({ kind: 'http', url: to, headers }, secrets);
const get = (key: string) => lookup().get(key, new AbortController().signal);

test('the answer is JSON with every digit, asked for with the key and the headers', async () => {
  let asked: any;
  answer = (request, response) => {
    asked = { url: request.url, method: request.method, headers: request.headers };
    response.end('{"id":12345678901234567890,"name":"Ada"}');
  };
  const headers = {
    'x-client': { text: 'lake' },
    authorization: { secret: 'arn', field: 'token', prefix: 'Bearer ' },
  };
  expect(await lookup(headers).get('a/b?c=$&', new AbortController().signal)).toEqual({
    id: 12345678901234567890n,
    name: 'Ada',
  });
  expect(asked).toMatchObject({
    url: '/customers/a%2Fb%3Fc%3D%24%26?v=1',
    method: 'GET',
    headers: { 'x-client': 'lake', authorization: 'Bearer arn.token', accept: 'application/json' },
  });
});

test.each([404, 410, 204])('status %i says that there is none', async (status) => {
  answer = (_, response) => response.writeHead(status).end();
  expect(await get('a')).toBeNull();
});

test.each([408, 429, 500, 503])('status %i may pass', async (status) => {
  answer = (_, response) => response.writeHead(status).end('not yet');
  await expect(get('a')).rejects.toThrow(`status ${status}`);
  await expect(get('a')).rejects.not.toBeInstanceOf(LookupRefused);
});

test.each([400, 401, 403, 302])('status %i will not pass', async (status) => {
  answer = (_, response) => response.writeHead(status, { location: 'http://elsewhere.example/' }).end();
  await expect(get('a')).rejects.toBeInstanceOf(LookupRefused);
});

test('an answer that is not JSON, or too large, is refused', async () => {
  answer = (_, response) => response.end('<html>');
  await expect(get('a')).rejects.toThrow('its answer is not JSON.');
  answer = (_, response) => response.end(`"${'x'.repeat(1 << 20)}"`);
  await expect(get('a')).rejects.toThrow('its answer is larger than 1048576 bytes.');
});

test('a service that is not there, or breaks off, may be there later', async () => {
  answer = (request) => request.socket.destroy();
  await expect(get('a')).rejects.toThrow(/^the service cannot be reached/);
  const nobody = lookup({}, 'http://127.0.0.1:1/{key}').get('a', new AbortController().signal);
  await expect(nobody).rejects.toThrow(/^the service cannot be reached/);
});

test('one that does not answer is given up when the time is over', async () => {
  answer = () => {};
  const controller = new AbortController();
  const answered = lookup().get('a', controller.signal);
  controller.abort(new Error('late'));
  await expect(answered).rejects.toThrow();
});

import { randomUUID } from 'node:crypto';
import { type IncomingMessage, validateHeaderName, validateHeaderValue } from 'node:http';
import { LAPTOP } from '../template/physical-names';
import { isObject } from '../template/json';
import type { ApiRoute } from './api-routes';

/** What an HTTP API answers with. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Types whose bodies are passed on as text; others come in base64. */
const TEXT = /^(?:text\/|application\/(?:json|javascript|xml|[\w.+-]+\+(?:json|xml))\b)/i;

/**
 * The event of a request in payload format 2.0.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function httpEvent(request: IncomingMessage, body: Buffer, route: ApiRoute, now = new Date()): object {
  const { path, query } = addressOf(request);
  const isText = TEXT.test(request.headers['content-type'] ?? 'text/plain');
  const parameters = new URLSearchParams(query);
  const names = [...new Set(parameters.keys())];
  return {
    version: '2.0',
    routeKey: route.key,
    rawPath: path,
    rawQueryString: query,
    headers: headersOf(request),
    ...(names.length > 0 && {
      queryStringParameters: Object.fromEntries(
        names.map((name) => [name, parameters.getAll(name).join(',')]),
      ),
    }),
    requestContext: {
      accountId: LAPTOP.account,
      apiId: 'laptop',
      domainName: request.headers.host ?? 'localhost',
      domainPrefix: 'laptop',
      http: {
        method: request.method,
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress,
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: route.key,
      stage: '$default',
      time: now.toISOString(),
      timeEpoch: now.getTime(),
    },
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

export function addressOf({ url = '/' }: IncomingMessage): { readonly path: string; readonly query: string } {
  const at = url.indexOf('?');
  return at < 0 ? { path: url, query: '' } : { path: url.slice(0, at), query: url.slice(at + 1) };
}

/** What came several times is joined by commas. */
function headersOf({ headersDistinct }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headersDistinct).map(([name, values = []]) => [name, values.join(',')]),
  );
}

/**
 * The answer of what a function gave: in payload format 2.0, or anything else but nothing, which is the body of one. Undefined
 * for a status or a header that HTTP has not.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.response
 */
export function answerOf(value: unknown): ApiAnswer | undefined {
  if (value === null || value === undefined) return undefined;
  if (!isObject(value) || value.statusCode === undefined) {
    return jsonAnswer(200, typeof value === 'string' ? value : JSON.stringify(value));
  }
  const { statusCode, headers, body, isBase64Encoded } = value;
  const named = Object.entries(isObject(headers) ? headers : {}).map(
    ([name, text]) => [name.toLowerCase(), String(text)] as const,
  );
  if (!isStatus(statusCode) || !named.every(([name, text]) => isHeader(name, text))) return undefined;
  return {
    status: statusCode,
    headers: Object.fromEntries(named.filter(([name]) => !OF_THE_CONNECTION.includes(name))),
    body: Buffer.from(typeof body === 'string' ? body : '', isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

/** Those of one connection, which the server writes. */
const OF_THE_CONNECTION = ['connection', 'content-length', 'keep-alive', 'transfer-encoding', 'upgrade'];

/** One that ends a request: those below 200 promise another. */
function isStatus(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 599;
}

function isHeader(name: string, text: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, text);
    return true;
  } catch {
    return false;
  }
}

/** What an HTTP API says of its own. */
export function apiMessage(status: number, message: string): ApiAnswer {
  return jsonAnswer(status, JSON.stringify({ message }));
}

function jsonAnswer(status: number, body: string): ApiAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(body) };
}

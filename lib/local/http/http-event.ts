import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
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

/** The answer a function gave; undefined where it is none in payload format 2.0. */
export function answerOf(value: unknown): ApiAnswer | undefined {
  if (!isObject(value) || typeof value.statusCode !== 'number') return undefined;
  const { statusCode, headers, body, isBase64Encoded } = value;
  return {
    status: statusCode,
    headers: isObject(headers)
      ? Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text)]))
      : {},
    body: Buffer.from(typeof body === 'string' ? body : '', isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

/** What an HTTP API says of its own. */
export function apiMessage(status: number, message: string): ApiAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ message })),
  };
}

import type { WebhookRequest } from '../pipeline/webhook/request';
import { describeValue, isObject, UnexpectedEvent } from './unexpected-event';

/** A request, and the id that its line in the access log has. */
export interface HttpRequest extends WebhookRequest {
  readonly requestId?: string;
}

/**
 * The request of an event in payload format 2.0, which HTTP APIs and function URLs send.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 *
 * @throws UnexpectedEvent for any other event
 */
export function httpRequest(event: unknown): HttpRequest {
  const isFormat = isObject(event) && event.version === '2.0' && isObject(event.requestContext);
  if (!isFormat || !isObject(event.headers ?? {})) {
    throw new UnexpectedEvent(
      `Not a request: it is ${describeValue(event)}, where an event of an HTTP API in payload format 2.0 was expected. ` +
        'This function is to be invoked by the API of a WebhookEndpoint.',
    );
  }
  const { headers, body, isBase64Encoded, rawQueryString } = event;
  const { requestId, http } = event.requestContext as Record<string, unknown>;
  const method = isObject(http) ? http.method : undefined;
  const text = typeof body === 'string' ? body : '';
  return {
    headers: lowerCase((headers ?? {}) as Record<string, unknown>),
    body: Buffer.from(text, isBase64Encoded === true ? 'base64' : 'utf8'),
    ...(typeof requestId === 'string' && { requestId }),
    ...(typeof method === 'string' && { method }),
    ...(typeof rawQueryString === 'string' && { query: rawQueryString }),
  };
}

/** Without a prototype: a header may be called `constructor`. */
function lowerCase(headers: Record<string, unknown>): Record<string, string> {
  const result = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') result[name.toLowerCase()] = value;
  }
  return result;
}

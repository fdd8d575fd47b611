import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { InvocationResult } from '../streams/event-source-mapping';
import type { Resource } from '../template/assembly';
import type { ApiRoute } from './api-routes';
import { addressOf, answerOf, type ApiAnswer, apiMessage, httpEvent } from './http-event';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const LARGEST_PAYLOAD = 10 * 1024 * 1024;

/** A request, and what became of it. */
export interface Answered {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly milliseconds: number;
}

export interface ApiServerOptions {
  readonly routes: readonly ApiRoute[];
  /** 0 for one that is free. */
  readonly port: number;
  readonly invoke: (target: Resource, event: object) => Promise<InvocationResult>;
  readonly answered: (request: Answered) => void;
}

/** The HTTP APIs of an app on the loopback interface of this machine: requests go to functions as API Gateway hands them over. */
export class ApiServer {
  /** @throws Error when the port is taken */
  static async listen(options: ApiServerOptions): Promise<ApiServer> {
    const server = createServer((request, response) => void respond(request, response, options));
    await new Promise<void>((listening, failed) =>
      server.once('error', failed).listen(options.port, '127.0.0.1', listening),
    );
    return new ApiServer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  private constructor(
    private readonly server: Server,
    /** Without a slash at its end. */
    readonly url: string,
  ) {}

  /** Takes no more requests, and waits for those that are under way. */
  async close(): Promise<void> {
    this.server.closeIdleConnections();
    await new Promise((closed) => this.server.close(closed));
  }
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  options: ApiServerOptions,
): Promise<void> {
  const started = performance.now();
  const { method = 'GET' } = request;
  const { path } = addressOf(request);
  let answer: ApiAnswer;
  try {
    answer = await answerTo(request, options);
  } catch {
    // The connection is gone: nobody is there to hear it.
    response.destroy();
    return;
  }
  // Told before the producer is: who reads both finds them in this order.
  options.answered({ method, path, status: answer.status, milliseconds: performance.now() - started });
  response.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length });
  response.end(answer.body);
}

async function answerTo(request: IncomingMessage, { routes, invoke }: ApiServerOptions): Promise<ApiAnswer> {
  const { path } = addressOf(request);
  const route = routes.find((one) => one.method === request.method && one.path === path);
  const body = await bodyOf(request);
  if (route === undefined) return apiMessage(404, 'Not Found');
  if (body === undefined) return apiMessage(413, 'Request Entity Too Large');
  const result = await invoke(route.function, httpEvent(request, body, route));
  const answer = result.error === undefined ? answerOf(result.value) : undefined;
  return answer ?? apiMessage(500, 'Internal Server Error');
}

/** Undefined where it is larger than an API takes: it is read to its end, so that the answer is read, but not kept. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= LARGEST_PAYLOAD) chunks.push(chunk);
  }
  return bytes <= LARGEST_PAYLOAD ? Buffer.concat(chunks) : undefined;
}

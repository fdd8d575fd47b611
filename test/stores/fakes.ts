import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Held {
  readonly bytes: Buffer;
  readonly modifiedAt: Date;
}

interface Answer {
  readonly status: number;
  readonly body?: Buffer | string;
  readonly headers?: Record<string, string>;
}

export interface FakeService {
  readonly url: string;
  readonly requests: { method: string; path: string; headers: IncomingMessage['headers'] }[];
  /** What the next calls are answered instead of being done; `drop` hangs up after doing it. */
  readonly troubles: (number | 'drop')[];
  close(): Promise<void>;
}

type Answering = (request: IncomingMessage, url: URL, body: Buffer) => Answer;

export async function serve(answer: Answering): Promise<FakeService> {
  const requests: FakeService['requests'] = [];
  const troubles: FakeService['troubles'] = [];
  const server: Server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    requests.push({ method: request.method!, path: request.url!, headers: request.headers });
    const trouble = troubles.shift();
    if (typeof trouble === 'number') {
      response.writeHead(trouble).end('trouble');
      return;
    }
    const { status, body, headers } = answer(
      request,
      new URL(request.url!, 'http://fake'),
      Buffer.concat(parts),
    );
    if (trouble === 'drop') {
      request.socket.destroy();
      return;
    }
    response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    troubles,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Cloud Storage as the documentation has it: the XML API for objects, the JSON API for lists, two to a page. */
export function fakeGcs(token: string): Promise<FakeService> {
  const objects = new Map<string, Held>();
  return serve((request, url, bytes) => {
    if (request.headers.authorization !== `Bearer ${token}`) return { status: 401, body: 'no token' };
    const list = /^\/storage\/v1\/b\/([^/]+)\/o$/.exec(url.pathname);
    if (list) {
      const prefix = `${decodeURIComponent(list[1])}/${url.searchParams.get('prefix')}`;
      const names = [...objects.keys()].filter((name) => name.startsWith(prefix)).sort();
      const start = Number(url.searchParams.get('pageToken') ?? 0);
      const items = names.slice(start, start + 2).map((key) => ({
        name: key.slice(key.indexOf('/') + 1),
        // int64 is text in JSON.
        size: String(objects.get(key)!.bytes.length),
        updated: objects.get(key)!.modifiedAt.toISOString(),
      }));
      const nextPageToken = start + 2 < names.length ? String(start + 2) : undefined;
      return {
        status: 200,
        body: JSON.stringify({ items: items.length > 0 ? items : undefined, nextPageToken }),
      };
    }
    const key = decodeURIComponent(url.pathname.slice(1));
    const held = objects.get(key);
    switch (request.method) {
      case 'PUT': {
        const condition = request.headers['x-goog-if-generation-match'];
        if (condition !== undefined && condition !== '0') return { status: 400, body: 'generation' };
        if (condition === '0' && held) return { status: 412, body: 'PreconditionFailed' };
        objects.set(key, { bytes, modifiedAt: new Date() });
        return { status: 200 };
      }
      case 'DELETE':
        return { status: objects.delete(key) ? 204 : 404, body: 'NoSuchKey' };
      default:
        return held ? { status: 200, body: held.bytes } : { status: 404, body: 'NoSuchKey' };
    }
  });
}

const xml = (text: string) => text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]!);

/** The Blob service as the documentation has it; containers of an account with hierarchical names, two to a page. */
export function fakeBlobs(authorized: (request: IncomingMessage, url: URL) => boolean): Promise<FakeService> {
  const blobs = new Map<string, Held>();
  return serve((request, url, bytes) => {
    if (!authorized(request, url)) return { status: 403, body: 'AuthenticationFailed' };
    if (!/^\d{4}-\d\d-\d\d$/.test(String(request.headers['x-ms-version'])))
      return { status: 400, body: 'version' };
    if (url.searchParams.get('comp') === 'list') {
      if (url.searchParams.get('restype') !== 'container') return { status: 400, body: 'restype' };
      const prefix = `${url.pathname}/${url.searchParams.get('prefix')}`;
      const names = [...blobs.keys()].filter((name) => name.startsWith(prefix)).sort();
      const start = Number(url.searchParams.get('marker') ?? 0);
      const entries = names.slice(start, start + 2).map((key) => {
        const { bytes: content, modifiedAt } = blobs.get(key)!;
        const name = key.slice(url.pathname.length + 1);
        return `<Blob><Name>${xml(name)}</Name><Properties><Last-Modified>${modifiedAt.toUTCString()}</Last-Modified><Content-Length>${content.length}</Content-Length></Properties></Blob>`;
      });
      const folder =
        '<Blob><Name>t0</Name><Properties><Content-Length>0</Content-Length></Properties><Metadata><hdi_isfolder>true</hdi_isfolder></Metadata></Blob>';
      const next = start + 2 < names.length ? `<NextMarker>${start + 2}</NextMarker>` : '<NextMarker />';
      return {
        status: 200,
        body: `<?xml version="1.0"?><EnumerationResults><Blobs>${folder}${entries.join('')}</Blobs>${next}</EnumerationResults>`,
      };
    }
    const key = decodeURIComponent(url.pathname);
    const held = blobs.get(key);
    switch (request.method) {
      case 'PUT': {
        if (request.headers['x-ms-blob-type'] !== 'BlockBlob') return { status: 400, body: 'type' };
        if (request.headers['if-none-match'] === '*' && held)
          return { status: 409, body: 'BlobAlreadyExists' };
        blobs.set(key, { bytes, modifiedAt: new Date() });
        return { status: 201 };
      }
      case 'DELETE':
        return { status: blobs.delete(key) ? 202 : 404, body: 'BlobNotFound' };
      default:
        return held ? { status: 200, body: held.bytes } : { status: 404, body: 'BlobNotFound' };
    }
  });
}

import { TokenCache, tokenFrom, type Authorization } from './access-token';
import { callHttp, failure, type HttpPacing } from './http-calls';
import {
  type Content,
  inOnePiece,
  ObjectExists,
  ObjectNotFound,
  type ObjectStore,
  type PutOptions,
  type StoredObject,
} from './object-store';

const ENDPOINT = 'https://storage.googleapis.com';
// https://cloud.google.com/compute/docs/access/authenticate-workloads: also what workload identity on GKE answers.
const METADATA_TOKEN =
  'http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token';

export interface GcsStoreOptions {
  /** @default Google's */
  readonly endpoint?: string;
  /** @default - the token of the machine's service account */
  readonly authorization?: Authorization;
  readonly pacing?: HttpPacing;
}

interface ObjectList {
  readonly items?: { readonly name: string; readonly size: string; readonly updated: string }[];
  readonly nextPageToken?: string;
}

/** Objects in Google Cloud Storage, by its XML API and, for lists, its JSON API. */
export class GcsStore implements ObjectStore {
  private readonly endpoint: string;
  private readonly authorization: Authorization;

  constructor(private readonly options: GcsStoreOptions = {}) {
    this.endpoint = options.endpoint ?? ENDPOINT;
    this.authorization = options.authorization ?? machineAuthorization();
  }

  async get(uri: string): Promise<Uint8Array> {
    const response = await this.call('GET', uri);
    if (response.status === 404) throw new ObjectNotFound(uri);
    if (!response.ok) throw await failure(`Reading ${uri}`, response);
    return new Uint8Array(await response.arrayBuffer());
  }

  async put(uri: string, content: Content, { ifAbsent, contentType }: PutOptions = {}): Promise<void> {
    const response = await this.call('PUT', uri, {
      body: inOnePiece(content),
      repeatable: !ifAbsent,
      headers: {
        'content-type': contentType ?? 'application/octet-stream',
        // Generation 0: there is no object of that name.
        ...(ifAbsent && { 'x-goog-if-generation-match': '0' }),
      },
    });
    if (ifAbsent && response.status === 412) throw new ObjectExists(uri);
    if (!response.ok) throw await failure(`Writing ${uri}`, response);
  }

  async exists(uri: string): Promise<boolean> {
    const response = await this.call('HEAD', uri);
    if (response.ok || response.status === 404) return response.ok;
    throw await failure(`Looking for ${uri}`, response);
  }

  async delete(uri: string): Promise<void> {
    const response = await this.call('DELETE', uri);
    if (!response.ok && response.status !== 404) throw await failure(`Deleting ${uri}`, response);
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    const { bucket, name } = address(prefix);
    let pageToken: string | undefined;
    do {
      const query = new URLSearchParams({ prefix: name, fields: 'items(name,size,updated),nextPageToken' });
      if (pageToken !== undefined) query.set('pageToken', pageToken);
      const url = `${this.endpoint}/storage/v1/b/${encodeURIComponent(bucket)}/o?${query}`;
      const response = await this.callUrl('GET', url);
      if (!response.ok) throw await failure(`Listing ${prefix}`, response);
      const { items = [], nextPageToken } = (await response.json()) as ObjectList;
      for (const item of items) {
        const uri = `gs://${bucket}/${item.name}`;
        yield { uri, size: Number(item.size), modifiedAt: Date.parse(item.updated) };
      }
      pageToken = nextPageToken;
    } while (pageToken);
  }

  private call(method: string, uri: string, more: Partial<Parameters<typeof callHttp>[0]> = {}) {
    const { bucket, name } = address(uri);
    const path = name.split('/').map(encodeURIComponent).join('/');
    return this.callUrl(method, `${this.endpoint}/${encodeURIComponent(bucket)}/${path}`, more);
  }

  private async callUrl(
    method: string,
    url: string,
    { headers, ...more }: Partial<Parameters<typeof callHttp>[0]> = {},
  ): Promise<Response> {
    const authorization = await this.authorization.header();
    const call = { method, url, repeatable: true, ...more };
    return callHttp(
      { ...call, headers: { ...headers, ...(authorization && { authorization }) } },
      this.options.pacing,
    );
  }
}

export function openGcsStore(): GcsStore {
  return new GcsStore();
}

/** Who the machine, the function or the workload of a cluster is. */
export function machineAuthorization(url = METADATA_TOKEN): TokenCache {
  return new TokenCache(async () => {
    const headers = { 'metadata-flavor': 'Google' };
    const response = await callHttp({ method: 'GET', url, headers, repeatable: true });
    return tokenFrom('The metadata server', response);
  });
}

function address(uri: string): { bucket: string; name: string } {
  const [, bucket, name] = /^gs:\/\/([^/]+)\/?(.*)$/s.exec(uri) ?? [];
  if (bucket === undefined) throw new Error(`A GCS URI is gs://<bucket>/<name>. Received ${uri}`);
  return { bucket, name };
}

import type { Authorization } from './access-token';
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

/** Version of the Blob service's REST API. */
const API_VERSION = '2021-12-02';
/** A name that is there (409), or a condition that does not hold (412). */
const REFUSED_IF_ABSENT = [409, 412];

export interface AdlsStoreOptions {
  /** @default - none: the shared access signature is in the URL */
  readonly authorization?: Authorization;
  /** A shared access signature, the query of a URL. @default none */
  readonly sharedAccessSignature?: string;
  /** Where an account's blobs are. @default - https://<account>.blob.<suffix> */
  readonly endpointOf?: (account: string, suffix: string) => string;
  readonly pacing?: HttpPacing;
}

interface Address {
  readonly endpoint: string;
  readonly container: string;
  readonly name: string;
  /** The URI up to the container, as it was written. */
  readonly root: string;
}

/**
 * Objects in Azure Data Lake Storage Gen2, by the Blob API, which puts an object whole and under a condition in one
 * call. The DFS API creates, appends and flushes in three, and readers see what is in between.
 */
export class AdlsStore implements ObjectStore {
  constructor(private readonly options: AdlsStoreOptions) {}

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
        'x-ms-blob-type': 'BlockBlob',
        'content-type': contentType ?? 'application/octet-stream',
        ...(ifAbsent && { 'if-none-match': '*' }),
      },
    });
    if (ifAbsent && REFUSED_IF_ABSENT.includes(response.status)) throw new ObjectExists(uri);
    if (!response.ok) throw await failure(`Writing ${uri}`, response);
  }

  async exists(uri: string): Promise<boolean> {
    const response = await this.call('HEAD', uri);
    if (response.status === 404) return false;
    if (!response.ok) throw await failure(`Looking for ${uri}`, response);
    // Where names are hierarchical a directory answers too.
    return response.headers.get('x-ms-meta-hdi_isfolder') !== 'true';
  }

  async delete(uri: string): Promise<void> {
    const response = await this.call('DELETE', uri);
    if (!response.ok && response.status !== 404) throw await failure(`Deleting ${uri}`, response);
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    const { endpoint, container, name, root } = this.address(prefix);
    let marker = '';
    do {
      const query = new URLSearchParams({
        restype: 'container',
        comp: 'list',
        prefix: name,
        include: 'metadata',
        ...(marker && { marker }),
      });
      const response = await this.callUrl('GET', `${endpoint}/${container}?${query}`);
      if (!response.ok) throw await failure(`Listing ${prefix}`, response);
      const xml = await response.text();
      for (const [, blob] of xml.matchAll(/<Blob>(.*?)<\/Blob>/gs)) {
        if (/<hdi_isfolder>true<|<ResourceType>directory</i.test(blob)) continue;
        const uri = `${root}/${element(blob, 'Name')}`;
        const size = Number(element(blob, 'Content-Length'));
        yield { uri, size, modifiedAt: Date.parse(element(blob, 'Last-Modified')) };
      }
      marker = element(xml, 'NextMarker');
    } while (marker !== '');
  }

  private call(method: string, uri: string, more: Partial<Parameters<typeof callHttp>[0]> = {}) {
    const { endpoint, container, name } = this.address(uri);
    const path = name.split('/').map(encodeURIComponent).join('/');
    return this.callUrl(method, `${endpoint}/${container}/${path}`, more);
  }

  private async callUrl(
    method: string,
    url: string,
    { headers, ...more }: Partial<Parameters<typeof callHttp>[0]> = {},
  ): Promise<Response> {
    const { authorization, sharedAccessSignature: signature, pacing } = this.options;
    const header = await authorization?.header();
    const signed = signature ? `${url}${url.includes('?') ? '&' : '?'}${signature.replace(/^\?/, '')}` : url;
    return callHttp(
      {
        method,
        url: signed,
        repeatable: true,
        ...more,
        headers: {
          'x-ms-version': API_VERSION,
          'x-ms-date': new Date().toUTCString(),
          ...headers,
          ...(header && { authorization: header }),
        },
      },
      pacing,
    );
  }

  private address(uri: string): Address {
    const [, container, account, suffix, name] =
      /^abfss?:\/\/([^@/]+)@([^./]+)\.dfs\.([^/]+)\/?(.*)$/s.exec(uri) ?? [];
    if (container === undefined) {
      throw new Error(
        `An ADLS URI is abfss://<container>@<account>.dfs.core.windows.net/<path>. Received ${uri}`,
      );
    }
    const { endpointOf = (of, at) => `https://${of}.blob.${at}` } = this.options;
    const root = uri.slice(0, uri.length - name.length).replace(/\/$/, '');
    return { endpoint: endpointOf(account, suffix), container, name, root };
  }
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Text of the first element of a name in an answer of the Blob service; empty when there is none. */
function element(xml: string, name: string): string {
  const text = new RegExp(`<${name}(?: [^>]*)?>(.*?)</${name}>`, 's').exec(xml)?.[1] ?? '';
  return text.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (_, hex, decimal, named) =>
    named ? (ENTITIES[named] ?? '') : String.fromCodePoint(parseInt(hex ?? decimal, hex ? 16 : 10)),
  );
}

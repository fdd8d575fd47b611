import { parseJson, stringifyJson } from '../json';
import { CommitConflict, CommitStateUnknown, type TableCatalog, type TableVersion } from '../table-catalog';
import { normalizeTableMetadata, type TableMetadata } from '../table-metadata';
import { tableRequirements, tableUpdates } from './table-updates';

/** Where a table is: `rest+https://<catalog>?warehouse=<warehouse>&namespace=<namespace>&table=<table>`. */
export interface RestTable {
  /** Base URL of the catalog, without `/v1`. */
  readonly catalog: string;
  readonly warehouse?: string;
  /** From the outermost level. */
  readonly namespace: readonly string[];
  readonly table: string;
}

export interface RestRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly body?: string;
}

/** Adds what tells the catalog who asks. */
export interface RestAuthorization {
  headers(request: RestRequest): Promise<Record<string, string>>;
  /** Told that the catalog did not take them; true when asking again may help. */
  refused(): boolean;
}

interface CatalogConfig {
  readonly prefix: string;
  readonly separator: string;
}

/** Levels of a namespace in a path, unless the catalog says otherwise. */
const UNIT_SEPARATOR = '%1F';
/** 419: the token's time is over. */
const NOT_AUTHENTICATED = [401, 419];

/** A table of a catalog that speaks the Iceberg REST protocol: S3 Tables, Glue, Polaris, Lakekeeper, Nessie, … */
export class RestCatalog implements TableCatalog {
  private config: Promise<CatalogConfig> | undefined;

  constructor(
    private readonly at: RestTable,
    private readonly authorization: RestAuthorization,
    private readonly send: (url: string, request: RequestInit) => Promise<Response> = fetch,
  ) {}

  async load(known?: TableVersion): Promise<TableVersion | undefined> {
    const response = await this.call('GET', await this.tableUrl());
    if (response.status === 404) return undefined;
    const version = await this.version(response);
    return version.metadataLocation === known?.metadataLocation ? known : version;
  }

  /** Left to the catalog, which knows where its warehouse is. */
  async defaultLocation(): Promise<string> {
    return '';
  }

  async create(metadata: TableMetadata): Promise<TableVersion> {
    const order = metadata['sort-orders'].find(
      (one) => one['order-id'] === metadata['default-sort-order-id'],
    );
    const response = await this.change(`${await this.namespaceUrl()}/tables`, {
      name: this.at.table,
      ...(metadata.location && { location: metadata.location }),
      schema: metadata.schemas[0],
      'partition-spec': metadata['partition-specs'][0],
      ...(order && order.fields.length > 0 && { 'write-order': order }),
      properties: { 'format-version': '2', ...metadata.properties },
    });
    return this.version(response);
  }

  async commit(base: TableVersion, next: TableMetadata): Promise<TableVersion> {
    const response = await this.change(await this.tableUrl(), {
      identifier: { namespace: this.at.namespace, name: this.at.table },
      requirements: tableRequirements(base.metadata),
      updates: tableUpdates(base.metadata, next),
    });
    try {
      // The catalog's word: it may have merged in what others changed that does not matter here.
      return await this.version(response);
    } catch (error) {
      throw new CommitStateUnknown(this.name, error);
    }
  }

  /** Metadata files are the catalog's own. */
  async discard(): Promise<void> {}

  private async change(url: string, body: object): Promise<Response> {
    let response: Response;
    try {
      response = await this.call('POST', url, stringifyJson(body));
    } catch (error) {
      throw new CommitStateUnknown(this.name, error);
    }
    if (response.ok) return response;
    const failure = await this.failure(response);
    // 429: told to wait, and nothing was done.
    if (response.status === 409 || response.status === 429)
      throw new CommitConflict(this.name, { cause: failure });
    throw response.status >= 500 ? new CommitStateUnknown(this.name, failure) : failure;
  }

  private async version(response: Response): Promise<TableVersion> {
    if (!response.ok) throw await this.failure(response);
    const result = parseJson(await response.text()) as {
      'metadata-location'?: string;
      metadata: Partial<TableMetadata>;
    };
    const metadataLocation = result['metadata-location'];
    if (!metadataLocation || !result.metadata)
      throw new Error(`The catalog tells no metadata-location or metadata of ${this.name}.`);
    return { metadata: normalizeTableMetadata(result.metadata, metadataLocation), metadataLocation };
  }

  private async failure(response: Response): Promise<Error> {
    const text = await response.text().catch(() => '');
    let message = text.slice(0, 500);
    try {
      const { error } = JSON.parse(text) as { error?: { type?: string; message?: string } };
      if (error) message = `${error.type}: ${error.message}`;
    } catch {
      // No JSON: a proxy between answered.
    }
    return new Error(`The catalog of ${this.name} answered HTTP ${response.status}: ${message}`);
  }

  /** Once more when the catalog does not take a token that could be renewed: nothing was done then. */
  private async call(method: 'GET' | 'POST', url: string, body?: string): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      const headers = {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(await this.authorization.headers({ method, url, body })),
      };
      const response = await this.send(url, { method, headers, body, redirect: 'error' });
      const again =
        NOT_AUTHENTICATED.includes(response.status) && attempt === 1 && this.authorization.refused();
      if (!again) return response;
      await response.arrayBuffer();
    }
  }

  private async tableUrl(): Promise<string> {
    return `${await this.namespaceUrl()}/tables/${encodeURIComponent(this.at.table)}`;
  }

  private async namespaceUrl(): Promise<string> {
    this.config ??= this.loadConfig();
    const { prefix, separator } = await this.config.catch((error: unknown) => {
      this.config = undefined;
      throw error;
    });
    const namespace = this.at.namespace.map(encodeURIComponent).join(separator);
    return `${this.at.catalog}/v1/${prefix ? `${prefix}/` : ''}namespaces/${namespace}`;
  }

  private async loadConfig(): Promise<CatalogConfig> {
    const { catalog, warehouse } = this.at;
    const query = warehouse === undefined ? '' : `?warehouse=${encodeURIComponent(warehouse)}`;
    const response = await this.call('GET', `${catalog}/v1/config${query}`);
    if (!response.ok) throw await this.failure(response);
    const { defaults = {}, overrides = {} } = (await response.json()) as Record<
      string,
      Record<string, string>
    >;
    const settings = { ...defaults, ...overrides };
    return { prefix: settings.prefix ?? '', separator: settings['namespace-separator'] ?? UNIT_SEPARATOR };
  }

  private get name(): string {
    return [...this.at.namespace, this.at.table].join('.');
  }
}

/** @throws Error when the URI names no table of a REST catalog */
export function parseRestTable(uri: string): RestTable {
  const [, catalog, query] = /^rest\+(https?:\/\/[^?#]+)\?([^#]+)$/.exec(uri) ?? [];
  const parameters = new URLSearchParams(query ?? '');
  const namespace = parameters.getAll('namespace');
  const table = parameters.get('table');
  if (catalog === undefined || namespace.length === 0 || namespace.includes('') || !table) {
    throw new Error(
      'A table of a REST catalog is rest+https://<catalog>?warehouse=<warehouse>&namespace=<namespace>&table=<table>, ' +
        `with a namespace for each level. Received ${uri}`,
    );
  }
  const warehouse = parameters.get('warehouse') ?? undefined;
  return { catalog: catalog.replace(/\/+$/, ''), warehouse, namespace, table };
}

import * as fs from 'node:fs';
import { Duration, Token } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { literal } from '../../../contract/handler-code/literal';
import type {
  HeaderValue,
  LookupPlace,
  LookupPolicy,
  LookupSettings,
} from '../../../contract/transform-settings';

/** How patiently a lookup asks, and how long it remembers. */
export interface LookupOptions {
  /**
   * Longest wait for one answer.
   * @default Duration.seconds(2)
   */
  readonly timeout?: Duration;

  /**
   * How often it is asked, with growing pauses, before it counts as failed: 1 to 10.
   * @default 3
   */
  readonly attempts?: number;

  /**
   * How long an answer is good for, also the answer that there is none. Zero: every record asks anew.
   * @default Duration.minutes(5)
   */
  readonly cacheTtl?: Duration;

  /**
   * Answers a container of the function keeps at the most.
   * @default 10000
   */
  readonly cacheEntries?: number;

  /**
   * What the transform is given when the lookup has failed: a JSON value, `null` among them.
   * @default - the lookup throws, and a record whose transform does not catch that goes to quarantine
   */
  readonly fallback?: unknown;
}

/** Where the items of a table are found, and what is asked for. */
export interface DynamoDbLookupOptions extends LookupOptions {
  /** Attribute that is the table's partition key. The table has no sort key. */
  readonly keyAttribute: string;

  /**
   * Whether that attribute is a number.
   * @default false - it is text
   */
  readonly numericKey?: boolean;
}

/** How a service is asked. */
export interface HttpLookupOptions extends LookupOptions {
  /**
   * Headers of every request, for example `x-client: lakehouse`. What is secret belongs into `secretHeaders`.
   * @default - none but `accept: application/json`
   */
  readonly headers?: { [name: string]: string };

  /**
   * Headers whose values are secrets. They are read at run time: neither template nor environment holds them.
   * @default - none
   */
  readonly secretHeaders?: { [name: string]: SecretHeader };

  /**
   * Requests under way at the same time, from one container of the function: 1 to 100.
   * @default 16
   */
  readonly concurrency?: number;
}

/** A secret as the value of a header. */
export interface SecretHeader {
  readonly secret: ISecret;
  /** @default - the whole secret */
  readonly field?: string;
  /**
   * What stands before it, for example `Bearer ` (with the space).
   * @default - nothing
   */
  readonly prefix?: string;
}

/** What is looked up in a file. */
export interface FileLookupOptions {
  /**
   * Field of the file's rows that is the key.
   * @default - the file is one JSON object of key → value
   */
  readonly keyField?: string;
}

/** What a processor deploys for a lookup. */
export interface LookupBinding {
  /** What the function is told of it: JSON of the shape `LookupSettings` has (lib/contract/transform-settings.ts). */
  readonly settings: { [key: string]: unknown };
  /** Files beside the bundle: name → text. */
  readonly files: { [name: string]: string };
}

/** Something a transform may look up while it works: `await context.lookup('customers', order.customer_id)`. */
export abstract class Lookup {
  /**
   * Items of a DynamoDB table by its partition key, a hundred at a time. The function may read single items of this
   * table, and nothing else.
   *
   * @throws Error when an option is out of its bounds
   */
  static dynamoDb(table: ITable, options: DynamoDbLookupOptions): Lookup {
    return new DynamoDbLookup(table, options);
  }

  /**
   * The JSON a service answers `GET <url>` with; 404 means that there is none.
   *
   * @param url with `{key}` where the key goes, for example `https://rates.example.com/v1/{key}`
   * @throws Error when the URL or an option is not as it has to be
   */
  static http(url: string, options: HttpLookupOptions = {}): Lookup {
    return new HttpLookup(url, options);
  }

  /**
   * Rows of a small JSON or NDJSON file that is deployed with the code; and, on a laptop and in tests, what stands in
   * for a table or a service.
   *
   * @throws Error when the file cannot be read, or holds something else
   */
  static file(path: string, options: FileLookupOptions = {}): Lookup {
    return new FileLookup(path, options);
  }

  /** Lets the function's role look up. Called once for each processor. */
  abstract bind(name: string, grantee: iam.IGrantable): LookupBinding;
}

class DynamoDbLookup extends Lookup {
  private readonly policy: LookupPolicy;

  constructor(
    private readonly table: ITable,
    private readonly options: DynamoDbLookupOptions,
  ) {
    super();
    if (options.keyAttribute === '') {
      throw new Error('keyAttribute is empty. Name the attribute that is the partition key of the table.');
    }
    // As many as there may be records under way: what is asked at the same moment is one request.
    this.policy = policyOf(options, 200);
  }

  bind(_name: string, grantee: iam.IGrantable): LookupBinding {
    iam.Grant.addToPrincipal({
      grantee,
      actions: ['dynamodb:BatchGetItem'],
      resourceArns: [this.table.tableArn],
    });
    this.table.encryptionKey?.grantDecrypt(grantee);
    const { keyAttribute, numericKey } = this.options;
    return bindingOf(this.policy, {
      kind: 'dynamodb',
      table: this.table.tableName,
      keyAttribute,
      keyType: numericKey === true ? 'N' : 'S',
    });
  }
}

class HttpLookup extends Lookup {
  private readonly policy: LookupPolicy;

  constructor(
    private readonly url: string,
    private readonly options: HttpLookupOptions,
  ) {
    super();
    requireUrl(url);
    requireBetween('concurrency', options.concurrency, 1, 100);
    this.policy = policyOf(options, options.concurrency ?? 16);
  }

  bind(_name: string, grantee: iam.IGrantable): LookupBinding {
    const headers: Record<string, HeaderValue> = {};
    for (const [name, text] of Object.entries(this.options.headers ?? {})) headers[name] = { text };
    for (const [name, { secret, field, prefix }] of Object.entries(this.options.secretHeaders ?? {})) {
      secret.grantRead(grantee);
      headers[name] = { secret: secret.secretArn, field, prefix };
    }
    return bindingOf(this.policy, { kind: 'http', url: this.url, headers });
  }
}

class FileLookup extends Lookup {
  private readonly text: string;

  constructor(
    path: string,
    private readonly options: FileLookupOptions,
  ) {
    super();
    this.text = readText(path);
    requireRows(this.text, path, options.keyField);
  }

  bind(name: string): LookupBinding {
    const file = `lookup-${name}.mjs`;
    const policy = policyOf({ attempts: 1, cacheTtl: Duration.seconds(0) }, 200);
    const { keyField } = this.options;
    return {
      ...bindingOf(policy, { kind: 'file', module: `./${file}`, keyField }),
      files: { [file]: `export default ${literal(this.text)};\n` },
    };
  }
}

function bindingOf(policy: LookupPolicy, place: LookupPlace): LookupBinding {
  const settings: LookupSettings = { ...place, ...policy };
  return { settings: { ...settings }, files: {} };
}

function policyOf(options: LookupOptions, concurrency: number): LookupPolicy {
  const { timeout, attempts, cacheTtl, cacheEntries, fallback } = options;
  requireBetween('timeout in milliseconds', timeout?.toMilliseconds(), 1, 60_000);
  requireBetween('attempts', attempts, 1, 10);
  requireBetween('cacheEntries', cacheEntries, 0, 1_000_000);
  return {
    timeoutMilliseconds: timeout?.toMilliseconds() ?? 2000,
    attempts: attempts ?? 3,
    cacheMilliseconds: cacheTtl?.toMilliseconds() ?? 300_000,
    cacheEntries: cacheEntries ?? 10_000,
    concurrency,
    ...(fallback === undefined ? {} : { fallback: { value: fallback } }),
  };
}

function requireBetween(name: string, value: number | undefined, least: number, most: number): void {
  if (value === undefined || Token.isUnresolved(value)) return;
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new Error(`A lookup's ${name} must be a whole number from ${least} to ${most}. Received ${value}.`);
}

function requireUrl(url: string): void {
  if (Token.isUnresolved(url)) return;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isLocal = parsed !== undefined && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(parsed.hostname);
  if (parsed?.protocol !== 'https:' && !(parsed?.protocol === 'http:' && isLocal)) {
    throw new Error(
      `A lookup's URL must begin with https:// (http:// for this machine only). Received "${url}".`,
    );
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new Error("A lookup's URL must hold no password: pass it as one of the secretHeaders.");
  }
  if (!url.includes('{key}')) {
    throw new Error(
      `A lookup's URL must say where the key goes, as in https://example.com/customers/{key}. Received "${url}".`,
    );
  }
}

function readText(path: string): string {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`The file "${path}" of a lookup cannot be read: ${(error as Error).message}.`);
  }
}

function requireRows(text: string, path: string, keyField: string | undefined): void {
  const problem = keyField === undefined ? objectProblem(text) : rowsProblem(text, keyField);
  if (problem !== undefined) throw new Error(`The file "${path}" of a lookup ${problem}.`);
}

function objectProblem(text: string): string | undefined {
  const value = parsed(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? undefined
    : 'is no JSON object of key → value. Where it has rows, name the key: Lookup.file(path, { keyField })';
}

function rowsProblem(text: string, keyField: string): string | undefined {
  const isArray = text.trimStart().startsWith('[');
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const rows = isArray ? parsed(text) : lines.map(parsed);
  if (!Array.isArray(rows)) return 'is neither a JSON array nor JSON lines';
  const at = rows.findIndex((row: unknown) => {
    const key =
      typeof row === 'object' && row !== null ? (row as Record<string, unknown>)[keyField] : undefined;
    return typeof key !== 'string' && typeof key !== 'number';
  });
  return at < 0
    ? undefined
    : `has a row without a key: row ${at + 1} has no field "${keyField}" of text or number`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

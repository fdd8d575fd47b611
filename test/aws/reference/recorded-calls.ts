import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A call of an AWS API as IAM sees it: the action, on each of the resources, with the prefix a listing asks for. */
export interface Call {
  /** Access key it was signed with: the function that made it. */
  readonly caller: string;
  readonly action: string;
  readonly resources: readonly string[];
  readonly prefix?: string;
}

/** A statement of a policy with real ARNs. */
export interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: string | string[];
  readonly Condition?: { readonly [operator: string]: { readonly [key: string]: string | string[] } };
}

interface Place {
  readonly account: string;
  readonly region: string;
}

/** Stands between functions and an emulator and notes what they ask it for. */
export class RecordingProxy {
  readonly calls: Call[] = [];
  /** Requests it knows no action for. */
  readonly unknown: string[] = [];
  private readonly workgroups = new Map<string, string>();
  private server: Server | undefined;

  constructor(
    private readonly target: string,
    private readonly place: Place,
  ) {}

  /** Returns its URL. */
  async start(): Promise<string> {
    this.server = createServer((incoming, outgoing) => {
      const parts: Buffer[] = [];
      incoming.on('data', (part: Buffer) => parts.push(part));
      incoming.on('end', () => {
        const body = Buffer.concat(parts);
        const { method, headers, url } = incoming;
        const forwarded = request(`${this.target}${url}`, { method, headers }, (answer) => {
          const answered: Buffer[] = [];
          answer.on('data', (part: Buffer) => answered.push(part));
          answer.on('end', () => {
            this.note(incoming, body, Buffer.concat(answered));
            outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
            outgoing.end(Buffer.concat(answered));
          });
        });
        forwarded.on('error', (error) => outgoing.writeHead(502).end(error.message));
        forwarded.end(body);
      });
    });
    await new Promise<void>((ready) => this.server?.listen(0, '127.0.0.1', ready));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((done) => this.server?.close(done));
  }

  private note({ headers, method = '', url = '' }: IncomingMessage, body: Buffer, answer: Buffer): void {
    const caller = /Credential=([^/]+)\//.exec(headers.authorization ?? '')?.[1] ?? '';
    const target = headers['x-amz-target'];
    const seen =
      typeof target === 'string'
        ? this.jsonCall(target, JSON.parse(body.toString('utf8')), answer)
        : s3Calls(method, new URL(url, 'http://s3'), headers);
    if (seen.length === 0) this.unknown.push(`${method} ${url} ${String(target)}`);
    this.calls.push(...seen.map((call) => ({ caller, ...call })));
  }

  private jsonCall(target: string, input: any, answer: Buffer): Omit<Call, 'caller'>[] {
    const [service, operation] = target.split('.');
    const arn = (of: string, resource: string): string =>
      `arn:aws:${of}:${this.place.region}:${this.place.account}:${resource}`;
    switch (service) {
      case 'AWSGlue': {
        const database = input.DatabaseName ?? input.Name;
        const table = input.DatabaseName && (input.TableInput?.Name ?? input.Name);
        // A table's database and the catalog have to be permitted as well.
        const resources = [
          'catalog',
          `database/${database}`,
          ...(table ? [`table/${database}/${table}`] : []),
        ];
        return [{ action: `glue:${operation}`, resources: resources.map((one) => arn('glue', one)) }];
      }
      case 'AmazonSQS': {
        const queue = String(input.QueueUrl).split('/').at(-1) ?? '';
        return [{ action: `sqs:${operation.replace(/Batch$/, '')}`, resources: [arn('sqs', queue)] }];
      }
      case 'AmazonAthena': {
        if (operation === 'StartQueryExecution')
          this.workgroups.set(JSON.parse(answer.toString()).QueryExecutionId, input.WorkGroup);
        const workgroup = input.WorkGroup ?? this.workgroups.get(input.QueryExecutionId);
        return [{ action: `athena:${operation}`, resources: [arn('athena', `workgroup/${workgroup}`)] }];
      }
      default:
        return [];
    }
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html */
function s3Calls(method: string, url: URL, headers: IncomingMessage['headers']): Omit<Call, 'caller'>[] {
  const [bucket, ...rest] = decodeURIComponent(url.pathname.slice(1)).split('/');
  const key = rest.join('/');
  const { searchParams } = url;
  const bucketArn = `arn:aws:s3:::${bucket}`;
  const on = (action: string) => [{ action: `s3:${action}`, resources: [`${bucketArn}/${key}`] }];
  if (key === '') {
    if (method !== 'GET' || searchParams.get('list-type') !== '2') return [];
    const prefix = searchParams.get('prefix') ?? '';
    return [{ action: 's3:ListBucket', resources: [bucketArn], prefix }];
  }
  // No function of the reference app copies, writes in parts or reads a version: it would be seen as unknown.
  if (
    headers['x-amz-copy-source'] !== undefined ||
    searchParams.has('uploads') ||
    searchParams.has('versionId')
  )
    return [];
  const actions: { readonly [method: string]: string } = {
    GET: 'GetObject',
    HEAD: 'GetObject',
    PUT: 'PutObject',
    DELETE: 'DeleteObject',
  };
  return actions[method] === undefined ? [] : on(actions[method]);
}

/** Whether statements permit a call: on each of its resources one of them does, and none denies it. */
export function isPermitted(statements: readonly Statement[], call: Omit<Call, 'caller'>): boolean {
  return call.resources.every((resource) => {
    const matching = statements.filter(
      ({ Action, Resource, Condition = {} }) =>
        [Action].flat().some((pattern) => matches(pattern, call.action)) &&
        [Resource].flat().some((pattern) => matches(pattern, resource)) &&
        Object.entries(Condition).every(([operator, keys]) =>
          Object.entries(keys).every(
            ([name, patterns]) =>
              operator === 'StringLike' &&
              name === 's3:prefix' &&
              [patterns].flat().some((pattern) => matches(pattern, call.prefix ?? '')),
          ),
        ),
    );
    return matching.length > 0 && matching.every(({ Effect }) => Effect === 'Allow');
  });
}

function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

import { SignatureV4 } from '@smithy/signature-v4';
import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' };
export const REGION = 'eu-west-1';

interface Snapshot {
  readonly snapshot: string;
  state: string;
  readonly indices: string[];
  readonly start_time_in_millis: number;
  end_time_in_millis?: number;
  failures: { index: string; shard_id: number; reason: string }[];
  readonly shards: { total: number; failed: number; successful: number };
}

interface Repository {
  type: string;
  settings: Record<string, string>;
  readonly snapshots: Snapshot[];
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    reason: string,
  ) {
    super(reason);
  }
}

/** The snapshot API as OpenSearch's documentation and its sources have it, for requests that AWS would accept. */
export class FakeOpenSearch {
  /** Open indexes: name → documents. */
  readonly indexes = new Map<string, string[]>();
  readonly repositories = new Map<string, Repository>();
  readonly requests: { method: string; path: string; body?: any }[] = [];
  readonly badSignatures: string[] = [];
  /** What the next requests come to: `drop` hangs up after doing what was asked. */
  readonly troubles: ('answer' | 'drop' | { status: number; body: string })[] = [];
  /** Whether the bucket can be written to. */
  writable = true;
  now = Date.parse('2026-11-30T05:00:03Z');
  private readonly kept = new Map<Snapshot, Map<string, string[]>>();
  private server!: Server;

  async start(): Promise<string> {
    this.server = createServer((request, response) => {
      void this.answer(request).then((answer) => {
        if (answer === undefined) request.socket.destroy();
        else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
      });
    });
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  snapshots(repository = 'nightly'): Snapshot[] {
    return this.repositories.get(repository)?.snapshots ?? [];
  }

  /** The snapshots under way end. */
  finish(state: string, failures: Snapshot['failures'] = []): void {
    for (const snapshot of this.snapshots().filter((one) => one.state === 'IN_PROGRESS')) {
      Object.assign(snapshot, { state, failures, end_time_in_millis: this.now });
      snapshot.shards.failed = failures.length;
    }
  }

  private async answer(request: IncomingMessage): Promise<{ status: number; body: string } | undefined> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const text = Buffer.concat(parts).toString();
    const [method, url] = [request.method!, new URL(request.url!, 'http://fake')];
    if (!(await isSigned(request, url, text))) this.badSignatures.push(`${method} ${request.url}`);
    const body = text === '' ? undefined : JSON.parse(text);
    this.requests.push({ method, path: request.url!, body });
    const trouble = this.troubles.shift();
    if (typeof trouble === 'object') return trouble;
    let answer: { status: number; body: string };
    try {
      answer = { status: 200, body: JSON.stringify(this.route(method, url, body)) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status, type, message: reason } = error;
      const cause = { type, reason };
      answer = { status, body: JSON.stringify({ error: { root_cause: [cause], ...cause }, status }) };
    }
    return trouble === 'drop' ? undefined : answer;
  }

  private route(method: string, url: URL, body: any): object {
    const [, api, name, snapshot, action] = url.pathname.split('/');
    if (api !== '_snapshot') throw new Refusal(400, 'illegal_argument_exception', url.pathname);
    if (method === 'PUT' && snapshot === undefined) return this.register(name, body);
    const repository = this.repositories.get(name);
    if (repository === undefined) {
      throw new Refusal(404, 'repository_missing_exception', `[${name}] missing`);
    }
    if (method === 'GET' && snapshot === undefined) {
      return { [name]: { type: repository.type, settings: repository.settings } };
    }
    if (method === 'GET' && snapshot === '_all') return { snapshots: repository.snapshots };
    if (method === 'PUT') return this.create(repository, name, snapshot, body);
    const found = repository.snapshots.find((one) => one.snapshot === snapshot);
    if (found === undefined) {
      throw new Refusal(404, 'snapshot_missing_exception', `[${name}:${snapshot}] is missing`);
    }
    if (method === 'DELETE') {
      if (repository.snapshots.some(({ state }) => state === 'IN_PROGRESS')) throw busy(name, snapshot);
      repository.snapshots.splice(repository.snapshots.indexOf(found), 1);
      return { acknowledged: true };
    }
    if (method === 'POST' && action === '_restore') return this.restore(name, found, body);
    throw new Refusal(405, 'method_not_allowed', `${method} ${url.pathname}`);
  }

  private register(name: string, { type, settings }: Pick<Repository, 'type' | 'settings'>): object {
    if (!this.writable) {
      throw new Refusal(
        500,
        'repository_verification_exception',
        `[${name}] path is not accessible on master node`,
      );
    }
    const known = this.repositories.get(name);
    if (known === undefined) this.repositories.set(name, { type, settings, snapshots: [] });
    else Object.assign(known, { type, settings });
    return { acknowledged: true };
  }

  private create(repository: Repository, name: string, snapshot: string, body: any): object {
    if (snapshot !== snapshot.toLowerCase() || /[\s#,]|^_/.test(snapshot)) {
      throw new Refusal(400, 'invalid_snapshot_name_exception', `[${name}:${snapshot}] must be lowercase`);
    }
    if (repository.snapshots.some((one) => one.snapshot === snapshot)) {
      const reason = `[${name}:${snapshot}] Invalid snapshot name [${snapshot}], snapshot with the same name already exists`;
      throw new Refusal(400, 'invalid_snapshot_name_exception', reason);
    }
    if (repository.snapshots.some(({ state }) => state === 'IN_PROGRESS')) throw busy(name, snapshot);
    const indices = (body.indices as string).split(',').flatMap((pattern) => {
      const matching = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
      const names = [...this.indexes.keys()].filter((one) => matching.test(one));
      if (names.length === 0 && !pattern.includes('*')) {
        throw new Refusal(404, 'index_not_found_exception', `no such index [${pattern}]`);
      }
      return names;
    });
    const shards = { total: indices.length, failed: 0, successful: 0 };
    const made: Snapshot = {
      snapshot,
      state: 'IN_PROGRESS',
      indices,
      start_time_in_millis: this.now,
      failures: [],
      shards,
    };
    repository.snapshots.push(made);
    this.kept.set(made, new Map(indices.map((one) => [one, this.indexes.get(one)!])));
    return { accepted: true };
  }

  private restore(name: string, snapshot: Snapshot, body: any): object {
    const renamed = (body.indices as string).split(',').map((index) => ({
      index,
      as:
        body.rename_pattern === undefined
          ? index
          : index.replaceAll(
              new RegExp(body.rename_pattern as string, 'g'),
              body.rename_replacement as string,
            ),
    }));
    for (const { as } of renamed) {
      if (!this.indexes.has(as)) continue;
      const reason =
        `[${name}:${snapshot.snapshot}] cannot restore index [${as}] because an open index with same name already exists in ` +
        'the cluster. Either close or delete the existing index or restore the index under a different name';
      throw new Refusal(500, 'snapshot_restore_exception', reason);
    }
    const kept = this.kept.get(snapshot)!;
    for (const { index, as } of renamed) this.indexes.set(as, kept.get(index)!);
    return { accepted: true };
  }
}

function busy(name: string, snapshot: string): Refusal {
  return new Refusal(
    503,
    'concurrent_snapshot_execution_exception',
    `[${name}:${snapshot}] a snapshot is already running`,
  );
}

/** Signs the same request as AWS's own library does. */
async function isSigned(request: IncomingMessage, url: URL, body: string): Promise<boolean> {
  const signer = new SignatureV4({
    credentials: CREDENTIALS,
    region: REGION,
    service: 'es',
    sha256: Sha256 as never,
  });
  const time = String(request.headers['x-amz-date']).replace(
    /^(....)(..)(..)T(..)(..)(..)Z$/,
    '$1-$2-$3T$4:$5:$6Z',
  );
  const headers: Record<string, string> = { host: request.headers.host! };
  if (body !== '') headers['content-type'] = 'application/json';
  const signed = await signer.sign(
    {
      method: request.method!,
      protocol: 'http:',
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { ...headers, 'x-amz-content-sha256': request.headers['x-amz-content-sha256'] as string },
      body,
    },
    { signingDate: new Date(time) },
  );
  return request.headers.authorization === signed.headers.authorization;
}

class Sha256 {
  private readonly hash;

  constructor(secret?: string | Uint8Array) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
  }

  update(data: string | Uint8Array): void {
    this.hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }
}

import { SignatureV4 } from '@smithy/signature-v4';
import { createHash, createHmac } from 'node:crypto';
import { MemoryStore } from '../stores/memory-store';
import { serve } from '../stores/fakes';
import { compact } from '../../lambda/rows/compaction';
import { alterTable } from '../../lambda/tables/alter-table';
import { expireSnapshots } from '../../lambda/tables/expire-snapshots';
import { IcebergTable } from '../../lambda/tables/iceberg-table';
import { anonymous, bearer, clientCredentials } from '../../lambda/tables/rest/authorizations';
import { parseRestTable, RestCatalog, type RestAuthorization } from '../../lambda/tables/rest/rest-catalog';
import { signV4 } from '../../lambda/stores/signature-v4';
import { rollBack } from '../../lambda/tables/rollback';
import { AppendOutcome } from '../../lambda/tables/table';
import { CommitConflict, CommitStateUnknown } from '../../lambda/tables/table-catalog';
import { newTableMetadata } from '../../lambda/tables/table-metadata';
import { ingest, SCHEMA, UNPARTITIONED } from './fixtures/lanes';
import { FakeRestCatalog } from './fixtures/rest';
import { appendRows, rowsOf } from './fixtures/rows';

const AT = { catalog: 'https://catalog/api', warehouse: 'w', namespace: ['sales', 'e u'], table: 'orders/1' };
const LOCATION = 's3://lake/orders';
const DEFINITION = {
  location: LOCATION,
  schema: SCHEMA,
  partitionSpec: UNPARTITIONED,
  properties: { a: '1' },
};

const service = () => new FakeRestCatalog({ prefix: 'ws/1', warehouse: 'w', separator: '.' });
const catalogOf = (fake: FakeRestCatalog, authorization: RestAuthorization = anonymous()) =>
  new RestCatalog(AT, authorization, (url, request) => fake.answer(url.replace('/api', ''), request));
const open = async (catalog: RestCatalog, store = new MemoryStore()) => {
  const pacing = { sleep: async () => undefined, random: () => 0 };
  return new IcebergTable('rest', catalog, store, (await catalog.load())!, pacing);
};

test('a table is created, loaded and committed to under prefix and separator of the catalog', async () => {
  const fake = service();
  const catalog = catalogOf(fake);
  expect(await catalog.load()).toBeUndefined();
  const created = await catalog.create(newTableMetadata(DEFINITION));
  expect(created.metadata).toMatchObject({ location: LOCATION, properties: { a: '1' } });
  await expect(catalog.create(newTableMetadata(DEFINITION))).rejects.toThrow(CommitConflict);
  const table = await open(catalog);
  await ingest(table, table.store, { lane: 'a', first: 0, last: 4 });
  const { path, body } = fake.requests.at(-1)!;
  expect(path).toBe('/v1/ws/1/namespaces/sales.e%20u/tables/orders%2F1');
  expect(body.requirements).toContainEqual({
    type: 'assert-ref-snapshot-id',
    ref: 'main',
    'snapshot-id': null,
  });
  expect(body.updates.map((update: any) => update.action)).toEqual([
    'set-properties',
    'add-snapshot',
    'set-snapshot-ref',
  ]);
  // Not read again while nothing changed.
  const known = await catalog.load();
  expect(await catalog.load(known)).toBe(known);
});

test('everything this code does to a table, the catalog takes', async () => {
  const catalog = catalogOf(service());
  await catalog.create(
    newTableMetadata({ ...DEFINITION, sortOrder: [{ column: 'position', direction: 'desc' }] }),
  );
  const table = await open(catalog);
  for (let i = 0; i < 4; i++) await appendRows(table, [{ lane: 'a', position: i }]);
  const first = table.metadata.snapshots[0]['snapshot-id'];
  await alterTable(table, [
    { do: 'add', column: 'note', type: 'string' },
    { do: 'partition', by: [{ column: 'position', transform: 'bucket[2]' }] },
    { do: 'sort', by: [{ column: 'note', direction: 'asc' }] },
  ]);
  await appendRows(table, [{ lane: 'b', position: 9, note: 'x' }]);
  await compact(table, { minFiles: 2 });
  expect((await rowsOf(table)).map(({ position }) => Number(position)).sort()).toEqual([0, 1, 2, 3, 9]);
  await rollBack(table, first);
  expect(await rowsOf(await open(catalog, table.store as MemoryStore))).toHaveLength(1);
  await appendRows(table, [{ lane: 'c', position: 1 }]);
  const { expired } = await expireSnapshots(table, { olderThan: Date.now() + 1000, keepLast: 1 });
  expect(expired.length).toBeGreaterThan(3);
  expect(await rowsOf(await open(catalog, table.store as MemoryStore))).toHaveLength(2);
});

test.each([
  [409, CommitConflict],
  [429, CommitConflict],
  [500, CommitStateUnknown],
  [502, CommitStateUnknown],
  [503, CommitStateUnknown],
  [504, CommitStateUnknown],
])('HTTP %d to a commit is a %p', async (status, failure) => {
  const fake = service();
  let trouble = false;
  const catalog = new RestCatalog(AT, anonymous(), async (url, request) =>
    trouble
      ? new Response('{"error":{"type":"X","message":"m"}}', { status })
      : fake.answer(url.replace('/api', ''), request),
  );
  const version = await catalog.create(newTableMetadata(DEFINITION));
  trouble = true;
  await expect(catalog.commit(version, version.metadata)).rejects.toThrow(failure);
});

test('an answer that is lost, or a gateway that gives up after the commit, is found out', async () => {
  const fake = service();
  let lose: 'answer' | 'gateway' | undefined;
  const catalog = new RestCatalog(AT, anonymous(), async (url, request) => {
    const answer = await fake.answer(url.replace('/api', ''), request);
    if (request.method !== 'POST' || !lose) return answer;
    const how = lose;
    lose = undefined;
    if (how === 'answer') throw new TypeError('fetch failed');
    return new Response('<html>', { status: 504 });
  });
  await catalog.create(newTableMetadata(DEFINITION));
  const table = await open(catalog);
  for (const [i, how] of (['answer', 'gateway'] as const).entries()) {
    lose = how;
    const result = await table.append([], [{ lane: 'a', first: String(i), last: String(i) }]);
    expect(result).toMatchObject({ outcome: AppendOutcome.COMMITTED, attempts: 1 });
  }
  expect((await catalog.load())!.metadata.snapshots).toHaveLength(2);
});

test('64-bit snapshot ids stay as they are', async () => {
  const fake = service();
  const catalog = catalogOf(fake);
  const { metadata } = await catalog.create(newTableMetadata(DEFINITION));
  const id = 8_946_213_759_842_075_648n;
  const held = [...fake.tables.values()][0].metadata;
  held.snapshots.push({
    'snapshot-id': id,
    'timestamp-ms': Date.now(),
    'sequence-number': 1,
    'manifest-list': 'x',
    summary: {},
  });
  Object.assign(held, {
    'current-snapshot-id': id,
    'last-sequence-number': 1,
    refs: { main: { type: 'branch', 'snapshot-id': id } },
  });
  const loaded = (await catalog.load())!;
  expect(loaded.metadata['current-snapshot-id']).toBe(id);
  const { metadata: next } = await catalog.commit(loaded, { ...loaded.metadata, properties: { b: '2' } });
  expect(next.properties).toEqual({ b: '2' });
  expect(next['current-snapshot-id']).toBe(id);
  expect(metadata['current-snapshot-id']).toBeNull();
});

test('a change the protocol cannot say is refused before anything is sent', async () => {
  const catalog = catalogOf(service());
  const version = await catalog.create(newTableMetadata(DEFINITION));
  const next = { ...version.metadata, statistics: [{}] } as never;
  await expect(catalog.commit(version, next)).rejects.toThrow('takes no change of statistics');
});

test('what has an id is not changed nor removed, silently least of all', async () => {
  const catalog = catalogOf(service());
  const version = await catalog.create(newTableMetadata(DEFINITION));
  const { schemas, 'partition-specs': specs, 'sort-orders': orders } = version.metadata;
  const [first, ...rest] = schemas[0].fields;
  const changes = {
    schemas: [{ ...schemas[0], fields: [{ ...first, name: 'renamed' }, ...rest] }],
    'partition-specs': [{ ...specs[0], fields: [{ 'source-id': 1 }] }],
    'sort-orders': [{ ...orders[0], fields: [{ 'source-id': 1 }] }],
  };
  for (const [list, changed] of Object.entries(changes)) {
    for (const left of [changed, []]) {
      const next = { ...version.metadata, [list]: left } as never;
      await expect(catalog.commit(version, next)).rejects.toThrow(
        `A REST catalog adds ${list}, it changes and removes none`,
      );
    }
  }
  // The order of the keys of a schema says nothing.
  const reordered = Object.fromEntries(Object.entries(schemas[0]).reverse());
  const same = { ...version.metadata, schemas: [reordered], properties: { a: '2' } } as never;
  expect((await catalog.commit(version, same)).metadata.properties).toEqual({ a: '2' });
});

describe('who asks', () => {
  test('a token that is refused is exchanged anew, once', async () => {
    let issued = 0;
    const tokens = await serve((request, _url, body) => {
      const form = new URLSearchParams(body.toString());
      const right =
        request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') &&
        form.get('grant_type') === 'client_credentials' &&
        form.get('client_id') === 'me' &&
        form.get('client_secret') === 'a:secret' &&
        form.get('scope') === 'PRINCIPAL_ROLE:ALL';
      return right
        ? { status: 200, body: JSON.stringify({ access_token: `t${++issued}`, expires_in: 3600 }) }
        : { status: 400, body: 'invalid_client' };
    });
    const fake = new FakeRestCatalog({
      authorized: (headers) => headers.get('authorization') === 'Bearer t2',
    });
    const scope = 'PRINCIPAL_ROLE:ALL';
    const authorization = clientCredentials({ tokenUri: tokens.url, credential: 'me:a:secret', scope });
    expect(await catalogOf(fake, authorization).load()).toBeUndefined();
    expect(issued).toBe(2);
    const wrong = clientCredentials({ tokenUri: tokens.url, credential: 'me:b', scope });
    await expect(catalogOf(fake, wrong).load()).rejects.toThrow('gives no token: HTTP 400 invalid_client');
    await tokens.close();
  });

  test('a token that was given is not asked for again', async () => {
    const fake = new FakeRestCatalog({
      authorized: (headers) => headers.get('authorization') === 'Bearer t',
    });
    expect(await catalogOf(fake, bearer('t')).load()).toBeUndefined();
    await expect(catalogOf(fake, bearer('u')).load()).rejects.toThrow('HTTP 401: NotAuthorizedException');
  });

  test('a credential without a colon is refused, and not shown', () => {
    const given = { tokenUri: 'https://t', credential: 'hunter2', scope: 's' };
    expect(() => clientCredentials(given)).toThrow('<client id>:<client secret>');
    expect(() => clientCredentials(given)).not.toThrow('hunter2');
  });

  test.each([undefined, 'session'])(
    'requests to AWS are signed as the SDK signs them (token %s)',
    async (sessionToken) => {
      const credentials = {
        accessKeyId: 'AKIDEXAMPLE',
        secretAccessKey: 'wJalrXUtnFEMI/K7MDENG',
        sessionToken,
      };
      const url =
        "https://s3tables.eu-west-1.amazonaws.com/iceberg/v1/arn%3Aaws%3As3tables/namespaces/a%1Fb/tables/o'r?x=b%20c&a=%2F";
      const now = new Date('2026-11-21T05:00:00Z');
      const body = '{"ü":1}';
      const ours = signV4({ method: 'POST', url, body }, credentials, {
        region: 'eu-west-1',
        service: 's3tables',
        now,
      });
      const signer = new SignatureV4({
        credentials,
        region: 'eu-west-1',
        service: 's3tables',
        sha256: Sha256 as never,
      });
      const { hostname, pathname } = new URL(url);
      const signed = await signer.sign(
        {
          method: 'POST',
          protocol: 'https:',
          hostname,
          path: pathname,
          query: { x: 'b c', a: '/' },
          headers: { host: hostname, 'x-amz-content-sha256': ours['x-amz-content-sha256'] },
          body,
        },
        { signingDate: now },
      );
      expect(ours.authorization).toBe(signed.headers.authorization);
    },
  );
});

class Sha256 {
  private readonly hash;
  constructor(secret?: Uint8Array) {
    this.hash = secret ? createHmac('sha256', secret) : createHash('sha256');
  }
  update(data: string | Uint8Array): void {
    this.hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }
  reset(): void {}
}

test.each([
  'rest+https://catalog',
  'rest+https://catalog?table=t',
  'rest+https://catalog?namespace=n',
  'rest+https://catalog?namespace=&table=t',
  'rest://catalog?namespace=n&table=t',
])('%s is no table of a REST catalog', (uri) => {
  expect(() => parseRestTable(uri)).toThrow(`Received ${uri}`);
});

test('a URI says catalog, warehouse, namespace and table', () => {
  const warehouse = 'arn:aws:s3tables:eu-west-1:123456789012:bucket/lake';
  expect(
    parseRestTable(
      `rest+https://s3tables.eu-west-1.amazonaws.com/iceberg/?warehouse=${warehouse}&namespace=a&namespace=b&table=t`,
    ),
  ).toEqual({
    catalog: 'https://s3tables.eu-west-1.amazonaws.com/iceberg',
    warehouse,
    namespace: ['a', 'b'],
    table: 't',
  });
});

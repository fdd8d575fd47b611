import { TokenCache } from '../../lambda/stores/access-token';
import { AdlsStore } from '../../lambda/stores/adls-store';
import { managedIdentity } from '../../lambda/stores/azure-authorization';
import { GcsStore, machineAuthorization } from '../../lambda/stores/gcs-store';
import { ObjectExists, type ObjectStore } from '../../lambda/stores/object-store';
import { DirectoryCatalog } from '../../lambda/tables/directory-catalog';
import { IcebergTable } from '../../lambda/tables/iceberg-table';
import { newTableMetadata } from '../../lambda/tables/table-metadata';
import { ingest, recordsOf, SCHEMA, UNPARTITIONED, upTo } from '../tables/fixtures/lanes';
import { fakeBlobs, fakeGcs, serve, type FakeService } from './fakes';
import { objectStoreContract } from './object-store-contract';

const AT_ONCE = { sleep: async () => undefined };
const fixed = (token: string) => new TokenCache(async () => ({ token, expiresAt: Date.now() + 3_600_000 }));
const ADLS_ROOT = 'abfss://lake@account.dfs.core.windows.net';

/** What holds for every service that is reached over HTTP. */
function overHttp(open: () => { service: FakeService; store: ObjectStore; root: string }): void {
  objectStoreContract(async () => open());

  test('a service that is busy is asked again; what was written under a condition is not', async () => {
    const { service, store, root } = open();
    await store.put(`${root}/busy`, Buffer.from('1'));
    service.troubles.push(503, 500, 'drop');
    expect(Buffer.from(await store.get(`${root}/busy`)).toString()).toBe('1');
    service.troubles.push(503);
    await expect(store.put(`${root}/once`, Buffer.from('1'), { ifAbsent: true })).rejects.toThrow(/HTTP 503/);
    service.troubles.push('drop');
    await expect(store.put(`${root}/once`, Buffer.from('1'), { ifAbsent: true })).rejects.not.toThrow(
      ObjectExists,
    );
    // It arrived, the answer was lost.
    expect(await store.exists(`${root}/once`)).toBe(true);
    service.troubles.push(429);
    await store.put(`${root}/told-to-wait`, Buffer.from('1'), { ifAbsent: true });
  });

  test('a refusal says what was refused', async () => {
    const { service, store, root } = open();
    service.troubles.push(403);
    await expect(store.get(`${root}/x`)).rejects.toThrow(`Reading ${root}/x answered HTTP 403: trouble`);
    service.troubles.push(403);
    await expect(store.exists(`${root}/x`)).rejects.toThrow('HTTP 403');
  });

  test('a table lives in it: writers race by conditional puts, each record gets in once', async () => {
    const { store, root } = open();
    const location = `${root}/table`;
    const catalog = new DirectoryCatalog(store, location);
    const definition = { location, schema: SCHEMA, partitionSpec: UNPARTITIONED, properties: {} };
    await catalog.create(newTableMetadata(definition));
    const pacing = { ...AT_ONCE, random: Math.random };
    const openTable = async () => new IcebergTable(location, catalog, store, (await catalog.load())!, pacing);
    const writers = await Promise.all(Array.from({ length: 4 }, openTable));
    await Promise.all(
      writers.map(async (table, i) => {
        for (let first = 0; first < 9; first += 3)
          await ingest(table, store, { lane: i % 2 ? 'shared' : `own ${i}`, first, last: first + 2 });
      }),
    );
    const records = await recordsOf(await openTable(), store);
    expect(records).toEqual({ 'own 0': upTo(9), 'own 2': upTo(9), shared: upTo(9) });
  });
}

describe('Google Cloud Storage', () => {
  let service: FakeService;
  let store: ObjectStore;
  beforeAll(async () => {
    service = await fakeGcs('google');
    store = new GcsStore({ endpoint: service.url, authorization: fixed('google'), pacing: AT_ONCE });
  });
  afterAll(() => service.close());
  overHttp(() => ({ service, store, root: 'gs://lake' }));

  test('the machine is asked who it is, once', async () => {
    const machine = await serve((request) =>
      request.headers['metadata-flavor'] === 'Google'
        ? { status: 200, body: '{"access_token":"google","expires_in":3599,"token_type":"Bearer"}' }
        : { status: 403 },
    );
    const asked = new GcsStore({
      endpoint: service.url,
      authorization: machineAuthorization(machine.url),
      pacing: AT_ONCE,
    });
    await asked.put('gs://lake/machine', Buffer.from('x'));
    expect(await asked.exists('gs://lake/machine')).toBe(true);
    expect(machine.requests).toHaveLength(1);
    await machine.close();
  });

  test('a URI of another kind is refused', async () => {
    await expect(store.get('s3://lake/x')).rejects.toThrow('A GCS URI is gs://<bucket>/<name>');
  });
});

describe.each(['a token', 'a shared access signature'])('Azure Data Lake Storage with %s', (how) => {
  let service: FakeService;
  let store: ObjectStore;
  beforeAll(async () => {
    const bySignature = how !== 'a token';
    service = await fakeBlobs((request, url) =>
      bySignature
        ? url.searchParams.get('sig') === 'a+b/=' && request.headers.authorization === undefined
        : request.headers.authorization === 'Bearer azure',
    );
    store = new AdlsStore({
      endpointOf: () => service.url,
      pacing: AT_ONCE,
      ...(bySignature
        ? { sharedAccessSignature: '?sv=2021-12-02&sig=a%2Bb%2F%3D' }
        : { authorization: fixed('azure') }),
    });
  });
  afterAll(() => service.close());
  overHttp(() => ({ service, store, root: ADLS_ROOT }));

  test('a URI of another kind is refused', async () => {
    await expect(store.get('abfss://lake/x')).rejects.toThrow('An ADLS URI is abfss://<container>@<account>');
  });
});

test('a managed identity shows its secret and says what the token is for', async () => {
  const platform = await serve((request, url) =>
    request.headers['x-identity-header'] === 'secret' &&
    url.searchParams.get('resource') === 'https://storage.azure.com/' &&
    url.searchParams.get('client_id') === 'me'
      ? { status: 200, body: '{"access_token":"t","expires_in":"86399"}' }
      : { status: 400, body: 'no' },
  );
  const identity = { endpoint: platform.url, secret: 'secret', clientId: 'me' };
  expect(await managedIdentity(identity).header()).toBe('Bearer t');
  await expect(managedIdentity({ ...identity, secret: 'other' }).header()).rejects.toThrow(
    'The managed identity gives no token: HTTP 400 no',
  );
  await platform.close();
});

test('a token is renewed before it expires, and asked for once by many', async () => {
  let now = 0;
  let count = 0;
  const cache = new TokenCache(
    async () => ({ token: String(++count), expiresAt: now + 3_600_000 }),
    () => now,
  );
  expect(await cache.header()).toBe('Bearer 1');
  now = 3_300_001;
  expect(await Promise.all([cache.header(), cache.header()])).toEqual(['Bearer 2', 'Bearer 2']);
  cache.forget();
  expect(await cache.header()).toBe('Bearer 3');
});

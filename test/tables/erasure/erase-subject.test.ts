import { scryptSync } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { erase } from '../../../bin/erase-command';
import { compact } from '../../../lambda/rows/compaction';
import { eraseSubject, type ErasureRequest } from '../../../lambda/rows/erasure/erase-subject';
import { readRows } from '../../../lambda/rows/read-rows';
import { eraseVersions, type VersionErasure } from '../../../lambda/stores/version-erasure';
import type { ObjectVersion } from '../../../lambda/stores/object-history';
import { createOrEvolveTable } from '../../../lambda/tables/create-table';
import { DirectoryCatalog } from '../../../lambda/tables/directory-catalog';
import { IcebergTable } from '../../../lambda/tables/iceberg-table';
import { incrementalRead } from '../../../lambda/tables/incremental-read';
import { openTable } from '../../../lambda/tables/open-table';
import { dropRef, tagSnapshot } from '../../../lambda/tables/refs';
import { currentSnapshot, newTableMetadata } from '../../../lambda/tables/table-metadata';
import { quarantineSchema } from '../../../lib/contract/quarantine-schema';
import type { IcebergSchema } from '../../../lib/contract/iceberg-types';
import { MemoryStore } from '../../stores/memory-store';
import { Fault, FaultKind, FaultyStore, NO_FAULT } from '../fixtures/faults';
import { UNPARTITIONED } from '../fixtures/lanes';
import { appendRows, rowsOf } from '../fixtures/rows';

const SCHEMA: IcebergSchema = {
  type: 'struct',
  fields: [
    { id: 1, name: 'customer_id', required: false, type: 'long' },
    { id: 2, name: 'email', required: false, type: 'string' },
  ],
};
const BRONZE = 's3://lake/bronze/orders';
const AUDIT = 's3://audit/erasures';
const NOW = () => new Date('2027-01-01T00:00:00Z');
const row = (id: number) => ({ customer_id: BigInt(id), email: `c${id}@example.com` });

async function open(store: MemoryStore, fault = NO_FAULT(), uri = BRONZE): Promise<IcebergTable> {
  const faulty = new FaultyStore(store, fault);
  const catalog = new DirectoryCatalog(faulty, uri);
  return new IcebergTable(uri, catalog, faulty, (await catalog.load())!);
}

/** Customers 1 to 4 in commits of two; 3 twice. */
async function orders(store: MemoryStore, schema = SCHEMA, uri = BRONZE): Promise<IcebergTable> {
  const catalog = new DirectoryCatalog(store, uri);
  await catalog.create(
    newTableMetadata({ location: uri, schema, partitionSpec: UNPARTITIONED, properties: {} }),
  );
  return open(store, NO_FAULT(), uri);
}

async function filled(store: MemoryStore): Promise<IcebergTable> {
  const table = await orders(store);
  let position = 0;
  for (const ids of [[1, 2], [3], [3, 4], [1, 9]]) {
    const at = String(position++);
    await appendRows(table, ids.map(row), [{ lane: 'a', first: at, last: at }]);
  }
  return table;
}

const request = (more: Partial<ErasureRequest> = {}): ErasureRequest => ({
  id: 'r-1',
  requestedBy: 'dpo',
  subject: { column: 'customer_id', values: ['3'] },
  tables: [BRONZE],
  ...more,
});

const run = (store: MemoryStore, asked = request(), fault = NO_FAULT(), versions?: VersionErasure) =>
  eraseSubject(asked, {
    open: (uri) => open(store, fault, uri),
    versionsOf: async () => versions,
    audit: { store: new FaultyStore(store, fault), prefix: AUDIT },
    now: NOW,
  });

const ids = async (store: MemoryStore) =>
  (await rowsOf(await open(store))).map((one) => Number(one.customer_id)).sort();

const records = (store: MemoryStore) =>
  [...store.objects]
    .filter(([uri]) => uri.startsWith(AUDIT))
    .map(([, { bytes }]) => Buffer.from(bytes).toString());

/** Objects that hold a value of customer 3, whatever they are: data files by their rows, all others by their bytes. */
async function holdingSubject(store: MemoryStore): Promise<string[]> {
  const holding: string[] = [];
  for (const [uri, { bytes }] of store.objects) {
    if (uri.endsWith('.parquet')) {
      for await (const rows of readRows(uri, bytes, SCHEMA))
        if (rows.some(({ customer_id: id }) => Number(id) === 3)) holding.push(uri);
    } else if (Buffer.from(bytes).includes('c3@example')) holding.push(uri);
  }
  return holding;
}

test('rows, history, bounds and files of a subject go; others, positions and readers of increments stay', async () => {
  const store = new MemoryStore();
  const before = await filled(store);
  const seen = currentSnapshot(before.metadata)!['snapshot-id'];
  expect(await holdingSubject(store)).not.toEqual([]);
  const kept = new Set((await before.dataFiles()).map(({ filePath }) => filePath));
  const record = await run(store);
  expect(record.tables).toEqual([
    {
      table: BRONZE,
      state: 'erased',
      rows: 2,
      filesRewritten: 2,
      snapshotsExpired: 4,
      versionsRemoved: 0,
      verification: { current: 0, all: 0 },
    },
  ]);
  expect(record.complete).toBe(true);
  expect(await ids(store)).toEqual([1, 1, 2, 4, 9]);
  const table = await open(store);
  expect(table.position('a')).toBe('3');
  expect(currentSnapshot(table.metadata)!.summary).toMatchObject({
    operation: 'replace',
    'lakehouse.erased': '2',
    'total-records': '5',
  });
  expect(await incrementalRead(table, seen)).toMatchObject({ added: [], rewrites: [] });
  // The file that others have with a bound of c3 is rewritten too; no manifest keeps a value either.
  expect(await holdingSubject(store)).toEqual([]);
  // A file is left alone whose bounds exclude the subject; of 1 to 9 it has to be read, and stays as it was.
  expect((await table.dataFiles()).filter(({ filePath }) => kept.has(filePath))).toHaveLength(2);
});

test('the record tells everything but who: a hash with a salt', async () => {
  const store = new MemoryStore();
  await filled(store);
  const subject = { column: 'email', values: ['c3@example.com'] };
  const { subject: hashed } = await run(store, request({ subject }));
  const [text] = records(store);
  expect(text).not.toContain('c3@');
  expect(JSON.parse(text)).toMatchObject({
    request: 'r-1',
    requestedBy: 'dpo',
    finishedAt: '2027-01-01T00:00:00.000Z',
  });
  const [hash] = hashed.hashes;
  expect(scryptSync('c3@example.com', Buffer.from(hashed.salt, 'hex'), 32).toString('hex')).toBe(hash);
});

test('again it does nothing but tell so; a later event of the subject is new data', async () => {
  const store = new MemoryStore();
  const table = await filled(store);
  await run(store);
  const objects = [...store.objects.keys()].filter((uri) => !uri.startsWith(AUDIT));
  const again = await run(store, request({ id: 'r-2' }));
  expect(again.tables).toMatchObject([{ state: 'erased', rows: 0, snapshotsExpired: 0 }]);
  expect([...store.objects.keys()].filter((uri) => !uri.startsWith(AUDIT))).toEqual(objects);
  expect(records(store)).toHaveLength(2);
  await appendRows(table, [row(3)], [{ lane: 'a', first: '4', last: '4' }]);
  expect(await ids(store)).toEqual([1, 1, 2, 3, 4, 9]);
});

test('stopped or disturbed at any call, asked again it comes to the same end', async () => {
  const filledStore = new MemoryStore();
  await filled(filledStore);
  for (const kind of Object.values(FaultKind)) {
    for (let call = 1; ; call++) {
      const store = new MemoryStore();
      for (const [uri, object] of filledStore.objects) store.objects.set(uri, object);
      const fault = new Fault(call, kind);
      await run(store, request(), fault).catch(() => undefined);
      await fault.arriveLate();
      if (!fault.struck) {
        expect(call).toBeGreaterThan(40);
        break;
      }
      const record = await run(store);
      const table = await open(store);
      expect({
        call,
        kind,
        rows: record.tables[0].rows,
        complete: record.complete,
        ids: await ids(store),
        position: table.position('a'),
        snapshots: table.metadata.snapshots.length,
        holding: await holdingSubject(store),
      }).toEqual({
        call,
        kind,
        rows: 2,
        complete: true,
        ids: [1, 1, 2, 4, 9],
        position: '3',
        snapshots: 1,
        holding: [],
      });
    }
  }
});

test('others may append and compact meanwhile', async () => {
  const store = new MemoryStore();
  await filled(store);
  const put = store.put.bind(store);
  let busy = 0;
  jest.spyOn(store, 'put').mockImplementation(async (uri, ...rest) => {
    if (busy === 0 && /v\d+\.metadata\.json$/.test(uri)) {
      busy++;
      const other = await open(store);
      await appendRows(other, [row(7)], [{ lane: 'a', first: '4', last: '4' }]);
      await compact(other, { minFiles: 2 });
    }
    return put(uri, ...rest);
  });
  const record = await run(store);
  expect(record.tables).toMatchObject([{ state: 'erased', rows: 2 }]);
  expect(await ids(store)).toEqual([1, 1, 2, 4, 7, 9]);
});

test('a tag keeps what it names, and is told of until it is dropped', async () => {
  const store = new MemoryStore();
  const table = await filled(store);
  await tagSnapshot(table, { name: 'audited' });
  const held = await run(store);
  expect(held.complete).toBe(false);
  expect(held.tables).toMatchObject([
    { state: 'held', rows: 2, heldBy: ['audited'], verification: { current: 0, all: 2 } },
  ]);
  await table.refresh();
  await dropRef(table, 'audited');
  expect(await run(store)).toMatchObject({ complete: true, tables: [{ state: 'erased', rows: 2 }] });
  expect(await holdingSubject(store)).toEqual([]);
});

test('quarantine is searched in its records; tables without the column are skipped, of another type fail', async () => {
  const store = new MemoryStore();
  const quarantine = 's3://lake/quarantine/orders';
  const table = await orders(store, quarantineSchema(), quarantine);
  const payloads = [
    '{"customer_id":3,"x":1}',
    '{"after":[{"customer_id":"3"}]}',
    '{"customer_id":33}',
    '{"order":3}',
    '{"customer_id": 3, "cut',
    'customer_id=31',
  ];
  const rejected = payloads.map((payload, i) => ({
    _lane: 'a',
    _position: String(i),
    _arrived_at: 0n,
    payload: Buffer.from(payload),
    payload_encoding: 'bytes',
    reason_code: 'X',
    reason: 'x',
    contract_id: 'c',
    contract_version: '1',
    quarantined_at: 0n,
  }));
  await appendRows(table, rejected);
  const other = 's3://lake/gold/counts';
  await orders(
    store,
    { type: 'struct', fields: [{ id: 1, name: 'n', required: false, type: 'long' }] },
    other,
  );
  const masked = 's3://lake/silver/orders';
  const type = 'uuid';
  await orders(
    store,
    { type: 'struct', fields: [{ id: 1, name: 'customer_id', required: false, type }] },
    masked,
  );
  const { tables, complete } = await run(
    store,
    request({ tables: [quarantine, other, masked, 's3://lake/none'] }),
  );
  expect(tables.map(({ state, rows }) => [state, rows])).toEqual([
    ['erased', 3],
    ['skipped', undefined],
    ['failed', undefined],
    ['failed', undefined],
  ]);
  expect(tables[2].reason).toBe(
    `Error: Column "customer_id" of ${masked} is of type uuid, which none of the values given can be. ` +
      'Values can be given of: string, int, long, uuid, binary and fixed (in hexadecimal digits).',
  );
  expect(complete).toBe(false);
  const left = await rowsOf(await open(store, NO_FAULT(), quarantine));
  expect(left.map(({ payload }) => Buffer.from(payload as Uint8Array).toString())).toEqual([
    payloads[2],
    payloads[3],
    payloads[5],
  ]);
});

test('versions that nobody sees go; a locked one stays, named with its date, and so does the marker over it', async () => {
  const version = (key: string, versionId: string, more: Partial<ObjectVersion> = {}): ObjectVersion => ({
    uri: `s3://lake/t/${key}`,
    versionId,
    modifiedAt: 0,
    size: 1,
    isLatest: false,
    isDeleteMarker: false,
    ...more,
  });
  const marker = { isLatest: true, isDeleteMarker: true };
  const removed: string[] = [];
  const store: VersionErasure = {
    versions: async function* () {
      yield* [version('gone', 'm', marker), version('gone', 'v1')];
      yield version('live', 'v1', { isLatest: true });
      yield* [version('locked', 'm', marker), version('locked', 'v1')];
    },
    remove: async ({ uri, versionId }) => {
      if (uri.endsWith('locked')) throw Object.assign(new Error('Access Denied'), { name: 'AccessDenied' });
      removed.push(`${uri} ${versionId}`);
    },
    lockOf: async () => ({ until: '2028-01-01T00:00:00.000Z', legalHold: false }),
  };
  const held = {
    uri: 's3://lake/t/locked',
    versionId: 'v1',
    until: '2028-01-01T00:00:00.000Z',
    legalHold: false,
    error: 'AccessDenied: Access Denied',
  };
  expect(await eraseVersions(store, ['s3://lake/t', undefined])).toEqual({ removed: 1, held: [held] });
  expect(removed).toEqual(['s3://lake/t/gone v1', 's3://lake/t/gone m']);
  const lake = new MemoryStore();
  await filled(lake);
  expect(await run(lake, request(), NO_FAULT(), store)).toMatchObject({
    complete: false,
    tables: [{ state: 'held', rows: 2, locked: [held], verification: { current: 0, all: 0 } }],
  });
});

describe('the command', () => {
  let out: string;
  beforeEach(() => (out = mkdtempSync(join(tmpdir(), 'erase-'))));
  afterEach(() => rmSync(out, { recursive: true }));

  test('counts in a dry run, then erases and leaves a record', async () => {
    const uri = `file://${out}/bronze/orders`;
    const { table } = await createOrEvolveTable(uri, { schema: SCHEMA, partitionSpec: UNPARTITIONED });
    await appendRows(table, [row(3), row(4)]);
    const written = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    const args = ['--out', out, '--column', 'customer_id', '--value', '3', '--request', 'r-1'];
    await erase([...args, '--dry-run']);
    expect(await rowsOf(await openTable(uri))).toHaveLength(2);
    expect(readdirSync(out)).not.toContain('erasures');
    await erase(args);
    const said = written.mock.calls.map(([text]) => String(text));
    written.mockRestore();
    expect(said[0]).toMatch(/found +1 .*\n\nNothing was changed\.\n$/);
    expect(said[1]).toMatch(/erased +1 +1 +1 +0 +0\n\nRequest r-1\n$/);
    expect(await rowsOf(await openTable(uri))).toHaveLength(1);
    const [name] = readdirSync(join(out, 'erasures', 'r-1'));
    expect(JSON.parse(readFileSync(join(out, 'erasures', 'r-1', name), 'utf8'))).toMatchObject({
      complete: true,
    });
  });

  test.each([
    [['--column', 'a', '--value', '1'], 'erase needs either --out DIR or --table URI, which may be repeated'],
    [
      ['--table', 's3://a/b', '--column', 'a', '--value', '1'],
      'erase of --table needs --audit URI, where the record of it goes',
    ],
    [['--out', '.', '--column', 'a'], 'erase needs --column NAME and --value VALUE, which may be repeated'],
    [
      ['--out', '/nowhere', '--column', 'a', '--value', '1'],
      '--out /nowhere holds no tables, DIR/<zone>/<table>.',
    ],
  ])('refused: %j', async (args, message) => {
    await expect(erase(args)).rejects.toThrow(message);
  });
});

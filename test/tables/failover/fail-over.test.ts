import { compact } from '../../../lambda/rows/compaction';
import { DirectoryCatalog } from '../../../lambda/tables/directory-catalog';
import { failOver, FailoverState, type FailoverTable } from '../../../lambda/tables/failover/fail-over';
import { GlueCatalog } from '../../../lambda/tables/glue-catalog';
import { IcebergTable } from '../../../lambda/tables/iceberg-table';
import { rollBack } from '../../../lambda/tables/rollback';
import { tagSnapshot } from '../../../lambda/tables/refs';
import type { Snapshot } from '../../../lambda/tables/snapshot';
import { TableFiles } from '../../../lambda/tables/table-files';
import type { TableCatalog } from '../../../lambda/tables/table-catalog';
import { currentSnapshot, newTableMetadata } from '../../../lambda/tables/table-metadata';
import { Random, seeds } from '../../random';
import { MemoryStore } from '../../stores/memory-store';
import { Fault, FaultKind, FaultyStore, NO_FAULT, faultyGlue } from '../fixtures/faults';
import { FakeGlue } from '../fixtures/glue';
import { ingest, recordsOf, SCHEMA, UNPARTITIONED, upTo, type Batch } from '../fixtures/lanes';
import { appendRows } from '../fixtures/rows';
import { ReplicatedStore } from './replication';

const SOURCE = 's3://lake/orders';
const COPY = 's3://replica/orders';
const toCopy = (uri: string) => uri.replace(SOURCE, COPY);
const NOW = () => Date.parse('2027-01-01T00:00:00Z');

/** A table at its source, written to by batches of two lanes. */
async function source(store: MemoryStore, batches: number): Promise<IcebergTable> {
  const catalog = new DirectoryCatalog(store, SOURCE);
  const definition = { location: SOURCE, schema: SCHEMA, partitionSpec: UNPARTITIONED, properties: {} };
  const table = new IcebergTable(SOURCE, catalog, store, await catalog.create(newTableMetadata(definition)));
  for (let i = 0; i < batches; i++) await ingest(table, store, batch(i));
  return table;
}

const batch = (i: number): Batch => ({
  lane: i % 2 ? 'a' : 'b',
  first: 3 * (i >> 1),
  last: 3 * (i >> 1) + 2,
});

/** Where the copy is to be opened: in its directory, or by a Glue table. */
const CATALOGS = {
  directory: (store: MemoryStore) => (fault: Fault) =>
    new DirectoryCatalog(new FaultyStore(store, fault), COPY),
  Glue: (store: MemoryStore) => {
    const glue = new FakeGlue();
    return (fault: Fault) =>
      new GlueCatalog(faultyGlue(glue, fault), 'lake', 'orders', async () => new FaultyStore(store, fault));
  },
};

const tableAt = (
  store: MemoryStore,
  catalog: (fault: Fault) => TableCatalog,
  fault = NO_FAULT(),
): FailoverTable => ({
  uri: 'test://orders',
  catalog: catalog(fault),
  location: COPY,
  store: new FaultyStore(store, fault),
});

async function open(store: MemoryStore, catalog: TableCatalog): Promise<IcebergTable> {
  return new IcebergTable('test://orders', catalog, store, (await catalog.load())!);
}

const everything = (store: MemoryStore) => {
  const replica = new MemoryStore();
  for (const [uri, object] of store.objects) replica.objects.set(toCopy(uri), object);
  return replica;
};

describe.each(Object.entries(CATALOGS))('a table in a %s', (_, catalogOf) => {
  test('is brought up with all that arrived, and goes on from there', async () => {
    const store = new MemoryStore();
    const before = await source(store, 6);
    await tagSnapshot(before, { name: 'audited', snapshotId: before.metadata.snapshots[2]['snapshot-id'] });
    const replica = everything(store);
    const catalog = catalogOf(replica);
    const [report] = await failOver([tableAt(replica, catalog)], { now: NOW });
    expect(report).toEqual({
      table: 'test://orders',
      state: FailoverState.BROUGHT_UP,
      from: SOURCE,
      rows: 18,
      asOf: new Date(currentSnapshot(before.metadata)!['timestamp-ms']).toISOString(),
      snapshotId: String(before.metadata['current-snapshot-id']),
      filesWritten: 12,
    });
    const table = await open(replica, catalog(NO_FAULT()));
    expect(table.location).toBe(COPY);
    expect(table.property('lakehouse.relocated')).toBe(
      JSON.stringify({ from: SOURCE, at: '2027-01-01T00:00:00.000Z' }),
    );
    expect(await recordsOf(table, replica)).toEqual({ a: upTo(9), b: upTo(9) });
    expect(table.positions()).toEqual(before.positions());
    // Looking back works, by id and by name.
    expect(await table.dataFiles(table.snapshotOf('audited'))).toHaveLength(3);
    for (let i = 4; i < 8; i++) await ingest(table, replica, batch(i));
    expect(await recordsOf(table, replica)).toEqual({ a: upTo(12), b: upTo(12) });
    await rollBack(table, table.metadata.snapshots[1]['snapshot-id']);
    expect(await recordsOf(table, replica)).toEqual({ a: upTo(3), b: upTo(3) });
  });

  test('names nothing at its source, but for the property that tells of it', async () => {
    const store = new MemoryStore();
    await source(store, 5);
    const replica = everything(store);
    const catalog = catalogOf(replica);
    await failOver([tableAt(replica, catalog)]);
    const table = await open(replica, catalog(NO_FAULT()));
    const named = (await Promise.all(table.metadata.snapshots.map((one) => filesOf(table, one)))).flat();
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((uri) => !uri.startsWith(`${COPY}/`) || !replica.objects.has(uri))).toEqual([]);
    const text = Buffer.from(await replica.get(table.metadataLocation)).toString();
    expect(text.split(SOURCE)).toHaveLength(2);
  });

  test('holds, whatever arrived, each record up to its positions once; the source delivering again brings the rest', async () => {
    for (const seed of seeds(25)) {
      const random = new Random(seed);
      const store = new ReplicatedStore();
      const commits = random.integer(1, 9);
      const before = await source(store, commits);
      const replica = store.arrived(random, toCopy);
      const catalog = catalogOf(replica);
      const [report] = await failOver([tableAt(replica, catalog)]);
      if (report.state === FailoverState.FAILED) {
        expect({ seed, failure: report.failure }).toEqual({
          seed,
          failure: `${COPY}: nothing of it has arrived that could be restored: no metadata whose files are all there.`,
        });
        expect([...replica.objects.keys()].some((uri) => uri.endsWith('v1.metadata.json'))).toBe(false);
        continue;
      }
      const table = await open(replica, catalog(NO_FAULT()));
      const held = await recordsOf(table, replica);
      for (const records of Object.values(held))
        expect({ seed, records }).toEqual({ seed, records: upTo(records.length) });
      // The newest that is whole, by the plain way to find it.
      const whole: Snapshot[] = [];
      for (const one of before.metadata.snapshots) if (await isWhole(replica, before, one)) whole.push(one);
      const known = whole.filter((one) => versionNaming(replica, one['snapshot-id']));
      expect({ seed, snapshot: report.snapshotId }).toEqual({
        seed,
        snapshot: known.at(-1) && String(known.at(-1)!['snapshot-id']),
      });
      for (let i = 0; i < commits; i++) await ingest(table, replica, batch(i));
      expect({ seed, records: await recordsOf(table, replica) }).toEqual({
        seed,
        records: await recordsOf(before, store),
      });
    }
  });

  test('is brought up once, whatever strikes, when asked again', async () => {
    const store = new MemoryStore();
    await source(store, 4);
    const started = everything(store);
    for (const kind of Object.values(FaultKind)) {
      for (let call = 1; ; call++) {
        const replica = new MemoryStore();
        for (const [uri, object] of started.objects) replica.objects.set(uri, object);
        const catalog = catalogOf(replica);
        const fault = new Fault(call, kind);
        const [struck] = await failOver([tableAt(replica, catalog, fault)]);
        await fault.arriveLate();
        if (!fault.struck) {
          expect(struck.state).toBe(FailoverState.BROUGHT_UP);
          expect(call).toBeGreaterThan(10);
          break;
        }
        const [report] = await failOver([tableAt(replica, catalog)]);
        expect({ call, kind, failure: report.failure }).toEqual({ call, kind, failure: undefined });
        const table = await open(replica, catalog(NO_FAULT()));
        expect({ call, kind, records: await recordsOf(table, replica) }).toEqual({
          call,
          kind,
          records: { a: upTo(6), b: upTo(6) },
        });
        // Asked once more after it was written to, it keeps what was written.
        await ingest(table, replica, batch(4));
        const [again] = await failOver([tableAt(replica, catalog)]);
        expect(again).toMatchObject({ state: FailoverState.WAS_UP, rows: 15, from: SOURCE });
      }
    }
  });
});

test('a dry run tells what would be restored and lost, and changes nothing', async () => {
  const store = new MemoryStore();
  const before = await source(store, 4);
  const replica = everything(store);
  const lastFile = [...replica.objects.keys()].filter((uri) => uri.includes('/data/')).at(-1)!;
  replica.objects.delete(lastFile);
  const objects = [...replica.objects.keys()];
  const [report] = await failOver([tableAt(replica, CATALOGS.directory(replica))], { dryRun: true });
  const [restored, last] = before.metadata.snapshots.slice(-2);
  expect(report).toEqual({
    table: 'test://orders',
    state: FailoverState.BROUGHT_UP,
    from: SOURCE,
    rows: 9,
    asOf: new Date(restored['timestamp-ms']).toISOString(),
    snapshotId: String(restored['snapshot-id']),
    lost: { snapshots: 1, rows: 3, until: new Date(last['timestamp-ms']).toISOString() },
    filesWritten: 0,
  });
  expect([...replica.objects.keys()]).toEqual(objects);
});

test('takes the place of an empty table of the catalog, and of no other', async () => {
  const store = new MemoryStore();
  await source(store, 2);
  const replica = everything(store);
  const glue = new FakeGlue();
  const catalog = new GlueCatalog(glue, 'lake', 'orders', async () => replica);
  const standby = newTableMetadata({
    location: COPY,
    schema: SCHEMA,
    partitionSpec: UNPARTITIONED,
    properties: {},
  });
  const version = await catalog.create(standby);
  const table = { uri: 'glue://lake/orders', catalog, location: COPY, store: replica };
  expect(await failOver([table])).toMatchObject([{ state: FailoverState.BROUGHT_UP, rows: 6 }]);
  expect(glue.tables.get('orders')!.Parameters!.previous_metadata_location).toBe(version.metadataLocation);

  const other = new FakeGlue();
  const used = new GlueCatalog(other, 'lake', 'orders', async () => replica);
  await used.create(standby);
  const own = new IcebergTable('glue://lake/orders', used, replica, (await used.load())!);
  await ingest(own, replica, batch(0));
  expect(await failOver([{ ...table, catalog: used }])).toEqual([
    {
      table: 'glue://lake/orders',
      state: FailoverState.FAILED,
      failure:
        'glue://lake/orders has rows of its own (1 snapshots): bringing the replica up would hide them. ' +
        'Give a table that is empty, or that does not exist.',
    },
  ]);
});

test('copies that come after a table was brought up do not hide it: nothing is done, and said', async () => {
  const store = new MemoryStore();
  const before = await source(store, 2);
  const replica = everything(store);
  const at = tableAt(replica, CATALOGS.directory(replica));
  await failOver([at]);
  const table = await open(replica, at.catalog);
  await ingest(table, replica, batch(2));
  // Somebody forgot to stop the source and its replication.
  for (let i = 2; i < 8; i++) await ingest(before, store, batch(i));
  for (const [uri, object] of store.objects)
    if (!replica.objects.has(toCopy(uri))) replica.objects.set(toCopy(uri), object);
  expect(await failOver([tableAt(replica, CATALOGS.directory(replica))])).toEqual([
    {
      table: 'test://orders',
      state: FailoverState.FAILED,
      failure:
        `${COPY} was brought up before, and metadata of ${SOURCE} has arrived in it since. ` +
        'Stop the replication, delete the metadata files that name the other location and are newer, and call again.',
    },
  ]);
});

test('the way back: copies of a table that was brought up from here are brought up here', async () => {
  const store = new MemoryStore();
  await source(store, 2);
  const replica = everything(store);
  const there = tableAt(replica, CATALOGS.directory(replica));
  await failOver([there]);
  await ingest(await open(replica, there.catalog), replica, batch(2));
  // All that was written there is copied here; the old files are still there.
  for (const [uri, object] of replica.objects) store.objects.set(uri.replace(COPY, SOURCE), object);
  const here = { uri: SOURCE, catalog: new DirectoryCatalog(store, SOURCE), location: SOURCE, store };
  expect(await failOver([here])).toMatchObject([{ state: FailoverState.BROUGHT_UP, from: COPY, rows: 9 }]);
  const table = await open(store, here.catalog);
  await ingest(table, store, batch(3));
  expect(await recordsOf(table, store)).toEqual({ a: upTo(6), b: upTo(6) });
});

test('a compacted table comes up with files that were removed left out', async () => {
  const store = new MemoryStore();
  const catalog = new DirectoryCatalog(store, SOURCE);
  const definition = { location: SOURCE, schema: SCHEMA, partitionSpec: UNPARTITIONED, properties: {} };
  const before = new IcebergTable(SOURCE, catalog, store, await catalog.create(newTableMetadata(definition)));
  for (let i = 0; i < 4; i++) await appendRows(before, [{ lane: 'a', position: BigInt(i) }]);
  await compact(before, { minFiles: 2 });
  const live = new Set((await before.dataFiles()).map(({ filePath }) => filePath));
  const replica = everything(store);
  // Expired at the source, and never copied: history begins with the compaction.
  for (const uri of replica.objects.keys()) {
    const original = uri.replace(COPY, SOURCE);
    if (uri.includes('/data/') && !live.has(original)) replica.objects.delete(uri);
  }
  const table = tableAt(replica, CATALOGS.directory(replica));
  expect(await failOver([table])).toMatchObject([{ state: FailoverState.BROUGHT_UP, rows: 4 }]);
  const copy = await open(replica, table.catalog);
  expect(copy.metadata.snapshots).toHaveLength(1);
  expect(await copy.dataFiles()).toHaveLength(1);
});

/** Whether a snapshot's list, its manifests and its files are in the replica. */
async function isWhole(replica: MemoryStore, table: IcebergTable, snapshot: Snapshot): Promise<boolean> {
  return (await filesOf(table, snapshot)).every((uri) => replica.objects.has(toCopy(uri)));
}

/** All that a snapshot names. */
async function filesOf({ store, metadata }: IcebergTable, snapshot: Snapshot): Promise<string[]> {
  const files = new TableFiles(store, metadata);
  const manifests = await files.manifests(snapshot);
  const live = await files.live(snapshot);
  return [
    snapshot['manifest-list'],
    ...manifests.map((manifest) => manifest.manifest_path),
    ...live.map(({ filePath }) => filePath),
  ];
}

function versionNaming(replica: MemoryStore, snapshot: unknown): boolean {
  return [...replica.objects].some(
    ([uri, { bytes }]) =>
      uri.endsWith('.metadata.json') && Buffer.from(bytes).includes(`"snapshot-id":${String(snapshot)},`),
  );
}

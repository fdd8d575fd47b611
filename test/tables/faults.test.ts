import { readManifestList } from '../../lambda/tables/manifest-list';
import { Fault, FaultKind } from './fixtures/faults';
import { ingest, recordsOf, upTo } from './fixtures/lanes';
import { CATALOGS, newWorld, type World } from './fixtures/worlds';

/** Merging and dropping old metadata at every commit, so that their calls are struck too. */
const BUSY = {
  'commit.manifest.min-count-to-merge': '2',
  'write.metadata.previous-versions-max': '1',
  'write.metadata.delete-after-commit.enabled': 'true',
};

interface Scenario {
  readonly properties: Record<string, string>;
  /** What others commit after the writer has opened the table, so that its first attempt conflicts. */
  readonly meanwhile: { lane: string; first: number; last: number }[];
}

const SCENARIOS: Record<string, Scenario> = {
  'a writer alone': { properties: {}, meanwhile: [] },
  'a writer alone, merging': { properties: BUSY, meanwhile: [] },
  'another lane came first': { properties: BUSY, meanwhile: [{ lane: 'b', first: 0, last: 4 }] },
  'half of the batch came first': { properties: {}, meanwhile: [{ lane: 'a', first: 10, last: 14 }] },
  'all of the batch came first': { properties: {}, meanwhile: [{ lane: 'a', first: 10, last: 19 }] },
};

const BATCH = { lane: 'a', first: 10, last: 19 };
let schedules = 0;

describe.each(Object.keys(CATALOGS))('%s catalog', (catalog) => {
  describe.each(Object.keys(SCENARIOS))('%s', (name) => {
    test.each(Object.values(FaultKind))('%s, at every call', async (kind) => {
      for (let call = 1; ; call++) {
        const { struck } = await run(catalog, SCENARIOS[name], new Fault(call, kind, 1 + (call % 4)));
        if (!struck) break;
        schedules++;
      }
    });
  });
});

test('every call of every scenario was struck: hundreds of schedules', () => {
  expect(schedules).toBeGreaterThan(500);
});

async function run(catalog: string, scenario: Scenario, fault: Fault): Promise<Fault> {
  const world = await newWorld(CATALOGS[catalog], scenario.properties);
  const before = await world.open();
  await ingest(before.table, before.store, { lane: 'a', first: 0, last: 4 });
  await ingest(before.table, before.store, { lane: 'a', first: 5, last: 9 });

  const writer = await world.open(fault).catch(() => undefined);
  for (const batch of scenario.meanwhile) await ingest(before.table, before.store, batch);
  // A writer that died or gave up has promised nothing; the source delivers its batch again.
  const outcome = await (writer && ingest(writer.table, writer.store, BATCH).catch(() => undefined));
  if (outcome !== undefined) {
    expect((await recordsOf((await world.open()).table, world.store)).a).toEqual(upTo(20));
  }

  const successor = await world.open();
  // A request that was still under way gets in between what the successor read and what it will write.
  await fault.arriveLate();
  await ingest(successor.table, successor.store, BATCH);
  await ingest(successor.table, successor.store, { lane: 'b', first: 0, last: 4 });
  // A second replay, by a writer that saw none of this.
  await ingest(before.table, before.store, BATCH);

  const { table } = await world.open();
  expect(await recordsOf(table, world.store)).toEqual({ a: upTo(20), b: upTo(5) });
  await expectEveryFilePresent(world);
  return fault;
}

/** Cleaning up after a lost race must not take a file that any snapshot names. */
async function expectEveryFilePresent(world: World): Promise<void> {
  const { table } = await world.open();
  const missing: string[] = [];
  for (const snapshot of table.metadata.snapshots) {
    const list = world.store.objects.get(snapshot['manifest-list']);
    if (!list) missing.push(snapshot['manifest-list']);
    for (const { manifest_path } of list ? readManifestList(list.bytes) : []) {
      if (!world.store.objects.has(manifest_path)) missing.push(manifest_path);
    }
  }
  expect(missing).toEqual([]);
}

import fc from 'fast-check';
import { successor } from '../../lambda/tables/metadata-update';
import { DirectoryCatalog } from '../../lambda/tables/directory-catalog';
import { AppendOutcome } from '../../lambda/tables/table';
import type { TableMetadata } from '../../lambda/tables/table-metadata';
import type { Long } from '../../lambda/tables/json';
import { Fault, FaultKind, FaultyStore } from './fixtures/faults';
import { ingest, recordsOf, writeBatch } from './fixtures/lanes';
import { CATALOGS, LOCATION, newWorld, type World, type Writer } from './fixtures/worlds';

const LANES = ['a', 'b'];
const WRITERS = 3;

const writer = fc.nat(WRITERS - 1);
const lane = fc.nat(LANES.length - 1);
const back = fc.nat(6);
const size = fc.integer({ min: 1, max: 6 });
const STEPS = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('deliver' as const), writer, lane, back, size }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('fail' as const),
        lane,
        back,
        size,
        call: fc.integer({ min: 1, max: 16 }),
        kind: fc.constantFrom(...Object.values(FaultKind)),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('append without positions' as const), writer, size }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('roll back' as const),
        snapshots: fc.integer({ min: 1, max: 3 }),
      }),
    },
  ),
  { minLength: 1, maxLength: 25 },
);

/** What the table must hold: records of each lane, and how often the plain appends were done. */
interface Model {
  lanes: Record<string, number>;
  plain: number;
}

/**
 * Deliveries reach back over what was delivered before (replays, overlaps, halves of a failed batch) by writers whose
 * state is old, with faults and with another engine that takes snapshots back. After each step table and model agree.
 */
test.each(['directory', 'Glue'])('the table agrees with a model of it: %s', async (catalog) => {
  await fc.assert(
    fc.asyncProperty(STEPS, async (steps) => {
      const world = await newWorld(CATALOGS[catalog], { 'commit.manifest.min-count-to-merge': '3' });
      const writers = await Promise.all(Array.from({ length: WRITERS }, () => world.open()));
      let model: Model = { lanes: { a: 0, b: 0 }, plain: 0 };
      const history = new Map<Long | undefined, Model>([[undefined, model]]);

      for (const step of steps) {
        if (step.do === 'roll back') {
          if (catalog !== 'directory') continue;
          model = history.get(await rollBack(world, step.snapshots, history))!;
        } else if (step.do === 'append without positions') {
          await appendPlainly(writers[step.writer], step.size);
          model = { ...model, plain: model.plain + step.size };
        } else {
          const name = LANES[step.lane];
          const first = Math.max(0, model.lanes[name] - step.back);
          const batch = { lane: name, first, last: first + step.size - 1 };
          const delivered = Math.max(model.lanes[name], batch.last + 1);
          if (step.do === 'deliver') {
            await ingest(writers[step.writer].table, writers[step.writer].store, batch);
          } else {
            const fault = new Fault(step.call, step.kind);
            const failing = await world.open(fault).catch(() => undefined);
            await (failing && ingest(failing.table, failing.store, batch).catch(() => undefined));
            // The service delivers the two halves instead, and the late request gets in between them.
            const middle = Math.floor((batch.first + batch.last) / 2);
            const next = await world.open();
            await ingest(next.table, next.store, { ...batch, last: middle });
            await fault.arriveLate();
            if (middle < batch.last) await ingest(next.table, next.store, { ...batch, first: middle + 1 });
          }
          model = { ...model, lanes: { ...model.lanes, [name]: delivered } };
        }
        const { table } = await world.open();
        expect(await contentOf(world)).toEqual(model);
        history.set(currentId(table.metadata), model);
      }
    }),
    { numRuns: 60 },
  );
});

function currentId(metadata: { 'current-snapshot-id'?: Long | null }): Long | undefined {
  const id = metadata['current-snapshot-id'];
  return id == null || id === -1 ? undefined : id;
}

/** Each record once, in order and without a gap, is its lane's length; anything else shows as what it is. */
async function contentOf(world: World): Promise<unknown> {
  const { table } = await world.open();
  const { plain = [], ...records } = await recordsOf(table, world.store);
  const lanes = Object.fromEntries(
    LANES.map((name) => {
      const found = records[name] ?? [];
      return [name, found.every((record, index) => record === index) ? found.length : found];
    }),
  );
  return { lanes, plain: plain.length };
}

async function appendPlainly({ table, store }: Writer, count: number): Promise<void> {
  const file = await writeBatch(table, store, { lane: 'plain', first: 0, last: count - 1 });
  expect((await table.append([file], [])).outcome).toBe(AppendOutcome.COMMITTED);
}

/** As an engine does it that knows nothing of positions: the current snapshot becomes an older one. */
async function rollBack(
  world: World,
  count: number,
  known: ReadonlyMap<Long | undefined, Model>,
): Promise<Long | undefined> {
  const catalog = new DirectoryCatalog(new FaultyStore(world.store, new Fault(0, FaultKind.LATE)), LOCATION);
  const base = (await catalog.load())!;
  const { metadata } = base;
  let id = currentId(metadata);
  // To the end of a step: what the table held between two deliveries of one step, the model does not know.
  for (let left = count; id !== undefined && left > 0; left -= known.has(id) ? 1 : 0) {
    id =
      metadata.snapshots.find((snapshot) => snapshot['snapshot-id'] === id)?.['parent-snapshot-id'] ??
      undefined;
  }
  const refs: TableMetadata['refs'] = id === undefined ? {} : { main: { type: 'branch', 'snapshot-id': id } };
  await catalog.commit(base, successor(base, { 'current-snapshot-id': id ?? -1, refs }));
  return id;
}

import { REAL_PACING } from '../../lambda/tables/table-state';
import { Random } from '../random';
import { Fault, FaultKind } from './fixtures/faults';
import { ingest, recordsOf, upTo } from './fixtures/lanes';
import { CATALOGS, newWorld } from './fixtures/worlds';

/** 500 at once, say: `LAKEHOUSE_WRITERS=500 npx jest test/tables/many-writers.test.ts`; it takes minutes. */
const WRITERS = Number(process.env.LAKEHOUSE_WRITERS ?? 64);
const ON_DEMAND_MINUTES = 60;
const WITH_OWN_LANE = WRITERS * 0.75;
const KINDS = Object.values(FaultKind);
const laneOf = (writer: number) => (writer < WITH_OWN_LANE ? `own ${writer}` : `shared ${writer % 4}`);

test.each(Object.keys(CATALOGS))(
  `${WRITERS} writers at once on the %s catalog, some on the same lanes, some dying: each record gets in once`,
  async (catalog) => {
    const random = new Random(64);
    const properties = { 'commit.retry.num-retries': '10000' };
    // Waits are counted in turns of the event loop, so that writers part as they do over time, in no time.
    const turns = async (milliseconds: number) => {
      for (let i = 0; i < milliseconds; i += 10) await new Promise((resolve) => setImmediate(resolve));
    };
    const pacing = { sleep: turns, random: REAL_PACING.random };
    const world = await newWorld(CATALOGS[catalog], properties, pacing);
    const write = async (writer: number) => {
      const strikes = random.chance(0.5)
        ? [new Fault(random.integer(1, 10), random.pick(KINDS), random.integer(1, 4))]
        : [];
      for (;;) {
        const fault = strikes.shift();
        try {
          const { table, store } = await world.open(fault);
          for (const first of [0, 3]) {
            await ingest(table, store, { lane: laneOf(writer), first, last: first + 2 });
          }
          return;
        } catch (error) {
          if (!fault?.struck) throw error;
        } finally {
          await fault?.arriveLate();
        }
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
    const lanes = [...new Set(Array.from({ length: WRITERS }, (_, writer) => laneOf(writer)))];
    const { table } = await world.open();
    expect(await recordsOf(table, world.store)).toEqual(
      Object.fromEntries(lanes.map((lane) => [lane, upTo(6)])),
    );
  },
  WRITERS > 64 ? ON_DEMAND_MINUTES * 60_000 : undefined,
);

import { Random, seeds } from '../random';
import { Fault, FaultKind, FaultPair, NO_FAULT, type Strikes } from './fixtures/faults';
import { ingest, recordsOf, upTo } from './fixtures/lanes';
import { CATALOGS, newWorld } from './fixtures/worlds';

const KINDS = Object.values(FaultKind);
const LANES = ['a', 'b', 'c'];
const RECORDS = 12;
const BUSY = {
  'commit.manifest.min-count-to-merge': '2',
  'write.metadata.previous-versions-max': '1',
  'write.metadata.delete-after-commit.enabled': 'true',
};

const oneFault = (random: Random) =>
  new Fault(random.integer(1, 12), random.pick(KINDS), random.integer(1, 4));

/**
 * Two faults before most writers. Not before all: where a late request set the hint of a directory back, reading a table
 * takes more calls than that, and with each writer dying on the way nobody would ever get through.
 */
const faultsOf = (random: Random): Strikes =>
  random.chance(0.7) ? new FaultPair(oneFault(random), oneFault(random)) : NO_FAULT();

/**
 * Sources of a few lanes deliver to writers that are struck, several at once, now and then a batch again or before its
 * turn is known to be done; what is under way arrives when nobody waits for it any more.
 */
async function history(catalog: string, random: Random): Promise<number> {
  const world = await newWorld(CATALOGS[catalog], random.chance(0.5) ? BUSY : {});
  const next = Object.fromEntries(LANES.map((lane) => [lane, 0]));
  const underWay: Strikes[] = [];
  let struck = 0;
  const deliver = async (lane: string): Promise<void> => {
    const first = Math.max(0, next[lane] - (random.chance(0.3) ? random.integer(1, 8) : 0));
    const last = Math.min(RECORDS - 1, first + random.integer(0, 9));
    const faults = faultsOf(random);
    underWay.push(faults);
    try {
      const { table, store } = await world.open(faults);
      await ingest(table, store, { lane, first, last });
      next[lane] = Math.max(next[lane], last + 1);
    } catch {
      // Delivered again.
    }
    if (faults.struck) struck++;
  };
  while (LANES.some((lane) => next[lane] < RECORDS)) {
    await Promise.all(Array.from({ length: random.integer(1, 3) }, () => deliver(random.pick(LANES))));
    if (random.chance(0.5)) await underWay.splice(random.integer(0, underWay.length - 1), 1)[0].arriveLate();
  }
  for (const faults of underWay) await faults.arriveLate();
  const { table } = await world.open();
  expect(await recordsOf(table, world.store)).toEqual(
    Object.fromEntries(LANES.map((lane) => [lane, upTo(RECORDS)])),
  );
  return struck;
}

test.each(Object.keys(CATALOGS))(
  'pairs of faults on the %s catalog: each record gets in once',
  async (catalog) => {
    let struck = 0;
    for (const seed of seeds(100)) {
      try {
        struck += await history(catalog, new Random(seed));
      } catch (error) {
        throw new Error(`With LAKEHOUSE_SEED=${seed}: ${(error as Error).message}`, { cause: error });
      }
    }
    expect(struck).toBeGreaterThan(0);
  },
  // Thousands of schedules are asked for by LAKEHOUSE_SCHEDULES.
  process.env.LAKEHOUSE_SCHEDULES ? 3_600_000 : undefined,
);

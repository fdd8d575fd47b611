import { compact } from '../../../lambda/rows/compaction';
import { readManifestList } from '../../../lambda/tables/manifest-list';
import { rollBack } from '../../../lambda/tables/rollback';
import { Fault, FaultKind } from '../../tables/fixtures/faults';
import { expected, found, KEYED, KEYLESS, SilverLake, TABLES, type Happening } from './silver-lake';

const happening = (position: number, id: number | null, at: number | null, op: 'U' | 'D' = 'U') => ({
  id,
  at,
  op,
  lane: 'a',
  position,
});
/** In silver when the refiner that is struck comes. */
const BEFORE = [happening(0, 1, 5), happening(1, 2, 5), happening(2, null, 5), happening(3, 3, 5, 'D')];
/** Updates, a deletion, one that comes late, one late for a deletion, a new key, one without a key, a tie. */
const AFTER = [
  [happening(4, 1, 6), happening(5, 2, 7, 'D'), happening(6, null, 6)],
  [happening(7, 3, 4), happening(8, 1, 6), happening(9, 2, 6)],
  [happening(10, 4, 1)],
  [happening(11, 3, 3)],
];
const ALL = [...BEFORE, ...AFTER.flat()];
const MORE = happening(12, 4, 9, 'D');

interface Scenario {
  readonly refinement: typeof KEYED;
  readonly maxBytes?: number;
  /** Silver is taken back to nothing first: the whole of bronze is read, and quarantine has some of it. */
  readonly full?: boolean;
}

const SCENARIOS: Record<string, Scenario> = {
  'a refiner alone': { refinement: KEYED },
  'a part at a time': { refinement: KEYED, maxBytes: 1 },
  'of the whole of bronze': { refinement: KEYED, full: true },
  'of the whole of bronze, a part at a time': { refinement: KEYED, full: true, maxBytes: 1 },
  'without a key': { refinement: KEYLESS },
};

/** What others do between two calls of a refiner. */
const INTERFERENCES: Record<string, (lake: SilverLake) => Promise<unknown>> = {
  'another refiner goes all the way': (lake) => lake.refine(),
  'another refiner goes all the way, with more to do': async (lake) => {
    await lake.deliver([MORE]);
    await lake.refine();
  },
  'another refiner goes all the way, in parts': (lake) => lake.refine({ maxBytes: 1 }),
  'maintenance rewrites every table': async (lake) => {
    for (const name of TABLES) await compact(await lake.open(name), { minFiles: 2 });
  },
};

/** Does something before the n-th call of a refiner, and breaks nothing. */
class Interference extends Fault {
  private readonly place: number;

  constructor(
    call: number,
    private readonly interfere: () => Promise<unknown>,
  ) {
    super(0, FaultKind.DEATH_BEFORE);
    this.place = call;
  }

  override async call<T>(operation: () => Promise<T>): Promise<T> {
    if (++this.calls === this.place) {
      this.struck = true;
      await this.interfere();
    }
    return operation();
  }
}

/**
 * Of ten calls in a row each is struck by one kind of fault or interference; by all of them with LAKEHOUSE_ALL_FAULTS=1, which
 * takes ten times as long.
 */
const STRIDE = process.env.LAKEHOUSE_ALL_FAULTS ? 1 : 10;
const KINDS = Object.values(FaultKind);
let schedules = 0;

describe.each(Object.entries(SCENARIOS))('%s', (_, scenario) => {
  let before: SilverLake;
  beforeAll(async () => {
    before = await lakeBefore(scenario);
  });

  test.each(KINDS)('%s, at every call', async (kind) => {
    for (let call = 1 + (KINDS.indexOf(kind) % STRIDE); ; call += STRIDE) {
      const fault = new Fault(call, kind, 1 + (call % 4));
      await run(before.copy(), scenario, fault, `${kind} at call ${call}`);
      if (!fault.struck) break;
      schedules++;
    }
  });

  test.each(Object.entries(INTERFERENCES))('%s in between, at every call', async (what, interfere) => {
    // Where only the count of commits keeps a deletion from being undone: at one call of all.
    const stride = scenario.full && scenario.maxBytes && what.includes('more') ? 1 : STRIDE;
    const first = (KINDS.length + Object.keys(INTERFERENCES).indexOf(what)) % stride;
    for (let call = 1 + first; ; call += stride) {
      const lake = before.copy();
      const interference = new Interference(call, () => interfere(lake));
      const tables = await lake.tables(interference);
      await lake.refineTables(tables, { maxBytes: scenario.maxBytes ?? Infinity });
      if (!interference.struck) break;
      await lake.refine();
      const all = what.includes('more') ? [...ALL, MORE] : ALL;
      expect([what, call, await found(lake)]).toEqual([what, call, expected(all, scenario.refinement)]);
      schedules++;
    }
  });
});

test('every call of every scenario was struck: hundreds of schedules', () => {
  expect(schedules).toBeGreaterThan(200);
});

async function run(lake: SilverLake, scenario: Scenario, fault: Fault, name: string): Promise<void> {
  const options = { maxBytes: scenario.maxBytes ?? Infinity };
  const tables = await lake.tables(fault);
  const report = await lake.refineTables(tables, options).catch(() => undefined);
  const wanted = expected(ALL, scenario.refinement);
  // A refiner that died or gave up has promised nothing; its request comes again, while one of its own may be under way.
  if (report) expect([name, await found(lake)]).toEqual([name, wanted]);
  const successor = await lake.tables();
  await fault.arriveLate();
  await lake.refineTables(successor, options);
  expect([name, await found(lake)]).toEqual([name, wanted]);
  expect([name, await missingFiles(lake)]).toEqual([name, []]);
  // Nothing is left to do.
  expect(await lake.refine()).toMatchObject({ rows: 0, commits: 0, caughtUp: true });
}

async function lakeBefore({ refinement, full }: Scenario): Promise<SilverLake> {
  const lake = await new SilverLake(refinement).create();
  await lake.deliver(BEFORE.slice(0, 1));
  await lake.refine();
  await lake.deliver(BEFORE.slice(1) as Happening[]);
  await lake.refine();
  if (full) {
    const bronze = await lake.open('bronze');
    await rollBack(bronze, bronze.metadata.snapshots[0]['snapshot-id']);
    await lake.deliver(BEFORE.slice(1) as Happening[]);
  }
  for (const batch of AFTER) await lake.deliver(batch as Happening[]);
  return lake;
}

/** Cleaning up after a lost race must not take a file that any snapshot names. */
async function missingFiles(lake: SilverLake): Promise<string[]> {
  const missing: string[] = [];
  for (const name of TABLES) {
    const table = await lake.open(name);
    for (const snapshot of table.metadata.snapshots) {
      const list = lake.store.objects.get(snapshot['manifest-list']);
      if (!list) missing.push(snapshot['manifest-list']);
      for (const { manifest_path } of list ? readManifestList(list.bytes) : [])
        if (!lake.store.objects.has(manifest_path)) missing.push(manifest_path);
    }
    for (const { filePath } of await table.dataFiles())
      if (!lake.store.objects.has(filePath)) missing.push(filePath);
  }
  return missing;
}

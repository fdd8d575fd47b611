import fc from 'fast-check';
import { compact } from '../../../lambda/rows/compaction';
import { expireSnapshots } from '../../../lambda/tables/expire-snapshots';
import type { Long } from '../../../lambda/tables/json';
import { rollBack } from '../../../lambda/tables/rollback';
import { currentSnapshot } from '../../../lambda/tables/table-metadata';
import { expected, found, KEYED, KEYLESS, SilverLake, type Happening } from './silver-lake';

const LANES = ['a', 'b', '\u{1f600}'];
const LOG = 12;
/** What each lane delivers, in order: a lane that is taken back delivers the same again. */
const logs = fc.array(
  fc.array(
    fc.record({
      id: fc.option(fc.nat(4), { freq: 8 }),
      at: fc.option(fc.nat(4), { freq: 6 }),
      op: fc.constantFrom('U' as const, 'U' as const, 'D' as const),
    }),
    { minLength: LOG, maxLength: LOG },
  ),
  { minLength: LANES.length, maxLength: LANES.length },
);
/** From a file at a time to everything at once. */
const maxBytes = fc.constantFrom(1, 4_000, Infinity);
const deliver = fc.record({
  do: fc.constant('deliver' as const),
  counts: fc.array(fc.nat(3), { minLength: LANES.length, maxLength: LANES.length }),
});
const refine = fc.record({ do: fc.constant('refine' as const), maxBytes });
const maintain = fc.record({
  do: fc.constant('maintain' as const),
  table: fc.constantFrom('bronze' as const, 'silver' as const, 'tombstones' as const, 'quarantine' as const),
  expire: fc.boolean(),
});
const rollBackOf = (table: 'bronze' | 'silver') =>
  fc.record({ do: fc.constant('roll back' as const), table: fc.constant(table), to: fc.nat(9) });

type Step =
  | { do: 'deliver'; counts: number[] }
  | { do: 'refine'; maxBytes: number }
  | { do: 'maintain'; table: 'bronze' | 'silver' | 'tombstones' | 'quarantine'; expire: boolean }
  | { do: 'roll back'; table: 'bronze' | 'silver'; to: number };

const history = (table: 'bronze' | 'silver') =>
  fc.array(
    fc.oneof(
      { weight: 5, arbitrary: deliver as fc.Arbitrary<Step> },
      { weight: 4, arbitrary: refine },
      { weight: 2, arbitrary: maintain },
      { weight: 1, arbitrary: rollBackOf(table) },
    ),
    { minLength: 2, maxLength: 14 },
  );

const KINDS = { 'with a key': KEYED, 'without a key': KEYLESS };

describe.each(Object.entries(KINDS))('silver %s', (_, refinement) => {
  test('is what bronze has had, however it was cut, compacted and expired, and after silver was taken back', async () => {
    await fc.assert(
      fc.asyncProperty(logs, history('silver'), (log, steps) => run(refinement, log, steps)),
      { numRuns: 40 },
    );
  });

  test('is what it has seen of a bronze that is taken back and delivers again', async () => {
    await fc.assert(
      fc.asyncProperty(logs, history('bronze'), (log, steps) => run(refinement, log, steps)),
      { numRuns: 40 },
    );
  });
});

async function run(
  refinement: typeof KEYED,
  log: Omit<Happening, 'lane' | 'position'>[][],
  steps: readonly Step[],
): Promise<void> {
  const lake = await new SilverLake(refinement).create();
  /** How many of each lane bronze holds, and at each of its snapshots. */
  let delivered = LANES.map(() => 0);
  const past = new Map<Long, number[]>();
  /** How many of each lane silver has ever seen. */
  let seen = LANES.map(() => 0);
  for (const step of [...steps, { do: 'refine', maxBytes: Infinity } as Step]) {
    if (step.do === 'deliver') {
      const upTo = delivered.map((count, i) => Math.min(LOG, count + step.counts[i]));
      const happenings = between(log, delivered, upTo);
      if (happenings.length === 0) continue;
      await lake.deliver(happenings);
      delivered = upTo;
      past.set(currentSnapshot((await lake.open('bronze')).metadata)!['snapshot-id'], delivered);
    } else if (step.do === 'refine') {
      await lake.refine({ maxBytes: step.maxBytes });
      seen = seen.map((count, i) => Math.max(count, delivered[i]));
      const none = LANES.map(() => 0);
      expect(await found(lake)).toEqual(expected(between(log, none, seen), refinement));
    } else if (step.do === 'maintain') {
      const table = await lake.open(step.table);
      await compact(table, { minFiles: 2 });
      if (step.expire) await expireSnapshots(table, { olderThan: Date.now() + 1000, keepLast: 1 });
      const current = currentSnapshot(table.metadata);
      if (step.table === 'bronze' && current) past.set(current['snapshot-id'], delivered);
    } else {
      const table = await lake.open(step.table);
      const { snapshots } = table.metadata;
      const target = snapshots[step.to % Math.max(1, snapshots.length)]?.['snapshot-id'];
      if (target === undefined) continue;
      await rollBack(table, target);
      if (step.table === 'bronze') delivered = past.get(target)!;
    }
  }
}

function between(log: Omit<Happening, 'lane' | 'position'>[][], from: number[], upTo: number[]): Happening[] {
  return LANES.flatMap((lane, i) =>
    log[i].slice(from[i], upTo[i]).map((one, j) => ({ ...one, lane, position: from[i] + j })),
  );
}

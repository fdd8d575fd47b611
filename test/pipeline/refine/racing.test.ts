import fc from 'fast-check';
import { Fault, FaultKind } from '../../tables/fixtures/faults';
import { expected, found, KEYED, KEYLESS, SilverLake, type Happening } from './silver-lake';

/** Every call takes some turns of the event loop, so that processes interleave in ever new ways. */
class Dawdling extends Fault {
  constructor(private readonly turns: (call: number) => number) {
    super(0, FaultKind.DEATH_BEFORE);
  }

  override async call<T>(operation: () => Promise<T>): Promise<T> {
    for (let turn = this.turns(this.calls++); turn > 0; turn--)
      await new Promise((done) => setImmediate(done));
    return operation();
  }
}

const happening = fc.record({
  id: fc.option(fc.nat(3), { freq: 6 }),
  at: fc.nat(5),
  op: fc.constantFrom('U' as const, 'U' as const, 'D' as const),
});
const batches = fc.array(fc.array(happening, { minLength: 1, maxLength: 3 }), { minLength: 4, maxLength: 8 });
const racer = fc.record({
  maxBytes: fc.constantFrom(1, 4_000, Infinity),
  turns: fc.array(fc.nat(4), { minLength: 3, maxLength: 7 }),
});

test.each(Object.entries({ 'with a key': KEYED, 'without a key': KEYLESS }))(
  'refiners that race, while rows keep coming, leave each row in one place, once: %s',
  async (_, refinement) => {
    await fc.assert(
      fc.asyncProperty(batches, fc.array(racer, { minLength: 3, maxLength: 6 }), async (given, racers) => {
        let position = 0;
        const delivered = given.map((batch) =>
          batch.map((one): Happening => ({ ...one, lane: 'a', position: position++ })),
        );
        const lake = await new SilverLake(refinement).create();
        const deliver = async () => {
          for (const batch of delivered) await lake.deliver(batch);
        };
        const race = async ({ maxBytes, turns }: (typeof racers)[number]) => {
          const dawdling = new Dawdling((call) => turns[call % turns.length]);
          const tables = await lake.tables(dawdling);
          // One that is overtaken too often gives up: its message comes again.
          for (let run = 0; run < 3; run++)
            await lake.refineTables(tables, { maxBytes }).catch((error: Error) => {
              expect(error.message).toMatch(/were faster|Nothing was changed/);
            });
        };
        await Promise.all([deliver(), ...racers.map(race)]);
        await lake.refine();
        expect(await found(lake)).toEqual(expected(delivered.flat(), refinement));
      }),
      { numRuns: 15 },
    );
  },
);

import fc from 'fast-check';
import { ingest } from '../../lambda/pipeline/ingest';
import type { IngestTargets } from '../../lambda/pipeline/ingest-targets';
import { RejectionCode, type SourceRecord } from '../../lambda/pipeline/record';
import type { TransformOutcome } from '../../lambda/pipeline/transform/record-transform';
import { InMemoryLake, record } from './in-memory-lake';

const RECORDS = 16;
const LANES = ['orders/shard-0', 'orders/shard-1'];
const KEYS = LANES.flatMap((lane) => Array.from({ length: RECORDS }, (_, i) => `${lane}:${i}`));

/** What the user's code makes of a record: so many rows, none when it drops it; or it throws. */
type Made = number | 'throws';
const made: fc.Arbitrary<Made> = fc.oneof(fc.nat(3), fc.constant('throws' as const));

const delivery = fc.record({
  lane: fc.nat(LANES.length - 1),
  back: fc.nat(6),
  size: fc.integer({ min: 1, max: 9 }),
  container: fc.nat(1),
  /** Every step of a delivery may fail, the transform among them. */
  failAt: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
  late: fc.boolean(),
  twice: fc.boolean(),
});

interface Harness {
  readonly lake: InMemoryLake;
  readonly containers: IngestTargets[];
  /** How often a record was given to the transform. */
  readonly asked: Map<string, number>;
}

const keyOf = ({ lane, position }: SourceRecord) => `${lane}:${position}`;

/** Containers whose transform gives what `madeOf` says, as often as it is asked. */
function harness(madeOf: (key: string, asked: number) => Made, refused: (key: string) => boolean): Harness {
  const lake = new InMemoryLake();
  const asked = new Map<string, number>();
  const transform: IngestTargets['transform'] = (records) =>
    lake.weather.step(
      () =>
        new Map(
          records.map((one): [SourceRecord, TransformOutcome] => {
            const times = (asked.get(keyOf(one)) ?? 0) + 1;
            asked.set(keyOf(one), times);
            const rows = madeOf(keyOf(one), times);
            return rows === 'throws'
              ? [one, { rejection: { code: RejectionCode.TRANSFORM_FAILED, message: 'it threw' } }]
              : [one, { rows: Array.from({ length: rows }, () => ({})) }];
          }),
        ),
    );
  const container = () => ({ ...lake.container((one) => !refused(keyOf(one))), transform });
  return { lake, asked, containers: [container(), container()] };
}

const slice = (lane: number, from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => record(from + i, LANES[lane]));
const counts = (rows: string[]) => {
  const found = new Map<string, number>();
  for (const row of rows) found.set(row, (found.get(row) ?? 0) + 1);
  return found;
};

test('through faults at any call, replays and two writers, a record has all rows its transform made of it, or is in quarantine once, or was dropped', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(delivery, { maxLength: 30 }),
      fc.array(made, { minLength: KEYS.length, maxLength: KEYS.length }),
      fc.array(fc.boolean(), { minLength: KEYS.length, maxLength: KEYS.length }),
      fc.array(fc.nat(3), { minLength: 8, maxLength: 8 }),
      async (deliveries, makes, refusals, pauses) => {
        const madeOf = (key: string) => makes[KEYS.indexOf(key)];
        const refused = (key: string) => madeOf(key) !== 0 && refusals[KEYS.indexOf(key)];
        const { lake, containers } = harness(madeOf, refused);
        let turn = 0;
        lake.weather.delay = () => pauses[turn++ % pauses.length];
        const checkpoints = LANES.map(() => 0);
        for (const { lane, back, size, container, failAt, late, twice } of deliveries) {
          const from = Math.max(0, checkpoints[lane] - back);
          const to = Math.min(RECORDS, from + size);
          Object.assign(lake.weather, { steps: 0, failAt, late });
          const writers = twice ? containers : [containers[container]];
          const outcomes = await Promise.allSettled(
            writers.map((writer) => ingest(slice(lane, from, to), writer)),
          );
          if (outcomes.some(({ status }) => status === 'fulfilled'))
            checkpoints[lane] = Math.max(checkpoints[lane], to);
        }
        Object.assign(lake.weather, { failAt: undefined });
        for (const [lane, checkpoint] of checkpoints.entries())
          await ingest(slice(lane, checkpoint, RECORDS), containers[0]);

        const [bronze, quarantine] = [lake.bronze, lake.quarantine].map((table) => counts(lake.rows(table)));
        for (const key of KEYS) {
          const rows = madeOf(key);
          const rejected = rows === 'throws' || refused(key);
          expect([key, bronze.get(key) ?? 0, quarantine.get(key) ?? 0]).toEqual(
            rejected ? [key, 0, 1] : [key, rows, 0],
          );
        }
      },
    ),
    { numRuns: 200 },
  );
});

test('a rejection that was committed stands: whatever call fails, a transform that would give rows by now is not asked', async () => {
  const batch = slice(0, 0, 6);
  /** Fails the first time, and gives a row whenever it is asked again. */
  const fickle = (key: string, asked: number): Made => (key.endsWith('3') && asked === 1 ? 'throws' : 1);
  let struck = 0;
  for (const late of [false, true]) {
    for (let failAt = 1; ; failAt++) {
      const { lake, containers, asked } = harness(fickle, () => false);
      Object.assign(lake.weather, { failAt, late });
      const first = await ingest(batch, containers[0]).then(
        () => true,
        () => false,
      );
      const reached = lake.weather.steps >= failAt;
      const rejectedAtOnce = lake.rows(lake.quarantine).length;
      Object.assign(lake.weather, { failAt: undefined });
      await ingest(batch, containers[1]);
      await ingest(batch, containers[0]);

      const key = keyOf(batch[3]);
      const all = [...lake.rows(lake.bronze), ...lake.rows(lake.quarantine)];
      expect(all.sort()).toEqual(batch.map(keyOf).sort());
      if (rejectedAtOnce > 0) {
        expect(lake.rows(lake.quarantine)).toEqual([key]);
        expect(asked.get(key)).toBe(1);
      }
      if (!first) struck++;
      if (!reached) break;
    }
  }
  expect(struck).toBeGreaterThan(5);
});

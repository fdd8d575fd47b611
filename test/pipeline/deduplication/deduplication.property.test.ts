import fc from 'fast-check';
import { ingest } from '../../../lambda/pipeline/ingest';
import type { IngestTargets } from '../../../lambda/pipeline/ingest-targets';
import type { SourceRecord } from '../../../lambda/pipeline/record';
import { InMemoryLake } from '../in-memory-lake';
import { deduplicationBy, event, InMemoryClaims, WINDOW } from './in-memory-claims';

const RECORDS = 14;
const LANES = ['orders/shard-0', 'orders/shard-1'];

/** Three events, arriving over six windows; some records have no id, some break the contract. */
const sent = fc.record({
  id: fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined, freq: 8 }),
  windows: fc.integer({ min: 0, max: 24 }),
  isGood: fc.boolean(),
});
const stream = fc.array(sent, { minLength: RECORDS, maxLength: RECORDS });

const delivery = fc.record({
  lane: fc.nat(LANES.length - 1),
  back: fc.nat(6),
  size: fc.integer({ min: 1, max: 9 }),
  container: fc.nat(1),
  failAt: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
  late: fc.boolean(),
  twice: fc.boolean(),
});

test('through faults, replays and two writers: accepted records of an event are a window apart, and what is left out has one within', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(delivery, { maxLength: 25 }),
      fc.tuple(stream, stream),
      fc.array(fc.nat(3), { minLength: 8, maxLength: 8 }),
      async (deliveries, streams, pauses) => {
        const lake = new InMemoryLake();
        let turn = 0;
        lake.weather.delay = () => pauses[turn++ % pauses.length];
        const lanes = streams.map((records, lane) => {
          const times = records
            .map(({ windows }) => Math.round((windows * WINDOW) / 4))
            .sort((a, b) => a - b);
          return records.map(({ id }, i) => event(i, id, { arrivedAt: times[i], lane: LANES[lane] }));
        });
        const isGood = ({ lane, position }: SourceRecord) =>
          streams[LANES.indexOf(lane)][Number(position)].isGood;
        const claims = new InMemoryClaims(lake.weather, () => 0);
        const container = (): IngestTargets => ({
          ...lake.container(isGood),
          deduplication: deduplicationBy(claims),
        });
        const containers = [container(), container()];
        const checkpoints = LANES.map(() => 0);
        for (const { lane, back, size, container: which, failAt, late, twice } of deliveries) {
          const from = Math.max(0, checkpoints[lane] - back);
          const to = Math.min(RECORDS, from + size);
          Object.assign(lake.weather, { steps: 0, failAt, late });
          const writers = twice ? containers : [containers[which]];
          const outcomes = await Promise.allSettled(
            writers.map((writer) => ingest(lanes[lane].slice(from, to), writer)),
          );
          if (outcomes.some(({ status }) => status === 'fulfilled'))
            checkpoints[lane] = Math.max(checkpoints[lane], to);
        }
        Object.assign(lake.weather, { failAt: undefined });
        for (const [lane, checkpoint] of checkpoints.entries())
          await ingest(lanes[lane].slice(checkpoint), containers[0]);

        const nameOf = ({ lane, position }: SourceRecord) => `${lane}:${position}`;
        const all = lanes.flat();
        const rows = lake.rows(lake.bronze);
        const isIn = new Set(rows);
        expect(rows).toHaveLength(isIn.size);
        expect(lake.rows(lake.quarantine).sort()).toEqual(
          all
            .filter((one) => !isGood(one))
            .map(nameOf)
            .sort(),
        );
        const near = (one: SourceRecord) =>
          all.filter(
            (other) =>
              other !== one &&
              other.key === one.key &&
              isIn.has(nameOf(other)) &&
              Math.abs(other.arrivedAt - one.arrivedAt) < WINDOW,
          );
        for (const one of all.filter(isGood)) {
          const isDuplicate = one.key !== undefined && near(one).length > 0;
          expect([nameOf(one), isIn.has(nameOf(one))]).toEqual([nameOf(one), !isDuplicate]);
        }
      },
    ),
    { numRuns: 200 },
  );
});

import fc from 'fast-check';
import { ingest } from '../../lambda/pipeline/ingest';
import type { IngestTargets } from '../../lambda/pipeline/ingest-targets';
import { InMemoryLake, record } from './in-memory-lake';

const RECORDS = 24;
const LANES = ['orders/shard-0', 'orders/shard-1'];
/** Positions far beyond what a float holds, with gaps, and growing by a digit on the way. */
const positionOf = (index: number) => String(999_999_999_999_999_900n + 7n * BigInt(index));

/** One delivery of a slice of a shard, as a poller makes it: from the checkpoint or before, never beyond it. */
const delivery = fc.record({
  lane: fc.nat(LANES.length - 1),
  /** How far before the checkpoint it starts, and how many records it has. */
  back: fc.nat(6),
  size: fc.integer({ min: 1, max: 9 }),
  shuffled: fc.boolean(),
  container: fc.nat(2),
  failAt: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
  late: fc.boolean(),
  /** A second container is handed the same slice at the same time: a timeout the first one survived. */
  twice: fc.boolean(),
});
const deployment = fc.record({ deploy: fc.nat(2) });
const event = fc.oneof({ weight: 12, arbitrary: delivery }, { weight: 1, arbitrary: deployment });

/** For each version of the contract, which records of which lane it refuses. */
const contracts = fc.array(fc.array(fc.boolean(), { minLength: RECORDS, maxLength: RECORDS }), {
  minLength: 3,
  maxLength: 3,
});

const delays = fc.array(fc.nat(3), { minLength: 8, maxLength: 8 });

test('through crashes, replays, bisected and overlapping batches, outdated containers, two writers at once and new versions of the contract, every record is in exactly one table, once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { maxLength: 40 }),
      contracts,
      delays,
      async (events, refused, pauses) => {
        const lake = new InMemoryLake();
        let turn = 0;
        lake.weather.delay = () => pauses[turn++ % pauses.length];
        let version = 0;
        let containers: IngestTargets[] = [];
        const start = () => {
          const judge = ({ lane, position }: { lane: string; position: string }) =>
            !refused[version][(indexOf(position) + LANES.indexOf(lane)) % RECORDS];
          containers = [0, 1, 2].map(() => lake.container(judge, `${version}`));
        };
        const checkpoints = LANES.map(() => 0);
        const deliver = async (slice: ReturnType<typeof record>[], targets: IngestTargets[]) => {
          const outcomes = await Promise.allSettled(targets.map((target) => ingest(slice, target)));
          return outcomes.some(({ status }) => status === 'fulfilled');
        };
        start();

        for (const happening of events) {
          if ('deploy' in happening) {
            // Lambda retires the containers of the version before.
            version = happening.deploy;
            start();
            continue;
          }
          const { lane, back, size, shuffled, container, failAt, late, twice } = happening;
          const from = Math.max(0, checkpoints[lane] - back);
          const to = Math.min(RECORDS, from + size);
          const slice = sliceOf(lane, from, to);
          if (shuffled) slice.reverse();
          Object.assign(lake.weather, { steps: 0, failAt, late });
          const writers = twice
            ? [containers[container], containers[(container + 1) % 3]]
            : [containers[container]];
          if (await deliver(slice, writers)) checkpoints[lane] = Math.max(checkpoints[lane], to);
        }

        Object.assign(lake.weather, { failAt: undefined });
        for (const [lane, checkpoint] of checkpoints.entries()) {
          expect(await deliver(sliceOf(lane, checkpoint, RECORDS), [containers[0]])).toBe(true);
        }
        const all = LANES.flatMap((lane) =>
          Array.from({ length: RECORDS }, (_, index) => `${lane}:${positionOf(index)}`),
        );
        expect([...lake.rows(lake.bronze), ...lake.rows(lake.quarantine)].sort()).toEqual(all.sort());
      },
    ),
    { numRuns: 400 },
  );
});

function sliceOf(lane: number, from: number, to: number) {
  return Array.from({ length: to - from }, (_, i) => record(positionOf(from + i), LANES[lane]));
}

function indexOf(position: string): number {
  return Number((BigInt(position) - BigInt(positionOf(0))) / 7n);
}

import { parseCommitRequest } from '../../../lambda/pipeline/commit/commit-request';
import { ingest } from '../../../lambda/pipeline/ingest';
import { Random, seeds } from '../../random';
import { Fault, FaultKind, FaultPair, type Strikes } from '../../tables/fixtures/faults';
import { record, type Judge } from '../in-memory-lake';
import { CommitterWorld } from './committer-world';

const RECORDS = 16;
const LANES = ['a', 'b', 'c'];
const KINDS = Object.values(FaultKind);
/** Two versions of a contract, which judge differently. */
const VERSIONS: Judge[] = [
  ({ position }) => Number(position) % 3 !== 0,
  ({ position }) => Number(position) % 4 !== 1,
];

/** One history: writers and committers that die, lose and repeat, files that are lost for a while, dead letters sent back. */
class Schedule {
  struck = 0;
  setAside = 0;
  private readonly underWay: Strikes[] = [];
  private readonly lost = new Map<string, { bytes: Uint8Array; modifiedAt: number }>();
  private readonly next: Record<string, number> = Object.fromEntries(LANES.map((lane) => [lane, 1]));

  constructor(
    private readonly world: CommitterWorld,
    private readonly random: Random,
  ) {}

  async run(): Promise<void> {
    while (LANES.some((lane) => this.next[lane] <= RECORDS)) {
      await this.random.pick([
        () => this.deliver(),
        () => this.deliver(),
        () => this.commit(),
        () => this.lose(),
        () => this.sendBack(),
        () => this.arrive(),
      ])();
    }
    while (this.underWay.length > 0) await this.arrive();
    for (let round = 0; this.world.queue.length + this.world.deadLetters.length > 0; round++) {
      if (round > 20) throw new Error('The dead letters never come to an end.');
      this.restore();
      this.world.redrive();
      await this.world.drain();
    }
  }

  /** A source delivers what is next on a lane, or a part of it once more, to a writer that may fail. */
  private async deliver(): Promise<void> {
    const lane = this.random.pick(LANES);
    const again = this.random.chance(0.3) ? this.random.integer(1, 6) : 0;
    const first = Math.max(1, this.next[lane] - again);
    const last = Math.min(RECORDS, first + this.random.integer(0, 6));
    const batch = Array.from({ length: last - first + 1 }, (_, i) => record(first + i, lane));
    if (batch.length === 0) return;
    const fault = this.fault();
    try {
      await ingest(batch, await this.world.writer(this.random.pick(VERSIONS), fault));
      this.next[lane] = Math.max(this.next[lane], last + 1);
    } catch {
      // Delivered again, perhaps cut differently.
    }
    this.note(fault);
  }

  private async commit(): Promise<void> {
    const run = async () => {
      const fault = this.fault();
      const settlements = await this.world.commit(fault, this.random.integer(1, 5)).catch(() => []);
      this.setAside += settlements.filter(({ reason }) => reason).length;
      this.note(fault);
    };
    // A message whose visibility timed out comes to a second committer while the first is at it.
    await Promise.all(this.random.chance(0.2) ? [run(), run()] : [run()]);
  }

  private async lose(): Promise<void> {
    if (!this.random.chance(0.3) || this.world.queue.length === 0) return;
    const { bronzeFiles, quarantineFiles } = parseCommitRequest(this.random.pick(this.world.queue));
    const files = [...bronzeFiles, ...quarantineFiles];
    const committed = [
      ...(await (await this.world.open('s3://lake/bronze')).dataFiles()),
      ...(await (await this.world.open('s3://lake/quarantine')).dataFiles()),
    ].map(({ filePath }) => filePath);
    const { filePath } = this.random.pick(files);
    const object = this.world.store.objects.get(filePath);
    if (!object || committed.includes(filePath)) return;
    this.world.store.objects.delete(filePath);
    this.lost.set(filePath, object);
  }

  private async sendBack(): Promise<void> {
    if (!this.random.chance(0.4)) return;
    if (this.random.chance(0.7)) this.restore();
    this.world.redrive();
  }

  /** A request that was under way gets through. */
  private async arrive(): Promise<void> {
    await this.underWay.shift()?.arriveLate();
  }

  private restore(): void {
    for (const [uri, object] of this.lost) this.world.store.objects.set(uri, object);
    this.lost.clear();
  }

  private fault(): Strikes {
    const one = () =>
      new Fault(this.random.integer(1, 14), this.random.pick(KINDS), this.random.integer(1, 4));
    return this.random.chance(0.5) ? new FaultPair(one(), one()) : new Fault(0, KINDS[0]);
  }

  private note(fault: Strikes): void {
    if (fault.struck) this.struck++;
    this.underWay.push(fault);
  }
}

test('every record is in bronze or quarantine once, whatever happens on the way to the committer', async () => {
  const everything = LANES.flatMap((lane) =>
    Array.from({ length: RECORDS }, (_, i) => `${lane}:${i + 1}`),
  ).sort();
  const done = { struck: 0, setAside: 0 };
  for (const seed of seeds(60)) {
    const world = await new CommitterWorld().create();
    const schedule = new Schedule(world, new Random(seed));
    await schedule.run();
    const rows = [...(await world.bronze()), ...(await world.quarantine())].sort();
    expect({ [`seed ${seed}`]: rows }).toEqual({ [`seed ${seed}`]: everything });
    done.struck += schedule.struck;
    done.setAside += schedule.setAside;
  }
  // That the schedules do what they are for.
  if (process.env.LAKEHOUSE_SEED !== undefined) return;
  expect(done.struck).toBeGreaterThan(0);
  expect(done.setAside).toBeGreaterThan(0);
});

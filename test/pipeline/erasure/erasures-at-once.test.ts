import { removeOrphanFiles } from '../../../lambda/tables/orphan-files';
import { Random, seeds } from '../../random';
import { MemoryStore } from '../../stores/memory-store';
import { Fault, FaultKind } from '../../tables/fixtures/faults';
import { appendRows } from '../../tables/fixtures/rows';
import { BRONZE, filled, ids, open, request, row, run, telling } from './orders';

const another = (id: string, customer: string) =>
  request({ id, subject: { fields: [{ column: 'customer_id', values: [customer] }] } });

/** What others do while an erasure is between naming what goes and having removed it. */
const MEANWHILE: Record<string, (store: MemoryStore) => Promise<unknown>> = {
  'another erasure': (store) => run(store, another('r-2', '4')),
  'an erasure of nobody': (store) => run(store, another('r-2', '77')),
  'two appends': async (store) => {
    await appendRows(await open(store), [row(5)]);
    await appendRows(await open(store), [row(6)]);
  },
};

/** After which call others work, and before which it dies: some that did harm once; with LAKEHOUSE_SCHEDULES any. */
const SCHEDULES: [intrudeAt: number, dieAt: number][] =
  process.env.LAKEHOUSE_SCHEDULES === undefined
    ? [
        [0, 5],
        [0, 9],
        [3, 11],
      ]
    : seeds(0).map((seed) => {
        const random = new Random(seed);
        const intrudeAt = random.integer(0, 4);
        return [intrudeAt, intrudeAt + random.integer(1, 14)];
      });

/** Who comes after it died. */
const AFTER: Record<string, (store: MemoryStore) => Promise<unknown>> = {
  'the same request': (store) => run(store),
  'the next request': (store) => run(store, another('r-3', '9')),
};

/** Whether a commit is half done: a version is written, and the hint does not name it yet. Others wait for that. */
function isCommitting({ objects }: MemoryStore): boolean {
  const hint = objects.get(`${BRONZE}/metadata/version-hint.text`)!;
  const version = Number(Buffer.from(hint.bytes).toString());
  return objects.has(`${BRONZE}/metadata/v${version + 1}.metadata.json`);
}

/** Dies at the n-th call after a journal is there, and lets others work before an earlier one. */
class AfterJournal extends Fault {
  private since = -1;
  private intrusion: Promise<unknown> | undefined;

  constructor(
    private readonly intrudeAt: number,
    private readonly dieAt: number,
    private readonly store: MemoryStore,
    private readonly intrude: () => Promise<unknown>,
  ) {
    super(0, FaultKind.DEATH_BEFORE);
  }

  /** Others end what they do. */
  async ended(): Promise<void> {
    await this.intrusion;
  }

  override async call<T>(operation: () => Promise<T>): Promise<T> {
    if (this.struck) throw new Error('The process is dead.');
    const { objects } = this.store;
    if (this.since < 0 && [...objects.keys()].some((uri) => uri.includes('/metadata/erasure-')))
      this.since = 0;
    if (this.since >= 0) {
      if (this.intrusion === undefined && this.since >= this.intrudeAt && !isCommitting(this.store)) {
        this.intrusion = this.intrude();
        await this.intrusion;
      }
      if (this.since++ === this.dieAt) {
        this.struck = true;
        throw new Error('The process dies.');
      }
    }
    return operation();
  }
}

describe.each(Object.keys(MEANWHILE))('%s in between, and a death', (meanwhile) => {
  it.each(Object.keys(AFTER))('leave nothing that %s does not finish', async (after) => {
    const prepared = new MemoryStore();
    await filled(prepared);
    for (const [intrudeAt, dieAt] of SCHEDULES) {
      const store = new MemoryStore();
      for (const [uri, object] of prepared.objects) store.objects.set(uri, object);
      const fault = new AfterJournal(intrudeAt, dieAt, store, () => MEANWHILE[meanwhile](store));
      await run(store, request(), { fault }).catch(() => undefined);
      await fault.ended();
      await AFTER[after](store);
      const table = await open(store);
      const { orphans } = await removeOrphanFiles(table, {
        olderThanMs: 0,
        nobodyWrites: true,
        dryRun: true,
      });
      expect({ intrudeAt, dieAt, orphans, telling: await telling(store) }).toEqual({
        intrudeAt,
        dieAt,
        orphans: [],
        telling: [],
      });
      expect(await ids(store)).not.toContain(3);
    }
  });
});

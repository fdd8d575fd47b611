import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Random } from '../../random';
import { optional } from '../../skip';
import { ORDERS_CONTRACT } from './contract';
import { BUILT, commits, contentOf, lakehouse, startLakehouse, summaryOf } from './laptop';

const ROWS = 30_000;
const ZONES = ['bronze', 'silver', 'quarantine'];

function events(): string {
  const lines = [];
  for (let id = 0; id < ROWS; id++) {
    lines.push(id % 500 === 7 ? `{"id":"order ${id}"}` : `{"id":${id},"amount":${id / 100},"note":"${id}"}`);
  }
  return lines.join('\n');
}

/**
 * Copies what was written to a directory to another one, file by file and in no order, as object stores replicate; what
 * it has not come to when the source is lost is lost.
 */
class Replication {
  private readonly copied = new Map<string, string>();

  constructor(
    private readonly from: string,
    private readonly to: string,
    private readonly random: Random,
  ) {}

  /** Copies, of what is new, each file by a chance. */
  copySome(chance: number): void {
    for (const zone of ZONES.filter((name) => existsSync(join(this.from, name)))) {
      for (const name of readdirSync(join(this.from, zone), { recursive: true, encoding: 'utf8' })) {
        const file = join(zone, name);
        if (name.includes('.tmp') || !this.random.chance(chance)) continue;
        this.copy(file);
      }
    }
  }

  private copy(file: string): void {
    const source = join(this.from, file);
    try {
      const { mtimeMs, size } = statSync(source, { throwIfNoEntry: false }) ?? {};
      if (size === undefined || !statSync(source).isFile()) return;
      const version = `${mtimeMs} ${size}`;
      if (this.copied.get(file) === version) return;
      mkdirSync(dirname(join(this.to, file)), { recursive: true });
      cpSync(source, join(this.to, file));
      this.copied.set(file, version);
    } catch (error) {
      // A file in the making, renamed meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

optional(BUILT)('a replica of a directory whose run was killed', () => {
  let directory: string;
  let feed: string[];
  const primary = (): string => join(directory, 'primary');
  const replica = (): string => join(directory, 'replica');
  const table = (out: string, zone: string): string => join(out, zone, 'orders');

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'failover-'));
    const contract = join(directory, 'orders.odcs.yaml');
    const file = join(directory, 'orders.ndjson');
    writeFileSync(contract, ORDERS_CONTRACT);
    writeFileSync(file, events());
    feed = ['run', '--contract', contract, '--events', file, '--out'];
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it('is brought up, goes on where its tables end, and then holds what an undisturbed run holds', async () => {
    const replication = new Replication(primary(), replica(), new Random(7));
    const child = startLakehouse([...feed, primary()]);
    const exited = once(child, 'exit');
    while (commits(table(primary(), 'bronze')) < 2 && child.exitCode === null) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    replication.copySome(1);
    while (commits(table(primary(), 'bronze')) < 3 && child.exitCode === null) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(child.exitCode).toBeNull();
    process.kill(-child.pid!, 'SIGKILL');
    await exited;
    replication.copySome(0.7);

    // Copies refuse to be used as they are.
    const asTheyAre = lakehouse([...feed, replica()]);
    expect(asTheyAre.code).toBe(2);
    expect(asTheyAre.stderr).toContain('lakehouse failover');

    const tried = lakehouse(['failover', '--out', replica(), '--dry-run']);
    expect(tried).toMatchObject({ code: 0, stderr: '' });
    expect(tried.stdout).toContain('Nothing was changed.');
    const { code, stdout, stderr } = lakehouse(['failover', '--out', replica()]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const zone of ZONES) expect(stdout).toMatch(new RegExp(`${zone}/orders +brought-up `));
    expect(stdout.replace(/\nBrought up in[^\n]*/, '')).toBe(
      tried.stdout.replace('\nNothing was changed.', ''),
    );

    rmSync(primary(), { recursive: true });
    const restored = (await contentOf(table(replica(), 'bronze'))).rows;
    expect(restored).toBeGreaterThan(0);
    expect(lakehouse([...feed, replica()]).code).toBe(0);
    const { records } = summaryOf(replica());
    expect(records.accepted).toBe(ROWS - ROWS / 500 - restored);

    const undisturbed = join(directory, 'undisturbed');
    expect(lakehouse([...feed, undisturbed]).code).toBe(0);
    for (const zone of ZONES) {
      expect(await contentOf(table(replica(), zone))).toEqual(await contentOf(table(undisturbed, zone)));
    }

    const again = lakehouse(['failover', '--out', replica()]);
    expect(again.stdout).toMatch(/bronze\/orders +was-up /);
  }, 180_000);
});

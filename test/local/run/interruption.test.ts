import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { optional } from '../../skip';
import { ORDERS_CONTRACT } from './contract';
import { BUILT, commits, contentOf, lakehouse, startLakehouse, summaryOf } from './laptop';

const ROWS = 80_000;

/** Enough for ten batches; every 500th record is not one the contract takes. */
function events(): string {
  const lines = [];
  for (let id = 0; id < ROWS; id++) {
    lines.push(
      id % 500 === 7 ? `{"id":"order ${id}"}` : `{"id":${id},"amount":${id / 100},"note":"order ${id}"}`,
    );
  }
  return lines.join('\n');
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let waited = 0; !condition(); waited += 10) {
    if (waited > 30_000) throw new Error(`Waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Processes that the given one started (proc(5)). */
function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8')
      .trim()
      .split(/\s+/)
      .filter(Boolean)
      .map(Number),
  );
}

const LINUX = {
  name: '/proc',
  present: process.platform === 'linux' && existsSync('/proc/self/task'),
  install: 'run on Linux',
};

optional(BUILT)('a run that is killed', () => {
  let directory: string;
  let args: string[];
  const undisturbed = (): string => join(directory, 'undisturbed');
  const killed = (): string => join(directory, 'killed');
  const table = (out: string, zone: string): string => join(out, zone, 'orders');

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'killed-'));
    const contract = join(directory, 'orders.odcs.yaml');
    const file = join(directory, 'orders.ndjson');
    writeFileSync(contract, ORDERS_CONTRACT);
    writeFileSync(file, events());
    args = ['run', '--contract', contract, '--events', file, '--out'];
    expect(lakehouse([...args, undisturbed()]).code).toBe(0);
    expect(summaryOf(undisturbed()).records).toMatchObject({
      read: ROWS,
      accepted: 79_840,
      quarantined: 160,
    });
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  /** Starts a run and kills it once bronze has been committed to so many times; tells whether it was still running. */
  async function killAt(count: number, kill: (child: ChildProcess) => void): Promise<boolean> {
    const child = startLakehouse([...args, killed()]);
    const exited = once(child, 'exit');
    await until(
      () => commits(table(killed(), 'bronze')) >= count || child.exitCode !== null,
      `commit ${count}`,
    );
    const running = child.exitCode === null;
    if (running) kill(child);
    await exited;
    return running;
  }

  async function expectSameTables(): Promise<void> {
    for (const zone of ['bronze', 'silver', 'quarantine']) {
      expect(await contentOf(table(killed(), zone))).toEqual(await contentOf(table(undisturbed(), zone)));
    }
  }

  it('has the tables of an undisturbed run once it was run again, however often it was killed', async () => {
    const group = (child: ChildProcess): boolean => process.kill(-child.pid!, 'SIGKILL');
    const moments = [];
    for (const count of [0, 1, 3, 5]) moments.push(await killAt(count, group));
    expect(moments).toEqual([true, true, true, true]);
    const before = (await contentOf(table(killed(), 'bronze'))).rows;
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(79_840);

    expect(lakehouse([...args, killed()]).code).toBe(0);
    await expectSameTables();
    const { records } = summaryOf(killed());
    expect(records.accepted).toBe(79_840 - before);
    expect(records.read).toBe(ROWS);
    rmSync(killed(), { recursive: true });
  });

  optional(LINUX)('without its functions', () => {
    it('stops them: nothing goes on writing', async () => {
      let orphans: number[] = [];
      const running = await killAt(2, (child) => {
        orphans = childrenOf(child.pid!);
        child.kill('SIGKILL');
      });
      expect(running).toBe(true);
      expect(orphans.length).toBeGreaterThan(0);
      await until(() => orphans.every((pid) => !isRunning(pid)), 'the functions to end');
      expect(lakehouse([...args, killed()]).code).toBe(0);
      await expectSameTables();
    });
  });
});

/** An orphan nobody has waited for yet is a zombie, which runs no more. */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

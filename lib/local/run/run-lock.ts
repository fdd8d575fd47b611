import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Another run is using the directory. */
export class DirectoryInUse extends Error {
  constructor(file: string, pid: number) {
    super(
      `${dirname(dirname(file))} is in use by another run (process ${pid}). Wait for it, or choose another directory with --out.`,
    );
    this.name = 'DirectoryInUse';
  }
}

interface Holder {
  readonly pid: number;
  /** Distinguishes a process from a later one with the same id; empty where the system does not tell. */
  readonly startedAt: string;
}

/**
 * One run at a time in a directory. The tables would bear two, but the ledger and the report belong to one. A lock
 * whose process is gone is taken over.
 */
export class RunLock {
  /** @throws DirectoryInUse */
  static acquire(file: string): RunLock {
    makeDirectory(dirname(file));
    const mine = `${file}.${process.pid}`;
    const holder: Holder = { pid: process.pid, startedAt: startOf(process.pid) };
    writeFileSync(mine, JSON.stringify(holder));
    try {
      for (;;) {
        if (tryLink(mine, file)) return new RunLock(file);
        const current = readHolder(file);
        if (current && isAlive(current)) throw new DirectoryInUse(file, current.pid);
        takeAway(file, current);
      }
    } finally {
      rmSync(mine, { force: true });
    }
  }

  private constructor(private readonly file: string) {}

  release(): void {
    rmSync(this.file, { force: true });
  }
}

/** One after the other: where no directory can be made (/proc), Node tries for ever to make them in one call. */
function makeDirectory(directory: string): void {
  if (existsSync(directory)) return;
  makeDirectory(dirname(directory));
  try {
    mkdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Exclusive and with its content in one step, which creating and then writing a file is not. */
function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a stale lock out of the way. Another run may have replaced it in between: then it is put back. */
function takeAway(file: string, stale: Holder | undefined): void {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = readHolder(aside);
  if (moved && (moved.pid !== stale?.pid || moved.startedAt !== stale.startedAt)) tryLink(aside, file);
  rmSync(aside, { force: true });
}

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

function isAlive({ pid, startedAt }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return !isDefunct(pid) && startOf(pid) === startedAt;
}

/** Killed, and listed only because nobody has asked for its exit code: for ever in a container without an init. */
function isDefunct(pid: number): boolean {
  return ['Z', 'X'].includes(statusOf(pid)[0] ?? '');
}

/** In clock ticks since boot. */
function startOf(pid: number): string {
  return statusOf(pid)[19] ?? '';
}

/** What proc(5) lists of a process after its name, field 3 (the state) first; empty where the system does not tell. */
function statusOf(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

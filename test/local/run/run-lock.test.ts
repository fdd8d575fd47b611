import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { DirectoryInUse, RunLock } from '../../../lib/local/run/run-lock';

describe('the lock of a directory', () => {
  let directory: string;
  let file: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'lock-'));
    file = join(directory, '.lakehouse', 'lock');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('lets one run in and names it to the next', () => {
    const lock = RunLock.acquire(file);
    expect(() => RunLock.acquire(file)).toThrow(DirectoryInUse);
    expect(() => RunLock.acquire(file)).toThrow(
      `${directory} is in use by another run (process ${process.pid})`,
    );
    lock.release();
    RunLock.acquire(file).release();
    expect(readdirSync(join(directory, '.lakehouse'))).toEqual([]);
  });

  it('fails where no directory can be made, at once', () => {
    const impossible = process.platform === 'linux' ? '/proc/lakehouse' : join(file, 'no-directory');
    expect(() => RunLock.acquire(join(impossible, '.lakehouse', 'lock'))).toThrow(/ENOENT|ENOTDIR/);
  });

  it('is taken over from a process that is gone', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    RunLock.acquire(file).release();
    writeFileSync(file, JSON.stringify({ pid, startedAt: '1' }));
    RunLock.acquire(file).release();
    expect(existsSync(file)).toBe(false);
  });

  const onLinux = process.platform === 'linux' ? it : it.skip;

  onLinux('is taken over from a process that was killed and that its parent never asked after', async () => {
    const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60']);
    try {
      const [printed] = (await once(parent.stdout, 'data')) as [Buffer];
      const pid = Number(printed.toString());
      const status = (): string[] => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
      while (status()[0] !== 'Z') await setTimeout(10);
      RunLock.acquire(file).release();
      writeFileSync(file, JSON.stringify({ pid, startedAt: status()[19] }));
      RunLock.acquire(file).release();
      expect(existsSync(file)).toBe(false);
    } finally {
      parent.kill('SIGKILL');
    }
  });

  it('is taken over from an earlier process with the same id, and from a lock that says nothing', () => {
    RunLock.acquire(file).release();
    if (process.platform === 'linux') {
      writeFileSync(file, JSON.stringify({ pid: process.pid, startedAt: 'long ago' }));
      RunLock.acquire(file).release();
    }
    writeFileSync(file, '');
    RunLock.acquire(file).release();
    expect(existsSync(file)).toBe(false);
  });
});

import { join } from 'node:path';
import { DirectoryInUse, RunLock } from '../lib/local';
import { CommandFailed } from './command-failed';

/** One command at a time works on the tables of a directory. */
export function lockDirectory(out: string): RunLock {
  try {
    return RunLock.acquire(join(out, '.lakehouse', 'lock'));
  } catch (error) {
    if (error instanceof DirectoryInUse) throw new CommandFailed(error.message, 1);
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== undefined) throw new CommandFailed(`--out ${out}: ${message}`, 1);
    throw error;
  }
}

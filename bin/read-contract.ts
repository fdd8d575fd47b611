import { ContractError, DataContract } from '../lib/contract';
import { CommandFailed } from './command-failed';

/** @throws CommandFailed listing every problem, or naming the file that cannot be read */
export function readContract(file: string): DataContract {
  try {
    return DataContract.fromFile(file);
  } catch (error) {
    if (error instanceof ContractError) throw CommandFailed.usage(error.message);
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw CommandFailed.usage(`${file}: no such file`);
    if (code === 'EISDIR' || code === 'EACCES') throw CommandFailed.usage(`${file}: the file cannot be read`);
    throw error;
  }
}

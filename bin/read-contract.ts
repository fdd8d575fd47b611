import { ContractError, DataContract } from '../lib/contract';
import { CommandFailed } from './command-failed';

/** @throws CommandFailed listing every problem, a file that cannot be read among them */
export function readContract(file: string): DataContract {
  try {
    return DataContract.fromFile(file);
  } catch (error) {
    if (error instanceof ContractError) throw CommandFailed.usage(error.message);
    throw error;
  }
}

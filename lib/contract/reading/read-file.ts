import { existsSync, readFileSync } from 'node:fs';
import type { _DataContractFields } from '../data-contract';
import { lockFileOf, parseLock } from '../lock/contract-lock';
import type { LockFile } from './check-lock';
import { Problems } from './problems';
import { readText } from './read-text';

/**
 * Reads and checks a contract file, against its lock if one lies beside it; an unreadable file is a problem like any
 * other.
 */
export function readFile(path: string): _DataContractFields {
  return readText(textOf(path), path, readLock(path));
}

/** The same without regard to a lock: to make a new one. */
export function readUnlockedFile(path: string): _DataContractFields {
  return readText(textOf(path), path);
}

/** The lock beside a contract file; undefined where there is none. @throws ContractError when it cannot be read */
export function readLock(contractFile: string): LockFile | undefined {
  const path = lockFileOf(contractFile);
  if (!existsSync(path)) return undefined;
  const text = textOf(path);
  try {
    return { path, lock: parseLock(text) };
  } catch (error) {
    const problems = new Problems(path);
    const message = `${(error as Error).message} Take the committed one, or delete it and make it anew: npx lakehouse lock.`;
    problems.report({ line: 0, column: 0, path: '' }, message);
    throw problems.error();
  }
}

function textOf(path: string): string {
  const refuse = (message: string): Error => {
    const problems = new Problems(path);
    problems.report({ line: 0, column: 0, path: '' }, message);
    return problems.error();
  };
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw refuse(`there is no such file. Paths are relative to ${process.cwd()}.`);
    if (code === 'EISDIR') throw refuse('is a directory: give the path of the contract file in it.');
    throw refuse(`cannot be read: ${message}`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw refuse('is not UTF-8 text: save it as UTF-8.');
  }
}

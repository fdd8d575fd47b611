import { readFileSync } from 'node:fs';
import type { _DataContractFields } from '../data-contract';
import { Problems } from './problems';
import { readText } from './read-text';

/** Reads and checks a contract file; an unreadable file is a problem like any other. */
export function readFile(path: string): _DataContractFields {
  return readText(textOf(path), path);
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

import { existsSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ContractError } from '../lib/contract';
import { contractChanges, type ContractChange } from '../lib/contract/lock/changes';
import { type ContractLock, lockFileOf, lockOf, lockText } from '../lib/contract/lock/contract-lock';
import { readFile, readLock, readUnlockedFile } from '../lib/contract/reading/read-file';
import { CommandFailed } from './command-failed';

/** Records what readers of the contracts' tables rely on from now on, in a file beside each contract. */
export function lock(args: string[]): void {
  const { files, allowBreaking } = options(args);
  const problems: string[] = [];
  for (const file of files) {
    try {
      process.stdout.write(lockContract(file, allowBreaking));
    } catch (error) {
      if (!(error instanceof ContractError || error instanceof CommandFailed)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length > 0) throw CommandFailed.usage(problems.join('\n'));
}

function options(args: string[]): { files: string[]; allowBreaking: boolean } {
  let parsed;
  try {
    parsed = parseArgs({ args, options: { 'allow-breaking': { type: 'boolean' } }, allowPositionals: true });
  } catch (error) {
    throw CommandFailed.usage(`${(error as Error).message}. See lakehouse lock --help`);
  }
  const { values, positionals } = parsed;
  if (positionals.length === 0)
    throw CommandFailed.usage('lock needs at least one contract. See lakehouse lock --help');
  return { files: positionals, allowBreaking: values['allow-breaking'] ?? false };
}

function lockContract(file: string, allowBreaking: boolean): string {
  const path = lockFileOf(file);
  const now = lockOf(allowBreaking ? readUnlockedFile(file) : readFile(file));
  const before = allowBreaking && !existsSync(path) ? undefined : readLock(file)?.lock;
  const changes = before === undefined ? [] : contractChanges(before, now);
  requireNewVersion(file, before, now, changes);
  writeFileSync(path, lockText(now));
  const what = before === undefined ? 'locked' : changes.length === 0 ? 'unchanged' : 'locked anew';
  return [`${path}: ${what}, version ${now.version}`, ...changes.map(line), ''].join('\n');
}

/** Who reads a version must find under it what it was. */
function requireNewVersion(
  file: string,
  before: ContractLock | undefined,
  now: ContractLock,
  changes: readonly ContractChange[],
): void {
  if (before === undefined || changes.length === 0 || before.version !== now.version) return;
  const listed = changes.map(line).join('\n');
  throw CommandFailed.usage(
    `${file}: version ${now.version} is locked already, and was something else:\n${listed}\nGive the contract a new version.`,
  );
}

function line({ table, column, what, breaks }: ContractChange): string {
  const subject = column === undefined ? table : `${table}.${column}`;
  return `  ${subject} ${what}${breaks === undefined ? '' : `: breaks readers, ${breaks}`}`;
}

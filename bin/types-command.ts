import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { recordTypes } from '../lib/contract/record-types';
import { CommandFailed } from './command-failed';
import { readContract } from './read-contract';

/** Writes the TypeScript types of a contract's records, or checks that a file holds them as they are now. */
export function types(args: string[]): void {
  const { contract: file, schema: name, out, check } = options(args);
  const contract = readContract(file);
  const text = recordTypes(contract, schemaOf(contract, name));
  if (out === undefined) {
    process.stdout.write(text);
    return;
  }
  const before = existsSync(out) ? readFileSync(out, 'utf8') : undefined;
  if (before?.replaceAll('\r\n', '\n') === text) {
    process.stdout.write(`${out}: up to date\n`);
    return;
  }
  if (check) {
    const state = before === undefined ? 'is not there' : 'is out of date';
    throw new CommandFailed(`${out} ${state}. Write it: lakehouse types --contract ${file} --out ${out}`, 1);
  }
  writeFileSync(out, text);
  process.stdout.write(`${out}: written, version ${contract.version}\n`);
}

function schemaOf(
  contract: ReturnType<typeof readContract>,
  name: string | undefined,
): ReturnType<typeof contract.schema> {
  try {
    return contract.schema(name);
  } catch (error) {
    throw CommandFailed.usage((error as Error).message);
  }
}

interface TypesOptions {
  readonly contract: string;
  readonly schema?: string;
  readonly out?: string;
  readonly check: boolean;
}

function options(args: string[]): TypesOptions {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        contract: { type: 'string' },
        schema: { type: 'string' },
        out: { type: 'string' },
        check: { type: 'boolean' },
      },
    }));
  } catch (error) {
    throw CommandFailed.usage(`${(error as Error).message}. See lakehouse types --help`);
  }
  const { contract, schema, out, check = false } = values;
  const empty = Object.entries(values).find(([, value]) => value === '');
  if (empty) throw CommandFailed.usage(`--${empty[0]} has no value. See lakehouse types --help`);
  if (contract === undefined)
    throw CommandFailed.usage('types needs --contract FILE. See lakehouse types --help');
  if (check && out === undefined)
    throw CommandFailed.usage('--check needs --out FILE: the file to be checked');
  return { contract, schema, out, check };
}

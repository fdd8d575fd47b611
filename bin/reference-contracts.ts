import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DataContract } from '../lib/contract';
import type { GoldTable } from './reference-stack';

const SUFFIX = '.odcs.yaml';

/** Contracts by file name; those of the examples where none is named. Relative names start at the working directory. */
export function readContracts(files: string[] = []): DataContract[] {
  const paths = files.length > 0 ? files.map((file) => resolve(file)) : exampleContractFiles();
  return paths.map((path) => DataContract.fromFile(path));
}

/** The examples of the repository, from the sources as from `dist`. */
export function exampleContractFiles(): string[] {
  const candidates = [join(__dirname, '../examples/contracts'), join(__dirname, '../../examples/contracts')];
  const directory = candidates.find((candidate) => existsSync(candidate));
  if (directory === undefined) {
    throw new Error(
      'There are no example contracts beside this program. Name your own: npx cdk synth -c contracts=my.odcs.yaml',
    );
  }
  return readdirSync(directory)
    .filter((name) => name.endsWith(SUFFIX))
    .sort()
    .map((name) => join(directory, name));
}

/** The gold table of the examples: what their contracts' products are made into. */
export function exampleGold(): GoldTable[] {
  const directory = join(dirname(exampleContractFiles()[0]), '..', 'gold');
  const name = 'delay-by-distance';
  return [
    {
      product: 'flights',
      contract: DataContract.fromFile(join(directory, `${name}.odcs.yaml`)),
      sql: join(directory, `${name}.sql`),
    },
  ];
}

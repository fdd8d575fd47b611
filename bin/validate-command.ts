import { CommandFailed } from './command-failed';
import { readContract } from './read-contract';

/** Reads each contract; says what each holds, or everything that is wrong with it. */
export function validate(files: string[]): void {
  const option = files.find((file) => file.startsWith('-'));
  if (option !== undefined)
    throw CommandFailed.usage(`validate has no option ${option}. See lakehouse validate --help`);
  if (files.length === 0)
    throw CommandFailed.usage('validate needs at least one contract. See lakehouse validate --help');
  const problems: string[] = [];
  for (const file of files) {
    try {
      const contract = readContract(file);
      const tables = contract.schemas.map(
        ({ name, properties }) =>
          `${name} (${properties.length} ${properties.length === 1 ? 'property' : 'properties'})`,
      );
      process.stdout.write(`${file}: valid, version ${contract.version}: ${tables.join(', ')}\n`);
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length > 0) throw CommandFailed.usage(problems.join('\n'));
}

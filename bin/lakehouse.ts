#!/usr/bin/env node
import { CommandFailed } from './command-failed';
import { COMMANDS } from './commands';
import { helpOf, overview } from './help';

async function main([name, ...rest]: string[]): Promise<void> {
  const asked = rest.some((one) => one === '--help' || one === '-h');
  if (name === undefined || name === '--help' || name === '-h') {
    process.stdout.write(overview());
    return;
  }
  if (!Object.hasOwn(COMMANDS, name)) {
    const names = Object.keys(COMMANDS).join(', ');
    throw CommandFailed.usage(`"${name}" is not a command. Allowed: ${names}. See lakehouse --help`);
  }
  if (asked) {
    process.stdout.write(helpOf(name));
    return;
  }
  const command = await COMMANDS[name].load();
  await command(rest);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const known = error instanceof CommandFailed;
  const text = known
    ? error.message
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = known ? error.exitCode : 1;
});

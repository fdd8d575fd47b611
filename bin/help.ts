import { COMMANDS } from './commands';

/** Widest line of a terminal that is not asked how wide it is. */
const WIDTH = 120;

const EXIT_CODES = 'Exit codes: 0 done; 2 a contract or an input that cannot be used; 1 anything else.';

/** Every command with a line on what it does. */
export function overview(): string {
  const usages = Object.values(COMMANDS).flatMap((command) => Object.entries(command.usages));
  return [
    'lakehouse: a data lakehouse from data contracts',
    '',
    ...rows(usages),
    '',
    'Options of a command: lakehouse COMMAND --help',
    EXIT_CODES,
    'Running again over the same events adds nothing; running again after an interruption goes on where it stopped.',
    '',
  ].join('\n');
}

/** One command with its options. */
export function helpOf(name: string): string {
  const { usages, options } = COMMANDS[name];
  return [
    ...rows(Object.entries(usages)),
    '',
    ...(Object.keys(options).length === 0 ? [] : [...rows(Object.entries(options)), '']),
    EXIT_CODES,
    '',
  ].join('\n');
}

/** Two columns; the second goes on below itself where a line is not enough. */
function rows(pairs: readonly (readonly [string, string])[]): string[] {
  const first = Math.max(...pairs.map(([left]) => left.length)) + 2;
  return pairs.flatMap(([left, right]) =>
    wrapped(right, WIDTH - first - 2).map(
      (line, index) => `  ${(index === 0 ? left : '').padEnd(first)}${line}`,
    ),
  );
}

function wrapped(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines[lines.length - 1];
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MaskingKey } from '../lambda/pipeline/masking/masking-key';
import { detokenize as detokenizer } from '../lambda/pipeline/masking/token';
import { uuidText } from '../lambda/tables/single-value';
import { CommandFailed } from './command-failed';

const FORMS: { readonly [type: string]: RegExp } = {
  string: /^/,
  int: /^-?\d{1,10}$/,
  long: /^-?\d{1,19}$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
};

/** Prints the value of each token, a line each, for whoever has the key. */
export async function detokenize(args: string[]): Promise<void> {
  const { key, type, tokens } = readArguments(args);
  const open = detokenizer(type, new MaskingKey(key));
  for (const token of tokens) {
    if (!FORMS[type].test(token)) throw new CommandFailed(`${token} is no token of type ${type}.`, 2);
    try {
      process.stdout.write(`${text(type, open(valueOf(type, token)))}\n`);
    } catch (error) {
      throw new CommandFailed(`${token} cannot be turned back. ${(error as Error).message}`, 2);
    }
  }
}

function valueOf(type: string, token: string): unknown {
  if (type === 'int') return Number(token);
  if (type === 'long') return BigInt(token);
  return type === 'uuid' ? Uint8Array.from(Buffer.from(token.replaceAll('-', ''), 'hex')) : token;
}

function text(type: string, value: unknown): string {
  return type === 'uuid' ? uuidText(value as Uint8Array) : String(value);
}

function readArguments(args: string[]): { key: string; type: string; tokens: string[] } {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        key: { type: 'string' },
        out: { type: 'string' },
        type: { type: 'string', default: 'string' },
      },
    });
    const { key, out, type } = values;
    if (!(type in FORMS)) throw new Error(`--type is "${type}". Allowed: ${Object.keys(FORMS).join(', ')}`);
    if (positionals.length === 0) throw new Error('detokenize needs tokens');
    if ((key === undefined) === (out === undefined))
      throw new Error(
        'detokenize needs --key FILE, which holds the text of the secret, or --out DIR, of a run on this machine',
      );
    return { key: key === undefined ? keyOf(out!) : read(key), type, tokens: positionals };
  } catch (error) {
    throw CommandFailed.usage(`${(error as Error).message}. See lakehouse detokenize --help`);
  }
}

/** The key that a run on this machine made; there is one, unless several products were run into the directory. */
function keyOf(out: string): string {
  const file = join(out, '.lakehouse', 'secrets.json');
  const secrets = existsSync(file) ? Object.values(JSON.parse(read(file)) as Record<string, string>) : [];
  if (secrets.length === 1) return secrets[0];
  throw new Error(`${out} has ${secrets.length} keys (${file}): write one to a file, and name it by --key`);
}

function read(file: string): string {
  if (!existsSync(file)) throw new Error(`${file} does not exist`);
  return readFileSync(file, 'utf8').trim();
}

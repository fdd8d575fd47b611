import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  BatchGivenUp,
  type Listening,
  NothingToServe,
  ProvisioningFailed,
  SecretWithoutFields,
  serveOnLaptop,
  type ServedRoute,
  UnknownSecret,
} from '../lib/local';
import { CommandFailed } from './command-failed';
import { lockDirectory } from './directory-lock';

interface ServeArguments {
  readonly app: string;
  readonly out: string;
  readonly port: number;
  /** Name → text. */
  readonly secrets: ReadonlyMap<string, string>;
}

const DEFAULT_PORT = 8080;
const ENDING = ['SIGINT', 'SIGTERM'] as const;

/** Listens on this machine for what producers send to the HTTP APIs of an app, and puts it into tables. */
export async function serve(args: string[]): Promise<void> {
  const { app, out, port, secrets } = readArguments(args);
  const stop = new AbortController();
  const end = (): void => stop.abort();
  for (const signal of ENDING) process.once(signal, end);
  const lock = lockDirectory(out);
  try {
    const failures = await serveOnLaptop({
      assembly: app,
      out,
      port,
      secrets,
      stop: stop.signal,
      listening: (listening) => say(greeting(listening, out)),
      answered: ({ method, path, status, milliseconds }) =>
        say(`${status} ${method} ${path} ${Math.round(milliseconds)} ms`),
      told: say,
    });
    if (failures.length > 0) {
      throw new CommandFailed(`${failures.length} of what followed failed. The next run tries again.`, 1);
    }
  } catch (error) {
    throw asCommandFailed(error, port);
  } finally {
    for (const signal of ENDING) process.off(signal, end);
    lock.release();
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function asCommandFailed(error: unknown, port: number): unknown {
  if (
    [NothingToServe, UnknownSecret, SecretWithoutFields, ProvisioningFailed].some(
      (known) => error instanceof known,
    )
  ) {
    return CommandFailed.usage((error as Error).message);
  }
  if (error instanceof BatchGivenUp) {
    return new CommandFailed(
      `${error.message}\nServe again once its cause is mended: nothing was skipped.`,
      1,
    );
  }
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE' || code === 'EACCES') {
    return CommandFailed.usage(`Port ${port} is not free (${code}). Choose another: --port N, or 0 for any.`);
  }
  return error;
}

function greeting({ routes, secrets }: Listening, out: string): string {
  const lines = routes.flatMap((route) => [`${route.method} ${route.url}`, ...howToSend(route)]);
  for (const { name, file } of secrets) {
    lines.push(`Secret ${name}: ${file ?? 'as given'}`);
  }
  return [...lines, `Tables ${out}`, 'Ctrl-C ends it.'].join('\n');
}

function howToSend({ webhook, authorization, method }: ServedRoute): string[] {
  if (authorization !== undefined)
    return [`  ${authorization} is not asked on this machine: whoever sends is let in`];
  const { hmac, apiKey } = webhook?.authentication ?? {};
  if (method === 'GET') return ['  a handshake: answered with its challenge'];
  if (apiKey !== undefined) return [`  ${apiKey.header}: ${apiKey.prefix}<secret>`];
  if (hmac === undefined) return [];
  const { header, prefix, algorithm, encoding, signedContent, timestamp } = hmac;
  return [
    `  ${header}: ${prefix}<${encoding} of HMAC-${algorithm.toUpperCase()} over ${signedContent}>`,
    ...(timestamp === undefined ? [] : [`  ${timestamp.header}: ${timestamp.prefix}<time>`]),
  ];
}

function readArguments(args: string[]): ServeArguments {
  try {
    const { values } = parseArgs({
      args,
      options: {
        app: { type: 'string', default: 'cdk.out' },
        out: { type: 'string', default: 'lakehouse-out' },
        port: { type: 'string', default: String(DEFAULT_PORT) },
        secret: { type: 'string', multiple: true, default: [] },
      },
    });
    const app = resolve(values.app);
    if (!existsSync(join(app, 'manifest.json')))
      throw new Error(`--app ${app} is no cloud assembly: it has no manifest.json. Make one: npx cdk synth`);
    if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535)
      throw new Error(`--port is "${values.port}". Allowed: 0 to 65535, 0 for any that is free`);
    return {
      app,
      out: resolve(values.out),
      port: Number(values.port),
      secrets: new Map(values.secret.map(secretOf)),
    };
  } catch (error) {
    throw CommandFailed.usage(`${(error as Error).message}. See lakehouse serve --help`);
  }
}

/** An editor puts a line end behind the text: it is none of the secret. */
function secretOf(given: string): [name: string, text: string] {
  const at = given.indexOf('=');
  if (at < 1) throw new Error(`--secret is "${given}". Allowed: NAME=FILE, FILE holding its text`);
  const [name, file] = [given.slice(0, at), given.slice(at + 1)];
  try {
    return [name, readFileSync(file, 'utf8').replace(/\r?\n$/, '')];
  } catch (error) {
    throw new Error(`--secret ${name}: ${(error as Error).message}`, { cause: error });
  }
}

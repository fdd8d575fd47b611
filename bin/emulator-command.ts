import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  EmulatorRun,
  MOTO_SUPPORTED_TYPES,
  NotDeployed,
  detachUnsupported,
  stackNames,
} from '../lib/local/emulator';
import { workerModule } from '../lib/local/package-root';
import { CommandFailed } from './command-failed';

/** In the ARNs that take the place of what was left out; nothing the functions do depends on it. */
const ACCOUNT = '000000000000';

interface EmulatorArguments {
  readonly app: string;
  readonly out: string;
  readonly stack?: string;
  readonly endpoint?: string;
  readonly region: string;
  readonly once: boolean;
}

/**
 * `emulator detach` writes a copy of a cloud assembly that an emulator can deploy; `emulator run`, after `cdk deploy`,
 * creates the tables and runs the functions on what arrives in the emulator's streams.
 */
export async function emulator(args: string[]): Promise<void> {
  const [verb, ...rest] = args;
  if (verb !== 'detach' && verb !== 'run') {
    throw CommandFailed.usage(
      `emulator needs one of: detach, run. Received ${verb ?? 'nothing'}. See lakehouse emulator --help`,
    );
  }
  const parsed = parse(rest);
  return verb === 'detach' ? detach(parsed) : run(parsed);
}

function detach({ app, out, region }: EmulatorArguments): void {
  requireAssembly(app);
  const stacks = detachUnsupported({
    assembly: app,
    out,
    supported: MOTO_SUPPORTED_TYPES,
    account: ACCOUNT,
    region,
  });
  for (const { stack, kept, detached } of stacks) {
    const types = [...new Set(Object.values(detached))].sort();
    process.stdout.write(`${stack}: ${kept} resources to deploy, left out: ${types.join(', ')}\n`);
  }
  process.stdout.write(`Deploy it: npx cdk deploy --app ${out} --method=direct --require-approval never\n`);
}

async function run({ app, stack, endpoint, region, once }: EmulatorArguments): Promise<void> {
  const [first] = requireAssembly(app);
  if (endpoint === undefined || !URL.canParse(endpoint)) {
    throw CommandFailed.usage(
      `emulator run needs --endpoint URL, for example http://127.0.0.1:5000. Received ${endpoint ?? 'none'}`,
    );
  }
  const emulatorRun = await EmulatorRun.connect({
    assembly: app,
    stack: stack ?? first,
    endpoint: { url: endpoint, region },
    worker: workerModule(),
    output: (line) => process.stderr.write(`${line}\n`),
  }).catch((error: unknown) => {
    throw error instanceof NotDeployed ? CommandFailed.usage(error.message) : error;
  });
  for (const table of await emulatorRun.provisionTables()) process.stdout.write(`Table ${table}\n`);
  let stopped = once;
  process.once('SIGINT', () => (stopped = true));
  if (!once) process.stdout.write('Reading the streams; Ctrl-C ends it.\n');
  const { records, discarded } = await emulatorRun.deliver(() => stopped);
  for (const [stream, count] of records) process.stdout.write(`${stream}: ${count} records\n`);
  for (const table of await emulatorRun.refine()) process.stdout.write(`Up to date: ${table}\n`);
  if (discarded > 0)
    throw new CommandFailed(`${discarded} batches were given up: see their dead-letter queues`, 1);
}

function requireAssembly(directory: string): string[] {
  try {
    return stackNames(directory);
  } catch {
    throw CommandFailed.usage(
      `--app ${directory} is no cloud assembly. Make one: npx cdk synth --output ${directory}`,
    );
  }
}

function parse(args: string[]): EmulatorArguments {
  try {
    const { values } = parseArgs({
      args,
      options: {
        app: { type: 'string' },
        out: { type: 'string' },
        stack: { type: 'string' },
        endpoint: { type: 'string' },
        region: { type: 'string' },
        once: { type: 'boolean' },
      },
    });
    return {
      ...values,
      region: values.region ?? 'us-east-1',
      app: resolve(values.app ?? 'cdk.out'),
      out: resolve(values.out ?? 'cdk.out.emulator'),
      once: values.once ?? false,
    };
  } catch (error) {
    throw CommandFailed.usage(`${(error as Error).message}. See lakehouse emulator --help`);
  }
}

import { parseArgs } from 'node:util';
import { awsInventory, findOrphans, type Orphan } from '../lib/operations/orphans';
import { CommandFailed } from './command-failed';
import { printable } from './text-table';

/** Prints what a lake left behind in an account and region, and what it costs. Changes nothing. */
export async function orphans(args: string[]): Promise<void> {
  const { region, endpoint, stack, tag, json } = readArguments(args);
  const inventory = await awsInventory({ region, endpoint });
  const found = await findOrphans(inventory, { stackPrefix: stack, tagKey: tag }).catch((error: unknown) => {
    throw new CommandFailed(error instanceof Error ? error.message : String(error), 1);
  });
  process.stdout.write(json ? `${JSON.stringify(found, undefined, 2)}\n` : report(found));
}

function report(found: readonly Orphan[]): string {
  if (found.length === 0) return 'Nothing is left behind.\n';
  const known = found.reduce((sum, { monthlyCost = 0 }) => sum + monthlyCost, 0);
  // Whole: an ARN that is cut cannot be looked up.
  const lines = found.map(({ kind, what, why, monthlyCost }) => {
    const cost = monthlyCost === undefined ? 'by use' : `${monthlyCost.toFixed(2)} US$ a month`;
    return `${kind}: ${printable(what, 2048)}\n  ${printable(why, 2048)}; ${cost}\n`;
  });
  return `${lines.join('')}\nTogether at least ${known.toFixed(2)} US$ a month. Nothing was changed.\n`;
}

function readArguments(args: string[]): {
  readonly region: string;
  readonly endpoint?: string;
  readonly stack?: string;
  readonly tag: string;
  readonly json: boolean;
} {
  try {
    const { values } = parseArgs({
      args,
      options: {
        region: { type: 'string' },
        endpoint: { type: 'string' },
        stack: { type: 'string' },
        tag: { type: 'string' },
        json: { type: 'boolean' },
      },
    });
    const region = values.region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
    if (region === undefined) throw new Error('orphans needs --region REGION, or AWS_REGION');
    const { endpoint, stack, tag = 'DataProduct', json = false } = values;
    if (endpoint !== undefined && !URL.canParse(endpoint)) {
      throw new Error(`--endpoint is "${endpoint}". Allowed: a URL, for example http://127.0.0.1:5000`);
    }
    return { region, endpoint, stack, tag, json };
  } catch (error) {
    throw CommandFailed.usage(`${(error as Error).message}. See lakehouse orphans --help`);
  }
}

import { parseArgs } from 'node:util';
import { type ObjectHistory, restoreObjects, type RestoreOptions } from '../lambda/stores/object-history';
import { CommandFailed } from './command-failed';
import { count } from './text-table';

const SHOWN = 20;

/** Brings the objects of a table, a zone or a bucket back to what they were at a time, and prints what became of them. */
export async function restore(
  args: string[],
  open: () => Promise<ObjectHistory> = openHistory,
): Promise<void> {
  const options = readArguments(args);
  const { restored, newer, unchanged, failed } = await restoreObjects(await open(), options).catch(
    (error: unknown) => {
      throw new CommandFailed(`${options.prefix}: ${(error as Error).message}`, 1);
    },
  );
  const was = options.dryRun ? 'to restore' : 'restored';
  const later = options.exact ? (options.dryRun ? 'to hide' : 'hidden') : 'newer, left as they are';
  process.stdout.write(
    `${count(restored.objects)} objects ${was} (${count(restored.bytes)} bytes), ${count(newer)} ${later}, ` +
      `${count(unchanged)} unchanged\n`,
  );
  if (failed.length === 0) return;
  const lines = failed.slice(0, SHOWN).map(({ uri, error }) => `${uri}: ${error}`);
  throw new CommandFailed(
    [
      `${count(failed.length)} objects could not be restored; run it again once this is mended:`,
      ...lines,
    ].join('\n'),
    1,
  );
}

async function openHistory(): Promise<ObjectHistory> {
  return (await import('../lambda/stores/s3-history')).openS3History();
}

function readArguments(args: string[]): RestoreOptions {
  try {
    const { values } = parseArgs({
      args,
      options: {
        from: { type: 'string' },
        at: { type: 'string' },
        exact: { type: 'boolean' },
        'dry-run': { type: 'boolean' },
      },
    });
    const { from, at, exact, 'dry-run': dryRun } = values;
    if (from === undefined || !/^s3:\/\/[^/]+(\/|$)/.test(from)) {
      throw new Error(
        `restore needs --from s3://BUCKET/PREFIX, a bucket that keeps versions. Received ${from ?? 'none'}`,
      );
    }
    const time = Date.parse(at ?? '');
    if (at === undefined || !/(Z|[+-]\d\d:\d\d)$/.test(at) || Number.isNaN(time)) {
      throw new Error(
        `restore needs --at TIME with its zone, for example 2026-11-30T10:00:00Z. Received ${at ?? 'none'}`,
      );
    }
    return { prefix: `${from.replace(/\/+$/, '')}/`, at: time, exact, dryRun };
  } catch (error) {
    throw CommandFailed.usage(`${(error as Error).message}. See lakehouse restore --help`);
  }
}

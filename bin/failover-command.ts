import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { failOverOnLaptop, tablesIn } from '../lib/local';
import type { FailoverRunOptions, TableFailoverReport } from '../lib/local';
import { CommandFailed } from './command-failed';
import { lockDirectory } from './directory-lock';
import { count, table } from './text-table';

/** Brings up the tables of a directory that were copied there from another one, and prints what is in them and what is lost. */
export async function failover(args: string[]): Promise<void> {
  const { out, dryRun } = readArguments(args);
  const tables = existsSync(out) ? tablesIn(out) : [];
  if (tables.length === 0) {
    throw CommandFailed.usage(
      `--out ${out} holds no tables, DIR/<zone>/<table>. Copy there what is left of the other directory.`,
    );
  }
  const lock = lockDirectory(out);
  try {
    const started = performance.now();
    const reports = await failOverOnLaptop({ out, tables, dryRun });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    process.stdout.write(failoverTable(reports));
    process.stdout.write(
      dryRun
        ? '\nNothing was changed.\n'
        : `\nBrought up in ${seconds} s. Go on: lakehouse run --out ${out}\n`,
    );
    const failures = reports.flatMap(({ zone, table, failure }) =>
      failure === undefined ? [] : [`${zone}/${table}: ${failure}`],
    );
    if (failures.length > 0) throw new CommandFailed(failures.join('\n'), 1);
  } finally {
    lock.release();
  }
}

function failoverTable(reports: readonly TableFailoverReport[]): string {
  return table(
    ['table', 'state', 'as of', 'rows', 'commits lost', 'rows lost'],
    reports.map(({ zone, table, state, asOf, rows, lost, failure }) => [
      `${zone}/${table}`,
      state,
      asOf ?? '',
      rows === undefined ? '' : count(rows),
      failure === undefined ? count(lost?.snapshots ?? 0) : '',
      failure === undefined ? count(lost?.rows ?? 0) : '',
    ]),
  );
}

function readArguments(args: string[]): Pick<FailoverRunOptions, 'out' | 'dryRun'> {
  try {
    const { values } = parseArgs({
      args,
      options: { out: { type: 'string' }, 'dry-run': { type: 'boolean' } },
    });
    const { out, 'dry-run': dryRun = false } = values;
    if (!out) throw new Error('failover needs --out DIR, the directory of the copies');
    return { out: resolve(out), dryRun };
  } catch (error) {
    throw CommandFailed.usage(`${(error as Error).message}. See lakehouse failover --help`);
  }
}

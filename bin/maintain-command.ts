import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { maintainOnLaptop, tablesIn } from '../lib/local';
import type { MaintenanceRunOptions, TableMaintenanceReport } from '../lib/local';
import { CommandFailed } from './command-failed';
import { lockDirectory } from './directory-lock';
import { count, table } from './text-table';

/** Enough to look back on the last few runs. */
const KEEP_LAST = 10;

type MaintainArguments = Omit<MaintenanceRunOptions, 'tables'>;

/** Compacts the tables of a directory, expires their snapshots, removes orphaned files and prints what became of each. */
export async function maintain(args: string[]): Promise<void> {
  const options = readArguments(args);
  const { out, dryRun } = options;
  const tables = existsSync(out) ? tablesIn(out) : [];
  if (tables.length === 0) {
    throw CommandFailed.usage(`--out ${out} holds no tables, DIR/<zone>/<table>. Make some: lakehouse run`);
  }
  const lock = lockDirectory(out);
  try {
    const reports = await maintainOnLaptop({ ...options, tables });
    process.stdout.write(dryRun ? orphanTable(reports) : maintenanceTable(reports));
    const failures = reports.flatMap(({ zone, table, failure }) =>
      failure === undefined ? [] : [`${zone}/${table}: ${failure}`],
    );
    if (failures.length > 0) throw new CommandFailed(failures.join('\n'), 1);
  } finally {
    lock.release();
  }
}

function maintenanceTable(reports: readonly TableMaintenanceReport[]): string {
  return table(
    [
      'table',
      'data files',
      'snapshots expired',
      'orphans removed',
      'files on disk',
      'bytes on disk',
      'freed',
    ],
    reports.map(({ zone, table, dataFiles, snapshotsExpired, orphans, onDisk: { before, after } }) => [
      `${zone}/${table}`,
      dataFiles ? change(dataFiles.before, dataFiles.after) : 'failed',
      snapshotsExpired === undefined ? '' : count(snapshotsExpired),
      orphans ? count(orphans.files) : '',
      change(before.files, after.files),
      change(before.bytes, after.bytes),
      count(before.bytes - after.bytes),
    ]),
  );
}

function orphanTable(reports: readonly TableMaintenanceReport[]): string {
  const rows = reports.map(({ zone, table, orphans }) => [
    `${zone}/${table}`,
    orphans ? count(orphans.files) : 'failed',
    orphans ? count(orphans.bytes) : '',
  ]);
  return `${table(['table', 'orphaned files', 'bytes'], rows)}\nNothing was changed.\n`;
}

function change(before: number, after: number): string {
  return `${count(before)} → ${count(after)}`;
}

function readArguments(args: string[]): MaintainArguments {
  try {
    const { values } = parseArgs({
      args,
      options: {
        out: { type: 'string' },
        'keep-last': { type: 'string' },
        'older-than': { type: 'string' },
        'dry-run': { type: 'boolean' },
      },
    });
    const { out, 'keep-last': keepLast, 'older-than': olderThan, 'dry-run': dryRun = false } = values;
    if (!out) throw new Error('maintain needs --out DIR, the directory of the tables');
    return {
      out: resolve(out),
      keepLast:
        keepLast === undefined ? KEEP_LAST : figure('--keep-last', keepLast, /^[1-9]\d{0,8}$/, 'from 1'),
      ...(olderThan !== undefined && {
        olderThanHours: figure('--older-than', olderThan, /^\d{1,8}(\.\d+)?$/, 'of hours, 0 or more'),
      }),
      dryRun,
    };
  } catch (error) {
    throw CommandFailed.usage(`${(error as Error).message}. See lakehouse maintain --help`);
  }
}

function figure(option: string, text: string, form: RegExp, allowed: string): number {
  if (form.test(text)) return Number(text);
  throw new Error(`${option} is "${text}". Allowed: a number ${allowed}`);
}

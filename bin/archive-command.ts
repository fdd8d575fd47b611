import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { archiveTable, type TableArchival } from '../lambda/tables/archive-partitions';
import { tablesIn } from '../lib/local';
import { CommandFailed } from './command-failed';
import { count, table } from './text-table';

interface ArchiveArguments {
  readonly tables: readonly string[];
  readonly olderThanDays: number;
  readonly dryRun: boolean;
}

/** Tags the files of a table's old partitions for a lifecycle rule; for a directory it says what would be archived. */
export async function archive(args: string[]): Promise<void> {
  const request = readArguments(args);
  const tables: TableArchival[] = [];
  for (const uri of request.tables) tables.push(await archiveTable(uri, request));
  process.stdout.write(reportOf(tables, request.dryRun));
  const failures = tables.flatMap(({ table: uri, failure }) =>
    failure === undefined ? [] : `${uri}: ${failure}`,
  );
  if (failures.length > 0) throw new CommandFailed(failures.join('\n'), 1);
}

function reportOf(archived: readonly TableArchival[], dryRun: boolean): string {
  const number = (value: number | undefined) => (value === undefined ? 'failed' : count(value));
  const rows = archived.map(({ table: uri, partitions, files, tagged, taggedBytes, small }) => [
    uri,
    ...[partitions, files, tagged, taggedBytes, small].map(number),
  ]);
  const heading = [
    'table',
    'old partitions',
    'their files',
    dryRun ? 'to tag' : 'tagged',
    'bytes',
    'too small',
  ];
  return `${table(heading, rows)}${dryRun ? '\nNothing was changed.\n' : ''}`;
}

function readArguments(args: string[]): ArchiveArguments {
  try {
    const { values } = parseArgs({
      args,
      options: {
        out: { type: 'string' },
        table: { type: 'string', multiple: true },
        'older-than': { type: 'string' },
        'dry-run': { type: 'boolean' },
      },
    });
    const { out, table: uris, 'older-than': olderThan, 'dry-run': dryRun = false } = values;
    if ((out === undefined) === (uris === undefined))
      throw new Error('archive needs either --table URI, which may be repeated, or --out DIR');
    if (olderThan === undefined || !/^[1-9]\d{0,5}$/.test(olderThan)) {
      throw new Error(
        `archive needs --older-than DAYS, the age of a partition, a whole number from 1. Received ${olderThan ?? 'none'}`,
      );
    }
    const olderThanDays = Number(olderThan);
    if (uris !== undefined) return { tables: uris, olderThanDays, dryRun };
    const directory = resolve(out!);
    const tables = existsSync(directory) ? tablesIn(directory).map(({ uri }) => uri) : [];
    if (tables.length === 0)
      throw new Error(`--out ${directory} holds no tables, DIR/<zone>/<table>. Make some: lakehouse run`);
    // Files have no tags, and no classes to move to.
    return { tables, olderThanDays, dryRun: true };
  } catch (error) {
    throw CommandFailed.usage(`${(error as Error).message}. See lakehouse archive --help`);
  }
}

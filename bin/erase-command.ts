import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { eraseSubject, type ErasureRecord, type ErasureRequest } from '../lambda/rows/erasure/erase-subject';
import { ErasureState } from '../lambda/rows/erasure/erase-table';
import { storeFor } from '../lambda/stores/store-for';
import { openTable } from '../lambda/tables/open-table';
import { tablesIn } from '../lib/local';
import { CommandFailed } from './command-failed';
import { lockDirectory } from './directory-lock';
import { count, table } from './text-table';

interface EraseArguments {
  readonly request: ErasureRequest;
  readonly audit: string;
  readonly out?: string;
}

/** Erases a data subject from tables, and writes a record of it. */
export async function erase(args: string[]): Promise<void> {
  const { request, audit, out } = readArguments(args);
  const lock = out === undefined || request.dryRun ? undefined : lockDirectory(out);
  try {
    const record = await eraseSubject(request, {
      open: openTable,
      versionsOf: async ({ location }) =>
        location.startsWith('s3://')
          ? (await import('../lambda/stores/s3-history')).openS3History()
          : undefined,
      audit: { store: await storeFor(audit), prefix: audit },
    });
    process.stdout.write(reportOf(record, request.dryRun ?? false));
    const failures = record.tables.filter(({ state }) => state === ErasureState.FAILED);
    const reasons = failures.map(({ table: uri, reason }) => `${uri}: ${reason}`);
    const held = record.tables.flatMap(({ heldBy = [], locked = [] }) => [
      ...heldBy.map((name) => `${name} still holds rows: drop it and run the request again`),
      ...locked.map(({ uri, until, legalHold, error }) => {
        const why = legalHold ? 'under legal hold' : until ? `locked until ${until}` : error;
        return `${uri} (a version of it) is ${why}`;
      }),
    ]);
    if (reasons.length + held.length > 0)
      throw new CommandFailed(
        `Request ${request.id} is not complete:\n${[...reasons, ...held].join('\n')}`,
        1,
      );
  } finally {
    lock?.release();
  }
}

function reportOf({ request, tables }: ErasureRecord, dryRun: boolean): string {
  const number = (value: number | undefined) => (value === undefined ? '' : count(value));
  const rows = tables.map(
    ({
      table: uri,
      state,
      rows: erased,
      filesRewritten,
      snapshotsExpired,
      versionsRemoved,
      verification,
    }) => [
      uri,
      state,
      ...[erased, filesRewritten, snapshotsExpired, versionsRemoved, verification?.all].map(number),
    ],
  );
  const heading = [
    'table',
    'state',
    dryRun ? 'rows found' : 'rows erased',
    'files rewritten',
    'snapshots expired',
    'versions removed',
    'rows left in all snapshots',
  ];
  return `${table(heading, rows)}\n${dryRun ? 'Nothing was changed.' : `Request ${request}`}\n`;
}

function readArguments(args: string[]): EraseArguments {
  try {
    const { values } = parseArgs({
      args,
      options: {
        out: { type: 'string' },
        table: { type: 'string', multiple: true },
        audit: { type: 'string' },
        column: { type: 'string' },
        value: { type: 'string', multiple: true },
        field: { type: 'string' },
        request: { type: 'string' },
        'requested-by': { type: 'string' },
        'dry-run': { type: 'boolean' },
      },
    });
    const {
      out,
      table: uris,
      audit,
      column,
      value,
      field,
      request: id = randomUUID(),
      'dry-run': dryRun,
    } = values;
    if ((out === undefined) === (uris === undefined))
      throw new Error('erase needs either --out DIR or --table URI, which may be repeated');
    if (uris !== undefined && audit === undefined)
      throw new Error('erase of --table needs --audit URI, where the record of it goes');
    if (!column || !value || value.includes(''))
      throw new Error('erase needs --column NAME and --value VALUE, which may be repeated');
    const directory = out === undefined ? undefined : resolve(out);
    const found = directory !== undefined && existsSync(directory) ? tablesIn(directory) : [];
    if (directory !== undefined && found.length === 0)
      throw new Error(`--out ${directory} holds no tables, DIR/<zone>/<table>. Make some: lakehouse run`);
    const requestedBy = values['requested-by'] ?? userInfo().username;
    const subject = { column, values: value, ...(field !== undefined && { field }) };
    const tables = uris ?? found.map(({ uri }) => uri);
    return {
      request: { id, requestedBy, subject, tables, ...(dryRun && { dryRun }) },
      audit: audit ?? `file://${join(directory!, 'erasures')}`,
      ...(directory !== undefined && { out: directory }),
    };
  } catch (error) {
    throw CommandFailed.usage(`${(error as Error).message}. See lakehouse --help`);
  }
}

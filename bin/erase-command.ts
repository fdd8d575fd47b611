import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AuditLog, type ErasureRecord } from '../lambda/pipeline/erasure/audit-record';
import {
  eraseSubject,
  type ErasureRequest,
  requireRequestId,
} from '../lambda/pipeline/erasure/erase-subject';
import { ErasureState, type TableErasure } from '../lambda/pipeline/erasure/erase-table';
import { requireSubject, type Subject } from '../lambda/pipeline/erasure/subject';
import { MaskingKey } from '../lambda/pipeline/masking/masking-key';
import { openVersions } from '../lambda/stores/open-versions';
import { storeFor } from '../lambda/stores/store-for';
import { openTable } from '../lambda/tables/open-table';
import { tablesIn } from '../lib/local';
import { CommandFailed } from './command-failed';
import { lockDirectory } from './directory-lock';
import { count, table } from './text-table';

/** What is made from others after these. */
const ZONES = ['bronze', 'quarantine', 'silver', 'gold'];

interface EraseArguments {
  readonly request: ErasureRequest;
  /** URI of the folder that records go to. */
  readonly audit: string;
  /** Texts of the secrets that columns were masked with. */
  readonly secrets: readonly string[];
  readonly out?: string;
}

/** Erases a data subject from tables, and writes a record of it. */
export async function erase(args: string[]): Promise<void> {
  const { request, audit, secrets, out } = readArguments(args);
  const lock = out === undefined || request.dryRun ? undefined : lockDirectory(out);
  try {
    const { record, uri } = await eraseSubject(request, {
      open: openTable,
      versionsOf: ({ location }) => openVersions(location),
      audit: new AuditLog(await storeFor(audit), audit),
      maskingKeys: secrets.map((secret) => new MaskingKey(secret)),
    });
    process.stdout.write(reportOf(record, uri));
    const open = record.tables.flatMap(whatIsLeft);
    if (open.length > 0)
      throw new CommandFailed(`Request ${request.id} is not complete:\n${open.join('\n')}`, 1);
  } finally {
    lock?.release();
  }
}

function whatIsLeft({ table: uri, state, reason, ...left }: TableErasure): string[] {
  if (state === ErasureState.FOUND) return [];
  const { heldBy = [], locked = [], unreferenced = [], unclear = 0 } = left;
  return [
    ...(state === ErasureState.FAILED ? [`${uri}: ${reason}`] : []),
    ...heldBy.map((name) => `${uri}: ${name} still holds rows: drop it, and run the request again`),
    ...locked.map(({ uri: file, until, legalHold, error }) => {
      const why = legalHold ? 'under legal hold' : until === undefined ? error : `locked until ${until}`;
      return `${file}: a version of it is ${why}`;
    }),
    ...unreferenced.map(
      ({ uri: file, until }) => `${file}: no snapshot has it; it can be removed from ${until} on`,
    ),
    ...(unclear > 0
      ? [
          `${uri}: ${unclear} rejected records hold the values with no name beside them: look at them, and take them too with --unnamed`,
        ]
      : []),
  ];
}

function reportOf({ request, tables }: ErasureRecord, uri: string | undefined): string {
  const isDryRun = uri === undefined;
  const number = (value: number | undefined) => (value === undefined ? '' : count(value));
  const rows = tables.map(({ table: name, state, rows: erased, ...did }) => [
    name,
    state,
    ...[erased, did.filesRewritten, did.snapshotsExpired, did.versionsRemoved].map(number),
  ]);
  const heading = [
    'table',
    'state',
    isDryRun ? 'rows found' : 'rows erased',
    'files rewritten',
    'snapshots expired',
    'versions removed',
  ];
  const end = isDryRun ? 'Nothing was changed.' : `Request ${request}, recorded in ${uri}`;
  return `${table(heading, rows)}\n${end}\n`;
}

function readArguments(args: string[]): EraseArguments {
  try {
    const { values } = parseArgs({
      args,
      options: {
        out: { type: 'string' },
        table: { type: 'string', multiple: true },
        audit: { type: 'string' },
        subject: { type: 'string', multiple: true },
        'record-field': { type: 'string', multiple: true },
        unnamed: { type: 'boolean' },
        'masking-key': { type: 'string', multiple: true },
        request: { type: 'string' },
        'requested-by': { type: 'string' },
        'dry-run': { type: 'boolean' },
      },
    });
    const { out, table: uris, audit, request: id = randomUUID(), 'dry-run': dryRun } = values;
    if ((out === undefined) === (uris === undefined))
      throw new Error('erase needs either --out DIR or --table URI, which may be repeated');
    if (uris !== undefined && audit === undefined)
      throw new Error('erase of --table needs --audit URI, the folder that its record goes to');
    const subject: Subject = {
      ...subjectOf(values.subject ?? [], values['record-field'] ?? []),
      ...(values.unnamed && { unnamed: true }),
    };
    requireSubject(subject);
    requireRequestId(id);
    const directory = out === undefined ? undefined : resolve(out);
    const requestedBy = values['requested-by'] ?? userInfo().username;
    return {
      request: {
        id,
        requestedBy,
        subject,
        tables: uris ?? tablesUnder(directory!),
        ...(dryRun && { dryRun }),
      },
      audit: audit ?? `file://${join(directory!, 'erasures')}`,
      secrets: [
        ...(values['masking-key'] ?? []).map(secretIn),
        ...(directory === undefined ? [] : secretsOf(directory)),
      ],
      ...(directory !== undefined && { out: directory }),
    };
  } catch (error) {
    throw CommandFailed.usage(`${(error as Error).message.replace(/\.$/, '')}. See lakehouse erase --help`);
  }
}

function subjectOf(given: readonly string[], recordFields: readonly string[]): Subject {
  if (given.length === 0)
    throw new Error(
      'erase needs --subject FIELD=VALUE; several fields all have to agree, values of one are either',
    );
  const names = new Map(recordFields.map((text) => parts('record-field', text, 'COLUMN=NAME')));
  const fields = new Map<string, string[]>();
  for (const text of given) {
    const [column, value] = parts('subject', text, 'FIELD=VALUE');
    fields.set(column, [...(fields.get(column) ?? []), value]);
  }
  return {
    fields: [...fields].map(([column, values]) => ({
      column,
      values,
      ...(names.has(column) && { recordField: names.get(column)! }),
    })),
  };
}

function parts(option: string, text: string, form: string): [string, string] {
  const at = text.indexOf('=');
  // Not the text itself: it may be the subject's.
  if (at < 1 || at === text.length - 1) throw new Error(`A --${option} is not of the form ${form}`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function tablesUnder(directory: string): string[] {
  const found = existsSync(directory) ? tablesIn(directory) : [];
  if (found.length === 0)
    throw new Error(`--out ${directory} holds no tables, DIR/<zone>/<table>. Make some: lakehouse run`);
  const place = (zone: string) => (ZONES.includes(zone) ? ZONES.indexOf(zone) : ZONES.length);
  return found.sort((a, b) => place(a.zone) - place(b.zone)).map(({ uri }) => uri);
}

/** The keys that runs on this machine made. */
function secretsOf(directory: string): string[] {
  const file = join(directory, '.lakehouse', 'secrets.json');
  if (!existsSync(file)) return [];
  return Object.values(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>);
}

function secretIn(file: string): string {
  if (!existsSync(file)) throw new Error(`--masking-key ${file} does not exist`);
  return readFileSync(file, 'utf8').trim();
}

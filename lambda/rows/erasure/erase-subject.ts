import { randomBytes, scryptSync } from 'node:crypto';
import type { ObjectStore } from '../../stores/object-store';
import type { VersionErasure } from '../../stores/version-erasure';
import type { IcebergTable } from '../../tables/iceberg-table';
import { ErasureState, eraseFromTable, type TableErasure } from './erase-table';
import type { Subject } from './subject';

export interface ErasureRequest {
  /** Name of the request: letters, digits, dots, dashes, underscores. A run with the same one goes on with it. */
  readonly id: string;
  readonly requestedBy: string;
  readonly subject: Subject;
  /** URIs. */
  readonly tables: readonly string[];
  /** @default false */
  readonly dryRun?: boolean;
}

export interface ErasureSurroundings {
  readonly open: (uri: string) => Promise<IcebergTable>;
  readonly versionsOf: (table: IcebergTable) => Promise<VersionErasure | undefined>;
  readonly audit: { readonly store: ObjectStore; readonly prefix: string };
  /** @default the time of the machine */
  readonly now?: () => Date;
}

/** What a run of a request came to: the record of audit. The subject is in it only as a hash with a salt. */
export interface ErasureRecord {
  readonly request: string;
  readonly requestedBy: string;
  /** ISO 8601 */
  readonly finishedAt: string;
  readonly column: string;
  /** `scrypt(value, salt)`, hexadecimal, one for each value: who has the value can tell that it was meant. */
  readonly subject: { readonly salt: string; readonly hashes: readonly string[] };
  readonly tables: readonly TableErasure[];
  /** Nothing is left in any table that has the column: none failed, and nothing is held. */
  readonly complete: boolean;
}

/**
 * Erases a subject from tables, one after the other, and writes a record of it beside those of earlier runs. A table that
 * fails does not stop the others. A dry run writes nothing.
 * @throws Error for a request that cannot be understood
 */
export async function eraseSubject(
  request: ErasureRequest,
  { open, versionsOf, audit, now = () => new Date() }: ErasureSurroundings,
): Promise<ErasureRecord> {
  const { id, requestedBy, subject, dryRun = false } = request;
  if (!/^[\w.-]{1,128}$/.test(id))
    throw new Error(`The id of a request is up to 128 letters, digits, dots, dashes. Received "${id}".`);
  if (subject.values.length === 0 || subject.values.includes(''))
    throw new Error('A subject has at least one value, and none that is empty.');
  const tables: TableErasure[] = [];
  for (const uri of new Set(request.tables))
    tables.push(await eraseFromTable(uri, open, subject, { request: id, dryRun, versionsOf }));
  const salt = randomBytes(16);
  const record: ErasureRecord = {
    request: id,
    requestedBy,
    finishedAt: now().toISOString(),
    column: subject.column,
    subject: {
      salt: salt.toString('hex'),
      hashes: subject.values.map((value) => scryptSync(value, salt, 32).toString('hex')),
    },
    tables,
    complete: tables.every(({ state }) => state === ErasureState.ERASED || state === ErasureState.SKIPPED),
  };
  if (!dryRun) {
    const name = `${record.finishedAt.replace(/[:.]/g, '-')}-${randomBytes(4).toString('hex')}.json`;
    const uri = `${audit.prefix.replace(/\/+$/, '')}/${id}/${name}`;
    const content = Buffer.from(`${JSON.stringify(record, null, 2)}\n`);
    await audit.store.put(uri, content, { ifAbsent: true, contentType: 'application/json' });
  }
  return record;
}

import type { VersionErasure } from '../../stores/version-erasure';
import type { IcebergTable } from '../../tables/iceberg-table';
import type { MaskingKey } from '../masking/masking-key';
import { type AuditLog, type ErasureRecord, subjectHashes, withoutSubject } from './audit-record';
import { ErasureState, eraseFromTable, reasonOf, type TableErasure } from './erase-table';
import { requireSubject, type Subject } from './subject';
import { SubjectValues } from './subject-values';

export interface ErasureRequest {
  /** Name of the request: letters, digits, dots, dashes, underscores. A run with the same one goes on with it. */
  readonly id: string;
  readonly requestedBy: string;
  readonly subject: Subject;
  /** URIs; what is made from others after these. */
  readonly tables: readonly string[];
  /** @default false */
  readonly dryRun?: boolean;
}

export interface ErasureSurroundings {
  readonly open: (uri: string) => Promise<IcebergTable>;
  readonly versionsOf: (table: IcebergTable) => Promise<VersionErasure | undefined>;
  readonly audit: AuditLog;
  /** Keys that columns were masked with, on their way to silver. @default none */
  readonly maskingKeys?: readonly MaskingKey[];
  /** Told of each table once it is done with. */
  readonly erased?: (result: TableErasure) => void;
  /** @default the time of the machine */
  readonly now?: () => Date;
}

/** @throws Error for an id that could not be part of a name */
export function requireRequestId(id: string): void {
  if (!/^[\w.-]{1,128}$/.test(id))
    throw new Error('The id of a request is 1 to 128 letters, digits, dots, dashes and underscores.');
}

/**
 * Erases a subject from tables, one after the other. The record of audit says before that it was asked for, and after
 * what it came to; each run adds its own. A table that fails does not stop the others. A dry run writes nothing.
 * @returns the record, and where it is
 * @throws Error for a request that cannot be understood, and when the record cannot be written
 */
export async function eraseSubject(
  request: ErasureRequest,
  { open, versionsOf, audit, maskingKeys = [], erased, now = () => new Date() }: ErasureSurroundings,
): Promise<{ readonly record: ErasureRecord; readonly uri?: string }> {
  const { id, requestedBy, subject, dryRun = false } = request;
  requireRequestId(id);
  requireSubject(subject);
  const startedAt = now().toISOString();
  const uris = [...new Set(request.tables)];
  const told = {
    request: id,
    requestedBy,
    startedAt,
    subject: subjectHashes(subject),
    ...(subject.unnamed === true && { unnamed: true as const }),
  };
  if (!dryRun) await audit.asked({ ...told, tables: uris });

  const tables = new Map<string, IcebergTable | Error>();
  for (const uri of uris) tables.set(uri, await open(uri).catch((error: Error) => error));
  const values = new SubjectValues(
    [...tables.values()].filter((table): table is IcebergTable => !(table instanceof Error)),
    maskingKeys,
  );
  const results: TableErasure[] = [];
  for (const [uri, table] of tables) {
    const options = { request: id, dryRun, values, versionsOf, now: now().getTime() };
    const result = withoutSubject(
      table instanceof Error
        ? { table: uri, state: ErasureState.FAILED, reason: reasonOf(table) }
        : await eraseFromTable(table, subject, options),
      subject,
    );
    erased?.(result);
    results.push(result);
  }
  const record: ErasureRecord = {
    ...told,
    finishedAt: now().toISOString(),
    tables: results,
    complete: results.every(({ state }) => state === ErasureState.ERASED || state === ErasureState.SKIPPED),
  };
  return { record, ...(!dryRun && { uri: await audit.done(record) }) };
}

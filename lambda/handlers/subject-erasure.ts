import type { Context } from 'aws-lambda';
import { readErasureConfiguration } from '../configuration/erasure';
import { SecretsManagerSecrets } from '../lookups/secrets';
import { AuditLog } from '../pipeline/erasure/audit-record';
import { eraseSubject } from '../pipeline/erasure/erase-subject';
import type { TableErasure } from '../pipeline/erasure/erase-table';
import { MaskingKey, UnusableMaskingKey } from '../pipeline/masking/masking-key';
import { type ErasedTable, ErasureLog } from '../signals/erasure-log';
import { erasureRequest } from '../sources/erasure-request';
import { openVersions } from '../stores/open-versions';
import { storeFor } from '../stores/store-for';
import { openTable } from '../tables/open-table';

/** What a run came to. The lists of what is held are in the record. */
export interface ErasureAnswer {
  readonly request: string;
  /** URI of the record; absent for a dry run. */
  readonly record?: string;
  /** Nothing is left in any table that has the columns. */
  readonly complete: boolean;
  readonly tables: readonly TableAnswer[];
}

export interface TableAnswer
  extends ErasedTable, Omit<TableErasure, 'state' | 'heldBy' | 'locked' | 'unreferenced'> {
  /** Tags and branches that hold rows. */
  readonly heldBy?: readonly string[];
  /** How many versions of files a lock keeps. */
  readonly locked?: number;
  /** When the last of these locks ends, of those that have an end; ISO 8601. */
  readonly lockedUntil?: string;
  /** How many files that no snapshot has hold rows. */
  readonly unreferenced?: number;
}

const log = new ErasureLog();
const secrets = new SecretsManagerSecrets();

/**
 * Erases a subject from the tables the function was told, one after the other.
 * @throws UnexpectedEvent for an event that is no request; with an asynchronous invocation it ends in the dead-letter queue
 */
export async function handler(event: unknown, context?: Context): Promise<ErasureAnswer> {
  const configuration = readErasureConfiguration();
  const { tables = configuration.tables, ...request } = erasureRequest(event, configuration.tables);
  const { record, uri } = await eraseSubject(
    { ...request, tables },
    {
      open: openTable,
      versionsOf: ({ location }) => openVersions(location),
      audit: new AuditLog(await storeFor(configuration.records), configuration.records),
      maskingKeys: await Promise.all(configuration.maskingKeys.map(maskingKey)),
      erased: (result) => log.erased(request.id, answerOf(result), context),
    },
  );
  return {
    request: request.id,
    ...(uri !== undefined && { record: uri }),
    complete: record.complete,
    tables: record.tables.map(answerOf),
  };
}

/** An answer of a function is 6 MB at most, and a locked table has versions without number. */
function answerOf({ locked, unreferenced, ...result }: TableErasure): TableAnswer {
  const ends = (locked ?? []).flatMap(({ until }) => until ?? []).sort();
  return {
    ...result,
    ...(locked && { locked: locked.length }),
    ...(ends.length > 0 && { lockedUntil: ends.at(-1) }),
    ...(unreferenced && { unreferenced: unreferenced.length }),
  };
}

async function maskingKey(secret: string): Promise<MaskingKey> {
  const text = await secrets.text(secret, undefined).catch(({ name, message }: Error) => {
    throw new UnusableMaskingKey(`secret ${secret} could not be read (${name}: ${message}).`);
  });
  return new MaskingKey(text);
}

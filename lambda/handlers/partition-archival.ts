import type { Context } from 'aws-lambda';
import { ArchivalLog } from '../signals/archival-log';
import { archivalRequest } from '../sources/archival-request';
import { archiveTable, type TableArchival } from '../tables/archive-partitions';

/** What became of each table, in the order of the request. */
export interface ArchivalAnswer {
  readonly tables: readonly TableArchival[];
  /** How many of them have a `failure`. */
  readonly failed: number;
}

const log = new ArchivalLog();

/** Tags the data files of old partitions, one table after the other; a table that fails does not stop the others. */
export async function handler(event: unknown, context?: Context): Promise<ArchivalAnswer> {
  const request = archivalRequest(event);
  const tables: TableArchival[] = [];
  for (const uri of request.tables) {
    const result = await archiveTable(uri, request);
    log.archived(result, context);
    tables.push(result);
  }
  return { tables, failed: tables.filter(({ failure }) => failure !== undefined).length };
}

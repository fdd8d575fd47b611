import type { Context } from 'aws-lambda';
import { FailoverLog } from '../signals/failover-log';
import { failoverRequest, type FailoverRequestTable } from '../sources/failover-request';
import { storeFor } from '../stores/store-for';
import {
  failOver,
  FailoverState,
  type FailoverTable,
  type TableFailover,
} from '../tables/failover/fail-over';
import { catalogFor } from '../tables/open-table';

/** What became of each table, in the order of the request. */
export interface FailoverAnswer {
  readonly tables: readonly TableFailover[];
  /** How many of them have a `failure`. */
  readonly failed: number;
}

const log = new FailoverLog();

/** Brings tables up from the copies that a replica has of them. May be asked again: what is up stays as it is. */
export async function handler(event: unknown, context?: Context): Promise<FailoverAnswer> {
  const { tables: requested, dryRun } = failoverRequest(event);
  const tables = await failOver(await Promise.all(requested.map(open)), { dryRun });
  for (const table of tables) log.broughtUp(table, context);
  return { tables, failed: tables.filter(({ state }) => state === FailoverState.FAILED).length };
}

async function open({ table, replica }: FailoverRequestTable): Promise<FailoverTable> {
  return { uri: table, catalog: await catalogFor(table), location: replica, store: await storeFor(replica) };
}

import type { Context } from 'aws-lambda';
import { maintainTable, type TableMaintenance } from '../rows/maintenance';
import { MaintenanceLog } from '../signals/maintenance-log';
import { maintenanceRequest } from '../sources/maintenance-request';
import { openTable } from '../tables/open-table';

/** What became of each table, in the order of the request. */
export interface MaintenanceAnswer {
  readonly tables: readonly TableMaintenance[];
  /** How many of them have a `failure`. */
  readonly failed: number;
}

const log = new MaintenanceLog();

/** Maintains one table after the other, so that memory is that of one; a table that fails does not stop the others. */
export async function handler(event: unknown, context?: Context): Promise<MaintenanceAnswer> {
  const request = maintenanceRequest(event);
  const tables: TableMaintenance[] = [];
  for (const uri of request.tables) {
    const result = await maintainTable(uri, openTable, request);
    log.maintained(result, context);
    tables.push(result);
  }
  return { tables, failed: tables.filter(({ failure }) => failure !== undefined).length };
}

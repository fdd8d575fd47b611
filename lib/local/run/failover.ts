import { join } from 'node:path';
import { BUNDLES } from '../../contract/handler-environment';
import { packagedFunction } from '../functions/packaged-function';
import { stateDirectory } from './deployment';
import type { LocalTable } from './embedded-lake';

export interface FailoverRunOptions {
  /** Directory of the copies. */
  readonly out: string;
  readonly tables: readonly LocalTable[];
  /** Tells what would be restored and changes nothing. */
  readonly dryRun: boolean;
}

/** What became of a table: part of what the function answers (lambda/tables/failover/fail-over.ts). */
export interface TableFailoverReport {
  readonly zone: string;
  readonly table: string;
  readonly state: string;
  readonly asOf?: string;
  readonly rows?: number;
  readonly lost?: { readonly snapshots: number; readonly rows: number; readonly until: string };
  readonly failure?: string;
}

/** A table holds its metadata, and as much again while its manifests are written anew. */
const MEMORY_MEGABYTES = 2048;
const TIMEOUT_SECONDS = 6 * 3600;

/**
 * Brings the tables of a directory up that are copies of those of another one, all in one request: each at a state that
 * the others bear out.
 */
export async function failOverOnLaptop({
  out,
  tables,
  dryRun,
}: FailoverRunOptions): Promise<TableFailoverReport[]> {
  const failover = packagedFunction(BUNDLES.tableFailover, {
    memoryMegabytes: MEMORY_MEGABYTES,
    timeoutSeconds: TIMEOUT_SECONDS,
    logs: join(stateDirectory(out), 'logs'),
  });
  try {
    const request = { tables: tables.map(({ uri }) => ({ table: uri, replica: uri })), dryRun };
    const result = await failover.invoke(request);
    if (result.error) {
      const { type, message } = result.error;
      throw new Error(`The tables could not be brought up: ${type}: ${message}`);
    }
    const answers = (result.value as { tables: Omit<TableFailoverReport, 'zone'>[] }).tables;
    return tables.map(({ zone, table }, i) => ({ ...answers[i], zone, table }));
  } finally {
    await failover.close();
  }
}

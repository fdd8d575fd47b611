import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BUNDLES } from '../../contract/handler-environment';
import { packagedFunction } from '../functions/packaged-function';
import type { InvocationResult } from '../streams/event-source-mapping';
import type { LocalTable } from './embedded-lake';
import { stateDirectory } from './deployment';

export interface MaintenanceRunOptions {
  /** Directory of the tables. */
  readonly out: string;
  readonly tables: readonly LocalTable[];
  /** Newest snapshots that stay whatever their age. */
  readonly keepLast: number;
  /**
   * Age from which on snapshots are expired and orphaned files deleted; the latter are an hour old at least.
   * @default five days for snapshots, or what the table says; three days for orphaned files
   */
  readonly olderThanHours?: number;
  /** Changes nothing and counts the orphaned files. */
  readonly dryRun: boolean;
  /** Files are compacted and nothing is removed: every snapshot stays. @default false */
  readonly compactOnly?: boolean;
}

/** What became of a table; what its maintenance did not come to is absent. */
export interface TableMaintenanceReport {
  readonly zone: string;
  readonly table: string;
  readonly dataFiles?: { readonly before: number; readonly after: number };
  readonly snapshotsExpired?: number;
  readonly orphans?: FileUsage;
  /** All files of the table, those of old snapshots and metadata too. */
  readonly onDisk: { readonly before: FileUsage; readonly after: FileUsage };
  readonly failure?: string;
}

export interface FileUsage {
  readonly files: number;
  readonly bytes: number;
}

/** Part of what the function answers (lambda/rows/maintenance.ts). */
interface Maintained {
  readonly compaction?: { readonly filesBefore: number; readonly filesAfter: number };
  readonly expiry?: { readonly snapshots: number };
  readonly orphans?: FileUsage;
  readonly failure?: { readonly step: string; readonly error: string };
}

const YOUNGEST_ORPHAN_HOURS = 1;
/** Compaction holds the file it writes, of 128 MiB unless the table says otherwise. */
const MEMORY_MEGABYTES = 2048;
/** Longer than Lambda's 15 minutes: nobody calls again for what is left. */
const TIMEOUT_SECONDS = 6 * 3600;

/** Tables in a directory: `<out>/<zone>/<table>` with Iceberg metadata in it. */
export function tablesIn(out: string): LocalTable[] {
  return directoriesIn(out).flatMap((zone) =>
    directoriesIn(join(out, zone))
      .map((table) => ({ zone, table, directory: join(out, zone, table) }))
      .filter(({ directory }) => existsSync(join(directory, 'metadata')))
      .map((found) => ({ ...found, uri: `file://${found.directory}` })),
  );
}

/** Maintains tables one after the other by the function that is deployed for it, in a process of its own. */
export async function maintainOnLaptop(options: MaintenanceRunOptions): Promise<TableMaintenanceReport[]> {
  const process = packagedFunction(BUNDLES.tableMaintenance, {
    memoryMegabytes: MEMORY_MEGABYTES,
    timeoutSeconds: TIMEOUT_SECONDS,
    logs: join(stateDirectory(options.out), 'logs'),
  });
  try {
    const reports: TableMaintenanceReport[] = [];
    for (const table of options.tables) {
      const before = usageOf(table.directory);
      // A call each: a table that is too much for the process ends its own maintenance only.
      const result = await process.invoke(requestFor(table, options));
      reports.push(reportOf(table, result, { before, after: usageOf(table.directory) }));
    }
    return reports;
  } finally {
    await process.close();
  }
}

function requestFor(
  { uri }: LocalTable,
  { keepLast, olderThanHours, dryRun, compactOnly = false }: MaintenanceRunOptions,
): object {
  if (compactOnly) return { tables: [uri], compact: {}, expire: false, orphans: false };
  const orphanAge =
    olderThanHours === undefined ? {} : { olderThanHours: Math.max(YOUNGEST_ORPHAN_HOURS, olderThanHours) };
  return {
    tables: [uri],
    compact: dryRun ? false : {},
    expire: dryRun ? false : { keepLast, olderThanHours },
    orphans: { ...orphanAge, dryRun },
  };
}

function reportOf(
  { zone, table }: LocalTable,
  result: InvocationResult,
  onDisk: TableMaintenanceReport['onDisk'],
): TableMaintenanceReport {
  if (result.error) {
    return { zone, table, onDisk, failure: `${result.error.type}: ${result.error.message}` };
  }
  const [{ compaction, expiry, orphans, failure }] = (result.value as { tables: Maintained[] }).tables;
  return {
    zone,
    table,
    onDisk,
    ...(compaction && { dataFiles: { before: compaction.filesBefore, after: compaction.filesAfter } }),
    ...(expiry && { snapshotsExpired: expiry.snapshots }),
    ...(orphans && { orphans: { files: orphans.files, bytes: orphans.bytes } }),
    ...(failure && { failure: `${failure.step}: ${failure.error}` }),
  };
}

function directoriesIn(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
}

function usageOf(directory: string): FileUsage {
  const sizes = readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(directory, name)))
    .filter((found) => found.isFile())
    .map(({ size }) => size);
  return { files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

import { expireSnapshots } from '../tables/expire-snapshots';
import type { IcebergTable } from '../tables/iceberg-table';
import { removeOrphanFiles } from '../tables/orphan-files';
import { compact, type CompactionOptions, type CompactionResult } from './compaction';

const HOUR_MS = 3_600_000;

export enum MaintenanceStep {
  OPEN = 'open',
  COMPACTION = 'compaction',
  EXPIRY = 'expiry',
  ORPHANS = 'orphans',
}

/** A step that is false is left out. */
export interface MaintenanceOptions {
  readonly compact: CompactionOptions | false;
  readonly expire: ExpiryAges | false;
  readonly orphans: OrphanAges | false;
}

export interface ExpiryAges {
  /** @default five days, or what the table's properties say */
  readonly olderThanHours?: number;
  /** @default 1, or what the table's properties say */
  readonly keepLast?: number;
}

export interface OrphanAges {
  /**
   * At least 1: younger files may belong to a commit under way.
   * @default 72
   */
  readonly olderThanHours?: number;
  /** @default false */
  readonly dryRun?: boolean;
}

/** What was done to a table; a step that was left out or not reached is absent. Only what JSON can say. */
export interface TableMaintenance {
  readonly table: string;
  compaction?: CompactionResult;
  expiry?: {
    readonly snapshots: number;
    readonly dataFiles: number;
    readonly manifests: number;
    readonly manifestLists: number;
    /** Files that could not be deleted: orphans from now on. */
    readonly notDeleted: number;
  };
  orphans?: {
    readonly files: number;
    readonly bytes: number;
    readonly notDeleted: number;
    readonly dryRun: boolean;
  };
  failure?: { readonly step: MaintenanceStep; readonly error: string };
}

/**
 * Compaction first, so that expiry can free what it replaced; orphans last, when every file in use is known. Never
 * rejects: a failure ends the table's maintenance and is part of the answer, with the steps that were done.
 */
export async function maintainTable(
  uri: string,
  open: (uri: string) => Promise<IcebergTable>,
  options: MaintenanceOptions,
): Promise<TableMaintenance> {
  const done: TableMaintenance = { table: uri };
  let step = MaintenanceStep.OPEN;
  try {
    const table = await open(uri);
    if (options.compact) {
      step = MaintenanceStep.COMPACTION;
      done.compaction = await compact(table, options.compact);
    }
    if (options.expire) {
      step = MaintenanceStep.EXPIRY;
      done.expiry = await expire(table, options.expire);
    }
    if (options.orphans) {
      step = MaintenanceStep.ORPHANS;
      done.orphans = await removeOrphans(table, options.orphans);
    }
  } catch (error) {
    done.failure = {
      step,
      error: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    };
  }
  return done;
}

async function expire(
  table: IcebergTable,
  { olderThanHours, keepLast }: ExpiryAges,
): Promise<TableMaintenance['expiry']> {
  const olderThan = olderThanHours === undefined ? undefined : Date.now() - olderThanHours * HOUR_MS;
  const { expired, deleted, failed } = await expireSnapshots(table, { olderThan, keepLast });
  return { snapshots: expired.length, ...deleted, notDeleted: failed.length };
}

async function removeOrphans(
  table: IcebergTable,
  { olderThanHours, dryRun = false }: OrphanAges,
): Promise<TableMaintenance['orphans']> {
  const olderThanMs = olderThanHours === undefined ? undefined : olderThanHours * HOUR_MS;
  const { orphans, bytes, failed } = await removeOrphanFiles(table, { olderThanMs, dryRun });
  return { files: orphans.length, bytes, notDeleted: failed.length, dryRun };
}

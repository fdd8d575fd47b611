import { eraseVersions, type HeldVersion, type VersionErasure } from '../../stores/version-erasure';
import type { IcebergTable } from '../../tables/iceberg-table';
import type { Snapshot } from '../../tables/snapshot';
import { currentSnapshot } from '../../tables/table-metadata';
import { requireNoneDropped } from './dropped-columns';
import { eraseHistory, olderHolding } from './erase-history';
import { eraseRows } from './erase-rows';
import type { Subject } from './subject';
import { subjectRows, SubjectUnknown } from './subject-rows';
import { SubjectScan } from './subject-scan';
import type { SubjectValues } from './subject-values';
import { eraseUnreferenced, type UnreferencedFile } from './unreferenced-files';

export enum ErasureState {
  /** Nothing of the subject is left in the table, its history and the versions of its files. */
  ERASED = 'erased',
  /** Readers of the table do not find the subject; what may not go yet, or is for a person to judge, perhaps still holds it. */
  HELD = 'held',
  /** The table has none of the columns, nor have its files. */
  SKIPPED = 'skipped',
  FAILED = 'failed',
  /** A dry run: nothing was changed. */
  FOUND = 'found',
}

/** What became of a table. Only what JSON can say; no value of the subject. */
export interface TableErasure {
  readonly table: string;
  readonly state: ErasureState;
  /** Rows erased, also by earlier runs of the request; of a dry run those found in the current snapshot. */
  readonly rows?: number;
  readonly filesRewritten?: number;
  /** Snapshots that went with their files. */
  readonly snapshotsExpired?: number;
  /** Files that no snapshot had, left by writers that died. */
  readonly unreferencedRemoved?: number;
  /** Versions that the bucket kept of what was deleted; absent for a store of which versions are not looked at. */
  readonly versionsRemoved?: number;
  /** Tags and branches whose snapshots still hold rows: drop them, and run the request again. */
  readonly heldBy?: readonly string[];
  /** Versions of files that a lock keeps: run the request again after that. */
  readonly locked?: readonly HeldVersion[];
  /** Files that no snapshot has and that hold rows of the subject, or tell of it. */
  readonly unreferenced?: readonly UnreferencedFile[];
  /**
   * Rejected records that are no JSON objects and hold the values, but no field's name beside them: whose they are is for
   * a person to say. They stay, unless the subject says otherwise (`unnamed`).
   */
  readonly unclear?: number;
  /** Why it was skipped or failed. */
  readonly reason?: string;
}

export interface TableErasureOptions {
  readonly request: string;
  /** @default false */
  readonly dryRun?: boolean;
  /** What the subject's values are in the table. */
  readonly values: SubjectValues;
  /** Where the versions of a table's files are kept; undefined for a store that keeps none. */
  readonly versionsOf: (table: IcebergTable) => Promise<VersionErasure | undefined>;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * Erases a subject from a table: from its rows, its history and the versions of its files. Running it again goes on where
 * a run was interrupted. Never rejects: a failure is part of the answer.
 */
export async function eraseFromTable(
  table: IcebergTable,
  subject: Subject,
  options: TableErasureOptions,
): Promise<TableErasure> {
  try {
    return { table: table.uri, ...(await erase(table, subject, options)) };
  } catch (error) {
    if (!(error instanceof SubjectUnknown)) return failed(table, error);
    return requireNoneDropped(table, subject).then(
      () => ({ table: table.uri, state: ErasureState.SKIPPED, reason: reasonOf(error) }),
      (dropped: unknown) => failed(table, dropped),
    );
  }
}

function failed({ uri }: IcebergTable, error: unknown): TableErasure {
  return { table: uri, state: ErasureState.FAILED, reason: reasonOf(error) };
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

async function erase(
  table: IcebergTable,
  subject: Subject,
  { request, dryRun = false, values, versionsOf, now }: TableErasureOptions,
): Promise<Omit<TableErasure, 'table'>> {
  const scan = new SubjectScan(table, subjectRows(table, subject, values));
  if (dryRun) {
    const { rows, unclear } = await currentRows(table, scan);
    return {
      state: ErasureState.FOUND,
      rows,
      ...heldBy(table, await olderHolding(table, scan)),
      ...(unclear > 0 && { unclear }),
    };
  }
  const erased = await eraseRows(table, scan, request);
  const snapshotsExpired = await eraseHistory(table, scan, request);
  const unreferenced = await eraseUnreferenced(table, scan, now);
  const versions = await versionsOf(table);
  const purged = versions
    ? await eraseVersions(versions, [table.location, table.property('write.data.path')])
    : { held: [] };
  const { rows: left, unclear } = await currentRows(table, scan);
  const held = await olderHolding(table, scan);
  const isWhole = held.length + purged.held.length + unreferenced.left.length + unclear === 0;
  return {
    state: left > 0 ? ErasureState.FAILED : isWhole ? ErasureState.ERASED : ErasureState.HELD,
    rows: erased.rows,
    filesRewritten: erased.files,
    snapshotsExpired,
    unreferencedRemoved: unreferenced.removed,
    ...('removed' in purged && { versionsRemoved: purged.removed }),
    ...heldBy(table, held),
    ...(purged.held.length > 0 && { locked: purged.held }),
    ...(unreferenced.left.length > 0 && { unreferenced: unreferenced.left }),
    ...(unclear > 0 && { unclear }),
    ...(left > 0 && {
      reason: `${left} rows of the subject came in meanwhile. They are new data: stop their source, or run the request again.`,
    }),
  };
}

async function currentRows(
  table: IcebergTable,
  scan: SubjectScan,
): Promise<{ rows: number; unclear: number }> {
  await table.refresh();
  const current = currentSnapshot(table.metadata);
  const files = current ? await table.dataFiles(current) : [];
  const found = await scan.holding(files);
  const rows = [...found.values()].reduce((sum, count) => sum + count, 0);
  return { rows, unclear: await scan.unclear(files) };
}

function heldBy({ metadata }: IcebergTable, held: readonly Snapshot[]): Pick<TableErasure, 'heldBy'> {
  if (held.length === 0) return {};
  const ids = new Set(held.map((snapshot) => snapshot['snapshot-id']));
  const names = Object.entries(metadata.refs).flatMap(([name, ref]) =>
    ids.has(ref['snapshot-id']) ? [name] : [],
  );
  return { heldBy: names.length > 0 ? names : [...ids].map((id) => `snapshot ${id}`) };
}

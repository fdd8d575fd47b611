import { eraseVersions, type HeldVersion, type VersionErasure } from '../../stores/version-erasure';
import { expireSnapshots } from '../../tables/expire-snapshots';
import type { IcebergTable } from '../../tables/iceberg-table';
import type { Snapshot } from '../../tables/snapshot';
import { inParallel, TableFiles } from '../../tables/table-files';
import { currentSnapshot } from '../../tables/table-metadata';
import { eraseRows, filesHolding } from './erase-rows';
import { subjectRows, SubjectUnknown, type Subject } from './subject';

const DELETED_AT_ONCE = 16;

export enum ErasureState {
  /** Nothing of the subject is left: a scan of every snapshot found none, and no version of a file was held back. */
  ERASED = 'erased',
  /** No reader of the table finds the subject; snapshots or versions of files that may not go yet still hold rows. */
  HELD = 'held',
  /** The table has no column to look in. */
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
  readonly snapshotsExpired?: number;
  /** Old versions that the bucket kept and that were removed. */
  readonly versionsRemoved?: number;
  /** Rows a scan found afterwards: in the current snapshot, and in all that the table still has. */
  readonly verification?: { readonly current: number; readonly all: number };
  /** Tags and branches whose snapshots still hold rows: drop them, and run the request again. */
  readonly heldBy?: readonly string[];
  /** Versions of files that Object Lock keeps: run the request again after that. */
  readonly locked?: readonly HeldVersion[];
  /** Why it was skipped or failed. */
  readonly reason?: string;
}

export interface TableErasureOptions {
  readonly request: string;
  /** @default false */
  readonly dryRun?: boolean;
  /** Where the versions of a table's files are kept; undefined for a store that keeps none. */
  readonly versionsOf: (table: IcebergTable) => Promise<VersionErasure | undefined>;
}

/**
 * Erases a subject from a table: from its rows, its history and the versions of its files. Running it again goes on where
 * a run was interrupted. Never rejects: a failure is part of the answer.
 */
export async function eraseFromTable(
  uri: string,
  open: (uri: string) => Promise<IcebergTable>,
  subject: Subject,
  options: TableErasureOptions,
): Promise<TableErasure> {
  try {
    return { table: uri, ...(await erase(await open(uri), subject, options)) };
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const state = error instanceof SubjectUnknown ? ErasureState.SKIPPED : ErasureState.FAILED;
    return { table: uri, state, reason };
  }
}

async function erase(
  table: IcebergTable,
  subject: Subject,
  { request, dryRun = false, versionsOf }: TableErasureOptions,
): Promise<Omit<TableErasure, 'table'>> {
  const rows = subjectRows(table, subject);
  if (dryRun) {
    const verification = await verify(table, rows);
    return { state: ErasureState.FOUND, rows: verification.current, verification };
  }
  const erased = await eraseRows(table, rows, request);
  const before = await heldSnapshots(table, rows);
  let snapshotsExpired = 0;
  if (before.length > 0) {
    await writeJournal(table);
    const { expired } = await expireSnapshots(table, { olderThan: Number.MAX_SAFE_INTEGER, keepLast: 1 });
    snapshotsExpired = expired.length;
  }
  await finishDeletion(table);
  const versions = await versionsOf(table);
  const purged = versions
    ? await eraseVersions(versions, [table.location, table.property('write.data.path')])
    : { removed: 0, held: [] };
  const verification = await verify(table, rows);
  const held = await heldSnapshots(table, rows);
  const isWhole = verification.all === 0 && purged.held.length === 0;
  return {
    state: isWhole
      ? ErasureState.ERASED
      : verification.current === 0
        ? ErasureState.HELD
        : ErasureState.FAILED,
    rows: erased.rows,
    filesRewritten: erased.files,
    snapshotsExpired,
    versionsRemoved: purged.removed,
    verification,
    ...(held.length > 0 && { heldBy: namesOf(table, held) }),
    ...(purged.held.length > 0 && { locked: purged.held }),
    ...(verification.current > 0 && {
      reason:
        'Rows of the subject came in meanwhile. They are new data: run the request again, or stop their source.',
    }),
  };
}

async function verify(table: IcebergTable, rows: ReturnType<typeof subjectRows>) {
  await table.refresh();
  const count = async (snapshots: readonly Snapshot[]) =>
    [...(await filesHolding(table, rows, snapshots)).values()].reduce((sum, one) => sum + one, 0);
  const current = currentSnapshot(table.metadata);
  return { current: await count(current ? [current] : []), all: await count(table.metadata.snapshots) };
}

/** Older snapshots that hold rows of the subject. */
async function heldSnapshots(table: IcebergTable, rows: ReturnType<typeof subjectRows>): Promise<Snapshot[]> {
  const current = currentSnapshot(table.metadata)?.['snapshot-id'];
  const held: Snapshot[] = [];
  for (const snapshot of table.metadata.snapshots) {
    if (snapshot['snapshot-id'] === current) continue;
    if ((await filesHolding(table, rows, [snapshot])).size > 0) held.push(snapshot);
  }
  return held;
}

function namesOf({ metadata }: IcebergTable, held: readonly Snapshot[]): string[] {
  const ids = new Set(held.map((snapshot) => snapshot['snapshot-id']));
  const names = Object.entries(metadata.refs).flatMap(([name, ref]) =>
    ids.has(ref['snapshot-id']) ? [name] : [],
  );
  return names.length > 0 ? names : held.map((snapshot) => `snapshot ${snapshot['snapshot-id']}`);
}

const journalOf = (table: IcebergTable) => `${table.location}/metadata/erasure-under-way.json`;

/** Names every file of the table's history before it is cut off: a run that dies in between leaves nothing unknown. */
async function writeJournal(table: IcebergTable): Promise<void> {
  const files = await filesOf(table);
  const known = (await readJournal(table)) ?? [];
  const content = Buffer.from(JSON.stringify([...new Set([...known, ...files])]));
  await table.store.put(journalOf(table), content, { contentType: 'application/json' });
}

async function readJournal(table: IcebergTable): Promise<string[] | undefined> {
  if (!(await table.store.exists(journalOf(table)))) return undefined;
  return JSON.parse(Buffer.from(await table.store.get(journalOf(table))).toString()) as string[];
}

/** Deletes what the journal names and the table does not any more. A file's name is never used again. */
async function finishDeletion(table: IcebergTable): Promise<void> {
  const listed = await readJournal(table);
  if (!listed) return;
  await table.refresh();
  const live = await filesOf(table);
  const gone = listed.filter((path) => !live.has(path));
  await inParallel(gone, DELETED_AT_ONCE, (path) => table.store.delete(path));
  await table.store.delete(journalOf(table));
}

/** Lists, manifests and data files of every snapshot. */
async function filesOf({ store, metadata }: IcebergTable): Promise<Set<string>> {
  const files = new TableFiles(store, metadata);
  const paths = new Set<string>();
  for (const snapshot of metadata.snapshots) {
    paths.add(snapshot['manifest-list']);
    for (const manifest of await files.manifests(snapshot)) paths.add(manifest.manifest_path);
    for (const { filePath } of await files.live(snapshot)) paths.add(filePath);
  }
  return paths;
}

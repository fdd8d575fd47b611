import type { ObjectStore } from '../../stores/object-store';
import { DirectoryCatalog } from '../directory-catalog';
import { CommitConflict, CommitStateUnknown, type TableCatalog, type TableVersion } from '../table-catalog';
import { currentSnapshot, type TableMetadata } from '../table-metadata';
import { publish } from './publish';
import { RELOCATED_PROPERTY, relocatedMetadata, type Relocation } from './relocated-metadata';
import { Replica, type RestorePoint } from './replica';
import { planRestore, type StandingTable } from './restore-plan';

/** A table to be brought up from a replica. */
export interface FailoverTable {
  /** What the table is called where it is to be opened, for example `glue://lake_bronze/orders`. */
  readonly uri: string;
  readonly catalog: TableCatalog;
  /** Where its copies are, for example `s3://replica-bronze/orders`. */
  readonly location: string;
  readonly store: ObjectStore;
}

export enum FailoverState {
  /** The table is now one of the replica's, at the state reported. */
  BROUGHT_UP = 'brought-up',
  /** Brought up by an earlier call, and perhaps written to since: nothing was done. */
  WAS_UP = 'was-up',
  /** Nothing was changed: see `failure`. */
  FAILED = 'failed',
}

/** What became of a table. */
export interface TableFailover {
  readonly table: string;
  readonly state: FailoverState;
  /** Location the copies came from. */
  readonly from?: string;
  /** When the state restored was committed, ISO 8601: what came after it is not in the table. */
  readonly asOf?: string;
  readonly snapshotId?: string;
  readonly rows?: number;
  /** Commits that are known of, from metadata that has arrived, and could not be restored. */
  readonly lost?: { readonly snapshots: number; readonly rows: number; readonly until: string };
  readonly filesWritten?: number;
  readonly failure?: string;
}

export interface FailoverOptions {
  /** Tells what would be restored and changes nothing. @default false */
  readonly dryRun?: boolean;
  readonly now?: () => number;
}

/**
 * Brings tables up from a replica: each at the newest state that has arrived whole and that the others bear out
 * (restore-plan.ts), with metadata that names the copies. To be called again after a failure at any point: what is up
 * stays as it is. Nothing may write to the source any more, or be copied from it.
 */
export async function failOver(
  tables: readonly FailoverTable[],
  options: FailoverOptions = {},
): Promise<TableFailover[]> {
  const found = await Promise.all(tables.map(find));
  const waiting = found.filter(isWaiting);
  const standing = found.flatMap((one) => ('standing' in one ? [one.standing] : []));
  // A store that fails tells nothing of what has arrived: it fails them all, for what one restores hangs on the others.
  const plan = await planRestore(
    waiting.map(({ replica }) => replica),
    standing,
  ).catch((error: unknown) => waiting.map(() => error as Error));
  const reports = new Map<FailoverTable, TableFailover>();
  // In turn: a table that fails leaves those it follows up, and is brought up by the next call.
  for (const [i, { table, replica, base }] of waiting.entries()) {
    reports.set(
      table,
      await bringUp(table, replica, base, plan[i], options).catch((error) => failed(table, error)),
    );
  }
  return found.map((one) => ('report' in one ? one.report : reports.get(one.table)!));
}

type Found =
  | { readonly table: FailoverTable; readonly replica: Replica; readonly base: TableVersion | undefined }
  | { readonly report: TableFailover; readonly standing: StandingTable }
  | { readonly report: TableFailover };

function isWaiting(found: Found): found is Extract<Found, { replica: Replica }> {
  return 'replica' in found;
}

async function find(table: FailoverTable): Promise<Found> {
  try {
    const replica = await Replica.open(table.store, table.location);
    const base = await currentOf(table, replica);
    if (base && wasBroughtUp(base.metadata)) {
      return { report: wasUp(table, base.metadata), standing: standingOf(base.metadata) };
    }
    if (base && currentSnapshot(base.metadata)) {
      throw new Error(
        `${table.uri} has rows of its own (${base.metadata.snapshots.length} snapshots): bringing the replica up would hide them. ` +
          'Give a table that is empty, or that does not exist.',
      );
    }
    return { table, replica, base };
  } catch (error) {
    return { report: failed(table, error) };
  }
}

/** The table as its catalog has it; undefined where all that is known of it are copies. */
async function currentOf({ catalog }: FailoverTable, replica: Replica): Promise<TableVersion | undefined> {
  if (!(catalog instanceof DirectoryCatalog)) return catalog.load();
  // The newest version in a directory is the table, and the catalog refuses a copy for naming another place.
  for await (const newest of replica.versions()) {
    if (replica.isOwn(newest)) return catalog.load();
    await requireNotHidden(replica, newest);
    return undefined;
  }
  return undefined;
}

/**
 * A directory that was brought up and then got copies again: of a source that nobody stopped, and whose metadata hides
 * what was written here since. Copies of a table that was itself brought up from here are welcome: that is the way back.
 */
async function requireNotHidden(replica: Replica, newest: TableMetadata): Promise<void> {
  if (relocationOf(newest)?.from === replica.location) return;
  for await (const version of replica.versions()) {
    if (!replica.isOwn(version) || !wasBroughtUp(version)) continue;
    throw new Error(
      `${replica.location} was brought up before, and metadata of ${newest.location} has arrived in it since. ` +
        'Stop the replication, delete the metadata files that name the other location and are newer, and call again.',
    );
  }
}

function relocationOf({ properties }: TableMetadata): Relocation | undefined {
  const text = properties[RELOCATED_PROPERTY];
  return text === undefined ? undefined : (JSON.parse(text) as Relocation);
}

function wasBroughtUp(metadata: TableMetadata): boolean {
  return relocationOf(metadata) !== undefined;
}

async function bringUp(
  table: FailoverTable,
  replica: Replica,
  base: TableVersion | undefined,
  point: RestorePoint | Error,
  { dryRun = false, now = Date.now }: FailoverOptions,
): Promise<TableFailover> {
  if (point instanceof Error) throw point;
  const newest = (await first(replica.copies())) ?? point.metadata;
  const told = toldOf(point, newest);
  if (dryRun) return { table: table.uri, state: FailoverState.BROUGHT_UP, ...told, filesWritten: 0 };
  const highest = [newest, point.metadata].map((one) => BigInt(one['last-sequence-number']));
  const sequenceNumber = highest[0] > highest[1] ? highest[0] : highest[1];
  const { metadata, filesWritten } = await relocatedMetadata(replica, point, sequenceNumber, now());
  try {
    await publish(table, base, metadata);
  } catch (error) {
    if (!(error instanceof CommitConflict || error instanceof CommitStateUnknown)) throw error;
    // Another call was faster, or it was ours whose answer was lost: the table tells.
    const current = await table.catalog.load().catch(() => undefined);
    if (!current || !wasBroughtUp(current.metadata)) throw error;
  }
  return { table: table.uri, state: FailoverState.BROUGHT_UP, ...told, filesWritten };
}

function toldOf({ metadata, snapshot }: RestorePoint, newest: TableMetadata): Partial<TableFailover> {
  const last = currentSnapshot(newest);
  const rowsOf = (one: typeof snapshot) => Number(one?.summary?.['total-records'] ?? 0);
  const isBehind = last !== undefined && last['snapshot-id'] !== snapshot?.['snapshot-id'];
  const known = new Set(metadata.snapshots.map((one) => one['snapshot-id']));
  const restored = BigInt(snapshot?.['sequence-number'] ?? 0);
  const later = newest.snapshots.filter(
    (one) => BigInt(one['sequence-number'] ?? 0) > restored || !known.has(one['snapshot-id']),
  );
  return {
    from: metadata.location,
    rows: rowsOf(snapshot),
    ...(snapshot && {
      asOf: new Date(snapshot['timestamp-ms']).toISOString(),
      snapshotId: String(snapshot['snapshot-id']),
    }),
    ...(isBehind && {
      lost: {
        snapshots: later.length,
        rows: rowsOf(last) - rowsOf(snapshot),
        until: new Date(last['timestamp-ms']).toISOString(),
      },
    }),
  };
}

function wasUp({ uri }: FailoverTable, metadata: TableMetadata): TableFailover {
  const snapshot = currentSnapshot(metadata);
  return {
    table: uri,
    state: FailoverState.WAS_UP,
    from: relocationOf(metadata)?.from,
    rows: Number(snapshot?.summary?.['total-records'] ?? 0),
    ...(snapshot && {
      asOf: new Date(snapshot['timestamp-ms']).toISOString(),
      snapshotId: String(snapshot['snapshot-id']),
    }),
  };
}

function standingOf(metadata: TableMetadata): StandingTable {
  return { uuid: metadata['table-uuid'], sequenceNumber: BigInt(metadata['last-sequence-number']) };
}

async function first<T>(items: AsyncGenerator<T>): Promise<T | undefined> {
  return (await items.next()).value as T | undefined;
}

function failed({ uri }: FailoverTable, error: unknown): TableFailover {
  return { table: uri, state: FailoverState.FAILED, failure: (error as Error).message };
}

import { lineage, requireSnapshot, SnapshotNotFound } from './history';
import type { IcebergTable } from './iceberg-table';
import type { Long } from './json';
import { changeMetadata } from './metadata-change';
import type { Snapshot } from './snapshot';
import { currentSnapshot, snapshotById, type TableMetadata } from './table-metadata';

const MAIN = 'main';

/** The snapshot a branch or tag names. @throws SnapshotNotFound naming those the table has */
export function snapshotOfRef(metadata: TableMetadata, name: string): Snapshot {
  const id = metadata.refs[name]?.['snapshot-id'];
  const found = id === undefined ? undefined : snapshotById(metadata, id);
  if (found) return found;
  const names = Object.keys(metadata.refs);
  throw new SnapshotNotFound(
    `${metadata.location} has no branch or tag "${name}". It has: ${names.length > 0 ? names.join(', ') : 'none'}.`,
  );
}

export interface Tag {
  readonly name: string;
  /** @default the current one */
  readonly snapshotId?: Long;
  /** Age at which expiry may drop the tag, and with it what only it kept, in milliseconds. @default never */
  readonly maxAgeMs?: number;
}

/**
 * Names a snapshot, which expiry then keeps. A tag that is there is moved.
 * @throws Error for the name of a branch; SnapshotNotFound
 */
export async function tagSnapshot(table: IcebergTable, { name, snapshotId, maxAgeMs }: Tag): Promise<void> {
  await changeMetadata(table.state, (metadata) => {
    if (name === MAIN || metadata.refs[name]?.type === 'branch')
      throw new Error(`"${name}" is a branch of ${metadata.location}: give the tag another name.`);
    const id = namedSnapshot(metadata, snapshotId, 'tagged');
    const age = maxAgeMs === undefined ? {} : { 'max-ref-age-ms': maxAgeMs };
    return { refs: { ...metadata.refs, [name]: { type: 'tag', 'snapshot-id': id, ...age } } };
  });
}

export interface Branch {
  readonly name: string;
  /** Its newest snapshot. @default the table's current one */
  readonly snapshotId?: Long;
  /** Age at which expiry may drop the branch, in milliseconds. @default never */
  readonly maxAgeMs?: number;
  /** Snapshots of the branch that expiry keeps, whatever their age. @default as for the table */
  readonly minSnapshotsToKeep?: number;
  /** Age up to which expiry keeps the branch's snapshots, in milliseconds. @default as for the table */
  readonly maxSnapshotAgeMs?: number;
}

/**
 * Makes a branch at a snapshot. One that is there is put there, with these settings in the place of its own; what only it
 * led to stays until it is expired.
 * @throws Error for main, for the name of a tag and for a setting that is no positive whole number; SnapshotNotFound
 */
export async function createOrReplaceBranch(table: IcebergTable, branch: Branch): Promise<void> {
  const { name, snapshotId } = branch;
  const settings = retention(branch);
  await changeMetadata(table.state, (metadata) => {
    if (name === MAIN)
      throw new Error('The branch main is the table itself: rollBack or fastForward moves it.');
    if (metadata.refs[name]?.type === 'tag')
      throw new Error(`"${name}" is a tag of ${metadata.location}: give the branch another name.`);
    const id = namedSnapshot(metadata, snapshotId, 'branched off');
    return { refs: { ...metadata.refs, [name]: { type: 'branch', 'snapshot-id': id, ...settings } } };
  });
}

/**
 * Makes the newest snapshot of a branch the table's current one, provided that it grew from the current one: no row and no
 * lane position is lost. Does nothing where the table has it already.
 * @throws Error when the table went on since the branch was made, naming both snapshots; SnapshotNotFound
 */
export async function fastForward(table: IcebergTable, name: string): Promise<void> {
  await changeMetadata(table.state, (metadata) => {
    const tip = snapshotOfRef(metadata, name);
    const current = currentSnapshot(metadata);
    if (grewFrom(metadata, current, tip)) return undefined;
    if (current && !grewFrom(metadata, tip, current))
      throw new Error(
        `${metadata.location} cannot be moved to "${name}": snapshot ${tip['snapshot-id']} did not grow from ` +
          `${current['snapshot-id']}, which is current. Make the branch anew from there, and write to it again.`,
      );
    const id = tip['snapshot-id'];
    const log = { 'timestamp-ms': Math.max(Date.now(), metadata['last-updated-ms']), 'snapshot-id': id };
    return {
      'current-snapshot-id': id,
      refs: { ...metadata.refs, main: { ...(metadata.refs.main ?? { type: 'branch' }), 'snapshot-id': id } },
      'snapshot-log': [...metadata['snapshot-log'], log],
    };
  });
}

/** Forgets a branch or tag; what it named stays until it is expired. @throws Error for the main branch */
export async function dropRef(table: IcebergTable, name: string): Promise<void> {
  if (name === MAIN) throw new Error('The branch main is the table itself: it cannot be dropped.');
  await changeMetadata(table.state, ({ refs }) => {
    if (!(name in refs)) return undefined;
    const { [name]: _, ...others } = refs;
    return { refs: others };
  });
}

function namedSnapshot(metadata: TableMetadata, snapshotId: Long | undefined, what: string): Long {
  const wanted = snapshotId ?? metadata['current-snapshot-id'];
  if (wanted == null || wanted === -1)
    throw new SnapshotNotFound(`${metadata.location} has no snapshot yet that could be ${what}.`);
  return requireSnapshot(metadata, wanted)['snapshot-id'];
}

function grewFrom(metadata: TableMetadata, snapshot: Snapshot | undefined, ancestor: Snapshot): boolean {
  for (const one of lineage(metadata, snapshot)) if (one === ancestor) return true;
  return false;
}

function retention({ name, maxAgeMs, minSnapshotsToKeep, maxSnapshotAgeMs }: Branch): Record<string, number> {
  const settings = { maxAgeMs, minSnapshotsToKeep, maxSnapshotAgeMs };
  for (const [setting, value] of Object.entries(settings)) {
    if (value !== undefined && !(Number.isSafeInteger(value) && value > 0))
      throw new Error(
        `${setting} of the branch "${name}" is ${value}. Allowed: a whole number of at least 1.`,
      );
  }
  return {
    ...(maxAgeMs !== undefined && { 'max-ref-age-ms': maxAgeMs }),
    ...(minSnapshotsToKeep !== undefined && { 'min-snapshots-to-keep': minSnapshotsToKeep }),
    ...(maxSnapshotAgeMs !== undefined && { 'max-snapshot-age-ms': maxSnapshotAgeMs }),
  };
}

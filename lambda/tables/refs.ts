import { requireSnapshot, SnapshotNotFound } from './history';
import type { IcebergTable } from './iceberg-table';
import type { Long } from './json';
import { changeMetadata } from './metadata-change';
import type { Snapshot } from './snapshot';
import { snapshotById, type TableMetadata } from './table-metadata';

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
    const wanted = snapshotId ?? metadata['current-snapshot-id'];
    if (wanted == null || wanted === -1)
      throw new SnapshotNotFound(`${metadata.location} has no snapshot yet that could be tagged.`);
    const id = requireSnapshot(metadata, wanted)['snapshot-id'];
    const age = maxAgeMs === undefined ? {} : { 'max-ref-age-ms': maxAgeMs };
    return { refs: { ...metadata.refs, [name]: { type: 'tag', 'snapshot-id': id, ...age } } };
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

import { randomUUID } from 'node:crypto';
import { requireSnapshot } from './history';
import type { IcebergTable } from './iceberg-table';
import type { Long } from './json';
import { changeMetadata } from './metadata-change';
import { positionsOfSnapshot } from './positions';
import type { TableMetadata } from './table-metadata';

/** Table property: which call rolled the table back last, so that a lost answer is not a second rollback. */
const ROLLBACK_PROPERTY = 'lakehouse.rollback';

/**
 * Makes a snapshot the current one again, whichever of those the table still has; what came after it stays readable
 * by its id until it is expired. Lane positions go back with it, so that a source which delivers the records again
 * brings them in again. Concurrent commits that get in before it are rolled back too.
 * @throws SnapshotNotFound
 */
export async function rollBack(table: IcebergTable, snapshotId: Long): Promise<void> {
  const token = randomUUID();
  await changeMetadata(table.state, (metadata) => {
    // An attempt of this call whose answer was lost: commits that came after it are not to be taken back.
    if (metadata.properties[ROLLBACK_PROPERTY] === token) return undefined;
    return rolledBack(metadata, snapshotId, token);
  });
}

function rolledBack(metadata: TableMetadata, snapshotId: Long, token: string): Partial<TableMetadata> {
  const snapshot = requireSnapshot(metadata, snapshotId);
  const id = snapshot['snapshot-id'];
  const timestamp = Math.max(Date.now(), metadata['last-updated-ms']);
  return {
    'current-snapshot-id': id,
    refs: { ...metadata.refs, main: { ...(metadata.refs.main ?? { type: 'branch' }), 'snapshot-id': id } },
    'snapshot-log': [...metadata['snapshot-log'], { 'timestamp-ms': timestamp, 'snapshot-id': id }],
    properties: {
      ...metadata.properties,
      ...positionsOfSnapshot(metadata, snapshot),
      [ROLLBACK_PROPERTY]: token,
    },
  };
}

import { openTable } from '../../../lambda/tables/open-table';
import type { LocalTable } from './embedded-lake';

/** A table as it is now, read from its own metadata. */
export interface TableContents {
  readonly zone: string;
  readonly table: string;
  /** Directory of the table. */
  readonly location: string;
  readonly rows: number;
  readonly files: string[];
  readonly bytes: number;
  /** Decimal; absent while the table has no snapshot. */
  readonly snapshotId?: string;
  /** Newest first. */
  readonly snapshots: TableSnapshot[];
}

export interface TableSnapshot {
  readonly id: string;
  readonly committedAt: string;
  readonly addedRows: number;
  readonly totalRows: number;
}

export async function tableContents(local: LocalTable): Promise<TableContents> {
  const table = await openTable(local.uri);
  const { metadata } = table;
  const current = metadata['current-snapshot-id'];
  const files = (await table.currentDataFiles()).filter(({ content }) => content === 0);
  return {
    zone: local.zone,
    table: local.table,
    location: local.directory,
    rows: files.reduce((sum, { recordCount }) => sum + recordCount, 0),
    files: files.map(({ filePath }) => filePath.replace(/^file:\/\//, '')),
    bytes: files.reduce((sum, { fileSizeInBytes }) => sum + fileSizeInBytes, 0),
    ...(current != null && String(current) !== '-1' && { snapshotId: String(current) }),
    snapshots: metadata.snapshots
      .map((snapshot) => ({
        id: String(snapshot['snapshot-id']),
        committedAt: new Date(snapshot['timestamp-ms']).toISOString(),
        addedRows: Number(snapshot.summary?.['added-records'] ?? 0),
        totalRows: Number(snapshot.summary?.['total-records'] ?? 0),
      }))
      .reverse(),
  };
}

import { TableNotFound } from '../../../lambda/tables/table-catalog';
import { openTable } from '../../../lambda/tables/open-table';
import type { Snapshot } from '../../../lambda/tables/snapshot';
import type { ProductTable, TableRole } from './product-tables';

/** A table as it is now, read from its own metadata. */
export interface TableContents {
  readonly zone: string;
  readonly table: string;
  readonly role: TableRole;
  readonly uri: string;
  /** Directory of the table. */
  readonly location: string;
  readonly rows: number;
  readonly files: string[];
  readonly bytes: number;
  /** Decimal; absent while the table has no snapshot. */
  readonly snapshotId?: string;
  /** Newest first. */
  readonly snapshots: TableSnapshot[];
  /** Oldest first. */
  readonly schemas: TableSchema[];
}

export interface TableSnapshot {
  readonly id: string;
  readonly committedAt: string;
  /** `append`, `overwrite`, `replace` or `delete`. */
  readonly operation: string;
  readonly schemaId: number;
  readonly addedRows: number;
  readonly removedRows: number;
  readonly totalRows: number;
  readonly addedFiles: number;
  readonly removedFiles: number;
  readonly addedBytes: number;
  readonly removedBytes: number;
}

export interface TableSchema {
  readonly id: number;
  /** Name and type of each column. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** Those of the tables that are there. */
export async function contentsOf(tables: readonly ProductTable[]): Promise<TableContents[]> {
  const found = await Promise.all(
    tables.map((table) =>
      tableContents(table).catch((error: unknown) => {
        if (error instanceof TableNotFound) return undefined;
        throw error;
      }),
    ),
  );
  return found.filter((contents) => contents !== undefined);
}

export async function tableContents(local: ProductTable): Promise<TableContents> {
  const table = await openTable(local.uri);
  const { metadata } = table;
  const current = metadata['current-snapshot-id'];
  const files = (await table.currentDataFiles()).filter(({ content }) => content === 0);
  return {
    zone: local.zone,
    role: local.role,
    uri: local.uri,
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
        operation: snapshot.summary?.operation ?? 'append',
        schemaId: snapshot['schema-id'] ?? 0,
        addedRows: figure(snapshot, 'added-records'),
        removedRows: figure(snapshot, 'deleted-records'),
        totalRows: figure(snapshot, 'total-records'),
        addedFiles: figure(snapshot, 'added-data-files'),
        removedFiles: figure(snapshot, 'deleted-data-files'),
        addedBytes: figure(snapshot, 'added-files-size'),
        removedBytes: figure(snapshot, 'removed-files-size'),
      }))
      .reverse(),
    schemas: metadata.schemas.map((schema) => ({
      id: schema['schema-id'] ?? 0,
      columns: schema.fields.map(({ name, type }) => ({
        name,
        type: typeof type === 'string' ? type : type.type,
      })),
    })),
  };
}

function figure({ summary }: Snapshot, name: string): number {
  return Number(summary?.[name] ?? 0);
}

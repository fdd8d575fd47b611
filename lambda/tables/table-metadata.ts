import { randomUUID } from 'node:crypto';
import type { IcebergPartitionSpec, IcebergSchema } from '../../lib/contract/iceberg-types';
import { highestFieldId } from './schema';
import type { Long } from './json';
import type { Snapshot } from './snapshot';
import { withSortOrder, type SortColumn, type SortOrder } from './sort-order';

/** Table metadata (Iceberg specification, "Table Metadata"). Keys this code does not know are carried along. */
export interface TableMetadata {
  readonly 'format-version': number;
  readonly 'table-uuid': string;
  readonly location: string;
  readonly 'last-sequence-number': Long;
  readonly 'last-updated-ms': number;
  readonly 'last-column-id': number;
  readonly 'current-schema-id': number;
  readonly schemas: IcebergSchema[];
  readonly 'default-spec-id': number;
  readonly 'partition-specs': IcebergPartitionSpec[];
  readonly 'last-partition-id': number;
  readonly 'default-sort-order-id': number;
  readonly 'sort-orders': SortOrder[];
  readonly properties: Record<string, string>;
  /** Absent, null or -1 for a table without a snapshot. */
  readonly 'current-snapshot-id'?: Long | null;
  readonly refs: Record<string, SnapshotReference>;
  readonly snapshots: Snapshot[];
  readonly 'snapshot-log': { readonly 'timestamp-ms': number; readonly 'snapshot-id': Long }[];
  readonly 'metadata-log': { readonly 'timestamp-ms': number; readonly 'metadata-file': string }[];
}

export interface SnapshotReference {
  readonly 'snapshot-id': Long;
  readonly type: 'branch' | 'tag';
  readonly [setting: string]: unknown;
}

const FIRST_PARTITION_FIELD_ID = 1000;
const UNSORTED: SortOrder = { 'order-id': 0, fields: [] };

export interface NewTable {
  readonly location: string;
  readonly schema: IcebergSchema;
  readonly partitionSpec: IcebergPartitionSpec;
  /** @default unsorted */
  readonly sortOrder?: readonly SortColumn[];
  readonly properties: Record<string, string>;
}

export function newTableMetadata(table: NewTable): TableMetadata {
  return {
    'format-version': 2,
    'table-uuid': randomUUID(),
    location: table.location,
    'last-sequence-number': 0,
    'last-updated-ms': Date.now(),
    'last-column-id': highestFieldId(table.schema),
    'current-schema-id': 0,
    schemas: [{ ...table.schema, 'schema-id': 0 }],
    'default-spec-id': 0,
    'partition-specs': [{ ...table.partitionSpec, 'spec-id': 0 }],
    'last-partition-id': Math.max(
      FIRST_PARTITION_FIELD_ID - 1,
      ...table.partitionSpec.fields.map((field) => field['field-id']),
    ),
    ...withSortOrder({ 'sort-orders': [UNSORTED] }, table.schema, table.sortOrder ?? []),
    properties: table.properties,
    'current-snapshot-id': -1,
    refs: {},
    snapshots: [],
    'snapshot-log': [],
    'metadata-log': [],
  };
}

/** Metadata as files and catalogs have it: version 1 names some parts otherwise, and any may leave some out. */
export type RawMetadata = Partial<TableMetadata> & {
  readonly schema?: IcebergSchema;
  readonly 'partition-spec'?: IcebergPartitionSpec['fields'];
};

export function normalizeTableMetadata(raw: RawMetadata, path: string): TableMetadata {
  const version = raw['format-version'];
  if (version !== 1 && version !== 2) {
    throw new Error(
      `Table metadata of format version ${version} cannot be read (${path}). Allowed: 1, 2. Nothing was changed.`,
    );
  }
  return {
    ...(raw as TableMetadata),
    'last-sequence-number': raw['last-sequence-number'] ?? 0,
    schemas: raw.schemas ?? [{ ...raw.schema!, 'schema-id': 0 }],
    'current-schema-id': raw['current-schema-id'] ?? 0,
    'partition-specs': raw['partition-specs'] ?? [{ 'spec-id': 0, fields: raw['partition-spec'] ?? [] }],
    'default-spec-id': raw['default-spec-id'] ?? 0,
    'default-sort-order-id': raw['default-sort-order-id'] ?? 0,
    'sort-orders': raw['sort-orders'] ?? [UNSORTED],
    properties: raw.properties ?? {},
    refs: raw.refs ?? {},
    snapshots: raw.snapshots ?? [],
    'snapshot-log': raw['snapshot-log'] ?? [],
    'metadata-log': raw['metadata-log'] ?? [],
  };
}

export function currentSchema(metadata: TableMetadata): IcebergSchema {
  const id = metadata['current-schema-id'];
  return found(
    metadata.schemas.find((schema) => schema['schema-id'] === id),
    `schema ${id}`,
    metadata,
  );
}

export function partitionSpec(
  metadata: TableMetadata,
  id: number = metadata['default-spec-id'],
): IcebergPartitionSpec {
  return found(
    metadata['partition-specs'].find((spec) => spec['spec-id'] === id),
    `partition spec ${id}`,
    metadata,
  );
}

export function currentSnapshot(metadata: TableMetadata): Snapshot | undefined {
  const id = metadata['current-snapshot-id'];
  return id == null || id === -1 ? undefined : found(snapshotById(metadata, id), `snapshot ${id}`, metadata);
}

export function snapshotById(metadata: TableMetadata, id: Long): Snapshot | undefined {
  // From the end: whoever asks mostly asks for a recent one.
  return metadata.snapshots.findLast((snapshot) => snapshot['snapshot-id'] === id);
}

function found<T>(value: T | undefined, what: string, metadata: TableMetadata): T {
  if (value === undefined)
    throw new Error(`The metadata of ${metadata.location} names ${what} but does not hold it.`);
  return value;
}

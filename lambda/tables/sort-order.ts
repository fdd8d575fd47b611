import type { IcebergSchema } from '../../lib/contract/iceberg-types';
import { findColumn } from './alter-columns';
import { stringifyJson } from './json';
import type { TableMetadata } from './table-metadata';
import { partitionTransform } from './transforms';

/** A column that the rows of a file are sorted by. */
export interface SortColumn {
  readonly column: string;
  /** @default 'identity' */
  readonly transform?: string;
  readonly direction: 'asc' | 'desc';
  /** @default 'nulls-first' for asc, 'nulls-last' for desc */
  readonly nullOrder?: 'nulls-first' | 'nulls-last';
}

/** A field of a sort order (Iceberg specification, "Sorting"). */
export interface SortField {
  readonly transform: string;
  readonly 'source-id': number;
  readonly direction: 'asc' | 'desc';
  readonly 'null-order': 'nulls-first' | 'nulls-last';
}

export interface SortOrder {
  readonly 'order-id': number;
  readonly fields: readonly SortField[];
}

const UNSORTED = 0;

/** The order that files of the table are to be sorted by; undefined for a table without one. */
export function sortOrder(metadata: TableMetadata): SortOrder | undefined {
  const id = metadata['default-sort-order-id'];
  const order = metadata['sort-orders'].find((one) => one['order-id'] === id);
  return order && order.fields.length > 0 ? order : undefined;
}

/** The metadata's sort orders with the wanted one as default. An order the table had before keeps its id. */
export function withSortOrder(
  metadata: Pick<TableMetadata, 'sort-orders'>,
  schema: IcebergSchema,
  by: readonly SortColumn[],
): Pick<TableMetadata, 'sort-orders' | 'default-sort-order-id'> {
  const fields = by.map((column) => sortField(schema, column));
  const orders = metadata['sort-orders'];
  const present = orders.find((order) => stringifyJson(order.fields) === stringifyJson(fields));
  const highest = Math.max(UNSORTED, ...orders.map((order) => order['order-id']));
  const id = present?.['order-id'] ?? (fields.length === 0 ? UNSORTED : highest + 1);
  return {
    'sort-orders': present ? orders : [...orders, { 'order-id': id, fields }],
    'default-sort-order-id': id,
  };
}

function sortField(
  schema: IcebergSchema,
  { column, transform = 'identity', direction, nullOrder }: SortColumn,
) {
  const { id, type } = findColumn(schema, column);
  if (typeof type !== 'string')
    throw new Error(`Column ${column} is nested: a table is sorted by primitive columns.`);
  partitionTransform(transform, type);
  const nulls = nullOrder ?? (direction === 'asc' ? 'nulls-first' : 'nulls-last');
  return { transform, 'source-id': id, direction, 'null-order': nulls };
}

import type { IcebergSchema } from '../../lib/contract/iceberg-types';
import type { PartitionValue } from '../tables/data-file';
import { compareValues } from '../tables/single-value';
import type { SortOrder } from '../tables/sort-order';
import type { TableRow } from './read-rows';
import { transformed } from './write-rows';

/** Rows in the order a table asks for; rows that are equal by it stay in the order they came. */
export function sortRows(rows: readonly TableRow[], schema: IcebergSchema, order: SortOrder): TableRow[] {
  const fields = order.fields.map((field) => ({ field, valueOf: transformed(schema, field) }));
  const keyed = rows.map((row) => ({ row, key: fields.map(({ valueOf }) => valueOf(row)) }));
  keyed.sort((a, b) => {
    for (const [i, { field }] of fields.entries()) {
      const difference = compareKeys(a.key[i], b.key[i], field);
      if (difference !== 0) return difference;
    }
    return 0;
  });
  return keyed.map(({ row }) => row);
}

function compareKeys(a: PartitionValue, b: PartitionValue, field: SortOrder['fields'][number]): number {
  if (a === null || b === null) {
    if (a === b) return 0;
    return (a === null) === (field['null-order'] === 'nulls-first') ? -1 : 1;
  }
  const ascending = Number.isNaN(a) || Number.isNaN(b) ? compareNaN(a, b) : compareValues(a, b);
  return field.direction === 'asc' ? ascending : -ascending;
}

/** NaN sorts above every number (Iceberg specification, "Sorting"). */
function compareNaN(a: PartitionValue, b: PartitionValue): number {
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

import type { DataFile, PartitionValue } from '../tables/data-file';
import type { IcebergTable } from '../tables/iceberg-table';
import { filesThatMayHold, partitionKey } from '../tables/partition-pruning';
import { partitionSpec } from '../tables/table-metadata';
import { partitionTransform } from '../tables/transforms';
import type { TableRow } from './read-rows';
import { RowKey } from './row-key';

/**
 * Of a table's files those that may hold one of the rows' keys: by the bounds of every column of the key, and by the
 * partition where it follows from the key.
 */
export function filesOfKeys<T extends DataFile>(
  table: IcebergTable,
  files: readonly T[],
  key: RowKey,
  rows: Iterable<TableRow>,
): T[] {
  const given = [...rows];
  let left = [...files];
  for (const column of key.columns) {
    if (left.length === 0) break;
    // Bounds leave NaN out.
    if (column.type === 'float' || column.type === 'double') continue;
    const values = given.map((row) => RowKey.value(column, row));
    left = filesThatMayHold(left, column, values);
  }
  const specs = new Map<number, (file: T) => boolean>();
  return left.filter((file) => {
    let mayHold = specs.get(file.specId);
    if (!mayHold) specs.set(file.specId, (mayHold = partitionFilter(table, file.specId, key, given)));
    return mayHold(file);
  });
}

/** Compares the fields of a partition that are made from columns of the key. */
function partitionFilter(
  table: IcebergTable,
  specId: number,
  key: RowKey,
  rows: readonly TableRow[],
): (file: DataFile) => boolean {
  const fields = partitionSpec(table.metadata, specId).fields.flatMap((field, place) => {
    const column = key.columns.find(({ id }) => id === field['source-id']);
    return column ? [{ place, column, transform: partitionTransform(field.transform, column.type) }] : [];
  });
  if (fields.length === 0) return () => true;
  const text = (partition: PartitionValue[]) => partitionKey({ specId, partition });
  const partitions = new Set(
    rows.map((row) =>
      text(fields.map(({ column, transform }) => transform.apply(RowKey.value(column, row)))),
    ),
  );
  return ({ partition }) => partitions.has(text(fields.map(({ place }) => partition[place])));
}

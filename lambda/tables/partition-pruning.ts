import type { IcebergPrimitive } from '../../lib/contract/iceberg-types';
import type { DataFile, PartitionValue } from './data-file';
import type { ManifestFile } from './manifest-list';
import type { PartitionFieldType } from './schema';
import { compareValues, deserializeValue } from './single-value';

/** The same text for the same partition of the same spec, and for no other. */
export function partitionKey({ specId, partition }: Pick<DataFile, 'specId' | 'partition'>): string {
  const part = (value: PartitionValue) =>
    value instanceof Uint8Array
      ? `bytes:${Buffer.from(value).toString('hex')}`
      : value === null
        ? 'null'
        : `value:${encodeURIComponent(String(value))}`;
  return [specId, ...partition.map(part)].join('/');
}

/** False when a manifest's bounds tell that none of its files is of the partition. */
export function mayHoldPartition(
  manifest: ManifestFile,
  types: readonly PartitionFieldType[],
  partition: readonly PartitionValue[],
): boolean {
  const { partitions } = manifest;
  if (partitions === null) return true;
  return types.every(({ type }, i) => {
    const { contains_null, contains_nan, lower_bound: lower, upper_bound: upper } = partitions[i];
    const value = partition[i];
    if (value === null) return contains_null;
    if (Number.isNaN(value)) return contains_nan !== false;
    if (lower === null || upper === null) return false;
    return isBetween(type, value, lower, upper);
  });
}

/**
 * Files that may hold one of the values in a column, by the bounds of its values: those to read for an update by key.
 * Files without bounds of the column are among them.
 */
export function filesThatMayHold<T extends DataFile>(
  files: readonly T[],
  column: { readonly id: number; readonly type: IcebergPrimitive },
  values: readonly Exclude<PartitionValue, null>[],
): T[] {
  const sorted = [...values].sort(compareValues);
  return files.filter(({ lowerBounds, upperBounds }) => {
    const [lower, upper] = [lowerBounds.get(column.id), upperBounds.get(column.id)];
    if (!lower || !upper) return true;
    const next = firstFrom(sorted, deserializeValue(column.type, lower));
    return next !== undefined && compareValues(next, deserializeValue(column.type, upper)) <= 0;
  });
}

/** The smallest of sorted values that is not below a bound. */
function firstFrom<T extends Exclude<PartitionValue, null>>(sorted: readonly T[], bound: T): T | undefined {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareValues(sorted[middle], bound) < 0) low = middle + 1;
    else high = middle;
  }
  return sorted[low];
}

function isBetween(
  type: IcebergPrimitive,
  value: Exclude<PartitionValue, null>,
  lower: Uint8Array,
  upper: Uint8Array,
): boolean {
  return (
    compareValues(value, deserializeValue(type, lower)) >= 0 &&
    compareValues(value, deserializeValue(type, upper)) <= 0
  );
}

import { compareValues, deserializeValue } from '../../tables/single-value';
import type { DataFileMetrics } from '../../tables/data-file';
import type { ColumnChunk } from './column-chunk';
import { PhysicalType } from './format';
import type { RowGroup } from './row-group';

/**
 * What a manifest keeps of a file. Columns inside lists have counts but no bounds: a bound over elements says
 * nothing about rows, and Iceberg's readers do not expect one.
 */
export function dataFileMetrics(
  rowGroups: readonly RowGroup[],
  rows: number,
  fileSizeInBytes: number,
): DataFileMetrics {
  const metrics = {
    recordCount: rows,
    fileSizeInBytes,
    columnSizes: new Map<number, number>(),
    valueCounts: new Map<number, number>(),
    nullValueCounts: new Map<number, number>(),
    nanValueCounts: new Map<number, number>(),
    lowerBounds: new Map<number, Uint8Array>(),
    upperBounds: new Map<number, Uint8Array>(),
    splitOffsets: rowGroups.map((group) => group.fileOffset),
  };
  const columns = rowGroups[0]?.columns ?? [];
  columns.forEach(({ leaf }, i) => {
    const chunks = rowGroups.map((group) => group.columns[i]);
    const id = leaf.fieldId;
    metrics.columnSizes.set(
      id,
      total(chunks, (chunk) => chunk.compressedSize),
    );
    metrics.valueCounts.set(
      id,
      total(chunks, (chunk) => chunk.count),
    );
    metrics.nullValueCounts.set(
      id,
      total(chunks, (chunk) => chunk.nullCount),
    );
    if (leaf.physicalType === PhysicalType.FLOAT || leaf.physicalType === PhysicalType.DOUBLE) {
      metrics.nanValueCounts.set(
        id,
        total(chunks, (chunk) => chunk.bounds.nanCount),
      );
    }
    if (leaf.maxRepetition > 0) return;
    const lower = outermost(chunks, 'lower', -1);
    const upper = outermost(chunks, 'upper', 1);
    if (lower) metrics.lowerBounds.set(id, lower);
    if (upper) metrics.upperBounds.set(id, upper);
  });
  return metrics;
}

function total(chunks: readonly ColumnChunk[], of: (chunk: ColumnChunk) => number): number {
  return chunks.reduce((sum, chunk) => sum + of(chunk), 0);
}

/** The bound of the whole file; none when a row group that holds values has none. */
function outermost(
  chunks: readonly ColumnChunk[],
  side: 'lower' | 'upper',
  sign: 1 | -1,
): Uint8Array | undefined {
  let found: Uint8Array | undefined;
  for (const { leaf, bounds, count, nullCount } of chunks) {
    const bound = bounds[side]?.iceberg;
    if (bound === undefined) {
      if (count > nullCount + bounds.nanCount) return undefined;
      continue;
    }
    if (found === undefined || sign * compare(leaf.icebergType, bound, found) > 0) found = bound;
  }
  return found;
}

function compare(type: string, left: Uint8Array, right: Uint8Array): number {
  // Text and bytes are in the order of their bytes; the rest is ordered by value.
  if (type === 'string' || type === 'binary' || type === 'uuid' || type.startsWith('fixed')) {
    return Buffer.compare(left, right);
  }
  return compareValues(deserializeValue(type, left), deserializeValue(type, right));
}

import type { IcebergPrimitive, IcebergSchema, IcebergType } from '../../../lib/contract/iceberg-types';
import {
  lowerBinaryBound,
  lowerStringBound,
  upperBinaryBound,
  upperStringBound,
} from '../../formats/parquet';
import type { DataFileMetrics } from '../../tables/data-file';
import { baseType, serializeValue } from '../../tables/single-value';
import { identifier } from './sql-text';
import { valueOfText } from './value-text';

/** What COPY tells of a file it wrote (RETURN_STATS), as JSON. */
export interface WrittenFile {
  readonly filename: string;
  readonly count: string;
  readonly file_size_bytes: string;
  readonly column_statistics: readonly {
    /** Quoted names, the path of a nested column joined by dots. */
    readonly key: string;
    readonly value: readonly { readonly key: string; readonly value: string }[];
  }[];
}

interface Leaf {
  readonly id: number;
  readonly type: IcebergPrimitive;
  readonly isRepeated: boolean;
}

/** Metrics of files that COPY wrote, as our own writer gives them: bounds shortened, none inside lists. */
export function writtenMetrics(
  schema: IcebergSchema,
  written: WrittenFile,
  splitOffsets: number[],
): DataFileMetrics {
  const leaves = leavesOf(schema);
  const metrics = {
    recordCount: Number(written.count),
    fileSizeInBytes: Number(written.file_size_bytes),
    columnSizes: new Map<number, number>(),
    valueCounts: new Map<number, number>(),
    nullValueCounts: new Map<number, number>(),
    nanValueCounts: new Map<number, number>(),
    lowerBounds: new Map<number, Uint8Array>(),
    upperBounds: new Map<number, Uint8Array>(),
    splitOffsets,
  };
  for (const { key, value } of written.column_statistics) {
    const leaf = leaves.get(key);
    if (!leaf) continue;
    const statistics = new Map(value.map((one) => [one.key, one.value]));
    const count = (name: string, into: Map<number, number>) => {
      const found = statistics.get(name);
      if (found !== undefined) into.set(leaf.id, Number(found));
    };
    count('column_size_bytes', metrics.columnSizes);
    count('num_values', metrics.valueCounts);
    count('null_count', metrics.nullValueCounts);
    // Where there are some, DuckDB does not say how many: an absent count claims nothing.
    if (statistics.get('has_nan') === 'false') metrics.nanValueCounts.set(leaf.id, 0);
    if (leaf.isRepeated) continue;
    const lower = boundOf(leaf.type, statistics.get('min'), 'lower');
    const upper = boundOf(leaf.type, statistics.get('max'), 'upper');
    if (lower) metrics.lowerBounds.set(leaf.id, lower);
    if (upper) metrics.upperBounds.set(leaf.id, upper);
  }
  return metrics;
}

function boundOf(type: string, text: string | undefined, side: 'lower' | 'upper'): Uint8Array | undefined {
  const value = text === undefined ? undefined : valueOfText(type, text);
  if (value === undefined || Number.isNaN(value)) return undefined;
  switch (baseType(type)) {
    case 'string':
      return (side === 'lower' ? lowerStringBound : upperStringBound)(value as string)?.iceberg;
    case 'binary':
      return (side === 'lower' ? lowerBinaryBound : upperBinaryBound)(value as Uint8Array)?.iceberg;
    case 'float':
    case 'double':
      // DuckDB takes the zero it meets first; readers that tell them apart put -0 below 0.
      if (value === 0) return serializeValue(type, side === 'lower' ? -0 : 0);
      return serializeValue(type, value);
    default:
      return serializeValue(type, value);
  }
}

/** By the path that COPY names a column by. */
function leavesOf(schema: IcebergSchema): Map<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  const visit = (path: string, id: number, type: IcebergType, isRepeated: boolean): void => {
    if (typeof type === 'string') leaves.set(path, { id, type, isRepeated });
    else if (type.type === 'struct')
      for (const field of type.fields)
        visit(`${path}.${identifier(field.name)}`, field.id, field.type, isRepeated);
    else if (type.type === 'list') visit(`${path}."element"`, type['element-id'], type.element, true);
  };
  for (const { id, name, type } of schema.fields) visit(identifier(name), id, type, false);
  return leaves;
}

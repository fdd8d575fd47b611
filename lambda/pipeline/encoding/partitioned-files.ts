import type { IcebergSchema } from '../../../lib/contract/iceberg-types';
import type { ColumnValue } from '../../../lib/contract/handler-code/row-runtime';
import { ParquetFile, type ParquetFileOptions } from '../../formats/parquet';
import type { PartitionValue } from '../../tables/data-file';
import { type PartitionTransform, partitionTransform } from '../../tables/transforms';
import type { EncodedFile, EncodingTarget } from '../batch-encoder';

const MICROS_PER_DAY = 86_400_000_000;
const MICROS_PER_HOUR = 3_600_000_000;

/** Source values one transform has been asked for before it starts to remember anew. */
const MOST_REMEMBERED = 10_000;

interface PartitionField {
  /** Place among the source values. */
  readonly source: number;
  readonly sourceType: string;
  readonly transform: PartitionTransform;
  /** Shortcut for timestamps, most of which are new values: the number of days or hours. */
  readonly microsPerUnit?: number;
  readonly known: Map<ColumnValue | null, PartitionValue>;
}

/** One Parquet file for each partition the rows fall into, opened when its first row comes. */
export class PartitionedFiles<T extends { readonly file: ParquetFile }> {
  /** Source values of the row at hand, in the order of `sources`. */
  readonly values: (ColumnValue | null)[];
  /** Field ids of the columns the transforms read, each once. */
  readonly sources: number[];
  private readonly fields: PartitionField[];
  private readonly files = new Map<string, { readonly partition: PartitionValue[]; readonly opened: T }>();
  private lastPartition: PartitionValue[] = [];
  private last: T | undefined;

  constructor(
    target: EncodingTarget,
    private readonly open: (options: ParquetFileOptions) => T,
  ) {
    const { fields } = target.partitionSpec;
    this.sources = [...new Set(fields.map((field) => field['source-id']))];
    this.values = this.sources.map(() => null);
    this.fields = fields.map((field) => {
      const sourceType = primitiveOf(target.schema, field['source-id']);
      return {
        source: this.sources.indexOf(field['source-id']),
        sourceType,
        transform: partitionTransform(field.transform, sourceType),
        microsPerUnit: microsPerUnit(field.transform, sourceType),
        known: new Map(),
      };
    });
  }

  get isPartitioned(): boolean {
    return this.fields.length > 0;
  }

  /** What was opened for the partition of `values`. */
  select(): T {
    const partition = this.fields.map((field) => this.apply(field));
    // Records come in order of time, and most tables are partitioned by it.
    if (this.last !== undefined && partition.every((value, i) => value === this.lastPartition[i]))
      return this.last;
    const key = partition.map(partitionKey).join('\u0000');
    let found = this.files.get(key);
    if (found === undefined) {
      found = { partition, opened: this.open({}) };
      this.files.set(key, found);
    }
    this.lastPartition = partition;
    this.last = found.opened;
    return found.opened;
  }

  finish(): EncodedFile[] {
    return [...this.files.values()].map(({ partition, opened }) => ({ partition, ...opened.file.finish() }));
  }

  private apply(field: PartitionField): PartitionValue {
    const value = this.values[field.source];
    if (value === null) return field.transform.apply(null);
    if (field.microsPerUnit !== undefined && typeof value === 'number') {
      return Math.floor(value / field.microsPerUnit);
    }
    let result = field.known.get(value);
    if (result === undefined) {
      result = field.transform.apply(columnValue(field.sourceType, value));
      if (field.known.size === MOST_REMEMBERED) field.known.clear();
      field.known.set(value, result);
    }
    return result;
  }
}

/** Values of 64 bits travel as numbers while that is exact; transforms take them as bigints. */
function columnValue(type: string, value: ColumnValue): PartitionValue {
  return typeof value === 'number' && /^(long|time|timestamp|timestamptz|decimal.*)$/.test(type)
    ? BigInt(value)
    : value;
}

function microsPerUnit(transform: string, sourceType: string): number | undefined {
  if (!sourceType.startsWith('timestamp')) return undefined;
  if (transform === 'day') return MICROS_PER_DAY;
  return transform === 'hour' ? MICROS_PER_HOUR : undefined;
}

function partitionKey(value: PartitionValue): string {
  if (value instanceof Uint8Array) return `b${Buffer.from(value).toString('hex')}`;
  // With its length: text may hold whatever parts the values of a key.
  if (typeof value === 'string') return `s${value.length}:${value}`;
  return `${typeof value}${Object.is(value, -0) ? '-0' : value}`;
}

function primitiveOf(schema: IcebergSchema, id: number): string {
  const search = (fields: IcebergSchema['fields']): string | undefined => {
    for (const { id: fieldId, type } of fields) {
      if (typeof type === 'string') {
        if (fieldId === id) return type;
      } else if (type.type === 'struct') {
        const found = search(type.fields);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  };
  const type = search(schema.fields);
  if (type === undefined)
    throw new Error(`Partition source ${id} is not a primitive column of the table outside lists.`);
  return type;
}

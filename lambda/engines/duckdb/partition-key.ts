import type { IcebergPartitionSpec, IcebergSchema, IcebergStruct } from '../../../lib/contract/iceberg-types';
import type { PartitionValue } from '../../tables/data-file';
import { baseType } from '../../tables/single-value';
import { partitionTransform } from '../../tables/transforms';
import { BUCKET_FUNCTION } from './bucket-function';
import { identifier, literal } from './sql-text';
import { valueOfText } from './value-text';

interface PartitionSource {
  readonly transform: string;
  readonly type: string;
  /** SQL of the column. */
  readonly column: string;
}

/** Which partition rows belong to: told apart in SQL, computed from the value of one row of each. */
export class PartitionKey {
  private readonly sources: readonly PartitionSource[];

  constructor(schema: IcebergSchema, spec: IcebergPartitionSpec) {
    this.sources = spec.fields.map((field) => ({
      transform: field.transform,
      ...columnOf(schema, field['source-id']),
    }));
  }

  get isEmpty(): boolean {
    return this.sources.length === 0;
  }

  /** A short text, the same for rows of a partition and for no others: it becomes a directory's name. */
  get sql(): string {
    const parts = this.sources.map((source) => `coalesce('=' || CAST(${apart(source)} AS VARCHAR), '-')`);
    return `md5(concat_ws('/', ${parts.map((part) => `replace(${part}, '/', '//')`).join(', ')}))`;
  }

  /** Texts of the columns of a row, named p0, p1 …; see {@link partition}. */
  get texts(): string {
    return this.sources.map((source, i) => `${textOf(source)} AS p${i}`).join(', ');
  }

  partition(texts: Readonly<Record<string, unknown>>): PartitionValue[] {
    return this.sources.map(({ transform, type }, i) => {
      const text = texts[`p${i}`] as string | null;
      const value = text === null ? null : valueOfText(type, text);
      if (value === undefined)
        throw new Error(`${text} is no ${type} that a partition could be named after.`);
      return partitionTransform(transform, type).apply(value);
    });
  }
}

function textOf({ column, type }: PartitionSource): string {
  return type === 'binary' ? `hex(${column})` : `CAST(${column} AS VARCHAR)`;
}

/** At least as fine as the transform; as fine as it, so that there are no more files than partitions. */
function apart(source: PartitionSource): string {
  const { column, type } = source;
  const [, name, parameter] = /^([a-z]+)(?:\[(\d+)\])?$/.exec(source.transform)!;
  switch (name) {
    case 'void':
      return 'NULL';
    case 'year':
    case 'month':
    case 'day':
    case 'hour':
      return `date_trunc('${name}', ${column})`;
    case 'bucket':
      return `${BUCKET_FUNCTION}(${textOf(source)}, ${literal(type)}, ${literal(source.transform)})`;
    case 'truncate':
      return truncated(column, type, Number(parameter));
    default:
      return textOf(source);
  }
}

function truncated(column: string, type: string, width: number): string {
  switch (baseType(type)) {
    case 'string':
      return `left(${column}, ${width})`;
    case 'binary':
      return `left(hex(${column}), ${width * 2})`;
    case 'decimal': {
      const unscaled = `CAST(replace(CAST(${column} AS VARCHAR), '.', '') AS HUGEINT)`;
      return remainderTaken(unscaled, width);
    }
    default:
      return remainderTaken(`CAST(${column} AS HUGEINT)`, width);
  }
}

function remainderTaken(value: string, width: number): string {
  return `${value} - ((${value} % ${width}) + ${width}) % ${width}`;
}

function columnOf(schema: IcebergSchema, id: number): { type: string; column: string } {
  const search = (
    struct: IcebergStruct,
    parent: string | undefined,
  ): { type: string; column: string } | undefined => {
    for (const { id: fieldId, name, type } of struct.fields) {
      const column = parent === undefined ? identifier(name) : `struct_extract(${parent}, ${literal(name)})`;
      if (fieldId === id && typeof type === 'string') return { type, column };
      if (typeof type !== 'string' && type.type === 'struct') {
        const found = search(type, column);
        if (found) return found;
      }
    }
    return undefined;
  };
  const found = search(schema, undefined);
  if (!found) throw new Error(`Partition source ${id} is not a primitive column of the table outside lists.`);
  return found;
}

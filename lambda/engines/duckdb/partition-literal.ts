import type { IcebergPrimitive } from '../../../lib/contract/iceberg-types';
import type { PartitionValue } from '../../tables/data-file';
import { baseType } from '../../tables/single-value';
import { sqlType } from './column-types';
import { literal } from './sql-text';

/** A value of a partition tuple in SQL. */
export function partitionLiteral(type: IcebergPrimitive, value: PartitionValue): string {
  const sql = sqlType(type, '');
  if (value === null) return `CAST(NULL AS ${sql})`;
  if (value instanceof Uint8Array) {
    const hex = Buffer.from(value).toString('hex');
    return type === 'uuid' ? `CAST(${literal(hex)} AS UUID)` : `unhex(${literal(hex)})`;
  }
  switch (baseType(type)) {
    case 'date':
      return `(DATE '1970-01-01' + CAST(${value} AS INTEGER))`;
    case 'timestamp':
      return `make_timestamp(CAST(${value} AS BIGINT))`;
    case 'timestamptz':
      return `CAST(make_timestamp(CAST(${value} AS BIGINT)) AS TIMESTAMP WITH TIME ZONE)`;
    case 'time':
      return `CAST(make_timestamp(CAST(${value} AS BIGINT)) AS TIME)`;
    case 'decimal': {
      const scale = Number(/,\s*(\d+)/.exec(type)?.[1] ?? 0);
      return `CAST(${literal(unscaledText(BigInt(value as bigint), scale))} AS ${sql})`;
    }
    default:
      return `CAST(${literal(String(value))} AS ${sql})`;
  }
}

function unscaledText(value: bigint, scale: number): string {
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${value < 0n ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`;
}

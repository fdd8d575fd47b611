import type { IcebergPrimitive } from '../../lib/contract/iceberg-types';
import type { PartitionValue } from './data-file';
import { murmur3 } from './murmur3';
import { baseType, bigEndianTwosComplement, uuidBytes } from './single-value';

type Value = Exclude<PartitionValue, null>;

/** How a column's value becomes a partition value (Iceberg specification, "Partition Transforms"). */
export interface PartitionTransform {
  readonly resultType: IcebergPrimitive;
  /** Null stays null. Int and date are numbers; long, time, timestamp and unscaled decimal are bigints. */
  apply(value: PartitionValue): PartitionValue;
}

const MICROS_PER_HOUR = 3_600_000_000n;
const MICROS_PER_DAY = 86_400_000_000n;
const TIMESTAMPS = ['timestamp', 'timestamptz'];
const BUCKETED = [
  'int',
  'long',
  'decimal',
  'date',
  'time',
  ...TIMESTAMPS,
  'string',
  'uuid',
  'fixed',
  'binary',
];
const TRUNCATED = ['int', 'long', 'decimal', 'string', 'binary'];

/**
 * @param transform `identity`, `year`, `month`, `day`, `hour`, `bucket[N]`, `truncate[W]` or `void`
 * @throws Error when the transform is unknown or does not apply to the column's type
 */
export function partitionTransform(transform: string, sourceType: IcebergPrimitive): PartitionTransform {
  const [, name, parameter] = /^([a-z]+)(?:\[(\d+)\])?$/.exec(transform) ?? [];
  const base = baseType(sourceType);
  const from = (allowed: string[], resultType: IcebergPrimitive, apply: (value: Value) => PartitionValue) => {
    if (!allowed.includes(base)) {
      throw new Error(
        `Transform ${transform} applies to ${allowed.join(', ')}, not to a ${sourceType} column.`,
      );
    }
    return { resultType, apply: (value: PartitionValue) => (value === null ? null : apply(value)) };
  };
  if (parameter === undefined) {
    switch (name) {
      case 'identity':
        return { resultType: sourceType, apply: (value) => value };
      case 'void':
        return { resultType: sourceType, apply: () => null };
      case 'year':
        return from(['date', ...TIMESTAMPS], 'int', (value) => date(value).getUTCFullYear() - 1970);
      case 'month':
        return from(['date', ...TIMESTAMPS], 'int', (value) => {
          const day = date(value);
          return (day.getUTCFullYear() - 1970) * 12 + day.getUTCMonth();
        });
      case 'day':
        return from(['date', ...TIMESTAMPS], 'date', epochDay);
      case 'hour':
        return from(TIMESTAMPS, 'int', (value) =>
          Number(floorDivide(BigInt(value as bigint), MICROS_PER_HOUR)),
        );
    }
  } else if (Number(parameter) > 0) {
    const width = Number(parameter);
    if (name === 'bucket') {
      return from(BUCKETED, 'int', (value) => (bucketHash(base, value) & 0x7fffffff) % width);
    }
    if (name === 'truncate') return from(TRUNCATED, sourceType, (value) => truncate(base, value, width));
  }
  throw new Error(
    `Unknown partition transform "${transform}". Allowed: identity, year, month, day, hour, bucket[N], truncate[W], void; N and W from 1.`,
  );
}

/** Hash of a value before it is taken modulo the number of buckets (Iceberg specification, appendix B). */
export function bucketHash(type: string, value: Value): number {
  switch (type) {
    case 'decimal':
      return murmur3(bigEndianTwosComplement(BigInt(value as bigint)));
    case 'string':
      return murmur3(Buffer.from(value as string, 'utf8'));
    case 'uuid':
      return murmur3(uuidBytes(value as string | Uint8Array));
    case 'fixed':
    case 'binary':
      return murmur3(value as Uint8Array);
    default: {
      // Integers of every width hash as longs, so that widening int to long keeps the buckets.
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64LE(BigInt(value as bigint));
      return murmur3(bytes);
    }
  }
}

/** A partition value as people read it in a path: `2024-05-01` for a day, `2024-05` for a month. */
export function partitionText(
  transform: string,
  resultType: IcebergPrimitive,
  value: PartitionValue,
): string {
  if (value === null) return 'null';
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64url');
  if (transform === 'year') return String(1970 + Number(value));
  if (transform === 'month') return new Date(Date.UTC(1970, Number(value))).toISOString().slice(0, 7);
  if (transform === 'hour')
    return new Date(Number(value) * 3_600_000).toISOString().slice(0, 13).replace('T', '-');
  if (resultType === 'date') return new Date(Number(value) * 86_400_000).toISOString().slice(0, 10);
  if (TIMESTAMPS.includes(resultType)) return new Date(Number(BigInt(value as bigint) / 1000n)).toISOString();
  return String(value);
}

function truncate(type: string, value: Value, width: number): Value {
  if (typeof value === 'bigint') {
    const w = BigInt(width);
    const truncated = value - (((value % w) + w) % w);
    // Below the smallest integer it wraps around, as it does in the engines that compare with it.
    return type === 'long' ? BigInt.asIntN(64, truncated) : truncated;
  }
  if (typeof value === 'number') return (value - (((value % width) + width) % width)) | 0;
  if (value instanceof Uint8Array) return value.subarray(0, width);
  return Array.from(value as string)
    .slice(0, width)
    .join('');
}

/** Dates arrive as days (number), timestamps as microseconds (bigint). */
function epochDay(value: Value): number {
  return typeof value === 'bigint' ? Number(floorDivide(value, MICROS_PER_DAY)) : Number(value);
}

function date(value: Value): Date {
  return new Date(epochDay(value) * 86_400_000);
}

function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value % divisor < 0n ? quotient - 1n : quotient;
}

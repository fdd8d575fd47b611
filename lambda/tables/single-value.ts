import type { IcebergPrimitive } from '../../lib/contract/iceberg-types';
import type { PartitionValue } from './data-file';

type Value = Exclude<PartitionValue, null>;

/**
 * Single-value binary serialization (Iceberg specification, appendix D): the form of column bounds and of partition
 * bounds. Decimals are unscaled `bigint`s; UUIDs their text or their 16 bytes.
 */
export function serializeValue(type: IcebergPrimitive, value: Value): Uint8Array {
  switch (baseType(type)) {
    case 'boolean':
      return Uint8Array.of(value ? 1 : 0);
    case 'int':
    case 'date':
      return fixedWidth(4, (view) => view.setInt32(0, Number(value), true));
    case 'long':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return fixedWidth(8, (view) => view.setBigInt64(0, BigInt(value as bigint), true));
    case 'float':
      return fixedWidth(4, (view) => view.setFloat32(0, Number(value), true));
    case 'double':
      return fixedWidth(8, (view) => view.setFloat64(0, Number(value), true));
    case 'decimal':
      return bigEndianTwosComplement(BigInt(value as bigint));
    case 'string':
      return new TextEncoder().encode(value as string);
    case 'uuid':
      return uuidBytes(value as string | Uint8Array);
    case 'fixed':
    case 'binary':
      return value as Uint8Array;
    default:
      throw new Error(`No single-value serialization for a column of type ${type}.`);
  }
}

export function deserializeValue(type: IcebergPrimitive, bytes: Uint8Array): Value {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (baseType(type)) {
    case 'boolean':
      return bytes[0] !== 0;
    case 'int':
    case 'date':
      return view.getInt32(0, true);
    case 'long':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      // Bounds written before an int column was widened to long keep their four bytes.
      return bytes.length === 4 ? BigInt(view.getInt32(0, true)) : view.getBigInt64(0, true);
    case 'float':
      return view.getFloat32(0, true);
    case 'double':
      return bytes.length === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true);
    case 'decimal':
      return fromBigEndianTwosComplement(bytes);
    case 'string':
      return new TextDecoder().decode(bytes);
    case 'uuid':
      return uuidText(bytes);
    case 'fixed':
    case 'binary':
      return bytes;
    default:
      throw new Error(`No single-value serialization for a column of type ${type}.`);
  }
}

/** Order of two values of a partition field, as the specification sorts bounds: strings by their UTF-8 bytes. */
export function compareValues(left: Value, right: Value): number {
  if (typeof left === 'string' && typeof right === 'string')
    return Buffer.compare(Buffer.from(left), Buffer.from(right));
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Buffer.compare(left, right);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** `decimal(9,2)` → `decimal`, `fixed[16]` → `fixed`. */
export function baseType(type: IcebergPrimitive): string {
  return /^[a-z]+/.exec(type)?.[0] ?? type;
}

/** The shortest big-endian two's complement form of an integer. */
export function bigEndianTwosComplement(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (;;) {
    const byte = Number(rest & 0xffn);
    bytes.unshift(byte);
    rest >>= 8n;
    const signBit = byte & 0x80;
    if ((rest === 0n && !signBit) || (rest === -1n && signBit)) return Uint8Array.from(bytes);
  }
}

export function fromBigEndianTwosComplement(bytes: Uint8Array): bigint {
  let value = bytes.length > 0 && bytes[0] & 0x80 ? -1n : 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

export function uuidBytes(value: string | Uint8Array): Uint8Array {
  return typeof value === 'string' ? Uint8Array.from(Buffer.from(value.replaceAll('-', ''), 'hex')) : value;
}

export function uuidText(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function fixedWidth(size: number, write: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(size);
  write(new DataView(bytes.buffer));
  return bytes;
}

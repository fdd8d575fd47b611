import { LogicalType, type ContractProperty, type LogicalTypeOptions } from './contract-property';
import type { IcebergPrimitive } from './iceberg-types';
import { icebergTypeOf } from './physical-type';

/** What the column of a property holds. This is the one place where contract types meet column types. */
export type ColumnType =
  | { readonly kind: 'primitive'; readonly type: IcebergPrimitive }
  /** An object or array the contract does not describe further: its JSON text, in a string column. */
  | { readonly kind: 'json'; readonly type: 'string' }
  | { readonly kind: 'struct'; readonly fields: ContractProperty[] }
  | { readonly kind: 'list'; readonly element: ContractProperty };

/**
 * The column type of a property. A described object or array gives a struct or list. Otherwise the physical type
 * wins where it is known and can hold the values the logical type allows; else the logical type decides.
 */
export function columnType(property: ContractProperty): ColumnType {
  if (property.logicalType === LogicalType.OBJECT && property.properties.length > 0) {
    return { kind: 'struct', fields: property.properties };
  }
  if (property.logicalType === LogicalType.ARRAY) {
    return property.items === undefined
      ? { kind: 'json', type: 'string' }
      : { kind: 'list', element: property.items };
  }
  const physical = physicalColumnType(property);
  if (physical !== undefined && canHold(physical, property.logicalType)) {
    return property.logicalType === LogicalType.OBJECT && physical === 'string'
      ? { kind: 'json', type: 'string' }
      : { kind: 'primitive', type: physical };
  }
  if (property.logicalType === LogicalType.OBJECT) return { kind: 'json', type: 'string' };
  return { kind: 'primitive', type: logicalColumnType(property.logicalType, property.options) };
}

/** The logical type of a property that declares none. */
export function inferLogicalType(physicalType: string | undefined): LogicalType {
  const type = physicalType === undefined ? undefined : icebergTypeOf(physicalType, true);
  if (type === undefined) return LogicalType.STRING;
  return Object.values(LogicalType).find((logical) => NATURAL[logical].test(type)) ?? LogicalType.STRING;
}

/** Precision and scale of an Iceberg `decimal(P,S)`; undefined for every other type. */
export function decimalDigits(
  type: IcebergPrimitive,
): { readonly precision: number; readonly scale: number } | undefined {
  const match = /^decimal\((\d+),\s*(\d+)\)$/.exec(type);
  return match === null ? undefined : { precision: Number(match[1]), scale: Number(match[2]) };
}

function physicalColumnType(property: ContractProperty): IcebergPrimitive | undefined {
  if (property.physicalType === undefined) return undefined;
  return icebergTypeOf(property.physicalType, property.options.timezone ?? true);
}

const INSTANT = /^(date|time|timestamp|timestamptz)$/;
const NUMERIC = /^(int|long|float|double|decimal.*)$/;

/** The column types a logical type means by itself. */
const NATURAL: Record<LogicalType, RegExp> = {
  [LogicalType.STRING]: /^(string|uuid|binary)$/,
  [LogicalType.DATE]: /^date$/,
  [LogicalType.TIMESTAMP]: /^timestamp(tz)?$/,
  [LogicalType.TIME]: /^time$/,
  [LogicalType.INTEGER]: /^(int|long)$/,
  [LogicalType.NUMBER]: NUMERIC,
  [LogicalType.BOOLEAN]: /^boolean$/,
  [LogicalType.OBJECT]: /^(?!)/,
  [LogicalType.ARRAY]: /^(?!)/,
};

/**
 * Whether the records' values fit the column. A `timestamp` kept as `bigint` at its source, or an `integer` kept as
 * `varchar`, is a matter of that source: here the logical type decides. v3.0 had no `timestamp`, so that its
 * contracts say `date` for both.
 */
function canHold(type: IcebergPrimitive, logical: LogicalType): boolean {
  switch (logical) {
    case LogicalType.OBJECT:
      return true;
    case LogicalType.STRING:
      return NATURAL[logical].test(type) || INSTANT.test(type) || type.startsWith('decimal');
    case LogicalType.DATE:
    case LogicalType.TIMESTAMP:
    case LogicalType.TIME:
      return INSTANT.test(type);
    case LogicalType.INTEGER:
    case LogicalType.NUMBER:
      return NUMERIC.test(type);
    default:
      return NATURAL[logical].test(type);
  }
}

function logicalColumnType(logical: LogicalType, options: LogicalTypeOptions): IcebergPrimitive {
  switch (logical) {
    case LogicalType.INTEGER:
      return INTEGER_FORMATS[options.format ?? 'i64'] ?? 'long';
    case LogicalType.NUMBER:
      return options.format === 'f32' ? 'float' : 'double';
    case LogicalType.BOOLEAN:
      return 'boolean';
    case LogicalType.DATE:
      return 'date';
    case LogicalType.TIME:
      return 'time';
    case LogicalType.TIMESTAMP:
      return options.timezone === false ? 'timestamp' : 'timestamptz';
    default:
      return 'string';
  }
}

/** The narrowest column that holds every value of an integer format; a 128-bit one keeps 38 digits. */
const INTEGER_FORMATS: Record<string, IcebergPrimitive> = {
  i8: 'int',
  i16: 'int',
  i32: 'int',
  i64: 'long',
  i128: 'decimal(38,0)',
  u8: 'int',
  u16: 'int',
  u32: 'long',
  u64: 'decimal(20,0)',
  u128: 'decimal(38,0)',
};

import type { IcebergPrimitive } from './iceberg-types';

/** Names of column types, as the common stores spell them, by the Iceberg type that holds their values. */
const NAMES: Record<string, readonly string[]> = {
  boolean: ['boolean', 'bool', 'bit'],
  int: [
    ...['int', 'integer', 'int4', 'int2', 'int16', 'int32', 'tinyint', 'smallint', 'mediumint', 'byteint'],
    ...[
      'serial',
      'serial2',
      'serial4',
      'smallserial',
      'uint8',
      'uint16',
      'tinyint unsigned',
      'smallint unsigned',
    ],
  ],
  long: [
    ...['long', 'bigint', 'int8', 'int64', 'bigserial', 'serial8'],
    ...['uint32', 'int unsigned', 'integer unsigned', 'mediumint unsigned'],
  ],
  'decimal(20,0)': ['uint64', 'bigint unsigned'],
  'decimal(19,4)': ['money'],
  'decimal(10,4)': ['smallmoney'],
  float: ['float', 'float4', 'float32', 'real'],
  double: ['double', 'double precision', 'float8', 'float64', 'binary_double'],
  date: ['date', 'date32'],
  time: ['time', 'time without time zone', 'time with time zone', 'timetz'],
  timestamp: ['timestamp without time zone', 'timestamp_ntz', 'timestampntz', 'datetime2'],
  timestamptz: [
    ...['timestamptz', 'timestamp with time zone', 'timestamp with local time zone'],
    ...['timestamp_tz', 'timestamp_ltz', 'datetimeoffset'],
  ],
  string: [
    ...[
      'string',
      'str',
      'text',
      'utf8',
      'varchar',
      'varchar2',
      'nvarchar',
      'nvarchar2',
      'char',
      'nchar',
      'bpchar',
    ],
    ...[
      'character',
      'character varying',
      'citext',
      'clob',
      'nclob',
      'tinytext',
      'mediumtext',
      'longtext',
      'ntext',
    ],
    ...['json', 'jsonb', 'variant', 'xml', 'enum'],
  ],
  uuid: ['uuid', 'uniqueidentifier'],
  binary: [
    'binary',
    'varbinary',
    'bytea',
    'bytes',
    'blob',
    'tinyblob',
    'mediumblob',
    'longblob',
    'image',
    'raw',
  ],
};
const TYPE_OF = new Map(Object.entries(NAMES).flatMap(([type, names]) => names.map((name) => [name, type])));

/** Names that say nothing of a time zone: `logicalTypeOptions.timezone` decides. */
const TIMESTAMP_OF_EITHER_KIND = new Set(['timestamp', 'datetime', 'smalldatetime']);
const DECIMAL = new Set(['decimal', 'dec', 'numeric', 'number', 'bignumeric']);

/** Largest precision an Iceberg decimal takes. */
export const MAX_PRECISION = 38;
/** Digits of a decimal declared without precision, as BigQuery's NUMERIC has them. */
const UNSPECIFIED_DECIMAL = 'decimal(38,9)';

/** A physical type taken apart: `DECIMAL(18, 2)` is `decimal` with the arguments 18 and 2. */
export interface PhysicalType {
  readonly name: string;
  readonly arguments: string[];
}

/** Takes a physical type apart. The arguments may stand in round or square brackets, before or after further words. */
export function parsePhysicalType(text: string): PhysicalType {
  const lower = text.trim().toLowerCase().replace(/\s+/g, ' ');
  const match = /^([^()[\]]*)[([]([^()[\]]*)[)\]]([^()[\]]*)$/.exec(lower);
  if (match === null) return { name: lower, arguments: [] };
  const [, before, inside, after] = match;
  return {
    name: `${before.trim()} ${after.trim()}`.trim(),
    arguments: inside.split(',').map((argument) => argument.trim()),
  };
}

/**
 * The Iceberg type of a physical type; undefined where the name is not one of a known store, or is one that means
 * nothing without the logical type.
 *
 * @param timezone whether a plain `timestamp` is a point in time.
 */
export function icebergTypeOf(text: string, timezone: boolean): IcebergPrimitive | undefined {
  const { name, arguments: args } = parsePhysicalType(text);
  if (DECIMAL.has(name)) return decimal(name, args);
  if (TIMESTAMP_OF_EITHER_KIND.has(name)) return timezone ? 'timestamptz' : 'timestamp';
  // SQL: float(p) counts binary digits, and more than 24 do not fit single precision.
  if (name === 'float' && args.length > 0) return Number(args[0]) > 24 ? 'double' : 'float';
  if (name === 'bit' && args.length > 0 && args[0] !== '1') return undefined;
  return TYPE_OF.get(name);
}

/** What is wrong with the precision and scale of a decimal; undefined where all is well or it is no decimal. */
export function decimalFault(text: string): string | undefined {
  const { name, arguments: args } = parsePhysicalType(text);
  if (!DECIMAL.has(name) || args.length === 0) return undefined;
  const [precision, scale] = digits(args);
  if (args.length > 2 || !Number.isInteger(precision) || !Number.isInteger(scale)) {
    return 'is no decimal: write decimal(precision, scale), for example decimal(18, 2)';
  }
  if (precision < 1 || precision > MAX_PRECISION) return `has a precision outside 1 to ${MAX_PRECISION}`;
  if (scale < 0 || scale > precision) return `has a scale outside 0 to its precision ${precision}`;
  return undefined;
}

function decimal(name: string, args: string[]): IcebergPrimitive | undefined {
  if (args.length === 0) return name === 'number' ? undefined : UNSPECIFIED_DECIMAL;
  const [precision, scale] = digits(args);
  return `decimal(${precision},${scale})`;
}

function digits(args: string[]): [number, number] {
  return [wholeNumber(args[0]), args.length > 1 ? wholeNumber(args[1]) : 0];
}

function wholeNumber(text: string): number {
  return /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
}

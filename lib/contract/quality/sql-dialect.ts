import { QualityGateError } from './quality-gate-error';

/** The SQL a query is written in. */
export enum SqlDialect {
  DUCKDB = 'duckdb',
  /** Athena engine version 3 (Trino). */
  ATHENA = 'athena',
  /** Spark, as AWS Glue Data Quality runs it. */
  SPARK = 'spark',
}

/** A quoted name. */
export function quoteName(name: string, dialect: SqlDialect): string {
  return dialect === SqlDialect.SPARK ? `\`${name.replace(/`/g, '``')}\`` : `"${name.replace(/"/g, '""')}"`;
}

/** A text literal. Spark alone reads a backslash in it as an escape. */
export function quoteText(text: string, dialect: SqlDialect): string {
  const escaped =
    dialect === SqlDialect.SPARK
      ? text.replace(/[\\']/g, (character) => `\\${character}`)
      : text.replace(/'/g, "''");
  return `'${escaped}'`;
}

/** A number that is exact in the dialect: none of them reads a plain decimal as a floating-point number. */
function quoteNumber(decimal: string, type: string, dialect: SqlDialect): string {
  if (type === 'float') return `CAST(${decimal} AS ${dialect === SqlDialect.SPARK ? 'FLOAT' : 'REAL'})`;
  if (type === 'double') return `CAST(${decimal} AS DOUBLE)`;
  const isBeyondBigint = decimal.replace(/\D/g, '').length > 18;
  return isBeyondBigint && dialect === SqlDialect.ATHENA ? `DECIMAL '${decimal}'` : decimal;
}

/**
 * The literal of a value in a column of an Iceberg type; undefined where no value of that type is it, for example an
 * empty text in a column of numbers.
 *
 * @throws QualityGateError for a type that values cannot be compared in.
 */
export function valueLiteral(value: unknown, type: string, dialect: SqlDialect): string | undefined {
  if (typeof value === 'object')
    throw new QualityGateError(`compares with ${JSON.stringify(value)}, which is no value`);
  const text = String(value);
  if (type === 'string' || type === 'uuid') return quoteText(text, dialect);
  if (isNumericType(type))
    return isDecimalText(text) ? quoteNumber(plainDecimal(text), type, dialect) : undefined;
  if (type === 'boolean') return text === 'true' || text === 'false' ? text.toUpperCase() : undefined;
  if (type === 'date') return isDate(text) ? `DATE '${text}'` : undefined;
  if (type === 'time') return /^\d{2}:\d{2}:\d{2}(\.\d{1,6})?$/.test(text) ? `TIME '${text}'` : undefined;
  if (type === 'timestamp' || type === 'timestamptz') return timestampLiteral(text, type, dialect);
  throw new QualityGateError(`compares values in a column of type ${type}; it can be checked for nulls only`);
}

export function isNumericType(type: string): boolean {
  return /^(int|long|float|double|decimal)/.test(type);
}

/** What `String(number)` and a contract can give: `12`, `-0.5`, `1e+21`. */
export function isDecimalText(text: string): boolean {
  return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?$/i.test(text);
}

/** The same number without an exponent. */
export function plainDecimal(text: string): string {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text);
  if (match === null) throw new Error(`${text} is no decimal number`);
  const [, sign, whole, fraction, exponent] = match;
  const shift = Number(exponent ?? 0);
  const point = whole.length + shift;
  const digits = `${whole}${fraction}`;
  const padded =
    point > digits.length
      ? digits.padEnd(point, '0')
      : digits.padStart(digits.length - Math.min(0, point), '0');
  const at = Math.max(0, point);
  const integer = padded.slice(0, at).replace(/^0+(?=\d)/, '');
  const decimals = padded.slice(at);
  return `${sign === '-' ? '-' : ''}${integer === '' ? '0' : integer}${decimals === '' ? '' : `.${decimals}`}`;
}

export function isDate(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

function timestampLiteral(text: string, type: string, dialect: SqlDialect): string | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?))?(Z|[+-]\d{2}:\d{2})?$/.exec(
    text,
  );
  if (match === null || !isDate(match[1])) return undefined;
  const [, date, time = '00:00:00', zone] = match;
  if (type === 'timestamp') return zone === undefined ? `TIMESTAMP '${date} ${time}'` : undefined;
  const offset = zone === undefined || zone === 'Z' ? '+00:00' : zone;
  return `${dialect === SqlDialect.DUCKDB ? 'TIMESTAMPTZ' : 'TIMESTAMP'} '${date} ${time}${dialect === SqlDialect.ATHENA ? ' ' : ''}${offset}'`;
}

import { type Decimal, parseDecimal } from '../decimal';
import { patternRegExp } from '../pattern';
import type { Criteria, RowMeasurement } from './planned-check';
import { isDate, isDecimalText } from './sql-dialect';

/**
 * A row of a table by the names of its columns, as data files store values: long, decimals (unscaled) and instants
 * (microseconds) as bigint or number, dates as days, uuid as bytes, null where there is no value.
 */
export type StoredRow = { readonly [column: string]: unknown };

/** A value as it is compared. */
type Comparable = Decimal | number | string | boolean;
type Test = (value: Comparable) => boolean;

/** Whether a row is one of those a row check counts: what `rowPredicate` says in SQL, for rows in memory. */
export function rowTest({ column, condition }: RowMeasurement): (row: StoredRow) => boolean {
  const valueOf = reader(column.path, column.type);
  if (condition.kind === 'null') return (row) => valueOf(row) === undefined;
  if (condition.kind === 'missing') {
    const missesNull = condition.values.includes(null);
    const isListed = listed(condition.values, column.type);
    return (row) => {
      const value = valueOf(row);
      return value === undefined ? missesNull : isListed(value);
    };
  }
  const isValid = validity(condition.criteria, column.type);
  return (row) => {
    const value = valueOf(row);
    return value !== undefined && !isValid.every((test) => test(value));
  };
}

function reader(path: readonly string[], type: string): (row: StoredRow) => Comparable | undefined {
  const convert = comparison(type);
  return (row) => {
    let value: unknown = row;
    for (const name of path) {
      value = (value as StoredRow)[name];
      if (value === null || value === undefined) return undefined;
    }
    return convert(value);
  };
}

/** How stored values of a type are compared. A type with no order of its own is only ever looked at for nulls. */
function comparison(type: string): (value: unknown) => Comparable {
  const scale = Number(/^decimal\(\d+,\s*(\d+)\)$/.exec(type)?.[1] ?? 0);
  if (/^(int|long|decimal|date|time)/.test(type)) {
    return (value) => ({ digits: BigInt(value as number | bigint), scale });
  }
  if (type === 'uuid') return (value) => (value instanceof Uint8Array ? uuidText(value) : String(value));
  return (value) => value as Comparable;
}

function listed(values: readonly unknown[], type: string): Test {
  const wanted = values.flatMap((value) => literalValue(value, type) ?? []);
  return (value) => wanted.some((one) => compare(value, one) === 0);
}

function validity(criteria: Criteria, type: string): Test[] {
  const tests: Test[] = [];
  if (criteria.validValues !== undefined) tests.push(listed(criteria.validValues, type));
  if (criteria.pattern !== undefined) {
    const pattern = patternRegExp(criteria.pattern);
    tests.push((value) => pattern.test(String(value)));
  }
  const { minLength, maxLength } = criteria;
  if (minLength !== undefined) tests.push((value) => characters(value) >= minLength);
  if (maxLength !== undefined) tests.push((value) => characters(value) <= maxLength);
  const bound = (name: keyof Criteria, holds: (order: number) => boolean): void => {
    const limit = literalValue(criteria[name], type);
    if (limit !== undefined) tests.push((value) => holds(compare(value, limit)));
  };
  bound('minimum', (order) => order >= 0);
  bound('exclusiveMinimum', (order) => order > 0);
  bound('maximum', (order) => order <= 0);
  bound('exclusiveMaximum', (order) => order < 0);
  return tests;
}

/** SQL counts code points. */
function characters(value: Comparable): number {
  let count = 0;
  for (const _character of String(value)) count++;
  return count;
}

/** A value of the contract in a column of the type; undefined where no value of that type is it. */
function literalValue(value: unknown, type: string): Comparable | undefined {
  if (value === undefined || value === null) return undefined;
  const text = String(value);
  if (type === 'string' || type === 'uuid') return text;
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  if (/^(int|long|decimal)/.test(type)) return isDecimalText(text) ? parseDecimal(text) : undefined;
  if (type === 'double') return isDecimalText(text) ? Number(text) : undefined;
  if (type === 'float') return isDecimalText(text) ? Math.fround(Number(text)) : undefined;
  const digits = instant(text, type);
  return digits === undefined ? undefined : { digits, scale: 0 };
}

const TIME = /^(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?$/;
const TIMESTAMP = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?))?(Z|([+-])(\d{2}):(\d{2}))?$/;
const DAY_MICROS = 86_400_000_000n;

/** Days of a date, microseconds of a time or a timestamp. */
function instant(text: string, type: string): bigint | undefined {
  if (type === 'date') return isDate(text) ? days(text) : undefined;
  if (type === 'time') return timeMicros(text);
  const match = TIMESTAMP.exec(text);
  if (match === null || !isDate(match[1])) return undefined;
  const [, date, time = '00:00:00', zone, sign, hours, minutes] = match;
  if (type === 'timestamp' && zone !== undefined) return undefined;
  const offset = sign === undefined ? 0n : BigInt(Number(hours) * 60 + Number(minutes)) * 60_000_000n;
  const local = days(date) * DAY_MICROS + timeMicros(time)!;
  return sign === '-' ? local + offset : local - offset;
}

function days(date: string): bigint {
  return BigInt(Date.parse(`${date}T00:00:00Z`)) / 86_400_000n;
}

function timeMicros(text: string): bigint | undefined {
  const match = TIME.exec(text);
  if (match === null) return undefined;
  const [hours, minutes, seconds] = match.slice(1, 4).map(BigInt);
  return ((hours * 60n + minutes) * 60n + seconds) * 1_000_000n + BigInt((match[4] ?? '').padEnd(6, '0'));
}

/** Below zero where the left one is the smaller. Not a number is above every number, as in SQL engines. */
function compare(left: Comparable, right: Comparable): number {
  if (typeof left === 'object' && typeof right === 'object') {
    const scale = Math.max(left.scale, right.scale);
    const at = ({ digits, scale: own }: Decimal): bigint => digits * 10n ** BigInt(scale - own);
    const [a, b] = [at(left), at(right)];
    return a < b ? -1 : a > b ? 1 : 0;
  }
  if (Number.isNaN(left)) return 1;
  return left < right ? -1 : left > right ? 1 : 0;
}

function uuidText(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

import type { IcebergPrimitive } from '../../../lib/contract/iceberg-types';
import type { PartitionValue } from '../../tables/data-file';
import { baseType } from '../../tables/single-value';

const MICROS_PER_DAY = 86_400_000_000n;
const DATE = /^(\d{4,})-(\d{2})-(\d{2})$/;
const TIME = /^(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?$/;

/**
 * A value from its text in DuckDB's words: what a cast to VARCHAR gives, and hexadecimal digits for bytes. As partitions
 * and bounds are computed with: 64-bit integers and times as bigint, decimals unscaled.
 * @returns undefined where the text is none that Iceberg could hold, such as a date before Christ
 */
export function valueOfText(type: IcebergPrimitive, text: string): Exclude<PartitionValue, null> | undefined {
  switch (baseType(type)) {
    case 'boolean':
      return text === 'true' || text === '1';
    case 'int':
      return Number(text);
    case 'long':
      return BigInt(text);
    case 'float':
    case 'double':
      return floating(text);
    case 'decimal':
      return BigInt(text.replace('.', ''));
    case 'date':
      return days(text);
    case 'time':
      return micros(text);
    case 'timestamp':
    case 'timestamptz':
      return timestamp(text);
    case 'string':
    case 'uuid':
      return text;
    case 'binary':
      return Uint8Array.from(Buffer.from(text, 'hex'));
    default:
      return undefined;
  }
}

function floating(text: string): number {
  if (text === 'inf') return Infinity;
  if (text === '-inf') return -Infinity;
  return text === 'nan' || text === '-nan' ? NaN : Number(text);
}

function days(text: string): number | undefined {
  const [, year, month, day] = DATE.exec(text) ?? [];
  if (year === undefined) return undefined;
  const date = new Date(0);
  // Not Date.UTC, to which 99 means 1999.
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  return date.getTime() / 86_400_000;
}

function micros(text: string): bigint | undefined {
  const [, hours, minutes, seconds, fraction = ''] = TIME.exec(text) ?? [];
  if (hours === undefined) return undefined;
  const whole = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  return BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
}

/** The session is in UTC, so that an offset says nothing. */
function timestamp(text: string): bigint | undefined {
  const [date, time] = text.replace(/\+00$/, '').split(' ');
  const day = days(date);
  const rest = time === undefined ? undefined : micros(time);
  return day === undefined || rest === undefined ? undefined : BigInt(day) * MICROS_PER_DAY + rest;
}

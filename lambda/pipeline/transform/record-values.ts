import type { ColumnValue, RecordField } from '../../../lib/contract/handler-code/row-runtime';
import { recordNumber } from '../../formats/json/record-numbers';
import { isoDate, isoTime, isoTimestamp } from '../../formats/values/iso-text';

/**
 * A column's value as code of a user meets it, the same at the door and in a table: integers as number or bigint,
 * decimals as number or ExactNumber, dates, times and timestamps as ISO 8601 text (UTC where they have a zone).
 */
export function recordValue(value: ColumnValue, type: string): unknown {
  const [, kind, , scale = '0'] = /^([a-z]+)(?:\((\d+),\s*(\d+)\))?/.exec(type) ?? [];
  switch (kind) {
    case 'long':
      return typeof value === 'bigint' ? recordNumber(String(value)) : value;
    case 'decimal':
      return recordNumber(decimalText(BigInt(value as number | bigint), Number(scale)));
    case 'date':
      return isoDate(value as number);
    case 'time':
      return isoTime(Number(value));
    case 'timestamp':
      return isoTimestamp(value as number | bigint);
    case 'timestamptz':
      return `${isoTimestamp(value as number | bigint)}Z`;
    default:
      return value;
  }
}

function decimalText(unscaled: bigint, scale: number): string {
  if (scale === 0) return String(unscaled);
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Types whose values are given as they came: text, booleans, bytes in base64, and what the contract does not describe. */
export function isGivenAsItCame({ type }: RecordField): boolean {
  return type !== undefined && /^(string|boolean|uuid|binary|fixed|json)/.test(type);
}

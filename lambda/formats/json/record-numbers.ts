import { JSON_INTEGER } from '../values/decimal';
import { ExactNumber, mayLoseDigits, parseExact } from './exact-json';

/** A number of a JSON record as code of a user meets it: never one that was rounded. */
export type RecordNumber = number | bigint | ExactNumber;

/**
 * Parses JSON for code that calculates. A number is a `number` where that is the number as it was written, an integer
 * beyond 2^53 a `bigint`, and what neither can hold an `ExactNumber`.
 *
 * @throws SyntaxError as JSON.parse does
 */
export function parseRecord(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return mayLoseDigits(text) ? parseExact(text, recordNumber) : value;
}

/** @param text a JSON number */
export function recordNumber(text: string): RecordNumber {
  const number = Number(text);
  if (JSON_INTEGER.test(text)) return Number.isSafeInteger(number) ? number : BigInt(text);
  // Most doubles written by other programs have 16 or 17 digits and are themselves again when they are read.
  return isSameDecimal(text, String(number)) ? number : new ExactNumber(text);
}

function isSameDecimal(a: string, b: string): boolean {
  const [left, right] = [significant(a), significant(b)];
  return left !== undefined && left === right;
}

/** Sign, digits without zeros at either end, and exponent. */
function significant(text: string): string | undefined {
  const [, sign, whole, fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const digits = (whole + fraction).replace(/^0+/, '');
  const trimmed = digits.replace(/0+$/, '');
  if (trimmed === '') return '0';
  const shift = Number(exponent) - fraction.length + digits.length - trimmed.length;
  return `${sign}${trimmed}e${shift}`;
}

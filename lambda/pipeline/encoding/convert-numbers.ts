import type { ColumnValue, Conversion } from '../../../lib/contract/handler-code/row-runtime';
import { ExactNumber } from '../../formats/json/exact-json';
import {
  integerOf,
  JSON_INTEGER,
  JSON_NUMBER,
  unscaledOf,
  unscaledOfNumber,
} from '../../formats/values/decimal';
import type { Refusal } from './refusal';

const INT_MIN = -2147483648n;
const INT_MAX = 2147483647n;
const LONG_MIN = -9223372036854775808n;
const LONG_MAX = 9223372036854775807n;

/**
 * Numbers, and text that is exactly a JSON number, which producers send for what JSON's doubles cannot hold.
 * Nothing is rounded: where a double may have lost digits, the record is read again with all of them.
 */
export class NumberConversions {
  constructor(private readonly refusal: Refusal) {}

  readonly int: Conversion = (value) => {
    const integer = this.integer(value, 'an integer');
    if (integer === undefined) return undefined;
    if (integer < INT_MIN || integer > INT_MAX) {
      return this.refusal.outside(value, `${INT_MIN} to ${INT_MAX} (32 bits)`);
    }
    return Number(integer);
  };

  readonly long: Conversion = (value) => {
    const integer = this.integer(value, 'an integer');
    if (integer === undefined) return undefined;
    if (integer < LONG_MIN || integer > LONG_MAX) {
      return this.refusal.outside(value, `${LONG_MIN} to ${LONG_MAX} (64 bits)`);
    }
    return integer;
  };

  readonly double: Conversion = (value) => {
    const number = this.floating(value);
    if (number === undefined || Number.isFinite(number)) return number;
    return this.refusal.outside(value, 'up to 1.7976931348623157e308 either side of zero');
  };

  readonly float: Conversion = (value) => {
    const number = this.floating(value);
    if (number === undefined) return undefined;
    const float = Math.fround(number);
    return Number.isFinite(float)
      ? float
      : this.refusal.outside(value, 'up to 3.4028235e38 either side of zero (32 bits)');
  };

  decimal(precision: number, scale: number): Conversion {
    const power = 10 ** scale;
    const limit = 10n ** BigInt(precision);
    const safeLimit = Math.min(Number(limit), 1e15);
    const allowed = `${precision} digits at most, ${scale} of them after the point`;
    return (value) => {
      if (typeof value === 'number') {
        if (this.refusal.wantsExactDecimals()) return undefined;
        const unscaled = unscaledOfNumber(value, power);
        if (unscaled < safeLimit && unscaled > -safeLimit) return unscaled;
      }
      const text = numberText(value);
      if (text === undefined) return this.refusal.wrong(value, `a decimal number of ${allowed}`);
      const unscaled = unscaledOf(text, scale);
      if (unscaled === undefined || unscaled >= limit || unscaled <= -limit) {
        return this.refusal.outside(value, allowed);
      }
      return unscaled;
    };
  }

  private integer(value: unknown, expected: string): bigint | undefined {
    if (typeof value === 'number') {
      if (Number.isSafeInteger(value)) return BigInt(value);
      if (!Number.isInteger(value) && Number.isFinite(value)) return this.refusal.wrong(value, expected);
      if (this.refusal.wantsExact()) return undefined;
      return Number.isFinite(value) ? integerOf(value) : this.refusal.outside(value, 'a 64-bit integer');
    }
    if (typeof value === 'string' && JSON_INTEGER.test(value)) return BigInt(value);
    if (value instanceof ExactNumber) {
      return unscaledOf(value.text, 0) ?? this.refusal.wrong(value, expected);
    }
    if (typeof value === 'bigint') return value;
    return this.refusal.wrong(value, expected);
  }

  private floating(value: unknown): number | undefined {
    if (typeof value === 'number') return value;
    const text = numberText(value);
    return text === undefined ? this.refusal.wrong(value, 'a number') : Number(text);
  }
}

function numberText(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (value instanceof ExactNumber) return value.text;
  return typeof value === 'string' && JSON_NUMBER.test(value) ? value : undefined;
}

/** Whether a value, unscaled for decimals, is a whole number of steps; both are taken as decimals, not as doubles. */
export function isMultiple(value: ColumnValue, step: string): boolean {
  const text = String(value);
  for (let scale = 0; scale <= 40; scale++) {
    const unscaledStep = unscaledOf(step, scale);
    const unscaled = unscaledOf(text, scale);
    if (unscaledStep !== undefined && unscaled !== undefined) {
      return unscaledStep === 0n || unscaled % unscaledStep === 0n;
    }
  }
  return false;
}

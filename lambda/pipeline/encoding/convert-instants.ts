import { epochUnit } from '../../../lib/contract/epoch-format';
import type { Conversion } from '../../../lib/contract/handler-code/row-runtime';
import { ExactNumber } from '../../formats/json/exact-json';
import { FIRST_DAY, LAST_DAY, type Micros, SECONDS_PER_DAY } from '../../formats/values/calendar';
import { datePattern } from '../../formats/values/date-pattern';
import { JSON_INTEGER, unscaledOf } from '../../formats/values/decimal';
import { epochMicros, integerMicros, likelyUnit } from '../../formats/values/epoch-time';
import { isoDay, isoMicros, isoTimeOfDay } from '../../formats/values/iso-time';
import { zoneOffset } from '../../formats/values/time-zone';
import type { Refusal } from './refusal';

const MICROS_PER_DAY = SECONDS_PER_DAY * 1e6;
const FIRST_MICROS = FIRST_DAY * MICROS_PER_DAY;
const END_MICROS = BigInt(LAST_DAY + 1) * BigInt(MICROS_PER_DAY);
/** Shortest text of digits taken for an epoch number: shorter ones may be a date (20240501) or a year. */
const SHORTEST_EPOCH_TEXT = 9;

/**
 * Dates, times and timestamps. ISO 8601 is always understood; a contract's `format` adds a JDK pattern, or says
 * the unit of epoch numbers, which otherwise is told from their magnitude.
 */
export class InstantConversions {
  constructor(private readonly refusal: Refusal) {}

  timestamp(format: string | undefined, zoneName: string | undefined): Conversion {
    const zone = zoneName === undefined ? undefined : zoneOffset(zoneName);
    const unit = epochUnit(format);
    const pattern = format === undefined || unit !== undefined ? undefined : datePattern(format, zone);
    const patternFirst = pattern !== undefined && !isIsoOrder(format);
    const expected = `a timestamp (ISO 8601, ${format === undefined ? 'or an epoch number' : `or ${format}`})`;
    return (value) => {
      let micros: Micros | undefined;
      if (typeof value === 'string') {
        if (patternFirst) micros = pattern(value)?.micros;
        micros ??= isoMicros(value, zone) ?? (patternFirst ? undefined : pattern?.(value)?.micros);
        if (micros === undefined && value.length >= SHORTEST_EPOCH_TEXT && JSON_INTEGER.test(value)) {
          micros = integerMicros(BigInt(value), unit ?? likelyUnit(Math.abs(Number(value))));
        }
      } else if (typeof value === 'number') {
        if (!Number.isSafeInteger(value) && Number.isInteger(value) && this.refusal.wantsExact())
          return undefined;
        if (Number.isFinite(value)) micros = epochMicros(value, unit ?? likelyUnit(Math.abs(value)));
      } else if (value instanceof ExactNumber) {
        micros = exactEpoch(value.text, unit);
      } else if (typeof value === 'bigint') {
        micros = exactEpoch(String(value), unit);
      }
      if (micros === undefined) return this.refusal.wrong(value, expected);
      if (micros < FIRST_MICROS || micros >= END_MICROS) {
        return this.refusal.outside(value, 'the years 0000 to 9999');
      }
      return micros;
    };
  }

  date(format: string | undefined): Conversion {
    const pattern =
      format === undefined || epochUnit(format) !== undefined ? undefined : datePattern(format, undefined);
    const patternFirst = pattern !== undefined && !isIsoOrder(format);
    const expected = `a date (yyyy-MM-dd${format === undefined || format === 'yyyy-MM-dd' ? '' : ` or ${format}`})`;
    return (value) => {
      let day: number | undefined;
      if (typeof value === 'string') {
        if (patternFirst) day = pattern(value)?.day;
        if (day === undefined) {
          const iso = isoDay(value);
          day = Number.isNaN(iso)
            ? (midnight(value) ?? (patternFirst ? undefined : pattern?.(value)?.day))
            : iso;
        }
      }
      return day === undefined ? this.refusal.wrong(value, expected) : day;
    };
  }

  time(format: string | undefined): Conversion {
    const pattern = format === undefined ? undefined : datePattern(format, undefined);
    const expected = `a time of day (HH:mm:ss${format === undefined ? '' : ` or ${format}`})`;
    return (value) => {
      let micros: number | undefined;
      if (typeof value === 'string') {
        micros = isoTimeOfDay(value);
        if (micros === undefined && pattern !== undefined) {
          const read = pattern(value)?.micros;
          if (read !== undefined) micros = Number(read) % MICROS_PER_DAY;
        }
      }
      return micros === undefined ? this.refusal.wrong(value, expected) : micros;
    };
  }
}

/** Whether a pattern reads year, month, day as ISO does, so that an ISO text cannot mean anything else. */
function isIsoOrder(format: string | undefined): boolean {
  return format !== undefined && /^[yu]{4}-MM-dd/.test(format);
}

/** The day of a timestamp at midnight: nothing is lost by keeping its date. */
function midnight(text: string): number | undefined {
  const micros = isoMicros(text, undefined);
  if (micros === undefined) return undefined;
  const day = Number(micros) / MICROS_PER_DAY;
  return Number.isInteger(day) ? day : undefined;
}

function exactEpoch(text: string, unit: number | undefined): Micros | undefined {
  const per = unit ?? likelyUnit(Math.abs(Number(text)));
  // To nanoseconds, whatever the unit; what is below is cut off with the rest.
  const digits = { 1: 9, 1e3: 6, 1e6: 3, 1e9: 0 }[per] ?? 0;
  const nanos = unscaledOf(text, digits) ?? unscaledOf(text.replace(/(\.\d{9})\d+$/, '$1'), digits);
  return nanos === undefined ? undefined : integerMicros(nanos, 1e9);
}

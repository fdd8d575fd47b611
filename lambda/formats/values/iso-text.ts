import { SECONDS_PER_DAY } from './calendar';

const MICROS_PER_DAY = BigInt(SECONDS_PER_DAY) * 1_000_000n;

/** `yyyy-MM-dd` of a count of days from 1970-01-01, the years 0000 to 9999. */
export function isoDate(day: number): string {
  return new Date(day * SECONDS_PER_DAY * 1000)
    .toISOString()
    .replace(/^[+-]00/, '')
    .slice(0, 10);
}

/** `HH:mm:ss`, with a fraction where there is one, of microseconds from midnight. */
export function isoTime(micros: number): string {
  const seconds = Math.floor(micros / 1e6);
  const two = (value: number): string => String(value).padStart(2, '0');
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':');
  return clock + fraction(micros - seconds * 1e6);
}

/** `yyyy-MM-ddTHH:mm:ss`, with a fraction where there is one, of microseconds from 1970; no zone. */
export function isoTimestamp(micros: number | bigint): string {
  const total = BigInt(micros);
  const ofDay = ((total % MICROS_PER_DAY) + MICROS_PER_DAY) % MICROS_PER_DAY;
  const day = Number((total - ofDay) / MICROS_PER_DAY);
  return `${isoDate(day)}T${isoTime(Number(ofDay))}`;
}

/** Three digits or six: what nearly every reader of ISO 8601 takes. */
function fraction(micros: number): string {
  if (micros === 0) return '';
  const digits = String(micros).padStart(6, '0');
  return `.${digits.endsWith('000') ? digits.slice(0, 3) : digits}`;
}

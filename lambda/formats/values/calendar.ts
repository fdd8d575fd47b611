export const MICROS_PER_SECOND = 1_000_000;
export const SECONDS_PER_DAY = 86_400;

/** 0000-01-01 and 9999-12-31, in days from 1970-01-01: what four digits of a year can say. */
export const FIRST_DAY = -719_528;
export const LAST_DAY = 2_932_896;

/** Days from 1970-01-01 in the proleptic Gregorian calendar; NaN for a date that does not exist. */
export function epochDay(year: number, month: number, day: number): number {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return NaN;
  // Years begin in March, so that the leap day is the last of its year.
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Microseconds as a number while that is exact, as a bigint beyond ±2^53 (the years before 1684 and after 2255). */
export type Micros = number | bigint;

/** @param seconds integer @param micros 0 to 999999 */
export function toMicros(seconds: number, micros: number): Micros {
  const total = seconds * MICROS_PER_SECOND + micros;
  return Number.isSafeInteger(total) ? total : BigInt(seconds) * 1_000_000n + BigInt(micros);
}

import { epochDay, type Micros, SECONDS_PER_DAY, toMicros } from './calendar';
import type { ZoneOffset } from './time-zone';

/** Days from 1970-01-01 of `yyyy-MM-dd`; NaN when the text is anything else. */
export function isoDay(text: string): number {
  return text.length === 10 ? dayAt(text) : NaN;
}

function dayAt(text: string): number {
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return NaN;
  return epochDay(twoDigits(text, 0) * 100 + twoDigits(text, 2), twoDigits(text, 5), twoDigits(text, 8));
}

/** Two digits at a place, NaN when they are none. */
function twoDigits(text: string, at: number): number {
  const high = text.charCodeAt(at) - 48;
  const low = text.charCodeAt(at + 1) - 48;
  return high >= 0 && high <= 9 && low >= 0 && low <= 9 ? high * 10 + low : NaN;
}

/**
 * Microseconds from 1970-01-01T00:00:00Z of an ISO 8601 timestamp: `T`, `t` or a space between date and time,
 * seconds and a fraction of any length optional, `Z` or an offset optional. Digits below a microsecond are cut
 * off. Undefined when the text is anything else.
 *
 * @param zone zone of a text that names none; UTC when undefined
 */
export function isoMicros(text: string, zone: ZoneOffset | undefined): Micros | undefined {
  if (text.length < 10) return undefined;
  const day = dayAt(text);
  if (day !== day) return undefined;
  if (text.length === 10) return atZone(day * SECONDS_PER_DAY, 0, zone);
  const separator = text.charCodeAt(10);
  if (separator !== 84 && separator !== 32 && separator !== 116) return undefined;
  return clockMicros(text, 11, day * SECONDS_PER_DAY, zone);
}

/** Microseconds from midnight of `HH:mm[:ss[.fraction]]`; undefined when the text is anything else. */
export function isoTimeOfDay(text: string): number | undefined {
  if (/[Zz+-]/.test(text)) return undefined;
  return clockMicros(text, 0, 0, undefined) as number | undefined;
}

function clockMicros(
  text: string,
  start: number,
  daySeconds: number,
  zone: ZoneOffset | undefined,
): Micros | undefined {
  const hour = twoDigits(text, start);
  const minute = twoDigits(text, start + 3);
  if (!(hour < 24 && minute < 60) || text.charCodeAt(start + 2) !== 58) return undefined;
  let seconds = daySeconds + hour * 3600 + minute * 60;
  let micros = 0;
  let at = start + 5;
  if (text.charCodeAt(at) === 58) {
    const second = twoDigits(text, at + 1);
    if (!(second < 60)) return undefined;
    seconds += second;
    at += 3;
    const point = text.charCodeAt(at);
    if (point === 46 || point === 44) {
      const first = ++at;
      let unit = 100_000;
      for (; at < text.length; at++) {
        const digit = text.charCodeAt(at) - 48;
        if (digit < 0 || digit > 9) break;
        if (unit >= 1) micros += digit * unit;
        unit = unit > 1 ? unit / 10 : 0;
      }
      if (at === first) return undefined;
    }
  }
  if (at === text.length) return atZone(seconds, micros, zone);
  const sign = text.charCodeAt(at);
  if (sign === 90 || sign === 122) return at + 1 === text.length ? toMicros(seconds, micros) : undefined;
  if (sign !== 43 && sign !== 45) return undefined;
  const offset = offsetSeconds(text, at + 1);
  return offset === undefined
    ? undefined
    : toMicros(sign === 43 ? seconds - offset : seconds + offset, micros);
}

/** Seconds of `HH:mm`, `HHmm` or `HH` that ends the text. */
function offsetSeconds(text: string, at: number): number | undefined {
  const hours = twoDigits(text, at);
  const rest = text.length - at - 2;
  const minutes = rest === 0 ? 0 : twoDigits(text, text.length - 2);
  if (rest !== 0 && rest !== 2 && !(rest === 3 && text.charCodeAt(at + 2) === 58)) return undefined;
  return hours <= 18 && minutes < 60 ? hours * 3600 + minutes * 60 : undefined;
}

export function atZone(wallClockSeconds: number, micros: number, zone: ZoneOffset | undefined): Micros {
  return toMicros(zone === undefined ? wallClockSeconds : wallClockSeconds - zone(wallClockSeconds), micros);
}

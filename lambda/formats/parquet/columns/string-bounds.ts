import { type Bound } from './column-buffer';

/** Code points (bytes, for binary) a bound keeps, as Iceberg's default metrics mode `truncate(16)` does. */
const BOUND_LENGTH = 16;
const MAX_CODE_POINT = 0x10ffff;

/** Order of two strings by their UTF-8 bytes. UTF-16 order differs from it where surrogates are compared. */
export function compareUtf8(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const a = left.charCodeAt(i);
    const b = right.charCodeAt(i);
    if (a !== b) return orderOf(a) - orderOf(b);
  }
  return left.length - right.length;
}

/** Surrogates stand for code points above all others of the basic plane. */
function orderOf(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

export function lowerStringBound(value: string): Bound {
  const short = codePoints(value, BOUND_LENGTH);
  return bound(Buffer.from(short, 'utf8'), short.length === value.length);
}

/** A string at least as large; undefined where shortening leaves none, so that the bound is left out. */
export function upperStringBound(value: string): Bound | undefined {
  const short = codePoints(value, BOUND_LENGTH);
  if (short.length === value.length) return bound(Buffer.from(value, 'utf8'), true);
  const points = Array.from(short, (character) => character.codePointAt(0) ?? 0);
  while (points.length > 0) {
    const last = points[points.length - 1];
    if (last < MAX_CODE_POINT) {
      // The surrogates' range holds no code points: the one after U+D7FF is U+E000.
      points[points.length - 1] = last === 0xd7ff ? 0xe000 : last + 1;
      return bound(Buffer.from(String.fromCodePoint(...points), 'utf8'), false);
    }
    points.pop();
  }
  return undefined;
}

export function lowerBinaryBound(value: Uint8Array): Bound {
  return bound(Uint8Array.from(value.subarray(0, BOUND_LENGTH)), value.length <= BOUND_LENGTH);
}

export function upperBinaryBound(value: Uint8Array): Bound | undefined {
  if (value.length <= BOUND_LENGTH) return bound(Uint8Array.from(value), true);
  for (let end = BOUND_LENGTH; end > 0; end--) {
    if (value[end - 1] < 0xff) {
      const bytes = Uint8Array.from(value.subarray(0, end));
      bytes[end - 1]++;
      return bound(bytes, false);
    }
  }
  return undefined;
}

function codePoints(value: string, most: number): string {
  let end = 0;
  for (let count = 0; count < most && end < value.length; count++) {
    end += (value.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  }
  return value.slice(0, end);
}

function bound(bytes: Uint8Array, exact: boolean): Bound {
  return { parquet: bytes, iceberg: bytes, exact };
}

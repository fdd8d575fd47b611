import { randomUUID } from 'node:crypto';

/** An integer of a table file: a number where that is exact, otherwise a bigint, so that equal values are `===`. */
export type Long = number | bigint;

const MARK = `long:${randomUUID()}:`;
const MARKED_IN_TEXT = new RegExp(`"${MARK}(-?\\d+)"`, 'g');
/**
 * Integers where a value may be that a double may not hold: of 17 digits or more, or near 2^53 and above. In text there
 * may be such digits as well; then the whole does not parse with marks in it.
 */
const MAYBE_LONG = /(^|[:,[\s])(-?(?:\d{17,}|9(?:[1-9]\d{14}|0(?:[1-9]\d{13}|0[7-9]\d{12}))))(?=$|[\s,\]}])/g;
const STRING_OR_LONG = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;

/**
 * `JSON.parse` for table metadata: snapshot ids written by Java engines exceed 2^53 and a plain parse corrupts them.
 */
export function parseJson(text: string): unknown {
  if (text.search(MAYBE_LONG) < 0) return JSON.parse(text);
  return withLongs(
    parsed(text.replace(MAYBE_LONG, `$1"${MARK}$2"`)) ?? JSON.parse(text.replace(STRING_OR_LONG, markToken)),
  );
}

/** Undefined when a mark got into the middle of text: its quotes end the text there. */
function parsed(marked: string): unknown {
  try {
    return JSON.parse(marked);
  } catch {
    return undefined;
  }
}

function markToken(token: string): string {
  return token[0] === '"' ? token : `"${MARK}${token}"`;
}

/** Puts integers in the place of their marks. */
function withLongs(value: unknown): unknown {
  if (typeof value === 'string')
    return value.startsWith(MARK) ? toLong(BigInt(value.slice(MARK.length))) : value;
  if (typeof value !== 'object' || value === null) return value;
  const parts = value as Record<string, unknown>;
  for (const key in parts) parts[key] = withLongs(parts[key]);
  return parts;
}

export function stringifyJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // A bigint is the one thing in a tree of plain data that JSON.stringify refuses.
    if (!(error instanceof TypeError)) throw error;
    const marked = JSON.stringify(value, (_key, part: unknown) =>
      typeof part === 'bigint' ? MARK + part : part,
    );
    return marked.replace(MARKED_IN_TEXT, '$1');
  }
}

export function toLong(value: bigint): Long {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(value)
    : value;
}

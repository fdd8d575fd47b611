import { randomUUID } from 'node:crypto';

/** An integer of a table file: a number where that is exact, otherwise a bigint, so that equal values are `===`. */
export type Long = number | bigint;

const MARK = `long:${randomUUID()}:`;
const MARKED = new RegExp(`^${MARK}-?\\d+$`);
const MARKED_IN_TEXT = new RegExp(`"${MARK}(-?\\d+)"`, 'g');
const STRING_OR_LONG = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;

/**
 * `JSON.parse` for table metadata: snapshot ids written by Java engines exceed 2^53 and a plain parse corrupts them.
 */
export function parseJson(text: string): unknown {
  // Sixteen digits after anything but a quote: a long, or (rarely) text that merely looks like one.
  if (!/(?<!["\d])\d{16,}/.test(text)) return JSON.parse(text);
  const marked = text.replace(STRING_OR_LONG, (token) => (token[0] === '"' ? token : `"${MARK}${token}"`));
  return JSON.parse(marked, (_key, value: unknown) =>
    typeof value === 'string' && MARKED.test(value) ? toLong(BigInt(value.slice(MARK.length))) : value,
  );
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

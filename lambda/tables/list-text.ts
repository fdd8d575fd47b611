import { stringifyJson } from './json';

/**
 * JSON of lists that only grow at their end, and whose items never change: a table's snapshots and the log of them. A
 * commit adds one item to a list of a thousand, so whatever was turned into bytes once is kept as such: items in segments
 * of a fixed number, those after the last full segment one by one. Segments are never written to again: a store may
 * still be sending them.
 */
interface Segment {
  readonly items: readonly object[];
  /** The items, with a comma before each. */
  readonly bytes: Uint8Array;
}

const SEGMENT_ITEMS = 64;
const COMMA = ','.charCodeAt(0);
const END_OF_LIST = ']'.charCodeAt(0);

/** By their first item: a list that grows is another array each time, of the same items. */
const segments = new WeakMap<object, Segment>();
const texts = new WeakMap<object, string>();

/** The text between the brackets, in parts. */
export function listText(list: readonly object[]): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let start = 0; start < list.length; start += SEGMENT_ITEMS) {
    const bytes = segmentAt(list, start)?.bytes ?? newSegment(list, start);
    parts.push(start === 0 ? bytes.subarray(1) : bytes);
  }
  return parts;
}

/**
 * How far a text of a list is that of items known already.
 * @param at where the text begins, after the opening bracket
 * @returns how many of the known items it begins with, as far as that can be told without parsing, and where the text of
 *   those that follow begins
 */
export function knownItems(
  bytes: Uint8Array,
  at: number,
  known: readonly object[],
): { readonly items: readonly object[]; readonly end: number } {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  let end = at;
  for (;;) {
    const segment = segmentAt(known, count)?.bytes;
    const expected = count === 0 ? segment?.subarray(1) : segment;
    if (!expected || end + expected.length >= text.length) break;
    const next = end + expected.length;
    if (text.compare(expected, 0, expected.length, end, next) !== 0) break;
    count += SEGMENT_ITEMS;
    end = next;
  }
  if (count > 0 && text[end] === COMMA) end++;
  else if (text[end] !== END_OF_LIST) return { items: [], end: at };
  return { items: known.slice(0, count), end };
}

function segmentAt(list: readonly object[], start: number): Segment | undefined {
  const segment = start < list.length ? segments.get(list[start]) : undefined;
  return segment?.items.every((item, i) => item === list[start + i]) ? segment : undefined;
}

function newSegment(list: readonly object[], start: number): Uint8Array {
  const items = list.slice(start, start + SEGMENT_ITEMS);
  const bytes = Buffer.from(`,${items.map(textOf).join(',')}`, 'utf8');
  if (items.length === SEGMENT_ITEMS) {
    segments.set(items[0], { items, bytes });
    for (const item of items) texts.delete(item);
  }
  return bytes;
}

function textOf(item: object): string {
  let text = texts.get(item);
  if (text === undefined) texts.set(item, (text = stringifyJson(item)));
  return text;
}

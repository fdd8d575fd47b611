import { ByteWriter } from './byte-writer';
import type { ColumnBuffer, Dictionary } from './columns/column-buffer';
import { Encoding, PageType } from './format';
import type { Page } from './page';
import { bitWidth, writeHybrid } from './rle-bit-packing';

/** Bytes of values a page aims at: what readers skip and decompress at once. */
const PAGE_SIZE = 1 << 20;

/** Splits a column into data pages (version 1) that begin at rows. */
export function dataPages(column: ColumnBuffer, dictionary: Dictionary | undefined): Page[] {
  const size = dictionary ? (column.values * bitWidth(dictionary.size)) / 8 : column.plainSize;
  const perPage = Math.max(1, Math.ceil(column.entries / Math.max(1, Math.ceil(size / PAGE_SIZE))));
  const pages: Page[] = [];
  let value = 0;
  for (let start = 0; start < column.entries;) {
    const end = pageEnd(column, Math.min(start + perPage, column.entries));
    const values = definedBetween(column, start, end);
    pages.push(dataPage(column, dictionary, start, end, value, value + values));
    value += values;
    start = end;
  }
  return pages;
}

/** Moves on to the next row: a row's list does not continue on another page. */
function pageEnd(column: ColumnBuffer, atLeast: number): number {
  let end = atLeast;
  if (column.leaf.maxRepetition > 0) while (end < column.entries && column.repetitions[end] > 0) end++;
  return end;
}

function definedBetween(column: ColumnBuffer, start: number, end: number): number {
  const { maxDefinition, definitions } = column;
  if (maxDefinition === 0 || column.values === column.entries) return end - start;
  let defined = 0;
  for (let i = start; i < end; i++) if (definitions[i] === maxDefinition) defined++;
  return defined;
}

function dataPage(
  column: ColumnBuffer,
  dictionary: Dictionary | undefined,
  start: number,
  end: number,
  firstValue: number,
  endValue: number,
): Page {
  const count = end - start;
  const { maxDefinition } = column;
  const { maxRepetition } = column.leaf;
  if (dictionary === undefined && maxDefinition === 0 && maxRepetition === 0) {
    const body = column.plain(firstValue, endValue);
    return { type: PageType.DATA_PAGE, count, encoding: Encoding.PLAIN, body };
  }
  const out = new ByteWriter(256 + (dictionary ? count * 2 : 0));
  if (maxRepetition > 0) writeLevels(out, column.repetitions, start, end, maxRepetition);
  if (maxDefinition > 0) writeLevels(out, column.definitions, start, end, maxDefinition);
  if (dictionary === undefined) {
    out.append(column.plain(firstValue, endValue));
    return { type: PageType.DATA_PAGE, count, encoding: Encoding.PLAIN, body: out.bytes() };
  }
  // Readers differ on indices of no bits at all; one bit costs a byte for every eight values at most.
  const width = Math.max(1, bitWidth(dictionary.size - 1));
  out.byte(width);
  writeHybrid(out, dictionary.indices, firstValue, endValue, width);
  return { type: PageType.DATA_PAGE, count, encoding: Encoding.RLE_DICTIONARY, body: out.bytes() };
}

function writeLevels(out: ByteWriter, levels: Uint8Array, start: number, end: number, max: number): void {
  const lengthAt = out.reserve(4);
  writeHybrid(out, levels, start, end, bitWidth(max));
  out.overwriteUint32(lengthAt, out.length - lengthAt - 4);
}

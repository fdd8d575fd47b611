import type { ParquetCompression } from '../../../lib/contract/table-properties';
import { ByteWriter } from './byte-writer';
import type { Bounds, ColumnBuffer } from './columns/column-buffer';
import { compress } from './compression';
import { dataPages } from './data-page';
import { dictionaryPage } from './dictionary-page';
import { Codec, Encoding } from './format';
import { writePage } from './page';
import type { Leaf } from './schema';

/** What the footer and the table's manifest say about one column of one row group. */
export interface ColumnChunk {
  readonly leaf: Leaf;
  readonly codec: Codec;
  readonly encodings: Encoding[];
  /** Entries, nulls included. */
  readonly count: number;
  readonly nullCount: number;
  readonly uncompressedSize: number;
  readonly compressedSize: number;
  readonly dictionaryPageOffset?: number;
  readonly dataPageOffset: number;
  readonly bounds: Bounds;
}

/**
 * Writes a column's pages.
 *
 * @param fileOffset where `out` begins in the file
 */
export function writeColumnChunk(
  out: ByteWriter,
  column: ColumnBuffer,
  fileOffset: number,
  compression: ParquetCompression | undefined,
): ColumnChunk {
  const dictionary = column.dictionary();
  const data = dataPages(column, dictionary);
  const pages = dictionary ? [dictionaryPage(dictionary), ...data] : data;
  const { codec, bodies } = compress(pages, compression);
  const start = out.length;
  let uncompressedSize = 0;
  let dataPageOffset = fileOffset + start;
  pages.forEach((page, i) => {
    if (i === pages.length - data.length) dataPageOffset = fileOffset + out.length;
    uncompressedSize += writePage(out, page, bodies[i]) + page.body.length;
  });
  return {
    leaf: column.leaf,
    codec,
    encodings: dictionary
      ? [Encoding.PLAIN, Encoding.RLE, Encoding.RLE_DICTIONARY]
      : [Encoding.PLAIN, Encoding.RLE],
    count: column.entries,
    nullCount: column.entries - column.values,
    uncompressedSize,
    compressedSize: out.length - start,
    dictionaryPageOffset: dictionary ? fileOffset + start : undefined,
    dataPageOffset,
    bounds: column.bounds(),
  };
}

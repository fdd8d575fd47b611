import type { ParquetCompression } from '../../../lib/contract/table-properties';
import { ByteWriter } from './byte-writer';
import { type ColumnChunk, writeColumnChunk } from './column-chunk';
import type { ColumnBuffer } from './columns/column-buffer';

export interface RowGroup {
  readonly columns: ColumnChunk[];
  readonly rows: number;
  readonly fileOffset: number;
  readonly uncompressedSize: number;
  readonly compressedSize: number;
}

/** Writes one row group and empties the columns for the next. */
export function writeRowGroup(
  columns: readonly ColumnBuffer[],
  rows: number,
  fileOffset: number,
  compression: ParquetCompression | undefined,
): { readonly group: RowGroup; readonly bytes: Uint8Array } {
  const out = new ByteWriter(1 << 16);
  const chunks = columns.map((column) => {
    const chunk = writeColumnChunk(out, column, fileOffset, compression);
    column.clear();
    return chunk;
  });
  const group = {
    columns: chunks,
    rows,
    fileOffset,
    uncompressedSize: chunks.reduce((sum, chunk) => sum + chunk.uncompressedSize, 0),
    compressedSize: out.length,
  };
  return { group, bytes: out.bytes() };
}

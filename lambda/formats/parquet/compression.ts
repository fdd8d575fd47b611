import * as zlib from 'node:zlib';
import { snappyCompressor } from 'hysnappy';
import { ParquetCompression } from '../../../lib/contract/table-properties';
import { Codec } from './format';
import type { Page } from './page';

export interface CompressedPages {
  readonly codec: Codec;
  /** What is stored for each page, in their order. */
  readonly bodies: Uint8Array[];
}

type Compressor = (input: Uint8Array) => Uint8Array;

/** Bytes of a large page that are tried before all of it is. */
const PROBE = 1 << 14;
/** Share of its size a column must shrink to for readers to be asked to decompress it. */
const WORTH_IT = 0.95;

/** Absent before Node 22.15. */
const { zstdCompressSync } = zlib as { readonly zstdCompressSync?: Compressor };
let snappy: Compressor | undefined;

/**
 * Compresses a column chunk's pages, or leaves all of them as they are where that gains next to nothing (random
 * identifiers, timestamps): the codec is one for the whole chunk. Where Node has no Zstandard it is Snappy.
 */
export function compress(pages: readonly Page[], compression = ParquetCompression.SNAPPY): CompressedPages {
  const { codec, compressor } = compressorOf(compression);
  if (!compressor) return uncompressed(pages);
  const bodies: Uint8Array[] = [];
  let before = 0;
  let after = 0;
  for (const page of pages) {
    const { body } = page;
    if (bodies.length === 0 && pages.length === 1 && body.length > PROBE * 2) {
      const probe = body.subarray(PROBE / 2, PROBE + PROBE / 2);
      if (compressor(probe).length > PROBE * WORTH_IT) return uncompressed(pages);
    }
    const smaller = compressor(body);
    bodies.push(smaller);
    before += body.length;
    after += smaller.length;
  }
  return after > before * WORTH_IT ? uncompressed(pages) : { codec, bodies };
}

function compressorOf(compression: ParquetCompression): {
  readonly codec: Codec;
  readonly compressor?: Compressor;
} {
  if (compression === ParquetCompression.UNCOMPRESSED) return { codec: Codec.UNCOMPRESSED };
  if (compression === ParquetCompression.GZIP) return { codec: Codec.GZIP, compressor: zlib.gzipSync };
  if (compression === ParquetCompression.ZSTD && zstdCompressSync)
    return { codec: Codec.ZSTD, compressor: zstdCompressSync };
  return { codec: Codec.SNAPPY, compressor: (snappy ??= snappyCompressor()) };
}

function uncompressed(pages: readonly Page[]): CompressedPages {
  return { codec: Codec.UNCOMPRESSED, bodies: pages.map((page) => page.body) };
}

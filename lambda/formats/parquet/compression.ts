import { snappyCompressor } from 'hysnappy';
import { Codec } from './format';
import type { Page } from './page';

export interface CompressedPages {
  readonly codec: Codec;
  /** What is stored for each page, in their order. */
  readonly bodies: Uint8Array[];
}

/** Bytes of a large page that are tried before all of it is. */
const PROBE = 1 << 14;
/** Share of its size a column must shrink to for readers to be asked to decompress it. */
const WORTH_IT = 0.95;

let snappy: ((input: Uint8Array) => Uint8Array) | undefined;

/**
 * Compresses a column chunk's pages with Snappy, or leaves all of them as they are where that gains next to
 * nothing (random identifiers, timestamps): the codec is one for the whole chunk.
 */
export function compress(pages: readonly Page[]): CompressedPages {
  snappy ??= snappyCompressor();
  const bodies: Uint8Array[] = [];
  let before = 0;
  let after = 0;
  for (const page of pages) {
    const { body } = page;
    if (bodies.length === 0 && pages.length === 1 && body.length > PROBE * 2) {
      const probe = body.subarray(PROBE / 2, PROBE + PROBE / 2);
      if (snappy(probe).length > PROBE * WORTH_IT) return uncompressed(pages);
    }
    const smaller = snappy(body);
    bodies.push(smaller);
    before += body.length;
    after += smaller.length;
  }
  return after > before * WORTH_IT ? uncompressed(pages) : { codec: Codec.SNAPPY, bodies };
}

function uncompressed(pages: readonly Page[]): CompressedPages {
  return { codec: Codec.UNCOMPRESSED, bodies: pages.map((page) => page.body) };
}

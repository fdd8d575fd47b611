import { ByteWriter } from './byte-writer';

/** Shortest stretch of equal values that is worth a run of its own. */
const SHORTEST_RUN = 8;

/** Bits needed for the values 0..max. */
export function bitWidth(max: number): number {
  return 32 - Math.clz32(max);
}

/**
 * The RLE / bit-packing hybrid of levels and dictionary indices (Parquet specification, "Encodings"): stretches
 * of equal values as runs, everything else packed in groups of eight.
 */
export function writeHybrid(
  out: ByteWriter,
  values: ArrayLike<number>,
  start: number,
  end: number,
  width: number,
): void {
  let packedFrom = start;
  let at = start;
  while (at < end) {
    const value = values[at];
    let next = at + 1;
    while (next < end && values[next] === value) next++;
    if (next - at >= SHORTEST_RUN) {
      // Packed groups hold eight values each: the run lends the values that fill the last one.
      const lent = (8 - ((at - packedFrom) & 7)) & 7;
      const runStart = at + lent;
      if (next - runStart >= SHORTEST_RUN) {
        if (runStart > packedFrom) writePacked(out, values, packedFrom, runStart, width);
        writeRun(out, value, next - runStart, width);
        packedFrom = next;
      }
    }
    at = next;
  }
  if (packedFrom < end) writePacked(out, values, packedFrom, end, width);
}

function writeRun(out: ByteWriter, value: number, count: number, width: number): void {
  out.varint(count * 2);
  for (let shift = 0; shift < width; shift += 8) out.byte((value >>> shift) & 0xff);
}

/** Packs `start..end` and pads the last group with zeros, which a reader drops. */
function writePacked(
  out: ByteWriter,
  values: ArrayLike<number>,
  start: number,
  end: number,
  width: number,
): void {
  const groups = Math.ceil((end - start) / 8);
  out.varint(groups * 2 + 1);
  const size = groups * width;
  let at = out.reserve(size);
  const target = out.target();
  const stop = at + size;
  let pending = 0;
  let bits = 0;
  for (let i = start; i < end; i++) {
    const value = values[i];
    pending |= value << bits;
    bits += width;
    if (bits >= 32) {
      target[at++] = pending;
      target[at++] = pending >>> 8;
      target[at++] = pending >>> 16;
      target[at++] = pending >>> 24;
      bits -= 32;
      // A shift by 32 is a shift by 0 in JavaScript.
      pending = bits === 0 ? 0 : value >>> (width - bits);
    }
  }
  while (at < stop) {
    target[at++] = pending;
    pending >>>= 8;
  }
}

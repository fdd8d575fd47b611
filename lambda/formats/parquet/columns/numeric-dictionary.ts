import { bitWidth } from '../rle-bit-packing';
import type { Dictionary } from './column-buffer';

/** Values looked at before a column that hardly repeats itself is given up. */
const SAMPLE = 1024;
const MOST_ENTRIES = 1 << 16;

/**
 * Dictionary of fixed-width numbers, each `stride` 32-bit words. Works on the bits, so that -0.0 and 0.0 stay two
 * values. Open addressing over typed arrays: no object is made for a value.
 */
export function numericDictionary(words: Int32Array, stride: 1 | 2, count: number): Dictionary | undefined {
  if (count < 8) return undefined;
  const most = Math.min(count >>> 1, MOST_ENTRIES);
  const slots = 1 << bitWidth(most * 2);
  const shift = Math.clz32(slots) + 1;
  const mask = slots - 1;
  const table = new Int32Array(slots);
  const entries = new Int32Array(most * stride);
  const indices = new Int32Array(count);
  let size = 0;
  for (let i = 0; i < count; i++) {
    if (i === SAMPLE && size > SAMPLE >>> 1) return undefined;
    const low = words[i * stride];
    const high = stride === 2 ? words[i * 2 + 1] : 0;
    let slot = (Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b)) >>> shift;
    for (;;) {
      const entry = table[slot] - 1;
      if (entry < 0) {
        if (size === most) return undefined;
        entries[size * stride] = low;
        if (stride === 2) entries[size * 2 + 1] = high;
        indices[i] = size;
        table[slot] = ++size;
        break;
      }
      if (entries[entry * stride] === low && (stride === 1 || entries[entry * 2 + 1] === high)) {
        indices[i] = entry;
        break;
      }
      slot = (slot + 1) & mask;
    }
  }
  const plainSize = count * stride * 4;
  const encodedSize = size * stride * 4 + (count * bitWidth(size - 1)) / 8;
  if (encodedSize > plainSize * 0.8) return undefined;
  return { page: new Uint8Array(entries.buffer, 0, size * stride * 4), size, indices };
}

export interface PlainStrings {
  readonly bytes: Uint8Array;
  readonly ascii: boolean;
}

/** A UTF-16 unit takes three bytes of UTF-8 at most. */
const BYTES_PER_UNIT = 3;

/** PLAIN encoding of strings: four bytes of length before each. */
export function plainStrings(strings: readonly string[], start: number, end: number): PlainStrings {
  let most = 0;
  for (let i = start; i < end; i++) most += 4 + strings[i].length * BYTES_PER_UNIT;
  const out = Buffer.allocUnsafe(most);
  let ascii = true;
  let at = 0;
  for (let i = start; i < end; i++) {
    const text = strings[i];
    const length = out.write(text, at + 4, 'utf8');
    if (length !== text.length) ascii = false;
    writeLength(out, at, length);
    at += 4 + length;
  }
  return { bytes: out.subarray(0, at), ascii };
}

export function plainBinaries(values: readonly Uint8Array[], start: number, end: number): Uint8Array {
  let size = 0;
  for (let i = start; i < end; i++) size += 4 + values[i].length;
  const out = Buffer.allocUnsafe(size);
  let at = 0;
  for (let i = start; i < end; i++) {
    writeLength(out, at, values[i].length);
    out.set(values[i], at + 4);
    at += 4 + values[i].length;
  }
  return out;
}

function writeLength(out: Buffer, at: number, length: number): void {
  out[at] = length;
  out[at + 1] = length >>> 8;
  out[at + 2] = length >>> 16;
  out[at + 3] = length >>> 24;
}

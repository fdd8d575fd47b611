/** Length prefixes as text: one character for each of the four bytes. */
const PREFIXES = Array.from({ length: 256 }, (_, length) => String.fromCharCode(length, 0, 0, 0));

export interface PlainStrings {
  readonly bytes: Uint8Array;
  readonly ascii: boolean;
}

/**
 * PLAIN encoding of strings: four bytes of length before each. While all are ASCII, which text that came as JSON
 * mostly is, lengths and strings are joined and copied out at once; one call for each string costs several times
 * as much.
 */
export function plainStrings(strings: readonly string[], start: number, end: number): PlainStrings {
  const parts = new Array<string>((end - start) * 2);
  let highPrefixBytes = 0;
  let at = 0;
  for (let i = start; i < end; i++) {
    const text = strings[i];
    const length = text.length;
    if (length < 256) {
      if (length >= 128) highPrefixBytes++;
      parts[at++] = PREFIXES[length];
    } else {
      const prefix = String.fromCharCode(
        length & 0xff,
        (length >>> 8) & 0xff,
        (length >>> 16) & 0xff,
        length >>> 24,
      );
      for (let k = 0; k < 4; k++) if (prefix.charCodeAt(k) >= 128) highPrefixBytes++;
      parts[at++] = prefix;
    }
    parts[at++] = text;
  }
  const joined = parts.join('');
  // A character beyond ASCII takes more than one byte in UTF-8: the lengths agree only where there is none.
  if (Buffer.byteLength(joined, 'utf8') === joined.length + highPrefixBytes) {
    return { bytes: Buffer.from(joined, 'latin1'), ascii: true };
  }
  return { bytes: plainUnicode(strings, start, end), ascii: false };
}

function plainUnicode(strings: readonly string[], start: number, end: number): Uint8Array {
  let most = 0;
  for (let i = start; i < end; i++) most += 4 + strings[i].length * 3;
  const out = Buffer.allocUnsafe(most);
  let at = 0;
  for (let i = start; i < end; i++) {
    const written = out.write(strings[i], at + 4, 'utf8');
    out.writeUInt32LE(written, at);
    at += 4 + written;
  }
  return out.subarray(0, at);
}

export function plainBinaries(values: readonly Uint8Array[], start: number, end: number): Uint8Array {
  let size = 0;
  for (let i = start; i < end; i++) size += 4 + values[i].length;
  const out = Buffer.allocUnsafe(size);
  let at = 0;
  for (let i = start; i < end; i++) {
    out.writeUInt32LE(values[i].length, at);
    out.set(values[i], at + 4);
    at += 4 + values[i].length;
  }
  return out;
}

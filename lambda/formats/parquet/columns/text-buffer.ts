import { plainStrings } from './byte-array-encoding';
import { NO_BOUNDS, type Bounds } from './column-buffer';
import { compareUtf8, lowerStringBound, upperStringBound } from './string-bounds';

/** Strings kept as strings before they are encoded. */
const LOT = 1024;

/**
 * Strings on their way into PLAIN pages. They are encoded in small lots, so that they can be collected while young:
 * a row group full of live strings would cost more in garbage collection than in encoding.
 */
export class TextBuffer {
  count = 0;
  private pending: string[] = [];
  private buffer = Buffer.allocUnsafe(0);
  /** Where each encoded string ends. */
  private ends = new Float64Array(LOT);
  private encoded = 0;
  private size = 0;
  private readonly range = new TextRange();

  push(text: string): void {
    this.count++;
    this.pending.push(text);
    if (this.pending.length === LOT) this.encode();
  }

  /** PLAIN encoding of the strings from `start` to `end`. */
  slice(start: number, end: number): Uint8Array {
    this.encode();
    return this.buffer.subarray(start === 0 ? 0 : this.ends[start - 1], end === 0 ? 0 : this.ends[end - 1]);
  }

  bounds(): Bounds {
    this.encode();
    return this.range.bounds();
  }

  private encode(): void {
    const { bytes, ascii } = plainStrings(this.pending, 0, this.pending.length);
    if (this.size + bytes.length > this.buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.size + bytes.length, this.buffer.length * 2));
      larger.set(this.buffer.subarray(0, this.size));
      this.buffer = larger;
    }
    this.buffer.set(bytes, this.size);
    this.range.include(this.pending, ascii);
    if (this.encoded + LOT > this.ends.length) {
      const larger = new Float64Array(this.ends.length * 2);
      larger.set(this.ends);
      this.ends = larger;
    }
    let at = 0;
    for (let i = 0; i < this.pending.length; i++) {
      at += 4 + (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24));
      this.ends[this.encoded++] = this.size + at;
    }
    this.size += bytes.length;
    this.pending = [];
  }
}

/** The smallest and the largest of strings, in the order of their UTF-8 bytes. */
export class TextRange {
  private lower: string | undefined;
  private upper: string | undefined;

  include(texts: readonly string[], ascii: boolean): void {
    if (texts.length === 0) return;
    let lower = this.lower ?? texts[0];
    let upper = this.upper ?? texts[0];
    if (ascii) {
      // An ASCII string compares the same either way, and the built-in comparison is far faster.
      for (const text of texts) {
        if (text < lower) lower = text;
        else if (text > upper) upper = text;
      }
    } else {
      for (const text of texts) {
        if (compareUtf8(text, lower) < 0) lower = text;
        else if (compareUtf8(text, upper) > 0) upper = text;
      }
    }
    this.lower = lower;
    this.upper = upper;
  }

  bounds(): Bounds {
    if (this.lower === undefined || this.upper === undefined) return NO_BOUNDS;
    return { lower: lowerStringBound(this.lower), upper: upperStringBound(this.upper), nanCount: 0 };
  }
}

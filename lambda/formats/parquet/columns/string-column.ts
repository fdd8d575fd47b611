import { bitWidth } from '../rle-bit-packing';
import { plainStrings } from './byte-array-encoding';
import { NO_BOUNDS, type Bounds, ColumnBuffer, type Dictionary } from './column-buffer';
import { compareUtf8, lowerStringBound, upperStringBound } from './string-bounds';

/** Distinct values after which a column is first asked whether it repeats itself enough. */
const FIRST_CHECK = 256;
const MOST_ENTRIES = 1 << 16;
/** Share of distinct values above which a dictionary is given up. */
const MOST_DISTINCT = 0.6;

/** BYTE_ARRAY of text. Starts with a dictionary and lets it go when most values turn out to be new. */
export class StringColumn extends ColumnBuffer {
  values = 0;
  private characters = 0;
  /** The distinct values while there is a dictionary, else all values. */
  private strings: string[] = [];
  private positions = new Map<string, number>();
  private indices = new Int32Array(1024);
  private encoded = true;
  private nextCheck = FIRST_CHECK;
  /** Whether all that was encoded so far was ASCII. */
  private ascii = true;

  get plainSize(): number {
    return this.characters + this.values * 4;
  }

  push(value: string): void {
    this.defined();
    this.characters += value.length;
    if (!this.encoded) {
      this.values++;
      this.strings.push(value);
      return;
    }
    let index = this.positions.get(value);
    if (index === undefined) {
      index = this.strings.length;
      this.positions.set(value, index);
      this.strings.push(value);
    }
    if (this.values === this.indices.length) this.growIndices();
    this.indices[this.values++] = index;
    if (this.strings.length >= this.nextCheck) this.reconsider();
  }

  dictionary(): Dictionary | undefined {
    if (!this.encoded || this.values === 0) return undefined;
    const size = this.strings.length;
    const page = this.encode(0, size);
    const packed = (this.values * bitWidth(size - 1)) / 8;
    if (page.length + packed >= this.plainSize) {
      this.abandonDictionary();
      return undefined;
    }
    return { page, size, indices: this.indices };
  }

  plain(start: number, end: number): Uint8Array {
    if (this.encoded) this.abandonDictionary();
    return this.encode(start, end);
  }

  bounds(): Bounds {
    if (this.strings.length === 0) return NO_BOUNDS;
    let lower = this.strings[0];
    let upper = lower;
    if (this.ascii) {
      // Among ASCII the built-in comparison is right, and far faster.
      for (const value of this.strings) {
        if (value < lower) lower = value;
        else if (value > upper) upper = value;
      }
    } else {
      for (const value of this.strings) {
        if (compareUtf8(value, lower) < 0) lower = value;
        else if (compareUtf8(value, upper) > 0) upper = value;
      }
    }
    return { lower: lowerStringBound(lower), upper: upperStringBound(upper), nanCount: 0 };
  }

  clear(): void {
    this.clearLevels();
    this.values = 0;
    this.characters = 0;
    this.strings = [];
    this.positions = new Map();
    this.encoded = true;
    this.nextCheck = FIRST_CHECK;
    this.ascii = true;
  }

  private encode(start: number, end: number): Uint8Array {
    const { bytes, ascii } = plainStrings(this.strings, start, end);
    if (!ascii) this.ascii = false;
    return bytes;
  }

  private reconsider(): void {
    const size = this.strings.length;
    if (size > MOST_ENTRIES || size > this.values * MOST_DISTINCT) this.abandonDictionary();
    else this.nextCheck = size * 2;
  }

  private abandonDictionary(): void {
    const values = new Array<string>(this.values);
    for (let i = 0; i < this.values; i++) values[i] = this.strings[this.indices[i]];
    this.strings = values;
    this.positions = new Map();
    this.encoded = false;
  }

  private growIndices(): void {
    const larger = new Int32Array(this.indices.length * 2);
    larger.set(this.indices);
    this.indices = larger;
  }
}

import { bitWidth } from '../rle-bit-packing';
import { plainStrings } from './byte-array-encoding';
import { type Bounds, ColumnBuffer, type Dictionary } from './column-buffer';
import { TextBuffer, TextRange } from './text-buffer';

/** Distinct values after which a column is first asked whether it repeats itself enough. */
const FIRST_CHECK = 256;
const MOST_ENTRIES = 1 << 16;
/** Share of distinct values above which a dictionary is given up. */
const MOST_DISTINCT = 0.6;

/** BYTE_ARRAY of text. Starts with a dictionary and lets it go when most values turn out to be new. */
export class StringColumn extends ColumnBuffer {
  values = 0;
  private characters = 0;
  /** All values, once there is no dictionary. */
  private texts: TextBuffer | undefined;
  private distinct: string[] = [];
  private positions = new Map<string, number>();
  private indices = new Int32Array(1024);
  private nextCheck = FIRST_CHECK;

  get plainSize(): number {
    return this.characters + this.values * 4;
  }

  push(value: string): void {
    this.defined();
    this.characters += value.length;
    if (this.texts !== undefined) {
      this.values++;
      this.texts.push(value);
      return;
    }
    let index = this.positions.get(value);
    if (index === undefined) {
      index = this.distinct.length;
      this.positions.set(value, index);
      this.distinct.push(value);
    }
    if (this.values === this.indices.length) this.growIndices();
    this.indices[this.values++] = index;
    if (this.distinct.length >= this.nextCheck) this.reconsider();
  }

  dictionary(): Dictionary | undefined {
    if (this.texts !== undefined || this.values === 0) return undefined;
    const size = this.distinct.length;
    const { bytes: page } = plainStrings(this.distinct, 0, size);
    const packed = (this.values * bitWidth(size - 1)) / 8;
    if (page.length + packed >= this.plainSize) {
      this.abandonDictionary();
      return undefined;
    }
    return { page, size, indices: this.indices };
  }

  plain(start: number, end: number): Uint8Array {
    return (this.texts ?? this.abandonDictionary()).slice(start, end);
  }

  bounds(): Bounds {
    if (this.texts !== undefined) return this.texts.bounds();
    const range = new TextRange();
    range.include(this.distinct, false);
    return range.bounds();
  }

  clear(): void {
    this.clearLevels();
    this.values = 0;
    this.characters = 0;
    this.texts = undefined;
    this.distinct = [];
    this.positions = new Map();
    this.nextCheck = FIRST_CHECK;
  }

  private reconsider(): void {
    const size = this.distinct.length;
    if (size > MOST_ENTRIES || size > this.values * MOST_DISTINCT) this.abandonDictionary();
    else this.nextCheck = size * 2;
  }

  private abandonDictionary(): TextBuffer {
    const texts = new TextBuffer();
    for (let i = 0; i < this.values; i++) texts.push(this.distinct[this.indices[i]]);
    this.texts = texts;
    this.distinct = [];
    this.positions = new Map();
    return texts;
  }

  private growIndices(): void {
    const larger = new Int32Array(this.indices.length * 2);
    larger.set(this.indices);
    this.indices = larger;
  }
}

import { bigEndianTwosComplement } from '../../../tables/single-value';
import { NO_BOUNDS, type Bound, type Bounds, ColumnBuffer, type Dictionary } from './column-buffer';
import { numericDictionary } from './numeric-dictionary';

const TWO_32 = 4294967296;

/**
 * INT64: long, time, timestamps, and decimals of 10 to 18 digits. A number up to 2^53 is split into two words by
 * arithmetic: making a BigInt of each would cost more than the rest of the column.
 */
export class Int64Column extends ColumnBuffer {
  values = 0;
  private words = new Int32Array(2048);
  private wide = new BigInt64Array(this.words.buffer);

  get plainSize(): number {
    return this.values * 8;
  }

  /** A number must be an integer within ±2^53; what is beyond comes as a bigint. */
  push(value: number | bigint): void {
    this.defined();
    if (this.values === this.wide.length) this.grow();
    if (typeof value === 'number') {
      const at = this.values++ * 2;
      this.words[at] = value;
      this.words[at + 1] = Math.floor(value / TWO_32);
    } else {
      this.wide[this.values++] = value;
    }
  }

  dictionary(): Dictionary | undefined {
    return numericDictionary(this.words, 2, this.values);
  }

  plain(start: number, end: number): Uint8Array {
    return new Uint8Array(this.words.buffer, start * 8, (end - start) * 8);
  }

  bounds(): Bounds {
    if (this.values === 0) return NO_BOUNDS;
    let lower = 0;
    let upper = 0;
    for (let i = 1; i < this.values; i++) {
      if (this.isLess(i, lower)) lower = i;
      else if (this.isLess(upper, i)) upper = i;
    }
    return { lower: this.bound(lower), upper: this.bound(upper), nanCount: 0 };
  }

  clear(): void {
    this.clearLevels();
    this.values = 0;
  }

  private isLess(left: number, right: number): boolean {
    const high = this.words[left * 2 + 1];
    const otherHigh = this.words[right * 2 + 1];
    return high === otherHigh ? this.words[left * 2] >>> 0 < this.words[right * 2] >>> 0 : high < otherHigh;
  }

  private bound(index: number): Bound {
    const bytes = Uint8Array.from(this.plain(index, index + 1));
    const decimal = this.leaf.icebergType.startsWith('decimal');
    return {
      parquet: bytes,
      iceberg: decimal ? bigEndianTwosComplement(this.wide[index]) : bytes,
      exact: true,
    };
  }

  private grow(): void {
    const larger = new Int32Array(this.words.length * 2);
    larger.set(this.words);
    this.words = larger;
    this.wide = new BigInt64Array(larger.buffer);
  }
}

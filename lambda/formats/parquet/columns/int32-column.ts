import { bigEndianTwosComplement } from '../../../tables/single-value';
import { NO_BOUNDS, type Bound, type Bounds, ColumnBuffer, type Dictionary } from './column-buffer';
import { numericDictionary } from './numeric-dictionary';

/** INT32: int, date, and decimals of up to 9 digits as their unscaled value. */
export class Int32Column extends ColumnBuffer {
  values = 0;
  private data = new Int32Array(1024);

  get plainSize(): number {
    return this.values * 4;
  }

  push(value: number | bigint): void {
    this.defined();
    if (this.values === this.data.length) this.grow();
    this.data[this.values++] = Number(value);
  }

  dictionary(): Dictionary | undefined {
    return numericDictionary(this.data, 1, this.values);
  }

  plain(start: number, end: number): Uint8Array {
    return new Uint8Array(this.data.buffer, start * 4, (end - start) * 4);
  }

  bounds(): Bounds {
    if (this.values === 0) return NO_BOUNDS;
    let lower = this.data[0];
    let upper = lower;
    for (let i = 1; i < this.values; i++) {
      const value = this.data[i];
      if (value < lower) lower = value;
      else if (value > upper) upper = value;
    }
    return { lower: this.bound(lower), upper: this.bound(upper), nanCount: 0 };
  }

  clear(): void {
    this.clearLevels();
    this.values = 0;
  }

  private bound(value: number): Bound {
    const bytes = new Uint8Array(Int32Array.of(value).buffer);
    const decimal = this.leaf.icebergType.startsWith('decimal');
    return { parquet: bytes, iceberg: decimal ? bigEndianTwosComplement(BigInt(value)) : bytes, exact: true };
  }

  private grow(): void {
    const larger = new Int32Array(this.data.length * 2);
    larger.set(this.data);
    this.data = larger;
  }
}

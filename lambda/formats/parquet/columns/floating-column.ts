import type { Leaf } from '../schema';
import { type Bound, type Bounds, ColumnBuffer, type Dictionary } from './column-buffer';
import { numericDictionary } from './numeric-dictionary';

/** FLOAT and DOUBLE. Bounds leave NaN out and take zero as -0.0 below and +0.0 above, as Parquet asks of writers. */
abstract class FloatingColumn<T extends Float32Array | Float64Array> extends ColumnBuffer {
  values = 0;
  protected abstract data: T;

  get plainSize(): number {
    return this.values * this.data.BYTES_PER_ELEMENT;
  }

  push(value: number): void {
    this.defined();
    if (this.values === this.data.length) this.grow();
    this.data[this.values++] = value;
  }

  dictionary(): Dictionary | undefined {
    return numericDictionary(
      new Int32Array(this.data.buffer),
      this.data.BYTES_PER_ELEMENT === 4 ? 1 : 2,
      this.values,
    );
  }

  plain(start: number, end: number): Uint8Array {
    const width = this.data.BYTES_PER_ELEMENT;
    return new Uint8Array(this.data.buffer, start * width, (end - start) * width);
  }

  bounds(): Bounds {
    let lower = Infinity;
    let upper = -Infinity;
    let nanCount = 0;
    for (let i = 0; i < this.values; i++) {
      const value = this.data[i];
      if (value !== value) nanCount++;
      if (value < lower) lower = value;
      if (value > upper) upper = value;
    }
    if (this.values === nanCount) return { nanCount };
    return {
      lower: this.bound(lower === 0 ? -0 : lower),
      upper: this.bound(upper === 0 ? 0 : upper),
      nanCount,
    };
  }

  clear(): void {
    this.clearLevels();
    this.values = 0;
  }

  protected abstract allocate(length: number): T;

  private bound(value: number): Bound {
    const one = this.allocate(1);
    one[0] = value;
    const bytes = new Uint8Array(one.buffer);
    return { parquet: bytes, iceberg: bytes, exact: true };
  }

  private grow(): void {
    const larger = this.allocate(this.data.length * 2);
    larger.set(this.data);
    this.data = larger;
  }
}

export class FloatColumn extends FloatingColumn<Float32Array> {
  protected data: Float32Array;

  constructor(leaf: Leaf, levelOf?: Uint8Array) {
    super(leaf, levelOf);
    this.data = this.allocate(1024);
  }

  protected allocate(length: number): Float32Array {
    return new Float32Array(length);
  }
}

export class DoubleColumn extends FloatingColumn<Float64Array> {
  protected data: Float64Array;

  constructor(leaf: Leaf, levelOf?: Uint8Array) {
    super(leaf, levelOf);
    this.data = this.allocate(1024);
  }

  protected allocate(length: number): Float64Array {
    return new Float64Array(length);
  }
}

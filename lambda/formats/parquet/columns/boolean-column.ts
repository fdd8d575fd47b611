import { NO_BOUNDS, type Bound, type Bounds, ColumnBuffer } from './column-buffer';

/** BOOLEAN: one bit a value, lowest bit first. */
export class BooleanColumn extends ColumnBuffer {
  values = 0;
  private data = new Uint8Array(1024);

  get plainSize(): number {
    return Math.ceil(this.values / 8);
  }

  push(value: boolean): void {
    this.defined();
    if (this.values === this.data.length) {
      const larger = new Uint8Array(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.values++] = value ? 1 : 0;
  }

  dictionary(): undefined {
    return undefined;
  }

  plain(start: number, end: number): Uint8Array {
    const packed = new Uint8Array(Math.ceil((end - start) / 8));
    for (let i = start; i < end; i++) packed[(i - start) >>> 3] |= this.data[i] << ((i - start) & 7);
    return packed;
  }

  bounds(): Bounds {
    if (this.values === 0) return NO_BOUNDS;
    const held = this.data.subarray(0, this.values);
    return { lower: bound(held.includes(0) ? 0 : 1), upper: bound(held.includes(1) ? 1 : 0), nanCount: 0 };
  }

  clear(): void {
    this.clearLevels();
    this.values = 0;
  }
}

function bound(value: number): Bound {
  const bytes = Uint8Array.of(value);
  return { parquet: bytes, iceberg: bytes, exact: true };
}

import { plainBinaries } from './byte-array-encoding';
import { NO_BOUNDS, type Bounds, ColumnBuffer } from './column-buffer';
import { lowerBinaryBound, upperBinaryBound } from './string-bounds';

/** BYTE_ARRAY without a meaning of its own, in unsigned byte order. */
export class BinaryColumn extends ColumnBuffer {
  private data: Uint8Array[] = [];
  private size = 0;

  get values(): number {
    return this.data.length;
  }

  get plainSize(): number {
    return this.size + this.data.length * 4;
  }

  push(value: Uint8Array): void {
    this.defined();
    this.size += value.length;
    this.data.push(value);
  }

  dictionary(): undefined {
    return undefined;
  }

  plain(start: number, end: number): Uint8Array {
    return plainBinaries(this.data, start, end);
  }

  bounds(): Bounds {
    if (this.data.length === 0) return NO_BOUNDS;
    let lower = this.data[0];
    let upper = lower;
    for (const value of this.data) {
      if (Buffer.compare(value, lower) < 0) lower = value;
      if (Buffer.compare(value, upper) > 0) upper = value;
    }
    return { lower: lowerBinaryBound(lower), upper: upperBinaryBound(upper), nanCount: 0 };
  }

  clear(): void {
    this.clearLevels();
    this.data = [];
    this.size = 0;
  }
}

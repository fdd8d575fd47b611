import { bigEndianTwosComplement } from '../../../tables/single-value';
import type { Leaf } from '../schema';
import { NO_BOUNDS, type Bound, type Bounds, ColumnBuffer } from './column-buffer';

/** FIXED_LEN_BYTE_ARRAY: uuid and fixed[L], bounds in unsigned byte order. */
export class FixedColumn extends ColumnBuffer {
  values = 0;
  protected readonly width: number;
  protected data: Uint8Array;

  constructor(leaf: Leaf, levelOf?: Uint8Array) {
    super(leaf, levelOf);
    this.width = leaf.typeLength ?? 0;
    this.data = new Uint8Array(this.width * 256);
  }

  get plainSize(): number {
    return this.values * this.width;
  }

  push(value: Uint8Array): void {
    if (value.length !== this.width) {
      throw new RangeError(
        `Column "${this.leaf.column}" holds ${this.width} bytes a value, not ${value.length}.`,
      );
    }
    this.data.set(value, this.next());
  }

  dictionary(): undefined {
    return undefined;
  }

  plain(start: number, end: number): Uint8Array {
    return this.data.subarray(start * this.width, end * this.width);
  }

  bounds(): Bounds {
    if (this.values === 0) return NO_BOUNDS;
    let lower = this.plain(0, 1);
    let upper = lower;
    for (let i = 1; i < this.values; i++) {
      const value = this.plain(i, i + 1);
      if (this.compare(value, lower) < 0) lower = value;
      if (this.compare(value, upper) > 0) upper = value;
    }
    return { lower: this.bound(lower), upper: this.bound(upper), nanCount: 0 };
  }

  clear(): void {
    this.clearLevels();
    this.values = 0;
  }

  protected compare(left: Uint8Array, right: Uint8Array): number {
    return Buffer.compare(left, right);
  }

  protected bound(value: Uint8Array): Bound {
    const bytes = Uint8Array.from(value);
    return { parquet: bytes, iceberg: bytes, exact: true };
  }

  /** Where the next value's bytes go. */
  protected next(): number {
    this.defined();
    const at = this.values++ * this.width;
    if (at + this.width > this.data.length) {
      const larger = new Uint8Array(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    return at;
  }
}

/** Decimals of more than 18 digits: the unscaled value in big-endian two's complement, in signed order. */
export class WideDecimalColumn extends ColumnBuffer {
  private readonly bytes: FixedDecimalBytes;

  constructor(leaf: Leaf, levelOf?: Uint8Array) {
    super(leaf, levelOf);
    this.bytes = new FixedDecimalBytes(leaf);
  }

  get values(): number {
    return this.bytes.values;
  }

  get plainSize(): number {
    return this.bytes.plainSize;
  }

  push(unscaled: number | bigint): void {
    this.defined();
    this.bytes.pushUnscaled(BigInt(unscaled));
  }

  dictionary(): undefined {
    return undefined;
  }

  plain(start: number, end: number): Uint8Array {
    return this.bytes.plain(start, end);
  }

  bounds(): Bounds {
    return this.bytes.bounds();
  }

  clear(): void {
    this.clearLevels();
    this.bytes.clear();
  }
}

class FixedDecimalBytes extends FixedColumn {
  pushUnscaled(unscaled: bigint): void {
    const at = this.next();
    let rest = unscaled;
    for (let i = this.width - 1; i >= 0; i--) {
      this.data[at + i] = Number(rest & 0xffn);
      rest >>= 8n;
    }
  }

  protected override compare(left: Uint8Array, right: Uint8Array): number {
    const sign = (right[0] & 0x80) - (left[0] & 0x80);
    return sign !== 0 ? sign : Buffer.compare(left, right);
  }

  protected override bound(value: Uint8Array): Bound {
    const bytes = Uint8Array.from(value);
    let unscaled = value[0] & 0x80 ? -1n : 0n;
    for (const byte of value) unscaled = (unscaled << 8n) | BigInt(byte);
    return { parquet: bytes, iceberg: bigEndianTwosComplement(unscaled), exact: true };
  }
}

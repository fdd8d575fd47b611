/** Bytes that grow as they are written. */
export class ByteWriter {
  private buffer: Buffer;
  private end = 0;

  constructor(capacity = 1024) {
    this.buffer = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.end;
  }

  /** A view of what was written, valid until the next write. */
  bytes(): Buffer {
    return this.buffer.subarray(0, this.end);
  }

  /** Makes room for `size` bytes more and returns where they start; the caller fills them in `target()`. */
  reserve(size: number): number {
    const start = this.end;
    const needed = start + size;
    if (needed > this.buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.buffer.length * 2));
      grown.set(this.buffer.subarray(0, start));
      this.buffer = grown;
    }
    this.end = needed;
    return start;
  }

  target(): Buffer {
    return this.buffer;
  }

  /** Gives back what `reserve` took too much of. */
  truncate(length: number): void {
    this.end = length;
  }

  byte(value: number): void {
    const at = this.reserve(1);
    this.buffer[at] = value;
  }

  uint32(value: number): void {
    const at = this.reserve(4);
    this.buffer.writeUInt32LE(value, at);
  }

  append(bytes: Uint8Array): void {
    const at = this.reserve(bytes.length);
    this.buffer.set(bytes, at);
  }

  /** Unsigned LEB128 of an integer up to 2^53. */
  varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.byte(rest);
  }

  overwriteUint32(at: number, value: number): void {
    this.buffer.writeUInt32LE(value, at);
  }
}

import { ByteWriter } from './byte-writer';

enum CompactType {
  TRUE = 1,
  FALSE = 2,
  I32 = 5,
  I64 = 6,
  BINARY = 8,
  LIST = 9,
  STRUCT = 12,
}

/**
 * The part of Thrift's compact protocol that Parquet metadata needs. Fields must come in ascending order of
 * their ids; an undefined value leaves its field out.
 */
export class ThriftWriter {
  private lastField = 0;
  private readonly enclosing: number[] = [];

  constructor(readonly out: ByteWriter = new ByteWriter()) {}

  bool(field: number, value: boolean | undefined): void {
    if (value === undefined) return;
    this.header(field, value ? CompactType.TRUE : CompactType.FALSE);
  }

  i32(field: number, value: number | undefined): void {
    if (value === undefined) return;
    this.header(field, CompactType.I32);
    this.zigzag(value);
  }

  i64(field: number, value: number | undefined): void {
    if (value === undefined) return;
    this.header(field, CompactType.I64);
    this.zigzag(value);
  }

  binary(field: number, value: Uint8Array | string | undefined): void {
    if (value === undefined) return;
    this.header(field, CompactType.BINARY);
    this.blob(value);
  }

  struct(field: number, write: (() => void) | undefined): void {
    if (write === undefined) return;
    this.header(field, CompactType.STRUCT);
    this.structBody(write);
  }

  structList<T>(field: number, items: readonly T[] | undefined, write: (item: T) => void): void {
    if (items === undefined) return;
    this.listHeader(field, items.length, CompactType.STRUCT);
    for (const item of items) this.structBody(() => write(item));
  }

  i32List(field: number, items: readonly number[]): void {
    this.listHeader(field, items.length, CompactType.I32);
    for (const item of items) this.zigzag(item);
  }

  stringList(field: number, items: readonly string[]): void {
    this.listHeader(field, items.length, CompactType.BINARY);
    for (const item of items) this.blob(item);
  }

  /** A struct that stands by itself, as page headers and the footer do. */
  structBody(write: () => void): void {
    this.enclosing.push(this.lastField);
    this.lastField = 0;
    write();
    this.out.byte(0);
    this.lastField = this.enclosing.pop() ?? 0;
  }

  private header(field: number, type: CompactType): void {
    const delta = field - this.lastField;
    if (delta > 0 && delta <= 15) {
      this.out.byte((delta << 4) | type);
    } else {
      this.out.byte(type);
      this.zigzag(field);
    }
    this.lastField = field;
  }

  private listHeader(field: number, length: number, type: CompactType): void {
    this.header(field, CompactType.LIST);
    if (length < 15) {
      this.out.byte((length << 4) | type);
    } else {
      this.out.byte(0xf0 | type);
      this.out.varint(length);
    }
  }

  private zigzag(value: number): void {
    this.out.varint(value >= 0 ? value * 2 : -value * 2 - 1);
  }

  private blob(value: Uint8Array | string): void {
    const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
    this.out.varint(bytes.length);
    this.out.append(bytes);
  }
}

import { toLong, type Long } from './json';

/**
 * Avro's binary encoding, driven by a schema. Longs come back as numbers where that is exact and as bigints otherwise;
 * Iceberg's maps with integer keys (arrays of key-value records with logicalType `map`) are JavaScript Maps.
 */
export interface AvroCodec {
  write(output: AvroOutput, value: unknown): void;
  read(input: AvroInput): unknown;
}

export type AvroSchema = string | AvroSchema[] | AvroComplexSchema;

export interface AvroComplexSchema {
  readonly type: AvroSchema;
  readonly name?: string;
  readonly namespace?: string;
  readonly fields?: AvroField[];
  readonly items?: AvroSchema;
  readonly values?: AvroSchema;
  readonly symbols?: string[];
  readonly size?: number;
  readonly logicalType?: string;
  readonly [attribute: string]: unknown;
}

export interface AvroField {
  readonly name: string;
  readonly type: AvroSchema;
  readonly default?: unknown;
  readonly 'field-id'?: number;
}

export class AvroOutput {
  private buffer = Buffer.allocUnsafe(4096);
  private length = 0;

  bytes(value: Uint8Array): void {
    this.reserve(value.length);
    this.buffer.set(value, this.length);
    this.length += value.length;
  }

  sizedBytes(value: Uint8Array): void {
    this.long(value.length);
    this.bytes(value);
  }

  long(value: Long): void {
    this.reserve(10);
    if (typeof value === 'number' && value >= -0x40000000 && value < 0x40000000) {
      let rest = ((value << 1) ^ (value >> 31)) >>> 0;
      for (; rest > 0x7f; rest >>>= 7) this.buffer[this.length++] = (rest & 0x7f) | 0x80;
      this.buffer[this.length++] = rest;
      return;
    }
    const signed = BigInt(value);
    let rest = BigInt.asUintN(64, (signed << 1n) ^ (signed >> 63n));
    for (; rest > 0x7fn; rest >>= 7n) this.buffer[this.length++] = Number(rest & 0x7fn) | 0x80;
    this.buffer[this.length++] = Number(rest);
  }

  byte(value: number): void {
    this.reserve(1);
    this.buffer[this.length++] = value;
  }

  float(value: number): void {
    this.reserve(4);
    this.length = this.buffer.writeFloatLE(value, this.length);
  }

  double(value: number): void {
    this.reserve(8);
    this.length = this.buffer.writeDoubleLE(value, this.length);
  }

  finish(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  private reserve(size: number): void {
    if (this.length + size <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + size));
    larger.set(this.buffer.subarray(0, this.length));
    this.buffer = larger;
  }
}

export class AvroInput {
  private position = 0;
  private readonly buffer: Buffer;

  constructor(bytes: Uint8Array) {
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get atEnd(): boolean {
    return this.position >= this.buffer.length;
  }

  bytes(length: number): Buffer {
    if (length < 0 || this.position + length > this.buffer.length)
      throw new Error('The Avro data ends too early.');
    this.position += length;
    return this.buffer.subarray(this.position - length, this.position);
  }

  sizedBytes(): Buffer {
    return this.bytes(Number(this.long()));
  }

  long(): Long {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
    let wide = BigInt(value);
    for (let shift = 28n; ; shift += 7n) {
      const byte = this.byte();
      wide |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return toLong(BigInt.asIntN(64, (wide >> 1n) ^ -(wide & 1n)));
  }

  byte(): number {
    if (this.position >= this.buffer.length) throw new Error('The Avro data ends too early.');
    return this.buffer[this.position++];
  }

  float(): number {
    return this.bytes(4).readFloatLE();
  }

  double(): number {
    return this.bytes(8).readDoubleLE();
  }
}

type Named = Map<string, AvroCodec>;

export function avroCodec(schema: AvroSchema, named: Named = new Map()): AvroCodec {
  if (typeof schema === 'string') {
    const codec = PRIMITIVES[schema] ?? named.get(schema);
    if (!codec) throw new Error(`Unknown Avro type "${schema}".`);
    return codec;
  }
  if (Array.isArray(schema))
    return unionCodec(
      schema.map((branch) => avroCodec(branch, named)),
      schema,
    );
  switch (schema.type) {
    case 'record':
      return recordCodec(schema, named);
    case 'array':
      return schema.logicalType === 'map'
        ? pairsCodec(schema.items!, named)
        : arrayCodec(avroCodec(schema.items!, named));
    case 'map':
      return mapCodec(avroCodec(schema.values!, named));
    case 'fixed':
      return register(schema, named, {
        write: (output, value) => output.bytes(value as Uint8Array),
        read: (input) => input.bytes(schema.size!),
      });
    case 'enum':
      return register(schema, named, {
        write: (output, value) => output.long(schema.symbols!.indexOf(value as string)),
        read: (input) => schema.symbols![Number(input.long())],
      });
    default:
      return avroCodec(schema.type, named);
  }
}

const PRIMITIVES: Record<string, AvroCodec> = {
  null: { write: () => undefined, read: () => null },
  boolean: { write: (output, value) => output.byte(value ? 1 : 0), read: (input) => input.byte() !== 0 },
  int: { write: (output, value) => output.long(value as Long), read: (input) => input.long() },
  long: { write: (output, value) => output.long(value as Long), read: (input) => input.long() },
  float: { write: (output, value) => output.float(value as number), read: (input) => input.float() },
  double: { write: (output, value) => output.double(value as number), read: (input) => input.double() },
  string: {
    write: (output, value) => output.sizedBytes(Buffer.from(value as string, 'utf8')),
    read: (input) => input.sizedBytes().toString('utf8'),
  },
  bytes: {
    write: (output, value) => output.sizedBytes(value as Uint8Array),
    read: (input) => input.sizedBytes(),
  },
};

function recordCodec(schema: AvroComplexSchema, named: Named): AvroCodec {
  const fields: { name: string; codec: AvroCodec }[] = [];
  const codec: AvroCodec = {
    write(output, value) {
      for (const field of fields) {
        try {
          field.codec.write(output, (value as Record<string, unknown>)[field.name]);
        } catch (error) {
          throw new Error(`${field.name}: ${(error as Error).message}`, { cause: error });
        }
      }
    },
    read(input) {
      const record: Record<string, unknown> = {};
      for (const field of fields) record[field.name] = field.codec.read(input);
      return record;
    },
  };
  // Registered before its fields are compiled: a record may contain itself.
  register(schema, named, codec);
  for (const field of schema.fields!) fields.push({ name: field.name, codec: avroCodec(field.type, named) });
  return codec;
}

/** Writing knows optional values only (`null` and one type), which is all that Iceberg's own files use. */
function unionCodec(branches: AvroCodec[], schema: AvroSchema[]): AvroCodec {
  const nullIndex = schema.indexOf('null');
  const valueIndex = schema.findIndex((branch) => branch !== 'null');
  return {
    write(output, value) {
      if (value === null || value === undefined) {
        if (nullIndex < 0) throw new Error('a value is required');
        return output.long(nullIndex);
      }
      output.long(valueIndex);
      branches[valueIndex].write(output, value);
    },
    read: (input) => branches[Number(input.long())].read(input),
  };
}

function arrayCodec(items: AvroCodec): AvroCodec {
  return {
    write: (output, value) => writeBlocks(output, value as unknown[], (item) => items.write(output, item)),
    read(input) {
      const array: unknown[] = [];
      readBlocks(input, () => array.push(items.read(input)));
      return array;
    },
  };
}

function mapCodec(values: AvroCodec): AvroCodec {
  return {
    write: (output, value) =>
      writeBlocks(output, Object.entries(value as Record<string, unknown>), ([key, item]) => {
        PRIMITIVES.string.write(output, key);
        values.write(output, item);
      }),
    read(input) {
      const map: Record<string, unknown> = {};
      readBlocks(input, () => {
        const key = PRIMITIVES.string.read(input) as string;
        map[key] = values.read(input);
      });
      return map;
    },
  };
}

function pairsCodec(pair: AvroSchema, named: Named): AvroCodec {
  const codec = avroCodec(pair, named);
  return {
    write: (output, value) =>
      writeBlocks(output, [...(value as Map<unknown, unknown>)], ([key, item]) =>
        codec.write(output, { key, value: item }),
      ),
    read(input) {
      const map = new Map<unknown, unknown>();
      readBlocks(input, () => {
        const { key, value } = codec.read(input) as { key: unknown; value: unknown };
        map.set(key, value);
      });
      return map;
    },
  };
}

function writeBlocks<T>(output: AvroOutput, items: T[], write: (item: T) => void): void {
  if (items.length > 0) {
    output.long(items.length);
    items.forEach(write);
  }
  output.long(0);
}

function readBlocks(input: AvroInput, read: () => void): void {
  for (let count = Number(input.long()); count !== 0; count = Number(input.long())) {
    // A negative count is followed by the block's size in bytes, for readers that skip.
    if (count < 0) input.long();
    for (let i = Math.abs(count); i > 0; i--) read();
  }
}

function register(schema: AvroComplexSchema, named: Named, codec: AvroCodec): AvroCodec {
  if (schema.name === undefined) return codec;
  named.set(schema.name, codec);
  if (schema.namespace !== undefined) named.set(`${schema.namespace}.${schema.name}`, codec);
  return codec;
}

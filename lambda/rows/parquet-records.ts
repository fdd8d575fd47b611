import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  type SchemaElement,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { FileRecord } from '../formats/records/file-record';
import { UnusableInput } from '../formats/records/unusable-input';
import { fromBigEndianTwosComplement } from '../tables/single-value';

/** Rows converted at a time; a row group may hold millions. */
const ROWS_AT_ONCE = 10_000;

/**
 * The rows of anybody's Parquet file as JSON objects, a part at a time, by reads of the ranges they are in. Integers and
 * the decimals of columns keep every digit; times are ISO 8601 in UTC with all their decimals; binary is base64. The
 * position is the row's number, from 1.
 */
export class ParquetRecords {
  /** @throws UnusableInput when it is no Parquet file */
  static async open(
    name: string,
    byteLength: number,
    read: (from: number, to: number) => Promise<Buffer>,
  ): Promise<ParquetRecords> {
    const file: AsyncBuffer = {
      byteLength,
      slice: async (from, to = byteLength) => {
        const { buffer, byteOffset, length } = await read(from < 0 ? byteLength + from : from, to);
        return buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer;
      },
    };
    let metadata: FileMetaData;
    try {
      metadata = await parquetMetadataAsync(file, { geoparquet: false });
    } catch (error) {
      // Of the library's own; what reading throws is of the store's, and has a code or metadata.
      if (!isOfParquet(error)) throw error;
      throw new UnusableInput(name, `not a Parquet file that can be read: ${(error as Error).message}`);
    }
    return new ParquetRecords(name, file, metadata);
  }

  private readonly metadata: FileMetaData;
  /** Digits behind the point, of the columns that are decimals. */
  private readonly scales: ReadonlyMap<string, number>;

  private constructor(
    private readonly name: string,
    private readonly file: AsyncBuffer,
    metadata: FileMetaData,
  ) {
    const columns = topLevel(metadata.schema).filter(isDecimal);
    this.scales = new Map(columns.map(({ name, scale }) => [name, scale ?? 0]));
    // The library rounds decimals to what a float holds.
    const plain = new Set(columns);
    const schema = metadata.schema.map((element) =>
      plain.has(element) ? { ...element, converted_type: undefined, logical_type: undefined } : element,
    );
    this.metadata = { ...metadata, schema } as FileMetaData;
  }

  async *records(from = 0): AsyncGenerator<FileRecord[]> {
    const rows = Number(this.metadata.num_rows);
    for (let rowStart = from; rowStart < rows; rowStart += ROWS_AT_ONCE) {
      const rowEnd = Math.min(rowStart + ROWS_AT_ONCE, rows);
      yield (await this.rows(rowStart, rowEnd)).map((row, index) => ({
        bytes: Buffer.from(this.json(row)),
        position: rowStart + index + 1,
      }));
    }
  }

  private json(row: Record<string, unknown>): string {
    const members = Object.entries(row).map(([name, value]) => {
      const scale = this.scales.get(name);
      const text = scale === undefined || value == null ? jsonOf(value) : decimalOf(value, scale);
      return `${JSON.stringify(name)}:${text}`;
    });
    return `{${members.join(',')}}`;
  }

  private async rows(rowStart: number, rowEnd: number): Promise<Record<string, unknown>[]> {
    const { file, metadata } = this;
    try {
      return await parquetReadObjects({
        file,
        metadata,
        compressors,
        utf8: false,
        rowStart,
        rowEnd,
        parsers: PARSERS,
      });
    } catch (error) {
      if (!isOfParquet(error)) throw error;
      throw new UnusableInput(this.name, `a part of it cannot be read: ${(error as Error).message}`);
    }
  }
}

/** The columns of a file: the children of the first element of its schema, which is written depth first. */
function topLevel(schema: readonly SchemaElement[]): SchemaElement[] {
  const columns: SchemaElement[] = [];
  for (let index = 1; index < schema.length; index = behind(schema, index)) columns.push(schema[index]);
  return columns;
}

function behind(schema: readonly SchemaElement[], index: number): number {
  let next = index + 1;
  for (let children = schema[index].num_children ?? 0; children > 0; children--) next = behind(schema, next);
  return next;
}

function isDecimal({ converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  return converted === 'DECIMAL' || logical?.type === 'DECIMAL';
}

function decimalOf(value: unknown, scale: number): string {
  const unscaled =
    value instanceof Uint8Array ? fromBigEndianTwosComplement(value) : BigInt(value as number | bigint);
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const sign = unscaled < 0n ? '-' : '';
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** A time as text: a Date of JavaScript ends at milliseconds. */
class Instant {
  constructor(
    private readonly seconds: bigint,
    private readonly fraction: string,
  ) {}

  toJSON(): string {
    const [text] = new Date(Number(this.seconds) * 1000).toISOString().split('.');
    const fraction = this.fraction.replace(/0+$/, '');
    return `${text}${fraction === '' ? '' : `.${fraction}`}Z`;
  }
}

function instant(value: bigint, digits: number): Instant {
  const unit = 10n ** BigInt(digits);
  const seconds = value / unit - (value % unit < 0n ? 1n : 0n);
  return new Instant(seconds, String(value - seconds * unit).padStart(digits, '0'));
}

const PARSERS = {
  timestampFromMilliseconds: (value: bigint) => instant(value, 3),
  timestampFromMicroseconds: (value: bigint) => instant(value, 6),
  timestampFromNanoseconds: (value: bigint) => instant(value, 9),
  dateFromDays: (days: number) => new Date(days * 86_400_000).toISOString().slice(0, 10),
};

function jsonOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number')
    return Number.isFinite(value) ? String(value) : JSON.stringify(String(value));
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString('base64'));
  if (value instanceof Instant || typeof value !== 'object') return JSON.stringify(value);
  if (value instanceof Date) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(',')}]`;
  return `{${Object.entries(value)
    .map(([name, inner]) => `${JSON.stringify(name)}:${jsonOf(inner)}`)
    .join(',')}}`;
}

function isOfParquet(error: unknown): boolean {
  const { code, $metadata, name } = error as { code?: unknown; $metadata?: unknown; name?: unknown };
  return code === undefined && $metadata === undefined && name !== 'FileGone';
}

import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type SchemaTree,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { FileRecord } from '../formats/records/file-record';
import { UnusableInput } from '../formats/records/unusable-input';
import { decimalsAsJson, holdsDecimal, isDecimal } from './parquet-decimals';

/** Rows converted at a time; a row group may hold millions. */
const ROWS_AT_ONCE = 10_000;

/**
 * The rows of anybody's Parquet file as JSON objects, a part at a time, by reads of the ranges they are in. Integers and
 * decimals keep every digit; times are ISO 8601 in UTC with all their decimals; binary is base64. The
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
  /** Columns that are decimals, or hold some. */
  private readonly decimals: ReadonlyMap<string, SchemaTree>;

  private constructor(
    private readonly name: string,
    private readonly file: AsyncBuffer,
    metadata: FileMetaData,
  ) {
    const columns = parquetSchema(metadata).children.filter(holdsDecimal);
    this.decimals = new Map(columns.map((column) => [column.element.name, column]));
    // The library rounds decimals to what a float holds.
    const schema = metadata.schema.map((element) =>
      isDecimal(element) ? { ...element, converted_type: undefined, logical_type: undefined } : element,
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
      const column = this.decimals.get(name);
      const text = column === undefined ? jsonOf(value) : decimalsAsJson(value, column, jsonOf);
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

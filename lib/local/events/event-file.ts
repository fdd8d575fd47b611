import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { detectFormat, type FileFormat, SAMPLE_BYTES } from '../../../lambda/formats/records/file-format';
import type { FileRecord, RecordScanner } from '../../../lambda/formats/records/file-record';
import { scannerOf } from '../../../lambda/formats/records/scanner-of';
import { UnusableInput } from '../../../lambda/formats/records/unusable-input';
import { CsvKind } from '../../contract/file-columns';
import { ParquetRows } from './parquet-rows';

export interface EventFileOptions {
  /** What a CSV column's text stands for. @default - text */
  readonly csvKind?: (column: string) => CsvKind;
}

/** What reading the whole file once has told about it. */
export interface Inspection {
  readonly sha256: string;
  readonly rows: number;
  /** Hash of the file's first bytes, by how many they are: tells whether the file continues one seen before. */
  readonly prefixes: ReadonlyMap<number, string>;
}

/**
 * A file of events, read twice: once to know its identity and that it is whole, so that a file that cannot be used
 * adds nothing; once for its records. Memory is bounded whatever its size. What is appended meanwhile is left for the
 * next run.
 */
export class EventFile {
  /** @throws UnusableInput when there is no such file, or it is of no known format */
  static open(path: string, options: EventFileOptions = {}): EventFile {
    let bytes: number;
    try {
      const stats = statSync(path);
      if (!stats.isFile()) throw new UnusableInput(path, 'not a regular file');
      bytes = stats.size;
      const { format, skipBytes } = detectFormat(path, readStart(path));
      return new EventFile(resolve(path), format, bytes, skipBytes, options);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') throw new UnusableInput(path, 'no such file');
      if (code === 'EACCES') throw new UnusableInput(path, 'the file may not be read');
      throw error;
    }
  }

  private parquet: ParquetRows | undefined;

  private constructor(
    readonly path: string,
    readonly format: FileFormat,
    readonly bytes: number,
    private readonly skipBytes: number,
    private readonly options: EventFileOptions,
  ) {}

  get name(): string {
    return basename(this.path);
  }

  /** Reads all of it. @throws UnusableInput when it is broken as a whole, naming the place */
  async inspect(boundaries: readonly number[] = []): Promise<Inspection> {
    const remaining = [...new Set(boundaries)].filter((at) => at <= this.bytes).sort((a, b) => a - b);
    const prefixes = new Map<number, string>();
    const hash = createHash('sha256');
    const scanner = this.scanner();
    let rows = 0;
    let read = 0;
    for await (const chunk of this.chunks()) {
      let start = 0;
      while (remaining.length > 0 && remaining[0] <= read + chunk.length) {
        const boundary = remaining.shift()!;
        hash.update(chunk.subarray(start, boundary - read));
        start = boundary - read;
        prefixes.set(boundary, hash.copy().digest('hex'));
      }
      hash.update(chunk.subarray(start));
      read += chunk.length;
      rows += scanner?.push(chunk).length ?? 0;
    }
    for (const boundary of remaining) prefixes.set(boundary, hash.copy().digest('hex'));
    rows += scanner?.end().length ?? 0;
    if (!scanner) rows = (await this.openParquet()).rows;
    return { sha256: hash.digest('hex'), rows, prefixes };
  }

  async *records(): AsyncGenerator<FileRecord[]> {
    const scanner = this.scanner();
    if (!scanner) {
      yield* (await this.openParquet()).read();
      return;
    }
    for await (const chunk of this.chunks()) yield scanner.push(chunk);
    yield scanner.end();
  }

  close(): void {
    this.parquet?.close();
    this.parquet = undefined;
  }

  private async openParquet(): Promise<ParquetRows> {
    return (this.parquet ??= await ParquetRows.open(this.path));
  }

  private scanner(): RecordScanner | undefined {
    const csvKind = this.options.csvKind ?? (() => CsvKind.TEXT);
    return scannerOf(this.format, { file: this.path, skipBytes: this.skipBytes, csvKind });
  }

  private async *chunks(): AsyncGenerator<Buffer> {
    if (this.bytes === 0) return;
    // Bytes beyond the size first seen belong to the next run.
    const stream = createReadStream(this.path, { end: this.bytes - 1, highWaterMark: 1024 * 1024 });
    for await (const chunk of stream) yield chunk as Buffer;
  }
}

function readStart(file: string): Buffer {
  const descriptor = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(SAMPLE_BYTES);
    return buffer.subarray(0, readSync(descriptor, buffer, 0, SAMPLE_BYTES, 0));
  } finally {
    closeSync(descriptor);
  }
}

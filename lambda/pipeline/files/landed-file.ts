import { Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { csvKinds, type FileColumn } from '../../../lib/contract/file-columns';
import type { HeaderCheck } from '../../../lib/contract/header-check';
import { CsvScanner } from '../../formats/records/csv-scanner';
import { detectFormat, FileFormat, SAMPLE_BYTES } from '../../formats/records/file-format';
import type { FileRecord, RecordScanner } from '../../formats/records/file-record';
import { scannerOf } from '../../formats/records/scanner-of';
import { UnusableInput } from '../../formats/records/unusable-input';
import { fileUri, type FileVersion, type SourceFiles } from '../../stores/source-files';
import { requireHeader } from './header-mismatch';

/** What files are held against. */
export interface FileContract {
  readonly columns: readonly FileColumn[];
  readonly header: HeaderCheck;
}

enum Compression {
  NONE = 'none',
  GZIP = 'gzip',
  ZSTD = 'zstd',
}

/**
 * A file that arrived, its format and its header known from its first bytes. Records come with their position: the
 * offset of their end in the file, decompressed, or the number of the row in Parquet. From there reading goes on.
 */
export class LandedFile {
  /**
   * Reads its beginning.
   * @throws UnusableInput when it is of no known format, HeaderMismatch when its columns are not the contract's
   */
  static async open(file: FileVersion, files: SourceFiles, contract: FileContract): Promise<LandedFile> {
    const start = await collect(files.read(file, 0, Math.min(file.size, SAMPLE_BYTES)), SAMPLE_BYTES);
    const compression = compressionOf(start);
    const name = fileUri(file);
    const sample =
      compression === Compression.NONE
        ? start
        : await collect(decompressed(name, files.read(file), compression), SAMPLE_BYTES);
    const bare = compression === Compression.NONE ? name : name.replace(/\.(gz|gzip|zst|zstd)$/i, '');
    const { format, skipBytes } = detectFormat(bare, sample);
    const landed = new LandedFile(file, files, contract, compression, format, skipBytes, sample);
    landed.checkHeader();
    return landed;
  }

  /** Columns of a file with a header. */
  private header: readonly string[] | undefined;

  private constructor(
    private readonly file: FileVersion,
    private readonly files: SourceFiles,
    private readonly contract: FileContract,
    private readonly compression: Compression,
    readonly format: FileFormat,
    private readonly skipBytes: number,
    private readonly sample: Buffer,
  ) {}

  /** Whether all of it is in memory already. */
  get isSmall(): boolean {
    const { compression, file, sample } = this;
    return compression === Compression.NONE ? sample.length === file.size : sample.length < SAMPLE_BYTES;
  }

  /** Whether something at its end could make the whole of it unreadable. Lines stand each for themselves. */
  get mayBeBroken(): boolean {
    return this.compression !== Compression.NONE || this.format !== FileFormat.JSON_LINES;
  }

  /** Reads all of it once. @throws UnusableInput when it is broken as a whole, naming the place */
  async inspect(keepOn: () => void): Promise<void> {
    const scanner = this.scanner();
    if (!scanner) {
      await this.openParquet();
      return;
    }
    for await (const chunk of this.content(0)) {
      scanner.inspect(asBuffer(chunk));
      keepOn();
    }
    scanner.end();
  }

  /** Records behind a position, in order. @throws UnusableInput */
  async *records(from = 0): AsyncGenerator<FileRecord[]> {
    const scanner = this.scanner(from);
    if (!scanner) {
      yield* (await this.openParquet()).records(from);
      return;
    }
    for await (const chunk of this.content(from)) yield scanner.push(asBuffer(chunk));
    yield scanner.end();
  }

  private checkHeader(): void {
    const scanner = this.scanner();
    if (!(scanner instanceof CsvScanner)) return;
    scanner.push(this.sample);
    if (scanner.columnNames === undefined && this.isSmall) scanner.end();
    if (scanner.columnNames === undefined)
      throw new UnusableInput(fileUri(this.file), `no header line in its first ${SAMPLE_BYTES} bytes`);
    this.header = scanner.columnNames;
    requireHeader(fileUri(this.file), this.header, this.contract.columns, this.contract.header);
  }

  private scanner(from = 0): RecordScanner | undefined {
    return scannerOf(this.format, {
      file: fileUri(this.file),
      skipBytes: this.skipBytes,
      csvKind: csvKinds(this.contract.columns),
      ...(from > 0 && { from: { offset: from, header: this.header } }),
    });
  }

  /** Bytes from an offset on, decompressed. */
  private async *content(from: number): AsyncIterable<Uint8Array> {
    if (this.isSmall) {
      yield this.sample.subarray(from);
      return;
    }
    const { file, files, compression } = this;
    if (compression === Compression.NONE) {
      yield* files.read(file, from);
      return;
    }
    // What is compressed can be read from its start only.
    let skip = from;
    for await (const chunk of decompressed(fileUri(file), files.read(file), compression)) {
      if (skip < chunk.length) yield chunk.subarray(skip);
      skip = Math.max(0, skip - chunk.length);
    }
  }

  private async openParquet() {
    // Imported on first use: few files are Parquet.
    const { ParquetRecords } = await import('../../rows/parquet-records');
    const { file, files } = this;
    return ParquetRecords.open(fileUri(file), file.size, (from, to) =>
      collect(files.read(file, from, to), to - from),
    );
  }
}

function compressionOf(start: Buffer): Compression {
  const starts = (...bytes: number[]): boolean => bytes.every((byte, index) => start[index] === byte);
  if (starts(0x1f, 0x8b)) return Compression.GZIP;
  return starts(0x28, 0xb5, 0x2f, 0xfd) ? Compression.ZSTD : Compression.NONE;
}

/** @throws UnusableInput for what is no such stream, or ends before it does; what reading throws goes through */
async function* decompressed(
  name: string,
  bytes: AsyncIterable<Uint8Array>,
  compression: Compression,
): AsyncIterable<Buffer> {
  const decompressor = decompressorOf(name, compression);
  const source = Readable.from(bytes, { objectMode: false });
  let fault: Error | undefined;
  source.on('error', (error) => {
    fault = error;
    decompressor.destroy(error);
  });
  try {
    for await (const chunk of source.pipe(decompressor)) yield chunk as Buffer;
  } catch (error) {
    throw (
      fault ??
      new UnusableInput(name, `what is in it is not whole ${compression}: ${(error as Error).message}`)
    );
  } finally {
    source.destroy();
  }
}

function decompressorOf(name: string, compression: Compression): zlib.Gunzip {
  if (compression === Compression.GZIP) return zlib.createGunzip();
  // Since Node 22.15.
  const { createZstdDecompress } = zlib as unknown as { createZstdDecompress?: () => zlib.Gunzip };
  if (createZstdDecompress) return createZstdDecompress();
  throw new UnusableInput(
    name,
    `it is compressed with zstd, which Node ${process.version} cannot read. Use gzip`,
  );
}

async function collect(bytes: AsyncIterable<Uint8Array>, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= limit) break;
  }
  return Buffer.concat(chunks).subarray(0, limit);
}

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

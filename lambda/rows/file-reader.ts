import type { DataFile } from '../tables/data-file';
import type { IcebergTable } from '../tables/iceberg-table';
import type { TableRow } from './read-rows';
import { bytesOfFile, rowsOfBytes } from './rows-of-file';

/** Bytes of files read once that are kept for when they are read again. */
const KEPT_BYTES = 64 * 1024 * 1024;

/** Reads files of a table, some of them twice, and counts what it fetches. */
export class FileReader {
  bytesRead = 0;
  private readonly kept = new Map<string, Uint8Array>();
  private keptBytes = 0;

  constructor(private readonly table: IcebergTable) {}

  /** @param keep that the file may be read again */
  async *rows(file: DataFile, columns?: readonly string[], keep = false): AsyncIterable<TableRow[]> {
    const bytes = await this.bytes(file, keep);
    yield* rowsOfBytes(this.table, file, bytes, columns);
  }

  /** A file that is not read again after all. */
  forget({ filePath }: DataFile): void {
    const bytes = this.kept.get(filePath);
    if (!bytes) return;
    this.kept.delete(filePath);
    this.keptBytes -= bytes.length;
  }

  private async bytes(file: DataFile, keep: boolean): Promise<Uint8Array> {
    const known = this.kept.get(file.filePath);
    if (known) return known;
    const bytes = await bytesOfFile(this.table, file);
    this.bytesRead += bytes.length;
    if (keep && this.keptBytes + bytes.length <= KEPT_BYTES) {
      this.kept.set(file.filePath, bytes);
      this.keptBytes += bytes.length;
    }
    return bytes;
  }
}

import type { CsvKind } from '../../../lib/contract/file-columns';
import { CsvScanner } from './csv-scanner';
import { FileFormat } from './file-format';
import type { RecordScanner } from './file-record';
import { JsonListScanner } from './json-list-scanner';
import { LineScanner } from './line-scanner';

export interface ScanOptions {
  /** Name of the file, for errors. */
  readonly file: string;
  /** Bytes of a byte order mark before the content. */
  readonly skipBytes: number;
  /** What a CSV column's text stands for. */
  readonly csvKind: (column: string) => CsvKind;
  /** Where an earlier scan ended: the position of the last record it gave. @default - the start of the file */
  readonly from?: ScanPoint;
}

export interface ScanPoint {
  readonly offset: number;
  /** Columns of a CSV file. */
  readonly header?: readonly string[];
}

/** What takes a file of a format apart into records; undefined for Parquet, which is not read from front to back. */
export function scannerOf(
  format: FileFormat,
  { file, skipBytes, csvKind, from }: ScanOptions,
): RecordScanner | undefined {
  switch (format) {
    case FileFormat.PARQUET:
      return undefined;
    case FileFormat.JSON_LINES:
      return from ? new LineScanner(file, 0, from.offset) : new LineScanner(file, skipBytes);
    case FileFormat.JSON_LIST:
    case FileFormat.GEO_JSON: {
      const scanner = new JsonListScanner(file, skipBytes);
      return from ? scanner.resume(format === FileFormat.GEO_JSON, from.offset) : scanner;
    }
    default: {
      const scanner = new CsvScanner(file, csvKind, delimiterOf(format), skipBytes);
      return from ? scanner.resume(from.header ?? [], from.offset) : scanner;
    }
  }
}

function delimiterOf(format: FileFormat): string {
  return format === FileFormat.TSV ? '\t' : ',';
}

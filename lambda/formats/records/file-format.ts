import { extname } from 'node:path';
import { JsonListScanner } from './json-list-scanner';
import { UnusableInput } from './unusable-input';

export enum FileFormat {
  JSON_LINES = 'NDJSON',
  JSON_LIST = 'JSON array',
  GEO_JSON = 'GeoJSON features',
  CSV = 'CSV',
  TSV = 'TSV',
  PARQUET = 'Parquet',
}

export interface DetectedFormat {
  readonly format: FileFormat;
  /** Bytes of a byte order mark before the content. */
  readonly skipBytes: number;
}

const BY_EXTENSION: Record<string, FileFormat> = {
  '.ndjson': FileFormat.JSON_LINES,
  '.jsonl': FileFormat.JSON_LINES,
  '.csv': FileFormat.CSV,
  '.tsv': FileFormat.TSV,
  '.parquet': FileFormat.PARQUET,
};
/** Bytes from the start of a file that its format is told by. */
export const SAMPLE_BYTES = 1024 * 1024;

/**
 * What kind of file this is, by its extension and, where that leaves a choice, by its first bytes: `.json` may hold an
 * array, GeoJSON or one document for each line.
 * @param file its name
 * @param sample its first bytes, SAMPLE_BYTES of them where there are as many
 * @throws UnusableInput
 */
export function detectFormat(file: string, sample: Buffer): DetectedFormat {
  const starts = (...bytes: number[]): boolean => bytes.every((byte, index) => sample[index] === byte);
  if (starts(0x1f, 0x8b) || starts(0x28, 0xb5, 0x2f, 0xfd)) {
    throw new UnusableInput(file, 'the file is compressed. Decompress it first');
  }
  if (starts(0xff, 0xfe) || starts(0xfe, 0xff) || isWide(sample)) {
    throw new UnusableInput(file, 'the file is in UTF-16. Convert it to UTF-8 first');
  }
  if (starts(0x50, 0x41, 0x52, 0x31)) return { format: FileFormat.PARQUET, skipBytes: 0 };
  const skipBytes = starts(0xef, 0xbb, 0xbf) ? 3 : 0;
  const extension = extname(file).toLowerCase();
  const format = BY_EXTENSION[extension] ?? jsonFormat(file, sample.subarray(skipBytes), extension);
  if (format === FileFormat.PARQUET)
    throw new UnusableInput(file, 'not a Parquet file: it does not begin with PAR1');
  return { format, skipBytes };
}

const WIDE_SAMPLE = 8;

/** UTF-16 without a mark: of ASCII, which every format begins with, each second byte is zero. */
function isWide(sample: Buffer): boolean {
  const start = [...sample.subarray(0, Math.min(WIDE_SAMPLE, sample.length & ~1))];
  const alternates = (zeros: number): boolean =>
    start.every((byte, index) => (index % 2 === zeros ? byte === 0 : byte !== 0));
  return start.length >= 2 && (alternates(0) || alternates(1));
}

function jsonFormat(file: string, sample: Buffer, extension: string): FileFormat {
  const text = sample.toString('utf8').trimStart();
  if (text.startsWith('[')) return FileFormat.JSON_LIST;
  if (text.startsWith('{')) {
    if (holdsFeatures(file, sample)) return FileFormat.GEO_JSON;
    if (firstLineIsJson(text)) return FileFormat.JSON_LINES;
    throw new UnusableInput(
      file,
      'neither a JSON array, nor an object with a list of features, nor one JSON document for each line. ' +
        'Name it .ndjson if its lines are to be read as records whatever they hold',
    );
  }
  if (extension === '.json' || extension === '.geojson') {
    throw new UnusableInput(file, text === '' ? 'the file is empty' : 'it begins with neither "[" nor "{"');
  }
  throw new UnusableInput(
    file,
    'the format is not known. Allowed: .ndjson or .jsonl, .json, .geojson, .csv, .tsv, .parquet',
  );
}

/** A list named `features` of objects: events may well have a list of numbers by that name. */
function holdsFeatures(file: string, sample: Buffer): boolean {
  const scanner = new JsonListScanner(file);
  try {
    const records = scanner.push(sample);
    return scanner.listFound && records.every(({ bytes }) => bytes[0] === 0x7b);
  } catch (error) {
    if (error instanceof UnusableInput) return false;
    throw error;
  }
}

function firstLineIsJson(text: string): boolean {
  const end = text.indexOf('\n');
  try {
    JSON.parse(end < 0 ? text : text.slice(0, end));
    return true;
  } catch {
    // A line longer than the sample cannot be told from a truncated document; lines are the likelier.
    return end < 0 && text.length >= SAMPLE_BYTES / 2;
  }
}

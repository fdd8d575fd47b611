import type { RecordScanner } from '../../../lambda/formats/records/file-record';

export interface Scanned {
  readonly text: string;
  readonly position: number;
}

/** What a scanner gives for bytes that arrive in pieces of the given lengths, the last one over and over. */
export function scan(
  scanner: RecordScanner,
  bytes: Buffer,
  pieces: readonly number[] = [bytes.length],
): Scanned[] {
  const records = [];
  let start = 0;
  for (let index = 0; start < bytes.length; index++) {
    const length = Math.max(1, pieces[Math.min(index, pieces.length - 1)]);
    records.push(...scanner.push(bytes.subarray(start, start + length)));
    start += length;
  }
  records.push(...scanner.end());
  return records.map((record) => ({
    text: Buffer.from(record.bytes).toString('latin1'),
    position: record.position,
  }));
}

import { MAXIMUM_RECORD_BYTES } from './file-record';
import type { FileRecord, RecordScanner } from './file-record';
import { UnusableInput } from './unusable-input';

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * One record for each line that is not blank. Whether a line is JSON is not its business: one that is not has to
 * reach the quarantine.
 */
export class LineScanner implements RecordScanner {
  private pending: Buffer[] = [];
  private pendingBytes = 0;

  constructor(
    private readonly file: string,
    private readonly skipBytes = 0,
    /** Offset in the file of the first byte that will be pushed. */
    private consumed = 0,
  ) {}

  push(chunk: Buffer): FileRecord[] {
    const records: FileRecord[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.line(chunk.subarray(start, end), this.consumed + end, records);
      start = end + 1;
    }
    if (start < chunk.length) {
      this.pending.push(chunk.subarray(start));
      this.pendingBytes += chunk.length - start;
    }
    this.consumed += chunk.length;
    if (this.pendingBytes > MAXIMUM_RECORD_BYTES) {
      throw new UnusableInput(
        this.file,
        `the line that begins at byte ${this.consumed - this.pendingBytes} is longer than ${MAXIMUM_RECORD_BYTES} bytes. Is this one JSON document for each line?`,
      );
    }
    return records;
  }

  inspect(chunk: Buffer): void {
    this.push(chunk);
  }

  end(): FileRecord[] {
    const records: FileRecord[] = [];
    if (this.pendingBytes > 0) this.line(Buffer.alloc(0), this.consumed, records);
    return records;
  }

  private line(tail: Buffer, endOffset: number, records: FileRecord[]): void {
    let bytes = tail;
    if (this.pendingBytes > 0) {
      bytes = Buffer.concat([...this.pending, tail]);
      this.pending = [];
      this.pendingBytes = 0;
    }
    const startOffset = endOffset - bytes.length;
    if (startOffset < this.skipBytes) bytes = bytes.subarray(this.skipBytes - startOffset);
    let length = bytes.length;
    if (length > 0 && bytes[length - 1] === CARRIAGE_RETURN) length--;
    if (isBlank(bytes, length)) return;
    records.push({ bytes: bytes.subarray(0, length), position: endOffset - (bytes.length - length) });
  }
}

function isBlank(bytes: Buffer, length: number): boolean {
  for (let index = 0; index < length; index++) {
    const byte = bytes[index];
    if (byte !== 0x20 && byte !== 0x09 && byte !== CARRIAGE_RETURN) return false;
  }
  return true;
}

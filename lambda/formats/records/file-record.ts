/** One record of a file. */
export interface FileRecord {
  readonly bytes: Uint8Array;
  /**
   * Grows from record to record, and is the same whenever the file is read: the offset of the record's last byte plus
   * one, or the row's number where a format has no offsets.
   */
  readonly position: number;
}

/** Takes a file piece by piece and gives the records that are complete. */
export interface RecordScanner {
  /** @throws UnusableInput */
  push(chunk: Buffer): FileRecord[];
  /** Looks through a piece for what would make the file unreadable, and gives none of its records. @throws UnusableInput */
  inspect(chunk: Buffer): void;
  /** What is left at the end of the file. @throws UnusableInput when the file ends where it may not */
  end(): FileRecord[];
}

/** No line or value of a real feed is longer; a file of the wrong kind would otherwise be read into memory whole. */
export const MAXIMUM_RECORD_BYTES = 64 * 1024 * 1024;

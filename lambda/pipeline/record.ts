/** One record as a source delivered it, before any decoding. Every source adapter produces these. */
export interface SourceRecord {
  /** Identity of the ordered sequence the record belongs to, for example `<stream>/<shard>`. */
  readonly lane: string;
  /** Position within the lane: a decimal integer as text, compared as an integer, never as text or float. */
  readonly position: string;
  /** The record's bytes, exactly as the source delivered them: in base64, or as they are. */
  readonly data: string | Uint8Array;
  /** Epoch milliseconds at which the source received the record. */
  readonly arrivedAt: number;
  /** Partition key the producer gave, where there is one. */
  readonly key?: string;
}

/** Why a record was rejected. `code` is one of a small fixed set, so that reasons can be counted. */
export interface Rejection {
  readonly code: RejectionCode;
  /** Path of the field at fault, for example `device.width` or `tags[3]`; absent when the whole record is. */
  readonly path?: string;
  /** One sentence a person can act on: what was found and what the contract allows. */
  readonly message: string;
}

export enum RejectionCode {
  INVALID_BASE64 = 'invalid-base64',
  INVALID_UTF8 = 'invalid-utf8',
  INVALID_JSON = 'invalid-json',
  NOT_AN_OBJECT = 'not-an-object',
  MISSING_REQUIRED = 'missing-required',
  WRONG_TYPE = 'wrong-type',
  OUT_OF_RANGE = 'out-of-range',
  PATTERN_MISMATCH = 'pattern-mismatch',
  NOT_ALLOWED = 'not-allowed',
  UNKNOWN_FIELD = 'unknown-field',
  /** Between bronze and silver: the row has no value in a column of its key. */
  NULL_KEY = 'null-key',
  /** Between bronze and silver: a quality rule of the contract says so. */
  QUALITY_GATE = 'quality-gate',
  /** The user's transform failed on the record, or what it gave for it is no row. */
  TRANSFORM_FAILED = 'transform-failed',
  /** The columns that a file names are not those of its contract: the whole file. */
  HEADER_MISMATCH = 'header-mismatch',
  /** What the file is cannot be read: truncated, of another format, a quote that is never closed. The whole file. */
  UNREADABLE_FILE = 'unreadable-file',
  /** Our own defect, not the producer's: the encoder failed on this record. It is kept and can be replayed. */
  INTERNAL_ERROR = 'internal-error',
}

export interface RejectedRecord {
  readonly record: SourceRecord;
  readonly rejection: Rejection;
}

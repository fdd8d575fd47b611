/** Numbers of the Parquet format's Thrift definition (parquet.thrift), under the names it gives them. */

export enum PhysicalType {
  BOOLEAN = 0,
  INT32 = 1,
  INT64 = 2,
  FLOAT = 4,
  DOUBLE = 5,
  BYTE_ARRAY = 6,
  FIXED_LEN_BYTE_ARRAY = 7,
}

export enum Repetition {
  REQUIRED = 0,
  OPTIONAL = 1,
  REPEATED = 2,
}

export enum ConvertedType {
  UTF8 = 0,
  LIST = 3,
  DECIMAL = 5,
  DATE = 6,
  TIME_MICROS = 8,
  TIMESTAMP_MICROS = 10,
}

export enum Encoding {
  PLAIN = 0,
  RLE = 3,
  RLE_DICTIONARY = 8,
}

export enum PageType {
  DATA_PAGE = 0,
  DICTIONARY_PAGE = 2,
}

export enum Codec {
  UNCOMPRESSED = 0,
  SNAPPY = 1,
  GZIP = 2,
  ZSTD = 6,
}

/** First and last four bytes of every file. */
export const MAGIC = Uint8Array.of(0x50, 0x41, 0x52, 0x31);

/**
 * What the module compiled from a contract and the handler that runs it agree on. The compiled code imports
 * nothing: it is handed a `RowRuntime` and calls only what is listed here.
 */

/** A value of a column in the form its buffer takes: undefined stands for a value that was refused. */
export type ColumnValue = boolean | number | bigint | string | Uint8Array;

/** Turns a JSON value into a column's; undefined when it cannot, and `refuse` then knows why. */
export type Conversion = (value: unknown) => ColumnValue | undefined;

export interface RowRuntime {
  /** Conversions that depend on the column's options; called once for each column. */
  decimal(precision: number, scale: number): Conversion;
  timestamp(format: string | undefined, zone: string | undefined): Conversion;
  date(format: string | undefined): Conversion;
  time(format: string | undefined): Conversion;
  fixed(length: number): Conversion;
  /** Conversions for what is not already in the form the column takes. */
  readonly int: Conversion;
  readonly long: Conversion;
  readonly float: Conversion;
  readonly double: Conversion;
  readonly string: Conversion;
  readonly boolean: Conversion;
  readonly uuid: Conversion;
  readonly binary: Conversion;
  readonly jsonObject: Conversion;
  readonly jsonArray: Conversion;
  /** A bound the contract gives as text, as the column's value. Throws when it is none. */
  bound(convert: Conversion, text: string, path: string): ColumnValue;
  isObject(value: unknown): boolean;
  codePoints(text: string): number;
  isMultiple(value: ColumnValue, of: string): boolean;
  hasDuplicates(values: unknown[]): boolean;

  /** Why the last conversion gave undefined. */
  refuse(path: string): unknown;
  missing(path: string, value: null | undefined): unknown;
  /** Notes that a critical field has no value; the record is accepted all the same. */
  criticalMissing(): void;
  wrongType(path: string, value: unknown, expected: string): unknown;
  outOfRange(path: string, value: unknown, allowed: string): unknown;
  mismatch(path: string, value: unknown, pattern: string): unknown;
  /**
   * Keeps the fields of an object that are not known, for `_extra`, or refuses them.
   *
   * @param known names of the fields; to each the name that, when the record has it, makes the field unknown after all
   */
  unknown(record: object, known: ReadonlyMap<string, string | undefined>, path: string): unknown;
}

/** Column buffers as the compiled code sees them. */
export interface RowColumn {
  push(value: ColumnValue): void;
  pushNull(definition: number): void;
  repeat(repetition: number): void;
}

/** Where the compiled code puts an accepted row. */
export interface RowTarget {
  /** Buffers of the contract's leaves in depth-first order. */
  readonly columns: readonly RowColumn[];
  /** Whether `select` must choose the buffers by partition. */
  readonly partitioned: boolean;
  /** For each leaf, its place among the values `select` looks at, or -1. */
  readonly slots: ArrayLike<number>;
  readonly partitionValues: (ColumnValue | null)[];
  select(): readonly RowColumn[];
  /** Whether unknown fields were met in this record. */
  readonly hasExtra: boolean;
  /**
   * Writes them down, before any column is touched: it may throw, and answers something where the record must be
   * read again.
   */
  sealExtra(): unknown;
}

/** A field of the record and the column it fills. */
export interface CompiledLeaf {
  /** Dotted column names; `element` for the elements of a list. */
  readonly column: string;
  /** For each object on the way down to the leaf or to the list around it: field name, and the name that stands in for it. */
  readonly keys: readonly (readonly [string, string | null])[];
}

/** Returns undefined for a row that was written, and the reason for one that was not. */
export type RowWriter = (record: object, target: RowTarget) => unknown;

/** A field of a record: a leaf has a `type`, an object `fields`, an array an `element`. */
export interface RecordField {
  readonly name: string;
  readonly column: string;
  /** Stands in for the name in records that do not have the latter. */
  readonly alias?: string;
  /** Whether records without it are refused. @default false */
  readonly required?: boolean;
  /** Whether it is an anomaly when it has no value. @default false */
  readonly critical?: boolean;
  /** An Iceberg type, or `json-object` and `json-array` for what the contract does not describe. */
  readonly type?: string;
  readonly format?: string;
  readonly zone?: string;
  readonly fields?: readonly RecordField[];
  readonly element?: RecordField;
}

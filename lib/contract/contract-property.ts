import type { CustomProperty } from './custom-property';
import type { QualityRule } from './quality-rule';

/** Logical types of the Open Data Contract Standard; each value is the standard's own word. */
export enum LogicalType {
  STRING = 'string',
  DATE = 'date',
  TIMESTAMP = 'timestamp',
  TIME = 'time',
  NUMBER = 'number',
  INTEGER = 'integer',
  OBJECT = 'object',
  ARRAY = 'array',
  BOOLEAN = 'boolean',
}

/** One property of a schema object: a field of the record, and a column of the tables. */
export interface ContractProperty {
  /** Key of the field in a record; `element` for the items of an array. */
  readonly name: string;
  /**
   * Name of the column, where it differs from `name`.
   * @default - `name`
   */
  readonly physicalName?: string;
  /** Declared, or where the contract declares none, inferred from `properties`, `items` and `physicalType`. */
  readonly logicalType: LogicalType;
  /**
   * Type in the store as the contract spells it, for example `decimal(18,2)`.
   * @default - none; the logical type alone decides the column's type
   */
  readonly physicalType?: string;
  /** Whether every record must hold the field with a value that is not null. */
  readonly required: boolean;
  readonly unique: boolean;
  readonly primaryKey: boolean;
  /**
   * Place in the primary key, from 1.
   * @default - key columns without a position follow those with one, in document order
   */
  readonly primaryKeyPosition?: number;
  readonly partitioned: boolean;
  /**
   * Place in the partition spec, from 1.
   * @default - partition columns without a position follow those with one, in document order
   */
  readonly partitionKeyPosition?: number;
  /**
   * For example `public`, `restricted`, `confidential`.
   * @default - unclassified
   */
  readonly classification?: string;
  /** Whether the business depends on the field: one that is missing, null or invalid is told of as an anomaly. */
  readonly criticalDataElement: boolean;
  /** @default - none */
  readonly description?: string;
  readonly tags: string[];
  readonly options: LogicalTypeOptions;
  /**
   * Element of an array.
   * @default - not an array, or an array whose elements the contract does not describe
   */
  readonly items?: ContractProperty;
  /** Fields of an object; empty for everything else and for objects the contract does not describe. */
  readonly properties: ContractProperty[];
  readonly quality: QualityRule[];
  readonly customProperties: CustomProperty[];
  /** Dotted path in the record: `device.width`; `tags[]` for the elements of an array. */
  readonly path: string;
}

/**
 * `logicalTypeOptions` of the standard. Bounds are kept as text because a 64-bit integer does not fit a
 * JavaScript number: decimal text for numbers (`9223372036854775807`, `0.01`), and for dates, times and
 * timestamps the text the contract gives.
 */
export interface LogicalTypeOptions {
  /** @default - unbounded */
  readonly minimum?: string;
  /** @default - unbounded */
  readonly maximum?: string;
  /** @default - unbounded */
  readonly exclusiveMinimum?: string;
  /** @default - unbounded */
  readonly exclusiveMaximum?: string;
  /** Decimal text, above zero. @default - any value */
  readonly multipleOf?: string;
  /** Characters (Unicode code points). @default - 0 */
  readonly minLength?: number;
  /** Characters (Unicode code points). @default - unbounded */
  readonly maxLength?: number;
  /** ECMA-262 regular expression; matches anywhere in the text unless anchored. @default - any text */
  readonly pattern?: string;
  /**
   * Strings: `email`, `uuid`, `uri`, `hostname`, `ipv4`, …; integers: `i8` to `u128`; numbers: `f32`, `f64`;
   * dates and times: a JDK DateTimeFormatter pattern.
   * @default - none
   */
  readonly format?: string;
  /** @default - 0 */
  readonly minItems?: number;
  /** @default - unbounded */
  readonly maxItems?: number;
  /** @default false */
  readonly uniqueItems?: boolean;
  /** Names of the fields an object must hold. @default - as each field's own `required` says */
  readonly required?: string[];
  /** @default - 0 */
  readonly minProperties?: number;
  /** @default - unbounded */
  readonly maxProperties?: number;
  /** Whether a timestamp is a point in time (true) or a wall-clock reading (false). @default true */
  readonly timezone?: boolean;
  /** IANA name, or an offset such as `-03:00`; the zone of timestamps that carry none. @default - Etc/UTC */
  readonly defaultTimezone?: string;
}

import type { CustomProperty } from './custom-property';

/** How a quality rule is expressed. */
export enum QualityType {
  /** Prose for people; nothing is executed. */
  TEXT = 'text',
  /** A metric of the standard compared with a bound. */
  LIBRARY = 'library',
  /** A query whose single number is compared with a bound. */
  SQL = 'sql',
  /** A rule in the words of another engine. */
  CUSTOM = 'custom',
}

/** Metrics of the standard, v3.1. */
export enum QualityMetric {
  NULL_VALUES = 'nullValues',
  MISSING_VALUES = 'missingValues',
  INVALID_VALUES = 'invalidValues',
  DUPLICATE_VALUES = 'duplicateValues',
  ROW_COUNT = 'rowCount',
}

/** How a metric, or the number a query returns, is compared with the operands. */
export enum QualityOperator {
  MUST_BE = 'mustBe',
  MUST_NOT_BE = 'mustNotBe',
  MUST_BE_GREATER_THAN = 'mustBeGreaterThan',
  MUST_BE_GREATER_OR_EQUAL_TO = 'mustBeGreaterOrEqualTo',
  MUST_BE_LESS_THAN = 'mustBeLessThan',
  MUST_BE_LESS_OR_EQUAL_TO = 'mustBeLessOrEqualTo',
  MUST_BE_BETWEEN = 'mustBeBetween',
  MUST_NOT_BE_BETWEEN = 'mustNotBeBetween',
}

/** One entry of `quality`, on a schema object or on a property. */
export interface QualityRule {
  /** Stable identifier within the contract. @default - none */
  readonly id?: string;
  readonly type: QualityType;
  /** @default - not a library rule, or one in the words of v3.0 (see `rule`) */
  readonly metric?: QualityMetric;
  /** Name of a v3.0 library rule that v3.1 has no metric for. @default - none */
  readonly rule?: string;
  /** @default - a text or custom rule */
  readonly operator?: QualityOperator;
  /**
   * What the operator compares with: one value, two for `mustBeBetween` and `mustNotBeBetween`, none without an
   * operator. A number that a JavaScript number would round is kept as decimal text.
   */
  readonly operands: unknown[];
  /** `rows` or `percent`. @default rows */
  readonly unit?: string;
  /** `arguments` of a library rule, for example `validValues`. */
  readonly arguments: { readonly [name: string]: unknown };
  /** SQL rules: the query. @default - not an SQL rule */
  readonly query?: string;
  /** Custom rules: the engine that knows the rule. @default - not a custom rule */
  readonly engine?: string;
  /** Custom rules: the rule, text or an object. @default - not a custom rule */
  readonly implementation?: unknown;
  /** @default - none */
  readonly name?: string;
  /** @default - none */
  readonly description?: string;
  /** `accuracy`, `completeness`, `conformity`, `consistency`, `coverage`, `timeliness` or `uniqueness`. @default - none */
  readonly dimension?: string;
  /** For example `error` or `warning`. @default - none */
  readonly severity?: string;
  readonly tags: string[];
  readonly customProperties: CustomProperty[];
}

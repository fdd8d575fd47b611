import type { QualityOperator, QualityRule } from '../quality-rule';
import type { GateMode } from './gate-mode';

/** A table's rules as what has to be measured and compared. Internal. */
export interface QualityPlan {
  /** Names the contract gives the table. */
  readonly tableNames: readonly string[];
  readonly checks: readonly PlannedCheck[];
}

export interface PlannedCheck {
  readonly id: string;
  readonly rule: QualityRule;
  /** Dotted path of the property. */
  readonly property?: string;
  readonly mode: GateMode;
  readonly measurement: Measurement;
  /** Absent for what is not evaluated. */
  readonly comparison?: Comparison;
}

export type Measurement =
  | RowMeasurement
  | { readonly kind: 'duplicates'; readonly columns: readonly Column[] }
  | { readonly kind: 'rowCount' }
  | { readonly kind: 'query'; readonly query: string; readonly column?: Column }
  | { readonly kind: 'none'; readonly reason: string };

/** Counts the rows whose value in a column meets a condition: the only checks that can point at rows. */
export interface RowMeasurement {
  readonly kind: 'rows';
  readonly column: Column;
  readonly condition: Condition;
}

export type Condition =
  | { readonly kind: 'null' }
  | { readonly kind: 'missing'; readonly values: readonly unknown[] }
  | { readonly kind: 'invalid'; readonly criteria: Criteria };

/** Valid is what meets all that are given. */
export interface Criteria {
  readonly validValues?: readonly unknown[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: unknown;
  readonly maximum?: unknown;
  readonly exclusiveMinimum?: unknown;
  readonly exclusiveMaximum?: unknown;
}

export interface Column {
  /** The column, then the fields of structs on the way to the value. */
  readonly path: readonly string[];
  /** Iceberg type; `struct` or `list` for a nested one. */
  readonly type: string;
}

export interface Comparison {
  readonly operator: QualityOperator;
  /** Decimal text; `true` or `false` for an SQL rule that asks a question. */
  readonly operands: readonly string[];
  readonly percent: boolean;
}

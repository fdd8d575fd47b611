import type { GateMode } from './gate-mode';

/** What became of a gate. */
export enum QualityOutcome {
  PASSED = 'passed',
  FAILED = 'failed',
  /** Not a rule that can be measured here, or its measurement failed: `reason` says which. */
  NOT_EVALUATED = 'not-evaluated',
}

/** What all gates of a table together ask for. */
export enum GateDecision {
  /** No gate stands in the way; failed ones that only report may be among them. */
  PROCEED = 'proceed',
  /** Rows that fail a quarantining check are to be kept apart, the rest proceeds. */
  QUARANTINE = 'quarantine',
  /** A halting gate failed, or could not be evaluated although it should have been. */
  HALT = 'halt',
}

/** A query whose one row holds measurements. */
export interface QualityQuery {
  readonly sql: string;
  /** What the columns of the row hold, in their order: ids of checks, and `rows` for the rows of the table. */
  readonly measures: string[];
}

/** One measured number. */
export interface QualityMeasurement {
  /** Id of the check, or `rows`. */
  readonly measure: string;
  /** Decimal text, for an SQL rule also `true` or `false`. @default - SQL NULL, or an error */
  readonly value?: string;
  /** Why there is no number. @default - none */
  readonly error?: string;
}

/** The result of one gate. */
export interface QualityGateResult {
  /** Id of the rule in the contract, else its name as an identifier, else the column and the metric. */
  readonly rule: string;
  /** Name of the rule. @default - none */
  readonly name?: string;
  /** Dotted path of the property. @default - a rule of the whole table */
  readonly column?: string;
  /** The metric; for other rules their type: `sql`, `text` or `custom`. */
  readonly metric: string;
  /** What was measured, exact: a count, or the number an SQL rule gave. @default - not measured */
  readonly value?: string;
  /** Rows of the table. @default - not measured */
  readonly total?: string;
  /** @default - a rule without one */
  readonly operator?: string;
  /** What the operator compared with, as decimal text. */
  readonly threshold: string[];
  /** `rows` or `percent`, or the unit an SQL rule names. */
  readonly unit: string;
  /** @default - none */
  readonly severity?: string;
  /** `accuracy`, `completeness`, … @default - none */
  readonly dimension?: string;
  /** What a failure does. */
  readonly mode: GateMode;
  readonly outcome: QualityOutcome;
  /** The comparison in words, or why there was none. */
  readonly reason: string;
}

/** How what producers send differs from its contract. */
export enum DriftKind {
  /** A field the contract does not name, kept in `_extra` or refused. */
  UNKNOWN_FIELD = 'unknown-field',
  /** A value of another type than the contract's. */
  WRONG_TYPE = 'wrong-type',
  /** A field the contract requires, absent or null. */
  MISSING_REQUIRED = 'missing-required',
  /** A critical field the contract does not require, absent or null. */
  MISSING_CRITICAL = 'missing-critical',
  /** A value of a critical field that is of its type, and breaks its rules. */
  INVALID_CRITICAL = 'invalid-critical',
}

/** Of these the shape of the records is another; the others are about values. */
export const DRIFTS_OF_SHAPE: readonly DriftKind[] = [
  DriftKind.UNKNOWN_FIELD,
  DriftKind.WRONG_TYPE,
  DriftKind.MISSING_REQUIRED,
];

/** One way in which records differ from their contract, without any of their values. */
export interface Drift {
  readonly kind: DriftKind;
  /** Path of the field: `device.model`, `items[].colour`; `$` is the record itself. */
  readonly path: string;
  /** What stood there: a type of JSON, or `absent`. */
  readonly found: string;
  /** Whether the contract says of the field, or of what is around it, that it is critical. */
  readonly critical: boolean;
  /** How often it was met. */
  readonly count: number;
}

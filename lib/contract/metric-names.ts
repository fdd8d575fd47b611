/** Metrics the handlers emit, each with the single dimension `Product`; the alarms are built on the same names. */
export const METRICS = {
  recordsRead: 'RecordsRead',
  recordsAccepted: 'RecordsAccepted',
  recordsQuarantined: 'RecordsQuarantined',
  /** Records a replay or an overlapping batch delivered again. */
  recordsReplayed: 'RecordsReplayed',
  unknownFields: 'UnknownFields',
  /** Milliseconds from the arrival of a batch's oldest record to the commit. */
  freshness: 'FreshnessMilliseconds',
  /** Milliseconds spent on the commit alone. */
  commitDuration: 'CommitMilliseconds',
  /** Attempts beyond the first that a commit took. */
  commitConflicts: 'CommitConflicts',
} as const;

export const METRIC_NAMESPACE = 'Lakehouse';
export const PRODUCT_DIMENSION = 'Product';

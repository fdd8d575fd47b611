/** Metrics the handlers emit, each with the single dimension `Product`; the alarms are built on the same names. */
export const METRICS = {
  recordsRead: 'RecordsRead',
  recordsAccepted: 'RecordsAccepted',
  recordsQuarantined: 'RecordsQuarantined',
  /** Records a transform of the user's made nothing of; emitted where there is one. */
  recordsDropped: 'RecordsDropped',
  /** Records whose event is in by another record; emitted where a processor takes events once. */
  recordsDuplicate: 'RecordsDuplicate',
  /** Records a replay or an overlapping batch delivered again. */
  recordsReplayed: 'RecordsReplayed',
  /** Files all of whose records are in the tables; files that were refused as a whole. */
  filesTaken: 'FilesTaken',
  filesRefused: 'FilesRefused',
  unknownFields: 'UnknownFields',
  /** Fields that differ from the contract: unknown, of another type, or required and missing. */
  schemaDrift: 'SchemaDrift',
  /** Critical fields that were missing, null or invalid; emitted where the contract calls any critical. */
  criticalFieldAnomalies: 'CriticalFieldAnomalies',
  /**
   * Values of a sample that show personal data in columns the contract does not classify; emitted where a processor looks for
   * such.
   */
  unclassifiedPersonalData: 'UnclassifiedPersonalData',
  /** Milliseconds from the arrival of a batch's oldest record to the commit. */
  freshness: 'FreshnessMilliseconds',
  /** Milliseconds spent on the commit alone. */
  commitDuration: 'CommitMilliseconds',
  /** Attempts beyond the first that a commit took. */
  commitConflicts: 'CommitConflicts',
  /** Rows of bronze that an update of silver read; of them, what it did with them. */
  rowsRefined: 'RowsRefined',
  rowsUpserted: 'RowsUpserted',
  rowsDeleted: 'RowsDeleted',
  /** Rows that came after a later one of their key. */
  rowsLate: 'RowsLate',
  /** Rows that could not enter silver. */
  rowsQuarantined: 'RowsQuarantined',
  /** Bytes of data files that an update of silver read and wrote. */
  refineBytesRead: 'RefineBytesRead',
  refineBytesWritten: 'RefineBytesWritten',
  /** Milliseconds since the oldest commit to bronze that silver lacked when an update began; 0 where it lacked none. */
  refineLag: 'RefineLagMilliseconds',
  /** Milliseconds an update of silver took. */
  refineDuration: 'RefineMilliseconds',
  /** Attempts at an update of silver that other commits made void. */
  refineConflicts: 'RefineConflicts',
  /** Runs of a transform that ended well, those that found nothing to do among them. */
  transformRuns: 'TransformRuns',
  /** Runs of a transform that failed: also by a gate, or by SQL that an engine refuses. */
  transformFailures: 'TransformFailures',
  transformDuration: 'TransformMilliseconds',
  /** Gates that passed, in percent of those evaluated. */
  qualityScore: 'QualityScore',
  /** 1 where a gate failed or could not be evaluated, else 0; with the dimension `Rule` as well. */
  gateFailed: 'GateFailed',
  /** Share of the rows that a rule with `unit: percent` counts, in percent; with the dimension `Rule` as well. */
  gateShare: 'GateSharePercent',
  /** Requests that came to a webhook, and records they put on its stream. */
  requestsReceived: 'RequestsReceived',
  recordsPut: 'RecordsPut',
  /** Requests that a webhook refused, of 4xx; with the dimension `Reason` as well. */
  requestsRefused: 'RequestsRefused',
  /** Requests a webhook could not take, of 5xx, so that they are to come again; with the dimension `Reason` as well. */
  requestsFailed: 'RequestsFailed',
  /** Runs whose lineage could not be told; emitted where that happens. */
  lineageFailures: 'LineageFailures',
} as const;

/** Metrics of the snapshots of search indexes, told at every check with the dimensions `Domain` and `Repository`. */
export const INDEX_SNAPSHOT_METRICS = {
  /** Snapshots begun by the request that tells it. */
  taken: 'IndexSnapshotsTaken',
  /** Snapshots that are whole and kept. */
  kept: 'IndexSnapshotsKept',
  /** Snapshots that failed, or lack a part, since the newest whole one. */
  failed: 'IndexSnapshotsFailed',
  /** Seconds since the newest whole one began; not told where there is none. */
  age: 'IndexSnapshotAgeSeconds',
  /** Shards of the newest whole one. */
  shards: 'IndexSnapshotShards',
} as const;

/** Of the metrics of snapshots: the search domain, and the repository they are kept in. */
export const DOMAIN_DIMENSION = 'Domain';
export const REPOSITORY_DIMENSION = 'Repository';

export const METRIC_NAMESPACE = 'Lakehouse';
export const PRODUCT_DIMENSION = 'Product';
/** Of the metrics of a single quality gate: the rule's id in the contract. */
export const RULE_DIMENSION = 'Rule';
/** Of the requests that a webhook refused or could not take: why. */
export const REASON_DIMENSION = 'Reason';

/**
 * A rule's id as a value of the dimension `Rule`: printable ASCII, no colon first, 255 characters.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html
 */
export function ruleDimension(rule: string): string {
  return rule
    .replace(/[^\x20-\x7e]/g, '_')
    .replace(/^:/, '_')
    .slice(0, 255);
}

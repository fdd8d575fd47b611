/** What the rows of a table are. */
export enum TableContent {
  /** What the contract describes, as the zone keeps it. */
  ROWS = 'rows',
  /** The latest deletion of each key, so that a late row does not bring back what was deleted after it. */
  TOMBSTONES = 'tombstones',
  /** The results of quality gates: a row for each gate each time it was evaluated. */
  QUALITY_RESULTS = 'quality-results',
  /** Profiles: a row for each column each time the table was profiled. */
  PROFILES = 'profiles',
}

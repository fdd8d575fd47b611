/** Names of what an increment is worked out in. Blanks keep them apart from tables of users. */
export const VIEWS = {
  /** Rows of bronze. */
  bronze: 'lakehouse bronze',
  /** Rows of bronze in silver's columns, numbered, with whether each deletes. */
  judged: 'lakehouse judged',
  /** Those of them that silver can take. */
  admitted: 'lakehouse admitted',
  silver: 'lakehouse silver',
  tombstones: 'lakehouse tombstones',
} as const;

/** Number of a row among all that were read. */
export const ROW_ID = 'lakehouse row';
/** Whether it says that the row of its key is gone. */
export const DELETES = 'lakehouse deletes';

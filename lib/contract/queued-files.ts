/**
 * Files that were handed over to a committer bear this at the front of their names: no table names them until the
 * committer has come to them, and their records are acknowledged.
 */
export const QUEUED_FILE_PREFIX = 'queued-';

/**
 * How long files that are handed over stay at least, in days. Their request is kept by SQS for 14 days in the queue and
 * 14 days in the dead letters, and may be sent back once more; whenever it is set aside, its files begin anew.
 */
export const QUEUED_FILES_KEPT_DAYS = 60;

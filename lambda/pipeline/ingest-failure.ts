/** What the batch was at when it failed; part of the error's message and of the log line. */
export enum IngestStage {
  READ_TABLES = 'read tables',
  TRANSFORM_RECORDS = 'transform records',
  ENCODE_RECORDS = 'encode records',
  CLAIM_EVENTS = 'claim events',
  ENCODE_QUARANTINE = 'encode quarantine',
  WRITE_FILES = 'write files',
  HAND_OVER = 'hand over',
  COMMIT_QUARANTINE = 'commit quarantine',
  COMMIT_BRONZE = 'commit bronze',
  READ_LEDGER = 'read the ledger of files',
  WRITE_LEDGER = 'write the ledger of files',
  DISPOSE_OF_FILE = 'copy or delete the file',
}

/**
 * The batch could not be finished for a reason that lies not in its records: a store or a catalog failed. Thrown out
 * of the handler, so that the event source delivers the batch again. That is safe at any point: what was committed is
 * found by its positions.
 */
export class IngestFailure extends Error {
  constructor(
    readonly stage: IngestStage,
    cause: unknown,
  ) {
    super(`Ingestion failed at: ${stage}. ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
    this.name = 'IngestFailure';
  }
}

/** Runs one stage and names it in what it throws. */
export async function during<T>(stage: IngestStage, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof IngestFailure ? error : new IngestFailure(stage, error);
  }
}

/** What becomes of a batch with records its contract refuses. */
export enum RejectionHandling {
  /** They go to quarantine, whole and with the reason; the rest of the batch goes on. */
  QUARANTINE = 'quarantine',
  /**
   * The batch fails, and nothing of it is committed. Lambda bisects it until the refused record stands alone, then
   * holds the shard there until someone acts or the record is too old: for data in which a gap is worse than a delay.
   */
  HALT = 'halt',
}

/** The zones of a medallion lakehouse. Every cloud names its buckets, databases and directories after them. */
export enum Zone {
  /** What arrived, every field kept, append only, with source position and arrival time. */
  BRONZE = 'bronze',
  /** Validated, typed, deduplicated by primary key. */
  SILVER = 'silver',
  /** Aggregates and data products. */
  GOLD = 'gold',
  /** Rejected records, whole, with the reason, replayable. */
  QUARANTINE = 'quarantine',
}

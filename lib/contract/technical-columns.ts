/**
 * Columns every bronze table carries after those of the contract. They make a row traceable to the record it
 * came from, and keep what the contract does not name. A contract may not use these names.
 */
export const TECHNICAL_COLUMNS = {
  /** Where the record came from: `<stream>/<shard>`, `<topic>/<partition>` or a file's identity. */
  lane: '_lane',
  /** Position within the lane, a decimal integer as text: Kinesis sequence numbers have 56 digits. */
  position: '_position',
  /** When the source received the record. */
  arrivedAt: '_arrived_at',
  /** Fields the contract does not know, as one JSON object; null where there were none. */
  extra: '_extra',
} as const;

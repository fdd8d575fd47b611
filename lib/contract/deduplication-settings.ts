/** What a handler is told of the events it is to take once. */
export interface DeduplicationSettings {
  /** `dynamodb://<table>`, or `file:///<directory>` on a laptop. */
  readonly table: string;
  /** Names the field with the id may go by, the first that a record has counts. */
  readonly fields: readonly string[];
  /** Sets the events apart from those of other processors with the same table. */
  readonly scope: string;
  readonly windowSeconds: number;
  /** How long a claim is kept: the window, and as long as a record may come late or again. */
  readonly keepSeconds: number;
}

/** Key of the items of a deduplication table, and the attribute of their time to live, in seconds since 1970. */
export const DEDUPLICATION_KEY = 'id';
export const DEDUPLICATION_EXPIRY = 'expiration';

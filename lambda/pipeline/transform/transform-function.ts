/** What a user's function is told of the record, besides the record itself. */
export interface TransformContext {
  /** Sequence the record came from, for example `<stream>/<shard>`. */
  readonly lane: string;
  /** Place of the record in its lane: a decimal integer as text. */
  readonly position: string;
  /** Epoch milliseconds at which the source received the record: the same at every attempt, as the clock is not. */
  readonly arrivedAt: number;
  /** Aborted when the record's time is up. */
  readonly signal: AbortSignal;
  /**
   * The value a declared lookup has for a key; null where it has none, or where the key itself is null.
   *
   * @throws LookupFailed when the lookup does not answer and has no fallback
   */
  lookup(name: string, key: unknown): Promise<unknown>;
}

/**
 * The default export of a user's module: a row, several, or none for a record. It may be asynchronous, and is called
 * again for the same record when a batch is delivered again.
 */
export type TransformFunction = (record: object, context: TransformContext) => unknown;

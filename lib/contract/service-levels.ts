/** One entry of `slaProperties`, as written. */
export interface SlaProperty {
  /** For example `latency`, `frequency`, `retention`, `throughput`, `errorRate`. */
  readonly property: string;
  /** Text, number, boolean or null. */
  readonly value: unknown;
  /** @default - none */
  readonly valueExt?: unknown;
  /** @default - none */
  readonly unit?: string;
  /** Table or column the promise is about, for example `orders.ordered_at`. @default - the whole contract */
  readonly element?: string;
  /** @default - none */
  readonly driver?: string;
  /** @default - none */
  readonly description?: string;
}

/** The service levels this library acts on, each in one fixed unit. */
export interface ServiceLevels {
  /** Longest time from the event to the row in the table, in seconds. @default - not promised */
  readonly latencySeconds?: number;
  /** Longest time between two updates of the data, in seconds. @default - not promised */
  readonly frequencySeconds?: number;
  /** How long data is kept, in days (a month is 30 days, a year 365). @default - not promised */
  readonly retentionDays?: number;
  /** Records a second the product must take. @default - not promised */
  readonly recordsPerSecond?: number;
  /** Bytes a second the product must take, where throughput is promised in bytes. @default - not promised */
  readonly bytesPerSecond?: number;
  /** Highest share of records that may be rejected, in percent. @default - not promised */
  readonly errorRatePercent?: number;
}

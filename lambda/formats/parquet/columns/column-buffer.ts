import { LevelBuffer } from './level-buffer';

/** Each distinct value once, and for each value which it is. */
export interface Dictionary {
  /** The distinct values, PLAIN encoded. */
  readonly page: Uint8Array;
  readonly size: number;
  readonly indices: Int32Array;
}

/** Smallest and largest value, in the encoding of Parquet statistics and in that of Iceberg manifests. */
export interface Bounds {
  readonly lower?: Bound;
  readonly upper?: Bound;
  readonly nanCount: number;
}

export interface Bound {
  readonly parquet: Uint8Array;
  readonly iceberg: Uint8Array;
  /** False for the shortened bound of a long string. */
  readonly exact: boolean;
}

/** The values of one column between two row groups. */
export abstract class ColumnBuffer extends LevelBuffer {
  /** Size of the values, PLAIN encoded; an estimate for strings. */
  abstract readonly plainSize: number;

  /** A dictionary where it makes the column smaller. */
  abstract dictionary(): Dictionary | undefined;

  /** PLAIN encoding of the values from `start` to `end`. */
  abstract plain(start: number, end: number): Uint8Array;

  abstract bounds(): Bounds;

  /** Forgets what was pushed, for the next row group. */
  abstract clear(): void;
}

export const NO_BOUNDS: Bounds = { nanCount: 0 };

import type { ColumnMask } from '../../../lib/contract/masking/mask-spec';
import type { Refinement } from '../../../lib/contract/refinement';
import type { TableRow } from '../../rows/read-rows';
import type { DataFile } from '../../tables/data-file';
import type { IcebergTable } from '../../tables/iceberg-table';
import type { Long } from '../../tables/json';
import type { LaneRange } from '../../tables/table';
import type { TableFile } from '../../tables/table-files';
import type { Rejection } from '../record';
import type { MaskedState } from './masked-silver';

/**
 * The interface between planning an increment (plan-increment.ts: which files of bronze, which of silver could change),
 * working it out, and committing it (refine.ts). Working out is an engine's, and an engine is `IncrementEngine` and
 * nothing else: it reads and writes data files, commits nothing and decides nothing. `RowEngine` (row-engine.ts) does it
 * row by row in JavaScript; another engine has to come to the same tables.
 */
export interface IncrementEngine {
  /**
   * Reads the files of an increment and those of silver and tombstones that it may change, and writes what takes their
   * place (copy on write). What is written is in no table yet: an increment that is not committed leaves orphans.
   * @throws CorruptFile when a file is missing or broken; the increment is planned anew once
   */
  execute(increment: Increment, work: IncrementWork): Promise<IncrementFiles>;
}

export interface RefineTables {
  readonly bronze: IcebergTable;
  readonly silver: IcebergTable;
  /** The latest deletion of each key; needed where the refinement deletes. */
  readonly tombstones?: IcebergTable;
  /** For rows that cannot enter silver; without it such a row fails the increment. */
  readonly quarantine?: IcebergTable;
}

export enum IncrementMode {
  /** What was appended since the increment before. */
  INCREMENTAL = 'incremental',
  /** The whole of bronze: for the first time, or because it was rewritten, rolled back, or its history expired. */
  FULL = 'full',
}

/** A part of bronze that goes into silver in one commit, or none of it. */
export interface Increment {
  readonly mode: IncrementMode;
  /** Data files of bronze, in the order of their commits. Read each with bronze's current schema, by field id. */
  readonly bronze: readonly TableFile[];
  readonly bronzeBytes: number;
  readonly silver: ChangedTable;
  /** Present where there is a table of them. */
  readonly tombstones?: ChangedTable;
  /**
   * Of a table without a key: rows whose `_lane` and `_position` silver holds already are to be left out. Never needed
   * with a key, where a row takes the place of its equal.
   */
  readonly mayRepeat: boolean;
  /** Stretch of silver's lane that it covers; none where bronze was taken back, or where it is part of a larger one. */
  readonly range?: LaneRange;
}

/** A table that is merged into, and its files that may hold one of the increment's keys, by their bounds. */
export interface ChangedTable {
  /** Snapshot the files are of; null for a table that has none. */
  readonly readAt: Long | null;
  readonly files: readonly TableFile[];
  readonly bytes: number;
}

export interface IncrementWork {
  readonly tables: RefineTables;
  readonly refinement: Refinement;
  readonly steps: RowSteps;
  /**
   * Rows that quarantine has from an attempt that got no further; as `RowPayload.identity` tells them. They stay there: not in silver, and
   * not among the rejected either. Empty but after a crash and in full increments.
   */
  readonly held: ReadonlySet<string>;
}

/** What becomes of rows between bronze and silver, beyond the refinement; an engine that cannot run them is not asked. */
export interface RowSteps {
  /** From rows in bronze's columns to rows in silver's, `_lane`, `_position` and `_arrived_at` as they were. In parts. */
  readonly transform?: RowStep;
  /** Judges all rows of an increment at once, in silver's columns. Throws to halt: nothing is committed then. */
  readonly gate?: RowStep;
  /** What becomes of the values that nobody is to see, of the rows that the steps before let through. */
  readonly masks?: RowMasks;
}

/** Masks of columns. Engines come to the same values: by row, or where they read columns, by value. */
export interface RowMasks {
  readonly columns: readonly MaskedColumn[];
  /** What silver notes of them. */
  readonly state: MaskedState;
  row(row: TableRow): TableRow;
}

export interface MaskedColumn extends ColumnMask {
  /** A value as rows have it; null for null. */
  value(value: unknown): unknown;
}

export type RowStep = (rows: readonly TableRow[]) => RowVerdicts | Promise<RowVerdicts>;

export interface RowVerdicts {
  readonly accepted: readonly TableRow[];
  readonly rejected: readonly RejectedRow[];
}

/** A row as it was judged, whole, and why it was rejected. */
export interface RejectedRow {
  readonly row: TableRow;
  readonly reason: Rejection;
}

/** What an engine made of an increment: files to commit, rows for quarantine. */
export interface IncrementFiles {
  readonly silver: FileChange;
  readonly tombstones?: FileChange;
  readonly rejected: readonly RejectedRow[];
  readonly counts: IncrementCounts;
}

export interface FileChange {
  /** Of the `files` of the `ChangedTable`. */
  readonly removed: readonly DataFile[];
  readonly added: readonly DataFile[];
}

/** `rows` is the sum of the others, unless a transform makes more or fewer of them. */
export interface IncrementCounts {
  /** Read from bronze. */
  readonly rows: number;
  /** Put into silver, in the place of an older row or as a new one. */
  readonly upserted: number;
  /** Rows that delete and are the latest of their key. */
  readonly deleted: number;
  /** Another row of the same key in the increment is later. */
  readonly superseded: number;
  /** Silver or a tombstone has a later row of the key, or the same one. */
  readonly late: number;
  /** Rejected now, or held. */
  readonly rejected: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

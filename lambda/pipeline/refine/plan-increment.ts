import type { DataFile } from '../../tables/data-file';
import type { IcebergTable } from '../../tables/iceberg-table';
import { incrementalRead } from '../../tables/incremental-read';
import { compareValues, deserializeValue } from '../../tables/single-value';
import type { Snapshot } from '../../tables/snapshot';
import type { LaneRange } from '../../tables/table';
import type { TableFile } from '../../tables/table-files';
import { currentSnapshot } from '../../tables/table-metadata';
import { RowKey, type KeyColumn } from '../../rows/row-key';
import { ancestorAt, sequence, tableLane } from '../table-progress';
import { IncrementMode } from './increment';

/** What of bronze silver lacks. */
export interface BronzeIncrement {
  readonly mode: IncrementMode;
  /** Bronze's snapshot it goes up to. */
  readonly head: Snapshot;
  /** In the order of their commits; none where bronze was only compacted, or lost rows. */
  readonly files: readonly TableFile[];
  readonly bytes: number;
  /** Silver's lane, and where it stands; undefined before the first increment. */
  readonly lane: string;
  readonly position: string | undefined;
  /** Silver or quarantine may have some of its rows: see `takenBackLane`. */
  readonly mayRepeat: boolean;
  /** When the oldest commit it covers was made, epoch milliseconds. */
  readonly since: number;
}

/**
 * Silver's lane for the last time bronze was read as a whole because it was taken back, as far as one could tell. From
 * then on records that silver has had may come to bronze again, so that rows without a key, and rejected ones, are
 * looked up before they are added.
 */
export function takenBackLane(lane: string): string {
  return `${lane}/taken-back`;
}

/**
 * Compares silver's position with bronze, both as last read. Undefined when there is nothing to do.
 *
 * Of what was appended since, manifests of the new snapshots are read and nothing else. Compactions bring nothing, and
 * rows that are deleted from bronze stay in silver. The whole of bronze is read for the first time; and where the
 * snapshot last consumed is no ancestor of the current one any more (rolled back, expired), or rows were overwritten.
 */
export async function bronzeIncrement(
  bronze: IcebergTable,
  silver: IcebergTable,
): Promise<BronzeIncrement | undefined> {
  const head = currentSnapshot(bronze.metadata);
  if (!head) return undefined;
  const lane = tableLane(bronze);
  const position = silver.position(lane);
  const consumed = position === undefined ? undefined : ancestorAt(bronze, position);
  if (consumed?.['snapshot-id'] === head['snapshot-id']) return undefined;

  const appended = consumed && (await appendedSince(bronze, consumed));
  const files = appended ?? (await bronze.dataFiles(head)).sort(bySequence);
  const covered = consumed
    ? bronze.metadata.snapshots.filter((one) => sequence(one) > sequence(consumed))
    : bronze.metadata.snapshots;
  return {
    mode: appended ? IncrementMode.INCREMENTAL : IncrementMode.FULL,
    mayRepeat: !appended || silver.position(takenBackLane(lane)) !== undefined,
    head,
    files,
    bytes: bytesOf(files),
    lane,
    position,
    since: Math.min(head['timestamp-ms'], ...covered.map((one) => one['timestamp-ms'])),
  };
}

/** The stretch of silver's lane up to a sequence number of bronze; undefined when bronze was taken back behind it. */
export function rangeUpTo({ lane, position }: BronzeIncrement, last: string): LaneRange | undefined {
  if (position !== undefined && BigInt(last) <= BigInt(position)) return undefined;
  return { lane, first: position === undefined ? '0' : String(BigInt(position) + 1n), last };
}

/** Files of a table that may hold a row whose columns have the values of a row of some files of bronze, by their bounds. */
export async function filesMeeting(
  table: IcebergTable,
  bronze: IcebergTable,
  files: readonly DataFile[],
  columns: readonly string[],
): Promise<TableFile[]> {
  let met = files.length === 0 ? [] : await table.dataFiles();
  if (met.length === 0) return [];
  const sources = new RowKey(bronze, columns).columns;
  new RowKey(table, columns).columns.forEach((column, i) => {
    const intervals = intervalsOf(files, sources[i]);
    if (intervals) met = met.filter((file) => mayMeet(file, column, intervals));
  });
  return met;
}

export function bytesOf(files: readonly DataFile[]): number {
  return files.reduce((sum, file) => sum + file.fileSizeInBytes, 0);
}

async function appendedSince(bronze: IcebergTable, consumed: Snapshot): Promise<TableFile[] | undefined> {
  const { added, rewrites } = await incrementalRead(bronze, consumed['snapshot-id']);
  return rewrites.every(({ operation }) => operation === 'delete') ? [...added] : undefined;
}

function bySequence(a: TableFile, b: TableFile): number {
  const [left, right] = [BigInt(a.sequenceNumber), BigInt(b.sequenceNumber)];
  return left < right ? -1 : left > right ? 1 : 0;
}

type Value = ReturnType<typeof deserializeValue>;
type Interval = readonly [low: Value, high: Value];

/** The intervals of a column's values in some files, apart and in order; undefined when a file tells none. */
function intervalsOf(files: readonly DataFile[], column: KeyColumn): Interval[] | undefined {
  const intervals: Interval[] = [];
  for (const file of files) {
    const bounds = boundsOf(file, column);
    if (!bounds) return undefined;
    intervals.push(bounds);
  }
  intervals.sort(([a], [b]) => compareValues(a, b));
  const apart: [Value, Value][] = [];
  for (const [low, high] of intervals) {
    const last = apart.at(-1);
    if (!last || compareValues(low, last[1]) > 0) apart.push([low, high]);
    else if (compareValues(high, last[1]) > 0) last[1] = high;
  }
  return apart;
}

function mayMeet(file: DataFile, column: KeyColumn, intervals: readonly Interval[]): boolean {
  const bounds = boundsOf(file, column);
  if (!bounds) return true;
  let [from, to] = [0, intervals.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (compareValues(intervals[middle][1], bounds[0]) < 0) from = middle + 1;
    else to = middle;
  }
  return from < intervals.length && compareValues(intervals[from][0], bounds[1]) <= 0;
}

function boundsOf({ lowerBounds, upperBounds }: DataFile, { id, type }: KeyColumn): Interval | undefined {
  // Bounds leave NaN out.
  if (type === 'float' || type === 'double') return undefined;
  const [lower, upper] = [lowerBounds.get(id), upperBounds.get(id)];
  if (!lower || !upper) return undefined;
  return [deserializeValue(type, lower), deserializeValue(type, upper)];
}

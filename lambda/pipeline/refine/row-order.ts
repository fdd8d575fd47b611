import type { Refinement } from '../../../lib/contract/refinement';
import { TECHNICAL_COLUMNS } from '../../../lib/contract/technical-columns';
import type { TableRow } from '../../rows/read-rows';
import { compareValues } from '../../tables/single-value';
import { comparePositions } from '../lane-position';

type Instant = number | bigint | null | undefined;

/**
 * The order of rows of one key, the latest last: by event time, null first, or by arrival where the contract has none;
 * then by position, an integer of any length; then by lane, as UTF-8. Rows that are equal came from one record.
 */
export function rowOrder({ eventTime }: Refinement): (a: TableRow, b: TableRow) => number {
  const time = eventTime ?? TECHNICAL_COLUMNS.arrivedAt;
  const { position, lane } = TECHNICAL_COLUMNS;
  return (a, b) =>
    compareInstants(a[time] as Instant, b[time] as Instant) ||
    comparePositions(a[position] as string, b[position] as string) ||
    compareValues(a[lane] as string, b[lane] as string);
}

/** Columns the order looks at. */
export function orderColumns({ eventTime }: Refinement): string[] {
  const { arrivedAt, position, lane } = TECHNICAL_COLUMNS;
  return [eventTime ?? arrivedAt, position, lane];
}

function compareInstants(a: Instant, b: Instant): number {
  if (a == null || b == null) return Number(a != null) - Number(b != null);
  return a < b ? -1 : a > b ? 1 : 0;
}

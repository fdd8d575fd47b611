import type { Refinement } from '../../../lib/contract/refinement';
import { TECHNICAL_COLUMNS } from '../../../lib/contract/technical-columns';
import { identifier } from './sql-text';

/**
 * The order of rows of one key as one value, the same order as `rowOrder` of the pipeline: event time, null first, or
 * arrival; then the position, an integer of any length; then the lane.
 */
export function rowAge({ eventTime }: Refinement): string {
  const { arrivedAt, lane, position } = TECHNICAL_COLUMNS;
  const digits = `ltrim(${identifier(position)}, '0')`;
  const parts = [identifier(eventTime ?? arrivedAt), `length(${digits})`, digits, identifier(lane)];
  return `create_sort_key(${parts.map((part) => `${part}, 'ASC NULLS FIRST'`).join(', ')})`;
}

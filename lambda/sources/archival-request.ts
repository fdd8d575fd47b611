import { describeValue, isObject, UnexpectedEvent } from './unexpected-event';

/** Which tables to archive old partitions of: the event of a schedule, or of a person. */
export interface ArchivalRequest {
  /** URIs. */
  readonly tables: readonly string[];
  readonly olderThanDays: number;
  readonly dryRun: boolean;
}

const KNOWN = ['tables', 'olderThanDays', 'dryRun'];

/** @throws UnexpectedEvent naming the field, what it is and what is allowed */
export function archivalRequest(event: unknown): ArchivalRequest {
  if (!isObject(event)) {
    throw new UnexpectedEvent(
      `Not a request for archival: ${describeValue(event)}. Allowed: an object with "tables" and "olderThanDays".`,
    );
  }
  const unknown = Object.keys(event).find((key) => !KNOWN.includes(key));
  if (unknown !== undefined)
    throw new UnexpectedEvent(`${unknown} is not an option. Allowed: ${KNOWN.join(', ')}.`);
  const { tables, olderThanDays, dryRun = false } = event;
  if (
    !Array.isArray(tables) ||
    tables.length === 0 ||
    !tables.every((uri) => typeof uri === 'string' && uri)
  ) {
    throw new UnexpectedEvent(
      `tables is ${describeValue(tables)}. Allowed: a list of at least one table URI.`,
    );
  }
  if (typeof olderThanDays !== 'number' || !Number.isFinite(olderThanDays) || olderThanDays < 1) {
    throw new UnexpectedEvent(
      `olderThanDays is ${describeValue(olderThanDays)}. Allowed: a number of days from 1.`,
    );
  }
  if (typeof dryRun !== 'boolean')
    throw new UnexpectedEvent(`dryRun is ${describeValue(dryRun)}. Allowed: true, false.`);
  return { tables: [...new Set(tables as string[])], olderThanDays, dryRun };
}

import type { RestoreRequest } from '../search/restore-indexes';
import { describeValue, isObject, requireKnown, UnexpectedEvent } from './unexpected-event';

/** What is asked for: one of the four. Times are those of the schedule that asks, or of a person. */
export type IndexSnapshotRequest =
  | { readonly kind: 'snapshot' | 'check'; readonly time: Date }
  | { readonly kind: 'list' }
  | ({ readonly kind: 'restore' } & RestoreRequest);

const KINDS = ['snapshot', 'check', 'list', 'restore'] as const;
const FORMS =
  '{"snapshot": "<time>"}, {"check": "<time>"}, {"list": true}, {"restore": "<snapshot> or latest", "indexes"?, "renameTo"?, "partial"?}';
/** A name of an index, with at most one `*` in it. */
const RENAME = /^(?![-_+.])[a-z0-9._-]*\*?[a-z0-9._-]*$/;

/** @throws UnexpectedEvent naming the field, what it is and what is allowed */
export function indexSnapshotRequest(event: unknown): IndexSnapshotRequest {
  if (!isObject(event)) {
    throw new UnexpectedEvent(`Not a request for snapshots: ${describeValue(event)}. Allowed: ${FORMS}.`);
  }
  const kinds = KINDS.filter((kind) => event[kind] !== undefined);
  const [kind] = kinds;
  if (kinds.length !== 1) {
    throw new UnexpectedEvent(
      `A request for snapshots asks for one thing, this is ${describeValue(event)}. Allowed: ${FORMS}.`,
    );
  }
  requireKnown(event, kind === 'restore' ? ['restore', 'indexes', 'renameTo', 'partial'] : [kind], '');
  switch (kind) {
    case 'list':
      if (event.list !== true) throw refused('list', event.list, 'true');
      return { kind };
    case 'restore':
      return { kind, ...restoreOf(event) };
    default:
      return { kind, time: timeOf(kind, event[kind]) };
  }
}

function timeOf(field: string, value: unknown): Date {
  const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
  const time = typeof value === 'string' && form.test(value) ? new Date(value) : undefined;
  if (time === undefined || Number.isNaN(time.getTime()))
    throw refused(field, value, 'a time as ISO 8601 writes it, for example "2026-11-30T05:00:00Z"');
  return time;
}

function restoreOf(event: Record<string, unknown>): RestoreRequest {
  const { restore, indexes, renameTo = 'restored-*', partial = false } = event;
  if (typeof restore !== 'string' || !/^[^\s,*?#/\\"<>|]+$/.test(restore))
    throw refused('restore', restore, 'the name of one snapshot, or "latest"');
  if (indexes !== undefined && !isNames(indexes))
    throw refused('indexes', indexes, 'a list of names of indexes, without patterns');
  if (typeof renameTo !== 'string' || renameTo === '' || !RENAME.test(renameTo)) {
    throw refused(
      'renameTo',
      renameTo,
      'a name in lower case with at most one *, which stands for the old name; "*" alone keeps it',
    );
  }
  if (typeof partial !== 'boolean') throw refused('partial', partial, 'true, false');
  return { restore, ...(indexes !== undefined && { indexes: [...new Set(indexes)] }), renameTo, partial };
}

function isNames(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((name) => typeof name === 'string' && /^[^\s,*?#/\\"<>|:A-Z]+$/.test(name))
  );
}

function refused(field: string, value: unknown, allowed: string): UnexpectedEvent {
  return new UnexpectedEvent(`${field} is ${describeValue(value)}. Allowed: ${allowed}.`);
}

import { QUEUED_FILE_PREFIX, QUEUED_FILES_KEPT_DAYS } from '../../lib/contract/queued-files';

const DAY_MS = 86_400_000;

/** The name under which a file waits for a committer, and under which it is committed. */
export function queuedPath(path: string): string {
  return path.replace(/[^/]+$/, (name) => QUEUED_FILE_PREFIX + name);
}

/**
 * Whether an object may hold records that nothing else holds: handed over, acknowledged, and not committed yet. By its
 * name and age alone, so that whoever cleans up needs to know neither queue nor committer.
 */
export function mayBeQueued(uri: string, modifiedAt: number, now: number): boolean {
  const name = uri.slice(uri.lastIndexOf('/') + 1);
  return name.startsWith(QUEUED_FILE_PREFIX) && now - modifiedAt < QUEUED_FILES_KEPT_DAYS * DAY_MS;
}

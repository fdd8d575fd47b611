import { isOurs, snapshotName } from './snapshot-name';
import { type IndexSnapshot, isPartial, isWhole, type SnapshotRepository } from './snapshot-repository';

/** What is snapshotted, and what is kept. */
export interface SnapshotPolicy {
  readonly indexes: readonly string[];
  readonly retentionHours: number;
  /** Hours without an attempt after which a check takes a snapshot itself. */
  readonly maximumAgeHours: number;
}

/** A snapshot that was asked for. */
export interface SnapshotTaken {
  readonly snapshot: string;
  /** False where the same request came before. */
  readonly begun: boolean;
  /** Whether the repository was made known to the domain, or changed there. */
  readonly registered: boolean;
}

/** How the snapshots of a repository are. */
export interface SnapshotCheck {
  /** The newest whole one. */
  readonly newest?: IndexSnapshot;
  /** Those that are whole. */
  readonly kept: number;
  readonly inProgress: readonly string[];
  /** Failed, or lacking a part, since the newest whole one. */
  readonly failed: readonly IndexSnapshot[];
  readonly deleted: readonly string[];
  readonly notDeleted: readonly { readonly snapshot: string; readonly failure: string }[];
  /** Taken by the check, since none had been for too long. */
  readonly madeUpFor?: SnapshotTaken;
}

/** What is left is deleted by the next check. */
const DELETED_AT_ONCE = 10;
/** A deletion may take a minute, which is what the gateway before a domain waits for, and what was done is to be told. */
const DELETION_MS = 75_000;
const HOUR = 3_600_000;

/** Begins the snapshot of a time, once: a request that comes again finds it. */
export async function takeSnapshot(
  repository: SnapshotRepository,
  indexes: readonly string[],
  time: Date,
): Promise<SnapshotTaken> {
  const snapshot = snapshotName(time);
  const registered = await repository.register();
  return { snapshot, begun: await repository.create(snapshot, indexes), registered };
}

/**
 * Looks at the snapshots there are, deletes those that are too old, and takes one where none was tried for too long.
 * @param remaining milliseconds there are for it; at least one deletion is begun, so that a short time-out does not keep all
 */
export async function checkSnapshots(
  repository: SnapshotRepository,
  policy: SnapshotPolicy,
  time: Date,
  now: number,
  remaining: () => number = () => Infinity,
): Promise<SnapshotCheck> {
  await repository.register();
  const snapshots = (await repository.list()).filter(isOurs).sort((a, b) => a.startedAt - b.startedAt);
  const whole = snapshots.filter(isWhole);
  const newest = whole.at(-1);
  const restorable = snapshots.filter((one) => isWhole(one) || isPartial(one)).at(-1);
  const inProgress = snapshots.filter(({ state }) => state === 'IN_PROGRESS').map(({ name }) => name);
  const failed = snapshots.filter(
    (one) => !isWhole(one) && one.state !== 'IN_PROGRESS' && one.startedAt > (newest?.startedAt ?? -Infinity),
  );
  const lastTried = snapshots.at(-1)?.startedAt ?? -Infinity;
  const overdue = now - lastTried > policy.maximumAgeHours * HOUR;
  const madeUpFor = overdue ? await takeSnapshot(repository, policy.indexes, time) : undefined;
  // A domain deletes nothing while it snapshots.
  const expired =
    inProgress.length > 0 || overdue
      ? []
      : snapshots.filter(
          (one) => one !== newest && one !== restorable && now - one.startedAt > policy.retentionHours * HOUR,
        );
  const { deleted, notDeleted } = await deleteSnapshots(
    repository,
    expired.slice(0, DELETED_AT_ONCE),
    remaining,
  );
  return {
    newest,
    kept: whole.filter(({ name }) => !deleted.includes(name)).length,
    inProgress,
    failed: failed.filter(({ name }) => !deleted.includes(name)),
    deleted,
    notDeleted,
    madeUpFor,
  };
}

async function deleteSnapshots(
  repository: SnapshotRepository,
  snapshots: readonly IndexSnapshot[],
  remaining: () => number,
): Promise<{ readonly deleted: string[]; readonly notDeleted: { snapshot: string; failure: string }[] }> {
  const deleted: string[] = [];
  const notDeleted: { snapshot: string; failure: string }[] = [];
  for (const [index, { name }] of snapshots.entries()) {
    if (index > 0 && remaining() < DELETION_MS) break;
    try {
      const gone = await repository.delete(name);
      deleted.push(name);
      // It is at it still: another deletion would have to wait.
      if (!gone) break;
    } catch (error) {
      notDeleted.push({ snapshot: name, failure: String(error) });
    }
  }
  return { deleted, notDeleted };
}

import type { Duration } from 'aws-cdk-lib';
import { type Bounds, requireWhole } from '../bounds';

/** What is done to a table so that it stays fast and small. */
export interface MaintenanceOptions {
  /**
   * Merge small files into larger ones.
   * @default true
   */
  readonly compaction?: boolean;
  /**
   * How many files of a partition, or of a table without partitions, are worth a compaction. 2 or more.
   * @default - 100 for Glue, 5 for the function of this package
   */
  readonly minInputFiles?: number;
  /**
   * Expire snapshots, and delete the files that only they hold.
   * @default true
   */
  readonly snapshotExpiry?: boolean;
  /**
   * How long snapshots stay, for time travel, rollback and incremental readers. Whole days, 1 or more.
   * @default Duration.days(7)
   */
  readonly snapshotRetention?: Duration;
  /**
   * How many snapshots stay at least, when no newer ones were committed. 1 or more.
   * @default 10
   */
  readonly snapshotsToKeep?: number;
  /**
   * Delete files that no metadata of the table names: leftovers of writers that died or lost a race.
   * @default true
   */
  readonly orphanDeletion?: boolean;
  /**
   * How old an orphan has to be. Longer than any job takes from its first file to its commit. Whole days, 1 or more.
   * @default - 3 days; 60 for Glue where files wait for a `TableCommitter`, which the function of this package knows by
   * their names
   */
  readonly orphanRetention?: Duration;
}

/** Glue holds these numbers as 32-bit integers and names no other limit. */
const LARGEST = 2_147_483_647;

/** @throws Error for values Glue would refuse, for options of what is switched off, and where nothing is left to do */
export function requireMaintenance(props: MaintenanceOptions): void {
  const compaction = props.compaction ?? true;
  const snapshotExpiry = props.snapshotExpiry ?? true;
  const orphanDeletion = props.orphanDeletion ?? true;
  if (!compaction && !snapshotExpiry && !orphanDeletion) {
    throw new Error(
      'compaction, snapshotExpiry and orphanDeletion are all false: nothing is left to do. ' +
        'Leave one of them true, or leave the construct out.',
    );
  }
  requireSwitchedOn('compaction', compaction, 'minInputFiles', props.minInputFiles);
  requireSwitchedOn('snapshotExpiry', snapshotExpiry, 'snapshotRetention', props.snapshotRetention);
  requireSwitchedOn('snapshotExpiry', snapshotExpiry, 'snapshotsToKeep', props.snapshotsToKeep);
  requireSwitchedOn('orphanDeletion', orphanDeletion, 'orphanRetention', props.orphanRetention);

  requireWhole('minInputFiles', props.minInputFiles, {
    minimum: 2,
    maximum: LARGEST,
    remedy: 'One file cannot be merged with itself.',
  });
  requireWhole('snapshotsToKeep', props.snapshotsToKeep, {
    minimum: 1,
    maximum: LARGEST,
    remedy: 'The current snapshot always stays.',
  });
  requireDays(
    'snapshotRetention',
    props.snapshotRetention,
    'Set snapshotExpiry: false to keep all snapshots.',
  );
  requireDays(
    'orphanRetention',
    props.orphanRetention,
    'A younger file may belong to a commit under way: set Duration.days(1) or longer.',
  );
}

function requireSwitchedOn(part: string, on: boolean, option: string, value: unknown): void {
  if (on || value === undefined) return;
  throw new Error(
    `${option} is given, but ${part} is false. Leave out ${option}, or set ${part} to true (the default).`,
  );
}

function requireDays(property: string, value: Duration | undefined, remedy: string): void {
  const bounds: Bounds = { minimum: 1, maximum: LARGEST, unit: 'days', remedy };
  requireWhole(property, value?.toDays({ integral: false }), bounds);
}

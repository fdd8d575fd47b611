import { successor } from './metadata-update';
import { CommitConflict, CommitStateUnknown, type TableVersion } from './table-catalog';
import type { TableMetadata } from './table-metadata';
import type { TableState } from './table-state';

/** The commit protocol writes this version of the format; tables of others are left as they are. */
const WRITTEN_VERSION = 2;
const LOST_ANSWERS_ALLOWED = 3;

/**
 * Swaps the metadata for one that `change` makes of it, over as many attempts as other writers make it take.
 * @param change asked anew for each attempt, also after one whose answer was lost: undefined when there is nothing to
 *   do any more
 */
export async function changeMetadata(
  table: TableState,
  change: (
    metadata: TableMetadata,
  ) => Partial<TableMetadata> | undefined | Promise<Partial<TableMetadata> | undefined>,
): Promise<{ readonly before: TableVersion; readonly after: TableVersion }> {
  await table.refresh();
  const before = table.version;
  let lostAnswers = 0;
  for (let attempt = 1; ; attempt++) {
    const base = table.version;
    requireWritable(base.metadata);
    const changes = await change(base.metadata);
    if (!changes) return { before, after: base };
    try {
      await table.commit(base, successor(base, changes));
      return { before: base, after: table.version };
    } catch (error) {
      if (error instanceof CommitStateUnknown) lostAnswers++;
      else if (!(error instanceof CommitConflict)) throw error;
      if (lostAnswers > LOST_ANSWERS_ALLOWED || attempt > table.conflictsAllowed) throw error;
      await table.backOff(attempt);
      await table.refresh();
    }
  }
}

export function requireWritable({ location, 'format-version': version }: TableMetadata): void {
  if (version === WRITTEN_VERSION) return;
  throw new Error(
    `${location} has format version ${version}. Changing it needs ${WRITTEN_VERSION}: upgrade the table.`,
  );
}

import { ObjectNotFound } from '../../stores/object-store';
import type { IcebergTable } from '../../tables/iceberg-table';
import { DEFAULT_ORPHAN_AGE_MS, removeOrphanFiles } from '../../tables/orphan-files';
import { readRows } from '../../rows/read-rows';
import type { SubjectRows } from './subject-rows';

/** A data file that no snapshot has and that is too young to tell a commit under way from one that died. */
export interface UnreferencedFile {
  readonly uri: string;
  /** From when on a run removes it, where no commit brought it in by then; ISO 8601. */
  readonly until: string;
}

/**
 * Removes what writers left in a table's folders that died before their commit, and names what is too young for that and
 * holds rows of a subject.
 */
export async function eraseUnreferenced(
  table: IcebergTable,
  { matches }: Pick<SubjectRows, 'matches'>,
  now: number,
): Promise<{ readonly removed: number; readonly left: readonly UnreferencedFile[] }> {
  const { orphans, failed } = await removeOrphanFiles(table);
  const { orphans: young } = await removeOrphanFiles(table, {
    olderThanMs: 0,
    nobodyWrites: true,
    dryRun: true,
  });
  const until = new Date(now + DEFAULT_ORPHAN_AGE_MS).toISOString();
  const left: UnreferencedFile[] = [];
  for (const uri of young) {
    if (uri.endsWith('.parquet') && (await holds(table, uri, matches))) left.push({ uri, until });
  }
  return { removed: orphans.length - failed.length, left };
}

async function holds(
  { store, schema }: IcebergTable,
  uri: string,
  matches: SubjectRows['matches'],
): Promise<boolean> {
  // A commit under way that failed removes its files.
  const bytes = await store.get(uri).catch((error: unknown) => {
    if (error instanceof ObjectNotFound) return undefined;
    throw error;
  });
  if (!bytes) return false;
  for await (const rows of readRows(uri, bytes, schema)) if (rows.some((row) => matches(row))) return true;
  return false;
}

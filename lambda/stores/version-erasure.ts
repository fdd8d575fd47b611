import { byObject, reasonOf, type ObjectHistory, type ObjectVersion } from './object-history';

/** A store from which versions of objects can be removed for good. */
export interface VersionErasure extends Pick<ObjectHistory, 'versions'> {
  /** Removes one version, or one marker. */
  remove(version: ObjectVersion): Promise<void>;
  /** What keeps a version from being removed; undefined when nothing is known to. */
  lockOf(version: ObjectVersion): Promise<VersionLock | undefined>;
}

export interface VersionLock {
  /** ISO 8601 */
  readonly until?: string;
  readonly legalHold: boolean;
}

/** A version that had to stay. */
export interface HeldVersion extends Partial<VersionLock> {
  readonly uri: string;
  readonly versionId: string;
  readonly error: string;
}

/**
 * Removes under prefixes all versions that readers do not see any more. Versions that a lock keeps stay and are told of,
 * with the marker that hides them: without it they would be seen again. Again on the same prefixes it goes on.
 */
export async function eraseVersions(
  store: VersionErasure,
  prefixes: readonly (string | undefined)[],
): Promise<{ readonly removed: number; readonly held: readonly HeldVersion[] }> {
  const held: HeldVersion[] = [];
  let removed = 0;
  for (const prefix of new Set(prefixes)) {
    if (prefix === undefined) continue;
    for await (const versions of byObject(store.versions(`${prefix.replace(/\/+$/, '')}/`))) {
      const hidden = versions.filter(({ isLatest, isDeleteMarker }) => !isLatest && !isDeleteMarker);
      const heldBefore = held.length;
      for (const version of hidden) {
        const refusal = await refusalOf(store, version);
        if (refusal) held.push(refusal);
        else removed++;
      }
      if (held.length > heldBefore) continue;
      for (const marker of versions.filter(({ isDeleteMarker }) => isDeleteMarker)) {
        const refusal = await refusalOf(store, marker);
        if (refusal) held.push(refusal);
      }
    }
  }
  return { removed, held };
}

async function refusalOf(store: VersionErasure, version: ObjectVersion): Promise<HeldVersion | undefined> {
  const { uri, versionId } = version;
  try {
    await store.remove(version);
    return undefined;
  } catch (error) {
    const lock = await store.lockOf(version).catch(() => undefined);
    return { uri, versionId, ...lock, error: reasonOf(error) };
  }
}

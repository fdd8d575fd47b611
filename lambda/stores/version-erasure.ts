import { byObject, reasonOf, type ObjectHistory, type ObjectVersion } from './object-history';

const OBJECTS_AT_ONCE = 16;

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

export interface ErasedVersions {
  readonly removed: number;
  readonly held: readonly HeldVersion[];
}

/**
 * Removes under prefixes all versions that readers do not see any more. Versions that a lock keeps stay and are told of,
 * with the marker that hides them: without it they would be seen again. Again on the same prefixes it goes on.
 */
export async function eraseVersions(
  store: VersionErasure,
  prefixes: readonly (string | undefined)[],
): Promise<ErasedVersions> {
  const held: HeldVersion[] = [];
  let removed = 0;
  const erase = async (versions: readonly ObjectVersion[]) => {
    const refused: HeldVersion[] = [];
    const remove = async (version: ObjectVersion) => {
      const refusal = await refusalOf(store, version);
      if (refusal) refused.push(refusal);
      return refusal === undefined;
    };
    for (const version of versions)
      if (!version.isLatest && !version.isDeleteMarker && (await remove(version))) removed++;
    if (refused.length === 0) for (const marker of versions) if (marker.isDeleteMarker) await remove(marker);
    held.push(...refused);
  };
  for (const prefix of new Set(prefixes)) {
    if (prefix === undefined) continue;
    const objects = byObject(store.versions(`${prefix.replace(/\/+$/, '')}/`))[Symbol.asyncIterator]();
    // Iterators of generators give one after the other, however many ask.
    const worker = async () => {
      for (let next = await objects.next(); !next.done; next = await objects.next()) await erase(next.value);
    };
    await Promise.all(Array.from({ length: OBJECTS_AT_ONCE }, worker));
  }
  return { removed, held: held.sort(byName) };
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

function byName(a: HeldVersion, b: HeldVersion): number {
  const [left, right] = [`${a.uri} ${a.versionId}`, `${b.uri} ${b.versionId}`];
  return left < right ? -1 : left > right ? 1 : 0;
}

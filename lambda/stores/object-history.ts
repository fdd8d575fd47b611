/** One version of an object, or the marker that deleted it. */
export interface ObjectVersion {
  readonly uri: string;
  readonly versionId: string;
  /** Epoch milliseconds; S3 counts in whole seconds. */
  readonly modifiedAt: number;
  readonly size: number;
  /** The version readers see; of a deleted object its marker. */
  readonly isLatest: boolean;
  readonly isDeleteMarker: boolean;
}

/** A store that keeps the versions of its objects. */
export interface ObjectHistory {
  /** Versions of the objects under a prefix: object by object, and of each the newest first. */
  versions(prefix: string): AsyncIterable<ObjectVersion>;
  /** Makes a copy of a version the newest one of its object; nothing is lost by it. */
  bringBack(version: ObjectVersion): Promise<void>;
  /** Deletes an object by a marker; its versions stay. */
  hide(uri: string): Promise<void>;
}

export interface RestoreOptions {
  /** `s3://<bucket>/<prefix>`: a table, a zone, a bucket. */
  readonly prefix: string;
  /** State that is wanted back, epoch milliseconds. */
  readonly at: number;
  /**
   * Also hide objects that came later. Without it nothing that is there now goes.
   * @default false
   */
  readonly exact?: boolean;
  /**
   * Change nothing.
   * @default false
   */
  readonly dryRun?: boolean;
}

export interface RestoreResult {
  readonly restored: { readonly objects: number; readonly bytes: number };
  /** Objects that came later: hidden when `exact`, else left. */
  readonly newer: number;
  readonly unchanged: number;
  /** Objects that stay as they are, with the reason. */
  readonly failed: readonly { readonly uri: string; readonly error: string }[];
}

const AT_ONCE = 16;

/**
 * Brings objects back to what they were at a time, from the versions the bucket keeps: what was deleted or replaced since
 * is there again. Running it again after an interruption goes on where it stopped.
 */
export async function restoreObjects(
  history: ObjectHistory,
  { prefix, at, exact = false, dryRun = false }: RestoreOptions,
): Promise<RestoreResult> {
  const lost: ObjectVersion[] = [];
  const later: string[] = [];
  let unchanged = 0;
  for await (const versions of byObject(history.versions(prefix))) {
    const wanted = versions.find(({ modifiedAt }) => modifiedAt <= at);
    const now = versions.find(({ isLatest }) => isLatest);
    if (wanted === undefined || wanted.isDeleteMarker) {
      if (now !== undefined && !now.isDeleteMarker) later.push(now.uri);
    } else if (wanted.isLatest) unchanged++;
    else lost.push(wanted);
  }
  const failed: { uri: string; error: string }[] = [];
  let restored = { objects: 0, bytes: 0 };
  const attempt = async (uri: string, change: () => Promise<void>): Promise<boolean> => {
    if (dryRun) return true;
    try {
      await change();
      return true;
    } catch (error) {
      failed.push({ uri, error: reasonOf(error) });
      return false;
    }
  };
  // What was lost first: a reader finds old and new side by side meanwhile, never neither.
  await inTurns(lost, async (version) => {
    if (await attempt(version.uri, () => history.bringBack(version)))
      restored = { objects: restored.objects + 1, bytes: restored.bytes + version.size };
  });
  if (exact) await inTurns(later, async (uri) => void (await attempt(uri, () => history.hide(uri))));
  return { restored, newer: later.length, unchanged, failed };
}

/** Versions, object by object. */
export async function* byObject(versions: AsyncIterable<ObjectVersion>): AsyncIterable<ObjectVersion[]> {
  let group: ObjectVersion[] = [];
  for await (const version of versions) {
    if (group.length > 0 && group[0].uri !== version.uri) {
      yield group;
      group = [];
    }
    group.push(version);
  }
  if (group.length > 0) yield group;
}

async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const worker = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'InvalidObjectState' || error.name === 'ObjectNotInActiveTierError')
    return 'It is archived. Restore it first: aws s3api restore-object, with its version id.';
  return `${error.name}: ${error.message}`;
}

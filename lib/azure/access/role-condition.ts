import { BLOB_PATH, BlobAction, LIST_PREFIX } from './blob-actions';

/** Blobs that an action is limited to. */
export interface BlobScope {
  /** Folders, each with a slash at its end; undefined for everything. */
  readonly prefixes?: readonly string[];
  /** Patterns with `*` of the only blobs that may be deleted; undefined where deleting is limited like the rest. */
  readonly deletable?: readonly string[];
}

/** Longest condition Azure takes: https://learn.microsoft.com/azure/role-based-access-control/conditions-faq */
const LONGEST = 8192;

/**
 * The condition of a role assignment that limits what its role allows to folders: every action has its own line, since those that a
 * condition does not name are allowed without limits.
 * @returns undefined where nothing is limited
 * @see https://learn.microsoft.com/azure/role-based-access-control/conditions-format
 */
export function roleCondition(
  actions: readonly BlobAction[],
  { prefixes, deletable }: BlobScope,
  further: readonly string[] = [],
): string | undefined {
  const below = (attribute: string) =>
    prefixes && anyOf(prefixes.map((prefix) => `${attribute} StringStartsWith ${quoted(prefix)}`));
  const like = deletable && anyOf(deletable.map((pattern) => `${BLOB_PATH} StringLike ${quoted(pattern)}`));
  const lines = actions.flatMap((action): string[] => {
    if (action === BlobAction.READ) {
      return [
        ...unless(`${named(action)} AND NOT SubOperationMatches{'Blob.List'}`, below(BLOB_PATH)),
        ...unless(`${named(action)} AND SubOperationMatches{'Blob.List'}`, below(LIST_PREFIX)),
      ];
    }
    return unless(
      named(action),
      action === BlobAction.DELETE ? (like ?? below(BLOB_PATH)) : below(BLOB_PATH),
    );
  });
  const all = [...lines, ...further];
  if (all.length === 0) return undefined;
  const condition = all.map((line) => `(${line})`).join(' AND ');
  if (condition.length <= LONGEST) return condition;
  throw new Error(
    `The condition of a role assignment is ${condition.length} characters long, Azure takes ${LONGEST}: too many folders were granted ` +
      `one by one (${prefixes?.length ?? 0}). Grant a folder above them, or the zone.`,
  );
}

function named(action: BlobAction): string {
  return `ActionMatches{'${action}'}`;
}

function unless(action: string, limit: string | undefined): string[] {
  return limit === undefined ? [] : [`!(${action}) OR (${limit})`];
}

function anyOf(terms: readonly string[]): string {
  return terms.join(' OR ');
}

function quoted(text: string): string {
  if (!text.includes("'")) return `'${text}'`;
  throw new Error(
    `The folder "${text}" has a quotation mark, which conditions of Azure cannot hold. Rename it.`,
  );
}

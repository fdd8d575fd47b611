import type { JsonObject } from '../template/json';

/** What a function read and put into no table. */
export interface LeftOut {
  /** Records the transform made nothing of. */
  readonly dropped?: number;
  /** Records whose event was in. */
  readonly duplicates?: number;
  /** Rows beyond the first of each record. */
  readonly moreRows: number;
}

export function addLeftOut(a: LeftOut | undefined, b: LeftOut): LeftOut {
  const sum = (one: number | undefined, other: number | undefined): number | undefined =>
    one === undefined ? other : one + (other ?? 0);
  return {
    dropped: sum(a?.dropped, b.dropped),
    duplicates: sum(a?.duplicates, b.duplicates),
    moreRows: (a?.moreRows ?? 0) + b.moreRows,
  };
}

/** From the line the handler logs for each batch (lambda/signals/ingest-log.ts). */
export function leftOutOf({ dropped, duplicates, rows, accepted }: JsonObject): LeftOut | undefined {
  if (dropped === undefined && duplicates === undefined) return undefined;
  return {
    dropped: dropped === undefined ? undefined : Number(dropped),
    duplicates: duplicates === undefined ? undefined : Number(duplicates),
    moreRows: rows === undefined ? 0 : Number(rows) - Number(accepted),
  };
}

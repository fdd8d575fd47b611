/** What a storage tier costs in US dollars, and what it asks for it. */
export interface TierFacts {
  /** For a GiB and month. */
  readonly storage: number;
  /** For a thousand objects moved there. */
  readonly transition: number;
  /** For a GiB read back. */
  readonly retrieval: number;
  /** For a thousand objects read. */
  readonly read: number;
  /** Days that are paid for at least, also of an object that leaves earlier. */
  readonly minimumDays: number;
  /** Hours until an object can be read; 0 for at once. */
  readonly recoveryHours: number;
}

/** The tiers of a cloud, from dear to cheap: objects begin in the first, and lifecycle rules move them in this direction. */
export interface TierList {
  readonly tiers: { readonly [name: string]: TierFacts };
  /** Day the prices were taken, ISO 8601. */
  readonly pricesAsOf: string;
  /**
   * Whether the least time of a tier counts from the writing of an object, however it was moved, and not from its arrival there.
   * @default false
   */
  readonly minimumSinceCreation?: boolean;
}

/** A move to a cheaper tier, days after an object was written. */
export interface TierMove {
  readonly tier: string;
  readonly afterDays: number;
}

export const DAYS_OF_MONTH = 30;
export const KIB_OF_GIB = 1024 ** 2;
/** As large as the data files of a lake are once they are compacted: 64 MiB. */
export const LAKE_OBJECT_KIB = 64 * 1024;

/**
 * Days that are paid for though an object is in a tier no longer.
 * @param from age at which it came there
 * @param to age at which it left
 * @param gone whether it was deleted then
 */
export function unpaidDays(list: TierList, tier: string, from: number, to: number, gone: boolean): number {
  const { minimumDays } = list.tiers[tier];
  if (!(list.minimumSinceCreation ?? false)) return Math.max(0, minimumDays - (to - from));
  return gone ? Math.max(0, minimumDays - to) : 0;
}

/** Longest time until an object that these moves may have reached can be read, in hours. */
export function recoveryHours({ tiers }: TierList, moves: readonly TierMove[]): number {
  return Math.max(0, ...moves.map(({ tier }) => tiers[tier]?.recoveryHours ?? 0));
}

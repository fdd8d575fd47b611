import type { TierFacts, TierList } from '../../../terraform';

/** Where objects move to as they age. */
export enum AccessTier {
  /** Read at once; 30 days are paid for at least. */
  COOL = 'COOL',
  /** Read at once; 90 days are paid for at least. */
  COLD = 'COLD',
  /**
   * Read once it has been brought back, which takes up to 15 hours; 180 days are paid for at least. Accounts with `ZRS`, `GZRS` or
   * `RAGZRS` have no such tier.
   */
  ARCHIVE = 'ARCHIVE',
}

const AT_ONCE = { minimumDays: 0, recoveryHours: 0 };

/**
 * Prices of the Blob endpoint, for one copy in a region (`LRS`): Microsoft's sample prices, which are those of a region of North America
 * as of that day. Other redundancies and regions have their own.
 * @see https://learn.microsoft.com/azure/storage/blobs/blob-storage-estimate-costs#sample-prices
 * @see https://learn.microsoft.com/azure/storage/blobs/access-tiers-overview for minimum durations
 * @see https://learn.microsoft.com/azure/storage/blobs/archive-rehydrate-overview for the time it takes
 */
export const ACCESS_TIERS: TierList = {
  pricesAsOf: '2024-07-26',
  tiers: {
    HOT: tier(0.0208, { ...AT_ONCE, writes: 0.055, reads: 0.0044, retrieval: 0 }),
    COOL: tier(0.0115, { ...AT_ONCE, writes: 0.1, reads: 0.01, retrieval: 0.01, minimumDays: 30 }),
    COLD: tier(0.0045, { ...AT_ONCE, writes: 0.18, reads: 0.1, retrieval: 0.03, minimumDays: 90 }),
    ARCHIVE: tier(0.002, { writes: 0.11, reads: 5.5, retrieval: 0.022, minimumDays: 180, recoveryHours: 15 }),
  },
};

/** What is read once a day costs one "other operation" to note its access time. */
export const ACCESS_TRACKING = 0.0044 / 10;

/** Operations are sold by ten thousand; a move to a cooler tier is a write there. */
function tier(
  storage: number,
  {
    writes,
    reads,
    ...facts
  }: Omit<TierFacts, 'storage' | 'transition' | 'read'> & {
    readonly writes: number;
    readonly reads: number;
  },
): TierFacts {
  return { storage, transition: writes / 10, read: reads / 10, ...facts };
}

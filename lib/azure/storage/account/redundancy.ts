/**
 * Where the copies of an account's data are. Eleven nines of durability a year at the least.
 * https://learn.microsoft.com/azure/storage/common/storage-redundancy
 */
export enum StorageRedundancy {
  /** Three copies in one data center. */
  LRS = 'LRS',
  /** Three availability zones of the region. */
  ZRS = 'ZRS',
  /** `LRS`, copied to the paired region within about 15 minutes; read there after a failover only. */
  GRS = 'GRS',
  /** `GRS`, and the copy can be read at any time, at `<account>-secondary`. */
  RAGRS = 'RAGRS',
  /** `ZRS`, copied to the paired region; read there after a failover only. */
  GZRS = 'GZRS',
  /** `GZRS`, and the copy can be read at any time. */
  RAGZRS = 'RAGZRS',
}

/**
 * Redundancies whose accounts have an archive tier.
 * https://learn.microsoft.com/azure/storage/blobs/access-tiers-overview#archive-access-tier
 */
export const ARCHIVING: readonly StorageRedundancy[] = [
  StorageRedundancy.LRS,
  StorageRedundancy.GRS,
  StorageRedundancy.RAGRS,
];

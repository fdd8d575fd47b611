export { requireOrder } from './require-order';
export { type MovedObjects, requireSavings } from './require-savings';
export {
  monthlyCost,
  type StorageCost,
  type StorageUsage,
  sumOfCosts,
  type Tiering,
  type ZoneUsage,
} from './storage-cost';
export { recoveryHours, type TierFacts, type TierList, type TierMove } from './tiers';

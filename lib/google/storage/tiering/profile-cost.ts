import { monthlyCost, type StorageCost, type StorageUsage } from '../../../terraform';
import type { LocationType } from '../bucket-location';
import { movesOf } from './moves';
import {
  AUTOCLASS_MANAGEMENT,
  autoclassClasses,
  IDLE_MOVES,
  SMALLEST_MANAGED_KIB,
  storageClasses,
} from './storage-classes';
import type { TieringProfile } from './tiering-profile';

/** What storing data by a profile costs a month in a kind of location. */
export function profileCost(profile: TieringProfile, usage: StorageUsage, type: LocationType): StorageCost {
  if (profile.autoclass === undefined) {
    const tiering = {
      moves: movesOf(profile.steps),
      noncurrentMoves: movesOf(profile.noncurrentSteps),
      idleOnly: false,
      monitoring: 0,
    };
    return monthlyCost(storageClasses(type), tiering, usage);
  }
  const managed = (usage.objectSizeKib ?? Infinity) >= SMALLEST_MANAGED_KIB;
  const deepest = IDLE_MOVES.findIndex(({ tier }) => tier === (profile.autoclass as string));
  const moves = managed ? IDLE_MOVES.slice(0, deepest + 1) : [];
  // Replaced versions are objects nobody reads.
  const tiering = {
    moves,
    noncurrentMoves: moves,
    idleOnly: true,
    monitoring: managed ? AUTOCLASS_MANAGEMENT : 0,
  };
  return monthlyCost(autoclassClasses(type), tiering, usage);
}

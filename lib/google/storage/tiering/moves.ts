import type { TierMove } from '../../../terraform';
import type { TieringStep } from './tiering-profile';

/** Steps as both clouds of Terraform know them. */
export function movesOf(steps: readonly TieringStep[]): TierMove[] {
  return steps.map(({ storageClass, afterDays }) => ({ tier: storageClass, afterDays }));
}

import { known } from '../known';
import type { TierList, TierMove } from './tiers';

/** @throws Error for a tier there is not, for ages that are not whole days, and for a move that is not later and colder */
export function requireOrder({ tiers }: TierList, name: string, moves: readonly TierMove[]): void {
  const order = Object.keys(tiers);
  moves.forEach(({ tier, afterDays }, index) => {
    const rank = order.indexOf(tier);
    if (rank < 1) {
      throw new Error(
        `Tiering ${name}: "${tier}" is no tier to move to. Allowed: ${order.slice(1).join(', ')}.`,
      );
    }
    const age = known(afterDays);
    if (age !== undefined && !(Number.isInteger(age) && age >= 0)) {
      throw new Error(`Tiering ${name} moves to ${tier} after ${age} days. Use whole days, 0 or more.`);
    }
    const previous = moves[index - 1];
    if (previous === undefined) return;
    if (order.indexOf(previous.tier) >= rank) {
      throw new Error(
        `Tiering ${name} moves from ${previous.tier} to ${tier}: lifecycle rules move objects to colder tiers only. ` +
          `Order the steps ${order.slice(1).join(', ')}, each at most once.`,
      );
    }
    const before = known(previous.afterDays);
    if (age !== undefined && before !== undefined && age <= before) {
      throw new Error(
        `Tiering ${name} moves to ${tier} after ${age} days, not later than to ${previous.tier} after ${before}. ` +
          `Use more than ${before} days.`,
      );
    }
  });
}

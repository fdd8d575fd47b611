import { known } from '../known';
import {
  DAYS_OF_MONTH,
  KIB_OF_GIB,
  LAKE_OBJECT_KIB,
  type TierFacts,
  type TierList,
  type TierMove,
  unpaidDays,
} from './tiers';

/** What is kept for good has to have paid for its moves by then. */
const HORIZON_DAYS = 3 * 365;

/** What is known of the objects that a profile moves. */
export interface MovedObjects {
  /** KiB of most objects; where it is not given they are taken to be large. */
  readonly sizeKib?: number;
  /** Days until they are deleted; undefined where they are kept. */
  readonly endDays?: number;
  /** Share of them that is read each month, 0 to 1; where it is not given they are taken to be read by nobody. */
  readonly readShare?: number;
}

/**
 * Refuses moves that cost more than they save even if nobody reads the objects: an object pays for the least time of its
 * tier, also when it leaves earlier, and small ones pay for each move.
 */
export function requireSavings(
  list: TierList,
  name: string,
  moves: readonly TierMove[],
  { sizeKib, endDays, readShare }: MovedObjects,
): void {
  if (known(sizeKib) !== undefined && !(sizeKib! > 0)) {
    throw new Error(`objectSizeKib must be above 0. Received ${sizeKib}.`);
  }
  requireLongEnough(list, name, moves, known(endDays));
  if (known(readShare) !== undefined) requireFewReads(list, name, moves, readShare!);
  if (known(sizeKib) !== undefined) requireLargeEnough(list, name, moves, sizeKib!, known(endDays));
}

/** Each tier is held against the one before it: a read costs more the colder it is. */
function requireFewReads(
  { tiers }: TierList,
  name: string,
  moves: readonly TierMove[],
  readShare: number,
): void {
  if (!(readShare >= 0 && readShare <= 1)) {
    throw new Error(`readShare must be between 0 and 1. Received ${readShare}.`);
  }
  const monthly = (tier: string) => tiers[tier].storage + readShare * tiers[tier].retrieval;
  moves.forEach(({ tier }, index) => {
    const before = moves[index - 1]?.tier ?? Object.keys(tiers)[0];
    if (monthly(tier) < monthly(before)) return;
    throw new Error(
      `Tiering ${name} costs more than it saves where ${Math.round(readShare * 100)} % are read each month: ` +
        `${dollars(monthly(tier))} for a GiB and month in ${tier}, ${dollars(monthly(before))} in ${before}. Leave the step out.`,
    );
  });
}

function requireLongEnough(
  list: TierList,
  name: string,
  moves: readonly TierMove[],
  endDays: number | undefined,
): void {
  const { tiers } = list;
  const first = Object.keys(tiers)[0];
  moves.forEach(({ tier, afterDays }, index) => {
    const facts = tiers[tier];
    const before = tiers[moves[index - 1]?.tier ?? first];
    const next = moves[index + 1];
    const [from, to] = [known(afterDays), next === undefined ? endDays : known(next.afterDays)];
    if (from === undefined || to === undefined) return;
    const stay = to - from;
    const unpaid = unpaidDays(list, tier, from, to, next === undefined);
    if (stay <= 0 || unpaid === 0) return;
    const moved = months(stay + unpaid) * facts.storage + fees(facts, LAKE_OBJECT_KIB);
    const unmoved = months(stay) * before.storage;
    if (moved < unmoved) return;
    throw new Error(
      `Tiering ${name} costs more than it saves: an object stays in ${tier} for ${stay} days and pays for ${stay + unpaid} ` +
        `(${dollars(moved)} a GiB; where it was, ${dollars(unmoved)}). Leave the step out, or let it stay ${stay + unpaid} days.`,
    );
  });
}

function requireLargeEnough(
  { tiers }: TierList,
  name: string,
  moves: readonly TierMove[],
  sizeKib: number,
  endDays = HORIZON_DAYS,
): void {
  const ages = moves.map(({ afterDays }) => known(afterDays));
  const begin = ages[0];
  if (begin === undefined || ages.includes(undefined) || begin >= endDays) return;
  const moved = moves.reduce((sum, { tier }, index) => {
    const [from, to] = [ages[index]!, Math.min(endDays, ages[index + 1] ?? endDays)];
    return to <= from ? sum : sum + fees(tiers[tier], sizeKib) + months(to - from) * tiers[tier].storage;
  }, 0);
  const unmoved = months(endDays - begin) * Object.values(tiers)[0].storage;
  if (moved < unmoved) return;
  throw new Error(
    `Tiering ${name} costs more than it saves with objects of ${sizeKib} KiB: ${Math.round(KIB_OF_GIB / sizeKib)} of them make a ` +
      `GiB, and each is charged for its move (${dollars(moved)} a GiB in ${endDays - begin} days; where it was, ${dollars(unmoved)}). ` +
      'Pack them into larger ones first, or leave the profile out.',
  );
}

/** For moving a GiB of objects. */
function fees(facts: TierFacts, sizeKib: number): number {
  return (KIB_OF_GIB / sizeKib / 1000) * facts.transition;
}

function months(days: number): number {
  return days / DAYS_OF_MONTH;
}

function dollars(amount: number): string {
  return `$${amount.toFixed(4)}`;
}

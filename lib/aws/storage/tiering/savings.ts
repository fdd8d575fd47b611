import type { Size } from 'aws-cdk-lib';
import { daysOf } from '../lifecycle';
import {
  IDLE_TIERS,
  INTELLIGENT_TIERING,
  MONITORING,
  SMALLEST_TRANSITIONED,
  STORAGE_CLASSES,
  type StorageClassFacts,
} from './storage-classes';
import type { TieringStep } from './tiering-profile';

const GIB = 1024 ** 3;
const MONTH = 30;
/** What is kept for good has to have paid for its moves by then. */
const HORIZON_DAYS = 3 * 365;
/** As large as the data files of a lake are once they are compacted. */
const LAKE_OBJECT = 64 * 1024 ** 2;

/**
 * Refuses moves that cost more than they save even if nobody reads the objects: an object pays for the least time of its
 * class, also when it leaves earlier; small ones pay for each move, for being watched and for their overhead.
 * @param objectSize of most objects; where it is not given they are taken to be large
 * @param end days until the objects are deleted; undefined where they are kept
 */
export function requireSavings(
  name: string,
  steps: readonly TieringStep[],
  objectSize: Size | undefined,
  end: number | undefined,
): void {
  requireLongEnough(name, steps, end);
  if (objectSize !== undefined && !objectSize.isUnresolved())
    requireLargeEnough(name, steps, objectSize.toBytes(), end);
}

function requireLongEnough(name: string, steps: readonly TieringStep[], end: number | undefined): void {
  steps.forEach(({ storageClass, after }, index) => {
    const facts = STORAGE_CLASSES[storageClass.value];
    const before = STORAGE_CLASSES[steps[index - 1]?.storageClass.value ?? 'STANDARD'];
    const next = steps[index + 1];
    const [from, to] = [daysOf(after), next === undefined ? end : daysOf(next.after)];
    if (facts === undefined || before === undefined || from === undefined || to === undefined) return;
    const stay = to - from;
    if (stay <= 0 || stay >= facts.minimumDays) return;
    const moved = (facts.minimumDays / MONTH) * facts.storage + moves(facts, LAKE_OBJECT);
    const unmoved = (stay / MONTH) * before.storage;
    if (moved < unmoved) return;
    throw new Error(
      `Tiering ${name} costs more than it saves: an object stays in ${storageClass.value} for ${stay} days and pays for ` +
        `${facts.minimumDays} (${cents(moved)} a GB; where it was, ${cents(unmoved)}). ` +
        `Leave the step out, or let it stay ${facts.minimumDays} days.`,
    );
  });
}

function requireLargeEnough(
  name: string,
  steps: readonly TieringStep[],
  bytes: number,
  end = HORIZON_DAYS,
): void {
  if (steps.length === 0) return;
  const size = `${Math.round(bytes / 1024)} KiB`;
  if (bytes < SMALLEST_TRANSITIONED) {
    throw new Error(
      `Tiering ${name}: objects of ${size} never move, S3 leaves those below 128 KiB where they are. ` +
        'Pack them into larger ones first, or leave the profile out.',
    );
  }
  const known = steps.map(({ storageClass, after }) => ({
    facts: STORAGE_CLASSES[storageClass.value],
    from: daysOf(after),
  }));
  if (known.some(({ facts, from }) => facts === undefined || from === undefined)) return;
  const begin = known[0].from!;
  if (begin >= end) return;
  const moved = known.reduce((sum, { facts, from }, index) => {
    const to = Math.min(end, known[index + 1]?.from ?? end);
    return to <= from! ? sum : sum + moves(facts, bytes) + keeping(facts, to - from!, bytes);
  }, 0);
  const unmoved = keeping(STORAGE_CLASSES.STANDARD, end - begin, bytes);
  if (moved < unmoved) return;
  throw new Error(
    `Tiering ${name} costs more than it saves with objects of ${size}: ${Math.round(GIB / bytes)} of them make a GB, and each is ` +
      `charged for (${cents(moved)} a GB in ${end - begin} days; where it was, ${cents(unmoved)}). ` +
      'Pack them into larger ones first, or leave the profile out.',
  );
}

/** US dollars for moving a GB of objects. */
function moves(facts: StorageClassFacts, bytes: number): number {
  return (GIB / bytes / 1000) * facts.transition;
}

/** US dollars for a GB that nobody reads, its overheads and its watching with it. */
function keeping(facts: StorageClassFacts, days: number, bytes: number): number {
  const months = days / MONTH;
  if (facts === STORAGE_CLASSES[INTELLIGENT_TIERING]) {
    const tiers = [{ after: 0, storage: facts.storage }, ...IDLE_TIERS];
    const storage = tiers.reduce((sum, tier, index) => {
      const until = Math.min(days, tiers[index + 1]?.after ?? Infinity);
      return sum + (Math.max(0, until - tier.after) / MONTH) * tier.storage;
    }, 0);
    return storage + (GIB / bytes / 1000) * MONITORING * months;
  }
  const overhead =
    (facts.overhead * facts.storage + facts.standardOverhead * STORAGE_CLASSES.STANDARD.storage) /
    (bytes / 1024);
  return months * (facts.storage + overhead);
}

function cents(dollars: number): string {
  return `$${dollars.toFixed(4)}`;
}

import type { TierFacts, TierList } from '../../../terraform';

/** Class A and B operations are charged by the class an object is in or goes to, whatever its size. */
const AT_ONCE = { recoveryHours: 0 };

/**
 * Every class is read at once, in milliseconds. Prices are list prices of us-central1; a move is an operation of class A at the
 * rate of the class the object goes to, a read one of class B beside the price by the GiB.
 * @see https://cloud.google.com/storage/pricing
 * @see https://docs.cloud.google.com/storage/docs/storage-classes
 */
const CLASSES: { readonly [name: string]: TierFacts } = {
  STANDARD: { storage: 0.02, transition: 0, retrieval: 0, read: 0.0004, minimumDays: 0, ...AT_ONCE },
  NEARLINE: { storage: 0.01, transition: 0.01, retrieval: 0.01, read: 0.001, minimumDays: 30, ...AT_ONCE },
  COLDLINE: { storage: 0.004, transition: 0.02, retrieval: 0.02, read: 0.01, minimumDays: 90, ...AT_ONCE },
  ARCHIVE: { storage: 0.0012, transition: 0.05, retrieval: 0.05, read: 0.05, minimumDays: 365, ...AT_ONCE },
};

export const STORAGE_CLASSES: TierList = {
  tiers: CLASSES,
  pricesAsOf: '2026-09-20',
  // Lifecycle rules rewrite nothing, so that their moves end no stay, and time in the classes before counts:
  // https://docs.cloud.google.com/storage/docs/lifecycle#setstorageclass-cost
  minimumSinceCreation: true,
};

/**
 * Under Autoclass moving, reading and deleting cost nothing, and operations what they cost in the standard class.
 * @see https://docs.cloud.google.com/storage/docs/autoclass#pricing
 */
export const AUTOCLASS_CLASSES: TierList = {
  tiers: Object.fromEntries(
    Object.entries(CLASSES).map(([name, { storage }]) => [name, { ...CLASSES.STANDARD, storage }]),
  ),
  pricesAsOf: STORAGE_CLASSES.pricesAsOf,
};

/** US dollars a month for a thousand objects that Autoclass watches. */
export const AUTOCLASS_MANAGEMENT = 0.0025;

/** Autoclass leaves objects below this many KiB in the standard class, and charges nothing for them. */
export const SMALLEST_MANAGED_KIB = 128;

/** Autoclass moves objects by days without access. */
export const IDLE_MOVES = [
  { tier: 'NEARLINE', afterDays: 30 },
  { tier: 'COLDLINE', afterDays: 90 },
  { tier: 'ARCHIVE', afterDays: 365 },
];

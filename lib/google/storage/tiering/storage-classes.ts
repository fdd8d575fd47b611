import type { TierFacts, TierList } from '../../../terraform';
import { LocationType } from '../bucket-location';

/** Day of the list prices below. Those of storage and reading were the same on 2026-09-20. */
const PRICES_AS_OF = '2026-05-16';

const NAMES = ['STANDARD', 'NEARLINE', 'COLDLINE', 'ARCHIVE'];
const MINIMUM_DAYS = [0, 30, 90, 365];
/** For a GiB that is read, and for a thousand objects that are: operations of class B. The same everywhere. */
const RETRIEVAL = [0, 0.01, 0.02, 0.05];
const READ = [0.0004, 0.001, 0.01, 0.05];

/**
 * US dollars for a GiB and month of 730 hours: of us-central1; of two regions of the United States, each of which is billed;
 * of the multi-region Asia.
 * @see https://cloud.google.com/storage/pricing
 */
const STORAGE = {
  [LocationType.REGION]: [0.02, 0.01, 0.004, 0.0012],
  [LocationType.DUAL_REGION]: [0.044, 0.022, 0.0088, 0.0028],
  [LocationType.MULTI_REGION]: [0.026, 0.015, 0.00875, 0.003],
};

/** A move is an operation of class A at the rate of the class the object goes to. */
const MOVES = {
  [LocationType.REGION]: [0, 0.01, 0.02, 0.05],
  [LocationType.DUAL_REGION]: [0, 0.02, 0.04, 0.1],
  [LocationType.MULTI_REGION]: [0, 0.02, 0.04, 0.1],
};

/** Every class is read at once, in milliseconds. https://docs.cloud.google.com/storage/docs/storage-classes */
function classesOf(type: LocationType): { [name: string]: TierFacts } {
  return Object.fromEntries(
    NAMES.map((name, index) => [
      name,
      {
        storage: STORAGE[type][index],
        transition: MOVES[type][index],
        retrieval: RETRIEVAL[index],
        read: READ[index],
        minimumDays: MINIMUM_DAYS[index],
        recoveryHours: 0,
      },
    ]),
  );
}

/** The classes of a kind of location, moved by lifecycle rules. */
export function storageClasses(type: LocationType): TierList {
  return {
    tiers: classesOf(type),
    pricesAsOf: PRICES_AS_OF,
    // Lifecycle rules rewrite nothing, so that their moves end no stay, and time in the classes before counts.
    minimumSinceCreation: true,
  };
}

/** Those of one region, which is where names, order and minima come from as well. */
export const STORAGE_CLASSES = storageClasses(LocationType.REGION);

/** Under Autoclass reading and deleting cost nothing, most moves neither, and operations what they cost in the standard class. */
export function autoclassClasses(type: LocationType): TierList {
  const classes = classesOf(type);
  const tiers = Object.entries(classes).map(([name, { storage }]) => [
    name,
    { ...classes.STANDARD, storage },
  ]);
  return { tiers: Object.fromEntries(tiers) as TierList['tiers'], pricesAsOf: PRICES_AS_OF };
}

/** US dollars a month for a thousand objects that Autoclass watches. */
export const AUTOCLASS_MANAGEMENT = 0.0025;

/** Autoclass leaves objects below this many KiB in the standard class, and charges nothing for them. */
export const SMALLEST_MANAGED_KIB = 128;

/** Autoclass moves objects by days without access. https://docs.cloud.google.com/storage/docs/autoclass */
export const IDLE_MOVES = [
  { tier: 'NEARLINE', afterDays: 30 },
  { tier: 'COLDLINE', afterDays: 90 },
  { tier: 'ARCHIVE', afterDays: 365 },
];

/** US dollars for a GiB that is written in a multi-region, or a pair of regions of it. */
export const REPLICATION: {
  readonly [location: string]: { readonly standard: number; readonly turbo: number };
} = {
  ASIA: { standard: 0.08, turbo: 0.11 },
  EU: { standard: 0.02, turbo: 0.04 },
  US: { standard: 0.02, turbo: 0.04 },
};

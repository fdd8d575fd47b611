import { known } from '../known';
import {
  DAYS_OF_MONTH,
  KIB_OF_GIB,
  LAKE_OBJECT_KIB,
  type TierList,
  type TierMove,
  unpaidDays,
} from './tiers';

/** What is stored, and what is read of it. */
export interface StorageUsage {
  /** What comes in each month, GiB. */
  readonly monthlyVolumeGib: number;
  /** How long it is kept, in whole days. */
  readonly retentionDays: number;
  /**
   * Size of an object, KiB.
   * @default 65536
   */
  readonly objectSizeKib?: number;
  /**
   * Share of the objects older than 30 days that are read at least once a month, 0 to 1.
   * @default 0.05
   */
  readonly readShare?: number;
  /**
   * Prices of a region or a contract of your own over those of the library: US dollars for a GiB and month, by tier.
   * @default - those of the day `StorageCost.pricesAsOf`
   */
  readonly storagePrices?: { readonly [tier: string]: number };
  /**
   * The same for moves: US dollars for a thousand objects moved to a tier.
   * @default - those of the day `StorageCost.pricesAsOf`
   */
  readonly transitionPrices?: { readonly [tier: string]: number };
  /**
   * The same for reading back: US dollars for a GiB.
   * @default - those of the day `StorageCost.pricesAsOf`
   */
  readonly retrievalPrices?: { readonly [tier: string]: number };
  /**
   * What is replaced or deleted each month and kept as noncurrent versions, GiB: for tables what compaction and merges
   * rewrite.
   * @default - nothing
   */
  readonly replacedVolumeGib?: number;
  /**
   * How long replaced versions are kept, in whole days.
   * @default - 30, or what the zone says
   */
  readonly noncurrentRetentionDays?: number;
  /**
   * How long what was deleted for good can be restored after that, in whole days; it is paid for as long.
   * @default - 0, or what the zone says
   */
  readonly softDeleteDays?: number;
}

/** US dollars a month. */
export interface StorageCost {
  readonly storage: number;
  /** Moves between tiers, and what leaves a tier before its minimum is paid for. */
  readonly transitions: number;
  /** Reading back from tiers that charge for it, by the GiB and by the object. */
  readonly retrieval: number;
  /** What the cloud charges for watching which objects are read. */
  readonly monitoring: number;
  /** What it charges for copying to another region what is written, where that is not in the price of storage. */
  readonly replication: number;
  readonly total: number;
  /** Day of the prices, ISO 8601. */
  readonly pricesAsOf: string;
}

/** What is stored in a zone, or in a folder of it. */
export interface ZoneUsage extends StorageUsage {
  /**
   * Folder the usage is of, for example `raw/`: its tiering is the one with the longest prefix that covers it.
   * @default - the whole zone
   */
  readonly prefix?: string;
}

/** How a profile moves objects, as far as their cost goes. */
export interface Tiering {
  readonly moves: readonly TierMove[];
  readonly noncurrentMoves: readonly TierMove[];
  /** Whether objects that are read stay in the first tier, or come back to it. */
  readonly idleOnly: boolean;
  /** US dollars for watching a thousand objects a month. */
  readonly monitoring: number;
}

/**
 * The steady state: each month as much comes in as went out, and objects of every age are there.
 * @throws Error for a share that is none, and for volumes, days and sizes below zero
 */
export function monthlyCost(list: TierList, tiering: Tiering, usage: StorageUsage): StorageCost {
  const readShare = usage.readShare ?? 0.05;
  if (!(readShare >= 0 && readShare <= 1)) {
    throw new Error(`readShare must be between 0 and 1. Received ${readShare}.`);
  }
  requireUsage(usage);
  requireKnown([...tiering.moves, ...tiering.noncurrentMoves]);
  const { monthlyVolumeGib, retentionDays, softDeleteDays = 0 } = usage;
  const moving = tiering.idleOnly ? 1 - readShare : 1;
  const current = [
    costOf(list, tiering.moves, usage, {
      gib: monthlyVolumeGib * moving,
      days: retentionDays,
      readShare: tiering.idleOnly ? 0 : readShare,
    }),
    costOf(list, [], usage, { gib: monthlyVolumeGib * (1 - moving), days: retentionDays, readShare: 1 }),
    watching(list, tiering, usage),
  ];
  if (usage.replacedVolumeGib === undefined) return sumOfCosts(list, current);
  // Nobody reads what was replaced.
  const days = (usage.noncurrentRetentionDays ?? DAYS_OF_MONTH) + softDeleteDays;
  const replaced = { gib: usage.replacedVolumeGib, days, readShare: 0 };
  return sumOfCosts(list, [...current, costOf(list, tiering.noncurrentMoves, usage, replaced)]);
}

function requireUsage(usage: StorageUsage): void {
  const { objectSizeKib = LAKE_OBJECT_KIB } = usage;
  if (!(objectSizeKib > 0)) throw new Error(`objectSizeKib must be above 0. Received ${objectSizeKib}.`);
  const names = [
    'monthlyVolumeGib',
    'retentionDays',
    'replacedVolumeGib',
    'noncurrentRetentionDays',
    'softDeleteDays',
  ] as const;
  for (const name of names) {
    const value = known(usage[name] ?? 0);
    if (value === undefined)
      throw new Error(`${name} is known at deployment only, and costs cannot be told of it.`);
    if (!(value >= 0 && value < Infinity)) throw new Error(`${name} must be 0 or more. Received ${value}.`);
  }
}

function requireKnown(moves: readonly TierMove[]): void {
  const move = moves.find(({ afterDays }) => known(afterDays) === undefined);
  if (move === undefined) return;
  throw new Error(
    `The age of the move to ${move.tier} is known at deployment only, and costs cannot be told of it.`,
  );
}

export function sumOfCosts({ pricesAsOf }: TierList, costs: readonly StorageCost[]): StorageCost {
  const sum = (figure: (cost: StorageCost) => number) => costs.reduce((total, one) => total + figure(one), 0);
  return {
    storage: sum(({ storage }) => storage),
    transitions: sum(({ transitions }) => transitions),
    retrieval: sum(({ retrieval }) => retrieval),
    monitoring: sum(({ monitoring }) => monitoring),
    replication: sum(({ replication }) => replication),
    total: sum(({ total }) => total),
    pricesAsOf,
  };
}

interface Volume {
  readonly gib: number;
  readonly days: number;
  readonly readShare: number;
}

function costOf(
  list: TierList,
  moves: readonly TierMove[],
  usage: StorageUsage,
  { gib, days, readShare }: Volume,
): StorageCost {
  const { tiers, pricesAsOf } = list;
  const objects = (gib * KIB_OF_GIB) / (usage.objectSizeKib ?? LAKE_OBJECT_KIB);
  const begins = [{ tier: Object.keys(tiers)[0], afterDays: 0 }, ...moves].filter(
    ({ afterDays }) => afterDays < days,
  );
  const figures = { storage: 0, transitions: 0, retrieval: 0 };
  begins.forEach(({ tier, afterDays: from }, index) => {
    const to = begins[index + 1]?.afterDays ?? days;
    const facts = tiers[tier];
    const price = usage.storagePrices?.[tier] ?? facts.storage;
    const move = usage.transitionPrices?.[tier] ?? facts.transition;
    const retrieval = usage.retrievalPrices?.[tier] ?? facts.retrieval;
    figures.storage += (gib * (to - from) * price) / DAYS_OF_MONTH;
    if (index > 0) figures.transitions += (objects / 1000) * move;
    const unpaid = unpaidDays(list, tier, from, to, index === begins.length - 1);
    figures.transitions += (gib * unpaid * price) / DAYS_OF_MONTH;
    const readMonths = Math.max(0, to - Math.max(from, DAYS_OF_MONTH)) / DAYS_OF_MONTH;
    figures.retrieval += readMonths * readShare * (gib * retrieval + (objects / 1000) * facts.read);
  });
  const total = figures.storage + figures.transitions + figures.retrieval;
  return { ...figures, monitoring: 0, replication: 0, total, pricesAsOf };
}

const NOTHING = { storage: 0, transitions: 0, retrieval: 0, monitoring: 0, replication: 0 };

function watching({ pricesAsOf }: TierList, { monitoring: fee }: Tiering, usage: StorageUsage): StorageCost {
  const gib = (usage.monthlyVolumeGib * usage.retentionDays) / DAYS_OF_MONTH;
  const objects = (gib * KIB_OF_GIB) / (usage.objectSizeKib ?? LAKE_OBJECT_KIB);
  const monitoring = (objects / 1000) * fee;
  return { ...NOTHING, monitoring, total: monitoring, pricesAsOf };
}

import { Duration, type Size } from 'aws-cdk-lib';
import { daysOf } from '../lifecycle';
import {
  IDLE_TIERS,
  INTELLIGENT_TIERING,
  MONITORING,
  PRICES_AS_OF,
  SMALLEST_TRANSITIONED,
  STORAGE_CLASSES,
} from './storage-classes';
import type { TieringProfile, TieringStep } from './tiering-profile';

/** What is stored, and what is read of it. */
export interface StorageUsage {
  /** What comes in each month. */
  readonly monthlyVolume: Size;
  /** How long it is kept, in whole days. */
  readonly retention: Duration;
  /**
   * Size of an object.
   * @default Size.mebibytes(64)
   */
  readonly objectSize?: Size;
  /**
   * Share of the objects older than 30 days that are read at least once a month, 0 to 1.
   * @default 0.05
   */
  readonly readShare?: number;
  /**
   * Prices of a region or a contract of your own over the list prices: US dollars for a GB and month, by storage class
   * (`STANDARD`, `STANDARD_IA`, `INTELLIGENT_TIERING`, `GLACIER_IR`, `GLACIER`, `DEEP_ARCHIVE`).
   * @default - list prices of us-east-1
   */
  readonly storagePrices?: { readonly [storageClass: string]: number };
  /**
   * The same for moves: US dollars for a thousand objects moved to a class.
   * @default - list prices of us-east-1
   */
  readonly transitionPrices?: { readonly [storageClass: string]: number };
  /**
   * The same for reading back: US dollars for a GB.
   * @default - list prices of us-east-1
   */
  readonly retrievalPrices?: { readonly [storageClass: string]: number };
  /**
   * What is replaced or deleted each month, and kept as noncurrent versions for `noncurrentRetention`: for tables what
   * compaction and merges rewrite.
   * @default - nothing
   */
  readonly replacedVolume?: Size;
  /**
   * How long replaced versions are kept, in whole days.
   * @default Duration.days(30), or what the zone says
   */
  readonly noncurrentRetention?: Duration;
}

/** US dollars a month. */
export interface StorageCost {
  readonly storage: number;
  /** Moves between storage classes, and what leaves a class before its minimum is paid for. */
  readonly transitions: number;
  /** Reading back from classes that charge for it. */
  readonly retrieval: number;
  /** Intelligent-Tiering's watching of objects. */
  readonly monitoring: number;
  readonly total: number;
  /** Day of the list prices, ISO 8601. */
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

const GIB = 1024 ** 3;
const MONTH = 30;
/** A stretch of an object's life in one class. */
interface Stay {
  readonly storageClass: string;
  readonly from: number;
  readonly to: number;
}

/** The steady state: each month as much comes in as went out, and objects of every age are there. */
export function monthlyCost(profile: TieringProfile, usage: StorageUsage): StorageCost {
  const retention = daysOf(usage.retention);
  const versions = daysOf(usage.noncurrentRetention ?? Duration.days(MONTH));
  if (retention === undefined || versions === undefined)
    throw new Error('retention must be known to estimate a cost. Pass a number of days.');
  const readShare = usage.readShare ?? 0.05;
  if (!(readShare >= 0 && readShare <= 1)) {
    throw new Error(`readShare must be between 0 and 1. Received ${readShare}.`);
  }
  const current = costOf(profile, profile.steps, usage, usage.monthlyVolume, retention, readShare);
  if (usage.replacedVolume === undefined) return current;
  // Nobody reads what was replaced.
  const replaced = costOf(profile, profile.noncurrentSteps, usage, usage.replacedVolume, versions, 0);
  return sumOfCosts([current, replaced]);
}

export function sumOfCosts(costs: readonly StorageCost[]): StorageCost {
  const sum = (figure: (cost: StorageCost) => number) => costs.reduce((total, one) => total + figure(one), 0);
  return {
    storage: sum(({ storage }) => storage),
    transitions: sum(({ transitions }) => transitions),
    retrieval: sum(({ retrieval }) => retrieval),
    monitoring: sum(({ monitoring }) => monitoring),
    total: sum(({ total }) => total),
    pricesAsOf: PRICES_AS_OF,
  };
}

function costOf(
  profile: TieringProfile,
  steps: readonly TieringStep[],
  usage: StorageUsage,
  volume: Size,
  retention: number,
  readShare: number,
): StorageCost {
  const objectBytes = usage.objectSize?.toBytes() ?? 64 * 1024 ** 2;
  const gigabytes = volume.toBytes() / GIB;
  const objects = volume.toBytes() / objectBytes;
  const stays = staysOf(steps, retention, objectBytes);
  let storage = 0;
  let transitions = 0;
  let retrieval = 0;
  let monitoring = 0;
  stays.forEach((stay, index) => {
    const facts = STORAGE_CLASSES[stay.storageClass];
    const months = (stay.to - stay.from) / MONTH;
    const price = usage.storagePrices?.[stay.storageClass] ?? facts.storage;
    if (stay.storageClass === INTELLIGENT_TIERING) {
      storage += gigabytes * tieredStorage(profile, stay, price, readShare);
      monitoring += (objects / 1000) * MONITORING * months;
    } else {
      const kilobytes = objectBytes / 1024;
      const standard = usage.storagePrices?.STANDARD ?? STORAGE_CLASSES.STANDARD.storage;
      const perGigabyte =
        (price * (kilobytes + facts.overhead) + standard * facts.standardOverhead) / kilobytes;
      storage += gigabytes * months * perGigabyte;
    }
    const move = usage.transitionPrices?.[stay.storageClass] ?? facts.transition;
    if (index > 0) transitions += (objects / 1000) * move;
    const unpaidMonths = Math.max(0, facts.minimumDays - (stay.to - stay.from)) / MONTH;
    transitions += gigabytes * unpaidMonths * price;
    const readMonths = Math.max(0, stay.to - Math.max(stay.from, MONTH)) / MONTH;
    const reading = usage.retrievalPrices?.[stay.storageClass] ?? facts.retrieval;
    retrieval += gigabytes * readMonths * readShare * reading;
  });
  const total = storage + transitions + retrieval + monitoring;
  return { storage, transitions, retrieval, monitoring, total, pricesAsOf: PRICES_AS_OF };
}

function staysOf(allSteps: readonly TieringStep[], retention: number, objectBytes: number): Stay[] {
  const steps = objectBytes < SMALLEST_TRANSITIONED ? [] : allSteps;
  const begins = [
    { storageClass: 'STANDARD', from: 0 },
    ...steps.map(({ storageClass, after }) => ({
      storageClass: storageClass.value,
      from: daysOf(after) ?? 0,
    })),
  ].filter(({ from }) => from < retention);
  return begins
    .map((begin, index) => ({ ...begin, to: begins[index + 1]?.from ?? retention }))
    .filter(({ from, to }) => to > from);
}

/** Months times price of a GB that Intelligent-Tiering keeps where its reader's habits put it. */
function tieredStorage(
  profile: TieringProfile,
  { from, to }: Stay,
  price: number,
  readShare: number,
): number {
  const archive = profile.archiveAccessAfter && daysOf(profile.archiveAccessAfter);
  const deep = profile.deepArchiveAccessAfter && daysOf(profile.deepArchiveAccessAfter);
  const tiers = [
    { after: 0, storage: price },
    ...IDLE_TIERS.filter(({ after }) => archive === undefined || after < archive),
    ...(archive === undefined ? [] : [{ after: archive, storage: STORAGE_CLASSES.GLACIER.storage }]),
    ...(deep === undefined ? [] : [{ after: deep, storage: STORAGE_CLASSES.DEEP_ARCHIVE.storage }]),
  ];
  const idle = tiers.reduce((sum, { after, storage }, index) => {
    const [begin, end] = [from + after, Math.min(to, from + (tiers[index + 1]?.after ?? Infinity))];
    return sum + (Math.max(0, end - begin) / MONTH) * storage;
  }, 0);
  return readShare * ((to - from) / MONTH) * price + (1 - readShare) * idle;
}

import { requireOrder, type StorageCost, type StorageUsage } from '../../../terraform';
import { LocationType } from '../bucket-location';
import { movesOf } from './moves';
import { profileCost } from './profile-cost';
import { STORAGE_CLASSES } from './storage-classes';

/** Classes an object can move to. All of them are read at once. */
export enum StorageClass {
  /** For what is read once a month. Paid for 30 days at least. */
  NEARLINE = 'NEARLINE',
  /** For what is read once a quarter. Paid for 90 days at least. */
  COLDLINE = 'COLDLINE',
  /** For what is read less than once a year. Paid for a year at least. */
  ARCHIVE = 'ARCHIVE',
}

/** One move to a cheaper storage class. */
export interface TieringStep {
  readonly storageClass: StorageClass;
  /** Age of the object in days; of a replaced version, days since it was replaced. */
  readonly afterDays: number;
}

/** A tiering profile of one's own. */
export interface TieringProfileProps {
  /** How errors and reports call it. */
  readonly name: string;
  /**
   * Moves of current versions, by age.
   * @default - they stay in the standard class
   */
  readonly steps?: TieringStep[];
  /**
   * Moves of replaced and deleted versions, before they expire.
   * @default - they stay in the class they were in
   */
  readonly noncurrentSteps?: TieringStep[];
}

/** How deep Autoclass moves what nobody reads. */
export enum AutoclassTerminal {
  /** After 30 days without access. */
  NEARLINE = 'NEARLINE',
  /** To Nearline after 30 days without access, Coldline after 90, Archive after 365. */
  ARCHIVE = 'ARCHIVE',
}

/**
 * How objects move to cheaper storage as they age. Unlike the archives of other clouds every class of Cloud Storage is
 * read at once: tables are queried from each of them, for a price by the GiB.
 */
export class TieringProfile {
  /** Nearline after 30 days, Coldline after 90, Archive after a year. */
  static readonly STEPWISE = new TieringProfile({
    name: 'stepwise',
    steps: [
      { storageClass: StorageClass.NEARLINE, afterDays: 30 },
      { storageClass: StorageClass.COLDLINE, afterDays: 90 },
      { storageClass: StorageClass.ARCHIVE, afterDays: 365 },
    ],
  });
  /** Hot for a week, then cool, archived after 30 days. */
  static readonly HOT_COOL_ARCHIVE = new TieringProfile({
    name: 'hot-cool-archive',
    steps: [
      { storageClass: StorageClass.NEARLINE, afterDays: 7 },
      { storageClass: StorageClass.ARCHIVE, afterDays: 30 },
    ],
  });
  /** Nearline after 90 days, Archive after a year. */
  static readonly QUARTER_AND_YEAR = new TieringProfile({
    name: 'quarter-and-year',
    steps: [
      { storageClass: StorageClass.NEARLINE, afterDays: 90 },
      { storageClass: StorageClass.ARCHIVE, afterDays: 365 },
    ],
  });
  /** Coldline after 90 days: for what is seldom read and must not wait. */
  static readonly INSTANT_ARCHIVE = new TieringProfile({
    name: 'instant-archive',
    steps: [{ storageClass: StorageClass.COLDLINE, afterDays: 90 }],
  });
  /** Archive after 90 days. */
  static readonly DEEP_ARCHIVE = new TieringProfile({
    name: 'deep-archive',
    steps: [{ storageClass: StorageClass.ARCHIVE, afterDays: 90 }],
  });
  /** Replaced versions to Coldline after 30 days, current ones stay. Their zone keeps them for longer than that. */
  static readonly VERSIONS_TO_COLDLINE = new TieringProfile({
    name: 'versions-to-coldline',
    noncurrentSteps: [{ storageClass: StorageClass.COLDLINE, afterDays: 30 }],
  });
  /** Autoclass: Nearline for what nobody reads for 30 days, back to the standard class when it is read. Of a whole bucket. */
  static readonly INTELLIGENT = new TieringProfile({ name: 'intelligent' }, AutoclassTerminal.NEARLINE);
  /** The same, and on to Coldline after 90 and Archive after 365 days without access. */
  static readonly INTELLIGENT_ARCHIVE = new TieringProfile(
    { name: 'intelligent-archive' },
    AutoclassTerminal.ARCHIVE,
  );

  /** Archive after a number of days, for example 30, 90 or 180. */
  static archiveAfter(days: number): TieringProfile {
    return new TieringProfile({
      name: `archive-after-${days}-days`,
      steps: [{ storageClass: StorageClass.ARCHIVE, afterDays: days }],
    });
  }

  /** @throws Error for steps that are not later and cheaper than those before */
  static custom(props: TieringProfileProps): TieringProfile {
    return new TieringProfile(props);
  }

  readonly name: string;
  readonly steps: TieringStep[];
  readonly noncurrentSteps: TieringStep[];

  private constructor(
    props: TieringProfileProps,
    /** Set where Cloud Storage moves objects by itself. */
    readonly autoclass?: AutoclassTerminal,
  ) {
    this.name = props.name;
    this.steps = props.steps ?? [];
    this.noncurrentSteps = props.noncurrentSteps ?? [];
    requireOrder(STORAGE_CLASSES, this.name, movesOf(this.steps));
    requireOrder(STORAGE_CLASSES, `${this.name} (replaced versions)`, movesOf(this.noncurrentSteps));
  }

  /**
   * What storing data by this profile costs a month once every step has come into effect, by list prices of the region
   * us-central1 as of `StorageCost.pricesAsOf` or those given.
   */
  estimateMonthlyCost(usage: StorageUsage): StorageCost {
    return profileCost(this, usage, LocationType.REGION);
  }
}

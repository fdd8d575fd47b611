import { Duration } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { daysOf } from '../lifecycle';
import { monthlyCost, type StorageCost, type StorageUsage } from './storage-cost';
import { STORAGE_CLASSES } from './storage-classes';

/** One move to a cheaper storage class. */
export interface TieringStep {
  /** `INTELLIGENT_TIERING`, `INFREQUENT_ACCESS`, `GLACIER_INSTANT_RETRIEVAL`, `GLACIER` or `DEEP_ARCHIVE`. */
  readonly storageClass: s3.StorageClass;
  /** Age of the object, in whole days; of a replaced version, days since it was replaced. */
  readonly after: Duration;
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
  /**
   * Days without access after which Intelligent-Tiering moves an object to its archive tier, 90 to 730. It is read
   * hours later then. Needs a step to `INTELLIGENT_TIERING`.
   * @default - objects can always be read at once
   */
  readonly archiveAccessAfter?: Duration;
  /**
   * Days without access after which Intelligent-Tiering moves an object to its deep archive tier, 180 to 730.
   * @default - never
   */
  readonly deepArchiveAccessAfter?: Duration;
}

const days = (count: number): Duration => Duration.days(count);
const { INFREQUENT_ACCESS, INTELLIGENT_TIERING, GLACIER_INSTANT_RETRIEVAL, GLACIER, DEEP_ARCHIVE } =
  s3.StorageClass;

/**
 * How objects move to cheaper storage as they age. Profiles whose `recoveryTime` is zero suit tables that are queried;
 * the others archive: an engine that meets such an object fails until it is restored.
 */
export class TieringProfile {
  /** Hot for a week, then cool, archived after 30 days. Cool is Intelligent-Tiering: infrequent access takes nothing younger than 30 days. */
  static readonly HOT_COOL_ARCHIVE = new TieringProfile({
    name: 'hot-cool-archive',
    steps: [
      { storageClass: INTELLIGENT_TIERING, after: days(7) },
      { storageClass: GLACIER, after: days(30) },
    ],
  });
  /** Infrequent access after 90 days, Glacier after a year. */
  static readonly QUARTER_AND_YEAR = new TieringProfile({
    name: 'quarter-and-year',
    steps: [
      { storageClass: INFREQUENT_ACCESS, after: days(90) },
      { storageClass: GLACIER, after: days(365) },
    ],
  });
  /** Intelligent-Tiering after 30 days, without its archive tiers: read at once, always. */
  static readonly INTELLIGENT = new TieringProfile({
    name: 'intelligent',
    steps: [{ storageClass: INTELLIGENT_TIERING, after: days(30) }],
  });
  /** The same, with what nobody reads for 90 days archived, and after 180 days deeper. */
  static readonly INTELLIGENT_ARCHIVE = new TieringProfile({
    name: 'intelligent-archive',
    steps: [{ storageClass: INTELLIGENT_TIERING, after: days(30) }],
    archiveAccessAfter: days(90),
    deepArchiveAccessAfter: days(180),
  });
  /** Glacier Instant Retrieval after 90 days: cheap, and still read at once. */
  static readonly INSTANT_ARCHIVE = new TieringProfile({
    name: 'instant-archive',
    steps: [{ storageClass: GLACIER_INSTANT_RETRIEVAL, after: days(90) }],
  });
  /** Deep Archive after 90 days. */
  static readonly DEEP_ARCHIVE = new TieringProfile({
    name: 'deep-archive',
    steps: [{ storageClass: DEEP_ARCHIVE, after: days(90) }],
  });
  /** Replaced versions to Glacier after 30 days, current ones stay: for backups that are seldom looked at. */
  static readonly VERSIONS_TO_GLACIER = new TieringProfile({
    name: 'versions-to-glacier',
    noncurrentSteps: [{ storageClass: GLACIER, after: days(30) }],
  });

  /** Glacier (Flexible Retrieval) after an age, for example 30, 90 or 180 days. */
  static glacierAfter(after: Duration): TieringProfile {
    const age = daysOf(after);
    return new TieringProfile({
      name: `glacier-after-${age ?? 'some'}-days`,
      steps: [{ storageClass: GLACIER, after }],
    });
  }

  /** @throws Error for Intelligent-Tiering's archive tiers out of their bounds, or without a step to it */
  static custom(props: TieringProfileProps): TieringProfile {
    return new TieringProfile(props);
  }

  readonly name: string;
  readonly steps: TieringStep[];
  readonly noncurrentSteps: TieringStep[];
  readonly archiveAccessAfter?: Duration;
  readonly deepArchiveAccessAfter?: Duration;

  private constructor(props: TieringProfileProps) {
    this.name = props.name;
    this.steps = props.steps ?? [];
    this.noncurrentSteps = props.noncurrentSteps ?? [];
    this.archiveAccessAfter = props.archiveAccessAfter;
    this.deepArchiveAccessAfter = props.deepArchiveAccessAfter;
    this.requireArchiveTiers();
  }

  /** Longest time until a current object can be read, by S3's standard retrieval; zero where all are read at once. */
  get recoveryTime(): Duration {
    const classes = this.steps.map(
      ({ storageClass }) => STORAGE_CLASSES[storageClass.value]?.recoveryHours ?? 0,
    );
    const tiers = [
      this.archiveAccessAfter === undefined ? 0 : STORAGE_CLASSES.GLACIER.recoveryHours,
      this.deepArchiveAccessAfter === undefined ? 0 : STORAGE_CLASSES.DEEP_ARCHIVE.recoveryHours,
    ];
    return Duration.hours(Math.max(0, ...classes, ...tiers));
  }

  /**
   * What storing data by this profile costs a month once every step has come into effect, by list prices of us-east-1
   * as of `StorageCost.pricesAsOf` or those given.
   */
  estimateMonthlyCost(usage: StorageUsage): StorageCost {
    return monthlyCost(this, usage);
  }

  private requireArchiveTiers(): void {
    const tiers = [
      { name: 'archiveAccessAfter', value: this.archiveAccessAfter, least: 90 },
      { name: 'deepArchiveAccessAfter', value: this.deepArchiveAccessAfter, least: 180 },
    ];
    for (const { name, value, least } of tiers) {
      const age = value && daysOf(value);
      if (age === undefined) continue;
      if (age < least || age > 730) {
        throw new Error(
          `${name} of ${this.name} must be 90 to 730 days (${least} at least). Received ${age}.`,
        );
      }
      if (!this.steps.some(({ storageClass }) => storageClass.value === INTELLIGENT_TIERING.value)) {
        throw new Error(
          `${name} of ${this.name}: archive tiers are Intelligent-Tiering's. Add a step to StorageClass.INTELLIGENT_TIERING.`,
        );
      }
    }
    const [archive, deep] = [this.archiveAccessAfter, this.deepArchiveAccessAfter].map(
      (one) => one && daysOf(one),
    );
    if (archive !== undefined && deep !== undefined && deep <= archive) {
      throw new Error(
        `deepArchiveAccessAfter of ${this.name} (${deep} days) must be later than archiveAccessAfter (${archive} days).`,
      );
    }
  }
}

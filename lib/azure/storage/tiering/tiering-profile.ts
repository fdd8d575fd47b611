import {
  monthlyCost,
  recoveryHours,
  requireOrder,
  type StorageCost,
  type StorageUsage,
  type Tiering,
} from '../../../terraform';
import { ACCESS_TIERS, ACCESS_TRACKING, AccessTier } from './access-tiers';

/** One move to a cooler tier. */
export interface TieringStep {
  readonly tier: AccessTier;
  /**
   * Days since the object was last written, in a profile `byLastAccess` since it was last read or written; of a replaced version, days
   * since it was written itself, however short ago it was replaced.
   */
  readonly afterDays: number;
}

/** A tiering profile of one's own. */
export interface TieringProfileProps {
  /** How errors and reports call it. */
  readonly name: string;
  /**
   * Moves of current versions.
   * @default - they stay in the hot tier
   */
  readonly steps?: TieringStep[];
  /**
   * Moves of replaced and deleted versions, before they expire.
   * @default - they stay in the tier they were in
   */
  readonly noncurrentSteps?: TieringStep[];
  /**
   * Whether the days are those nobody has read an object. Azure notes the first access of each day, for a price by the operation.
   * @default false
   */
  readonly byLastAccess?: boolean;
  /**
   * Whether a cool object that is read goes back to the hot tier. Needs `byLastAccess` and a step to `COOL`.
   * @default false
   */
  readonly backToHot?: boolean;
}

const { COOL, COLD, ARCHIVE } = AccessTier;

/**
 * How objects move to cooler tiers as they age. Profiles whose `recoveryHours` is zero suit tables that are queried; the others archive:
 * an engine that meets such an object fails until it is brought back.
 */
export class TieringProfile {
  /** Hot for a week, then cool, archived once the 30 days of the cool tier are over. */
  static readonly HOT_COOL_ARCHIVE = new TieringProfile({
    name: 'hot-cool-archive',
    steps: [
      { tier: COOL, afterDays: 7 },
      { tier: ARCHIVE, afterDays: 37 },
    ],
  });
  /** Hot for a week, then cool for good: read at once, always. */
  static readonly HOT_COOL = new TieringProfile({ name: 'hot-cool', steps: [{ tier: COOL, afterDays: 7 }] });
  /** Cool after 30 days, cold after 90. */
  static readonly STEPWISE = new TieringProfile({
    name: 'stepwise',
    steps: [
      { tier: COOL, afterDays: 30 },
      { tier: COLD, afterDays: 90 },
    ],
  });
  /** Cool after 90 days, archived after a year. */
  static readonly QUARTER_AND_YEAR = new TieringProfile({
    name: 'quarter-and-year',
    steps: [
      { tier: COOL, afterDays: 90 },
      { tier: ARCHIVE, afterDays: 365 },
    ],
  });
  /** What nobody reads for 30 days is cool, and hot again when it is read; cold after 90 days without access. */
  static readonly INTELLIGENT = new TieringProfile({
    name: 'intelligent',
    byLastAccess: true,
    backToHot: true,
    steps: [
      { tier: COOL, afterDays: 30 },
      { tier: COLD, afterDays: 90 },
    ],
  });
  /** The same, and archived after 180 days without access. */
  static readonly INTELLIGENT_ARCHIVE = new TieringProfile({
    name: 'intelligent-archive',
    byLastAccess: true,
    backToHot: true,
    steps: [
      { tier: COOL, afterDays: 30 },
      { tier: COLD, afterDays: 90 },
      { tier: ARCHIVE, afterDays: 180 },
    ],
  });
  /** Cold after 90 days: cheap, and still read at once. */
  static readonly INSTANT_ARCHIVE = new TieringProfile({
    name: 'instant-archive',
    steps: [{ tier: COLD, afterDays: 90 }],
  });
  /** Archived after 90 days. */
  static readonly DEEP_ARCHIVE = new TieringProfile({
    name: 'deep-archive',
    steps: [{ tier: ARCHIVE, afterDays: 90 }],
  });
  /** Replaced versions to the cold tier 30 days after they were written, current ones stay. Their zone keeps them longer than that. */
  static readonly VERSIONS_TO_COLD = new TieringProfile({
    name: 'versions-to-cold',
    noncurrentSteps: [{ tier: COLD, afterDays: 30 }],
  });

  /** Archived after an age, for example 30, 90 or 180 days. */
  static archiveAfter(days: number): TieringProfile {
    return new TieringProfile({
      name: `archive-after-${days}-days`,
      steps: [{ tier: ARCHIVE, afterDays: days }],
    });
  }

  /** @throws Error for steps that are not later and cooler than the one before, and for `backToHot` without what it needs */
  static custom(props: TieringProfileProps): TieringProfile {
    return new TieringProfile(props);
  }

  readonly name: string;
  readonly steps: TieringStep[];
  readonly noncurrentSteps: TieringStep[];
  readonly byLastAccess: boolean;
  readonly backToHot: boolean;

  private constructor(props: TieringProfileProps) {
    this.name = props.name;
    this.steps = props.steps ?? [];
    this.noncurrentSteps = props.noncurrentSteps ?? [];
    this.byLastAccess = props.byLastAccess ?? false;
    this.backToHot = props.backToHot ?? false;
    requireOrder(ACCESS_TIERS, this.name, this.steps);
    requireOrder(ACCESS_TIERS, `${this.name} (replaced versions)`, this.noncurrentSteps);
    if (!this.backToHot || (this.byLastAccess && this.steps.some(({ tier }) => tier === COOL))) return;
    throw new Error(
      `Tiering ${this.name}: backToHot is of cool objects that are read. Set byLastAccess: true, and add a step to AccessTier.COOL.`,
    );
  }

  /** Whether objects, or versions of them, are archived. */
  get archives(): boolean {
    return [...this.steps, ...this.noncurrentSteps].some(({ tier }) => tier === ARCHIVE);
  }

  /** Longest time until a current object can be read, by standard priority, in hours; zero where all are read at once. */
  get recoveryHours(): number {
    return recoveryHours(ACCESS_TIERS, this.steps);
  }

  /**
   * What storing data by this profile costs a month once every step has come into effect, by the prices of `StorageCost.pricesAsOf`
   * (Microsoft's sample prices of North America, `LRS`) or those given.
   */
  estimateMonthlyCost(usage: StorageUsage): StorageCost {
    return monthlyCost(ACCESS_TIERS, this.tiering(usage), usage);
  }

  private tiering({ readShare = 0.05 }: StorageUsage): Tiering {
    return {
      moves: this.steps,
      noncurrentMoves: this.noncurrentSteps,
      idleOnly: this.byLastAccess,
      monitoring: this.byLastAccess ? readShare * ACCESS_TRACKING : 0,
    };
  }
}

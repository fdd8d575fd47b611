import { known } from '../../terraform';

/** A hundred years. https://docs.cloud.google.com/storage/docs/bucket-lock#retention-policy */
const LONGEST_DAYS = 36_525;

/**
 * How long objects of a bucket can neither be deleted nor replaced, by anybody. What Google calls a retention policy, and
 * once it is locked a bucket lock.
 */
export class BucketRetention {
  /** Whoever may change the bucket can shorten it or take it away: what governance mode is elsewhere. */
  static unlocked(days: number): BucketRetention {
    return new BucketRetention(days, false);
  }

  /**
   * Nobody can shorten it or take it away, the owner of the organization included, and the bucket cannot be deleted before
   * its objects: what compliance mode is elsewhere. It cannot be undone.
   */
  static locked(days: number): BucketRetention {
    return new BucketRetention(days, true);
  }

  private constructor(
    readonly days: number,
    readonly isLocked: boolean,
  ) {
    const given = known(days);
    if (given !== undefined && !(Number.isInteger(given) && given >= 1 && given <= LONGEST_DAYS)) {
      throw new Error(`A retention is 1 to ${LONGEST_DAYS} whole days. Received ${given}.`);
    }
  }
}

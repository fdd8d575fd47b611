import * as s3 from 'aws-cdk-lib/aws-s3';

/** What S3 says about a class, and what it asks for it. */
export interface StorageClassFacts {
  /** US dollars for a GB and month. */
  readonly storage: number;
  /** US dollars for a thousand objects moved there. */
  readonly transition: number;
  /** US dollars for a GB read back, by the standard retrieval. */
  readonly retrieval: number;
  /** Days that are paid for at least, also of an object that leaves earlier. */
  readonly minimumDays: number;
  /** Hours until an object can be read, by the standard retrieval; 0 for at once. */
  readonly recoveryHours: number;
  /** KB of the object's index that are kept, and paid for, in the standard class. */
  readonly standardOverhead: number;
  /** KB that are added to the object in the class itself. */
  readonly overhead: number;
}

/** Day the list prices of us-east-1 below were taken. */
export const PRICES_AS_OF = '2026-11-01';

/** US dollars a month for watching a thousand objects in Intelligent-Tiering. */
export const MONITORING = 0.0025;

/** Objects below this many bytes stay where they are, unless the bucket asks for the opposite. */
export const SMALLEST_TRANSITIONED = 128 * 1024;

export const INTELLIGENT_TIERING = s3.StorageClass.INTELLIGENT_TIERING.value;

/** Intelligent-Tiering moves objects by days without access: to infrequent access, and to archive instant access. */
export const IDLE_TIERS = [
  { after: 30, storage: 0.0125 },
  { after: 90, storage: 0.004 },
];

const AT_ONCE = { minimumDays: 0, recoveryHours: 0, standardOverhead: 0, overhead: 0 };
const ARCHIVED = { standardOverhead: 8, overhead: 32 };

/**
 * From dear to cheap: S3 moves objects in this direction only ("waterfall").
 * @see https://aws.amazon.com/s3/pricing/
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html
 */
export const STORAGE_CLASSES: { readonly [name: string]: StorageClassFacts } = {
  STANDARD: { storage: 0.023, transition: 0, retrieval: 0, ...AT_ONCE },
  [s3.StorageClass.INFREQUENT_ACCESS.value]: {
    ...AT_ONCE,
    ...{ storage: 0.0125, transition: 0.01, retrieval: 0.01, minimumDays: 30 },
  },
  // Frequent access tier; see storage-cost.ts for what becomes of objects nobody reads.
  [INTELLIGENT_TIERING]: { storage: 0.023, transition: 0.01, retrieval: 0, ...AT_ONCE },
  [s3.StorageClass.GLACIER_INSTANT_RETRIEVAL.value]: {
    ...AT_ONCE,
    ...{ storage: 0.004, transition: 0.02, retrieval: 0.03, minimumDays: 90 },
  },
  [s3.StorageClass.GLACIER.value]: {
    ...{ storage: 0.0036, transition: 0.03, retrieval: 0.01, minimumDays: 90, recoveryHours: 5 },
    ...ARCHIVED,
  },
  [s3.StorageClass.DEEP_ARCHIVE.value]: {
    ...{ storage: 0.00099, transition: 0.05, retrieval: 0.02, minimumDays: 180, recoveryHours: 12 },
    ...ARCHIVED,
  },
};

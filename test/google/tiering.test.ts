import {
  BucketLocation,
  DualRegion,
  MedallionLake,
  MultiRegion,
  type StorageUsage,
  StorageClass,
  TieringProfile,
  Zone,
} from '../../lib/google';
import { googleStack } from './stack';

/** A GiB that comes in each month and stays for two years, nobody reads it. */
const USAGE: StorageUsage = { monthlyVolumeGib: 1, retentionDays: 720, readShare: 0 };
/** Objects of 64 MiB in a GiB, in thousands. */
const OBJECTS = 0.016;

function cost(profile: TieringProfile, usage: Partial<StorageUsage> = {}) {
  return profile.estimateMonthlyCost({ ...USAGE, ...usage });
}

describe('what a month costs', () => {
  it('by steps: storage in each class, and a fee for each move', () => {
    const { storage, transitions, retrieval, monitoring, total, pricesAsOf } = cost(TieringProfile.STEPWISE);
    // 1 month of 0.02, 2 of 0.01, 275 days of 0.004, 355 days of 0.0012
    expect(storage).toBeCloseTo(0.02 + 0.02 + (275 / 30) * 0.004 + (355 / 30) * 0.0012, 10);
    expect(transitions).toBeCloseTo(OBJECTS * (0.01 + 0.02 + 0.05), 10);
    expect([retrieval, monitoring]).toEqual([0, 0]);
    expect(total).toBeCloseTo(storage + transitions, 10);
    expect(pricesAsOf).toBe('2026-05-16');
  });

  it('with what is read', () => {
    const { retrieval } = cost(TieringProfile.DEEP_ARCHIVE, { readShare: 0.1 });
    // 21 months in the archive by the GiB and by the object; 2 in the standard class, by the object
    expect(retrieval).toBeCloseTo(0.1 * (21 * (0.05 + OBJECTS * 0.05) + 2 * OBJECTS * 0.0004), 10);
  });

  it('with what is deleted before the minimum of its class, counted from its creation', () => {
    expect(cost(TieringProfile.archiveAfter(90), { retentionDays: 300 }).transitions).toBeCloseTo(
      OBJECTS * 0.05 + (65 / 30) * 0.0012,
      10,
    );
    // 365 days after its creation an object has paid for the archive, however late it came there
    expect(cost(TieringProfile.archiveAfter(350), { retentionDays: 400 }).transitions).toBeCloseTo(
      OBJECTS * 0.05,
      10,
    );
    // lifecycle rules end no stay: nine days in Nearline, and nothing to pay for the 21 others
    const short = TieringProfile.custom({
      name: 'short',
      steps: [
        { storageClass: StorageClass.NEARLINE, afterDays: 1 },
        { storageClass: StorageClass.COLDLINE, afterDays: 10 },
      ],
    });
    expect(cost(short).transitions).toBeCloseTo(OBJECTS * (0.01 + 0.02), 10);
  });

  it('by Autoclass: no fees but for watching, and what is read stays dear', () => {
    const idle = cost(TieringProfile.INTELLIGENT_ARCHIVE);
    expect(idle.storage).toBeCloseTo(cost(TieringProfile.STEPWISE).storage, 10);
    expect(idle.transitions).toBe(0);
    expect(idle.monitoring).toBeCloseTo(24 * OBJECTS * 0.0025, 10);
    expect(cost(TieringProfile.INTELLIGENT).storage).toBeCloseTo(0.02 + 23 * 0.01, 10);
    expect(cost(TieringProfile.INTELLIGENT, { readShare: 1 }).storage).toBeCloseTo(24 * 0.02, 10);
    const small = cost(TieringProfile.INTELLIGENT, { objectSizeKib: 64 });
    expect(small.monitoring).toBe(0);
    expect(small.storage).toBeCloseTo(24 * 0.02, 10);
  });

  it('with prices of one’s own', () => {
    const storagePrices = { STANDARD: 1, ARCHIVE: 0.5 };
    const transitionPrices = { ARCHIVE: 0 };
    const profile = TieringProfile.archiveAfter(360);
    expect(cost(profile, { storagePrices, transitionPrices }).total).toBeCloseTo(12 + 6, 10);
  });
});

describe('a lake', () => {
  it('knows the cost of each folder of a zone, its versions and what can still be restored with it', () => {
    const lake = new MedallionLake(googleStack(), 'Lake', {
      name: 'acme',
      location: BucketLocation.region('us-central1'),
      gold: { tiering: [{ prefix: 'exports/', profile: TieringProfile.INSTANT_ARCHIVE }] },
    });
    const { total } = lake.estimateMonthlyCost(Zone.GOLD, [
      { ...USAGE, prefix: 'exports/daily/' },
      { ...USAGE, replacedVolumeGib: 10 },
    ]);
    const exports = cost(TieringProfile.INSTANT_ARCHIVE).total;
    // Replaced versions stay for 30 days, and can be restored for 7 more.
    expect(total).toBeCloseTo(exports + 24 * 0.02 + 10 * (37 / 30) * 0.02, 10);
  });

  it.each<[string, BucketLocation, boolean, number, number]>([
    ['one region', BucketLocation.region('us-central1'), false, 0.02, 0],
    ['two regions', BucketLocation.dualRegion(DualRegion.NAM4), false, 0.044, 0.02],
    ['two regions within 15 minutes', BucketLocation.dualRegion(DualRegion.EUR4), true, 0.044, 0.04],
    [
      'two regions of one’s own',
      BucketLocation.regionPair(MultiRegion.ASIA, 'asia-east1', 'asia-southeast1'),
      true,
      0.044,
      0.11,
    ],
    ['a continent', BucketLocation.multiRegion(MultiRegion.ASIA), false, 0.026, 0.08],
  ])('pays in %s for its storage, and for copies', (_name, location, turboReplication, price, copies) => {
    const lake = new MedallionLake(googleStack(), 'Lake', { name: 'acme', location, turboReplication });
    const usage = { ...USAGE, replacedVolumeGib: 3 };
    const { storage, replication, total } = lake.estimateMonthlyCost(Zone.GOLD, [usage]);
    expect(storage).toBeCloseTo((24 + 3 * (37 / 30)) * price, 10);
    expect(replication).toBeCloseTo(4 * copies, 10);
    expect(total).toBeCloseTo(storage + replication, 10);
  });

  it('pays twice for the moves of two regions', () => {
    const tiering = [{ profile: TieringProfile.archiveAfter(360) }];
    const lake = new MedallionLake(googleStack(), 'Lake', {
      name: 'acme',
      location: BucketLocation.dualRegion(DualRegion.NAM4),
      gold: { tiering },
    });
    expect(lake.estimateMonthlyCost(Zone.GOLD, [USAGE]).transitions).toBeCloseTo(OBJECTS * 0.1, 10);
  });

  it('does not know the cost of buckets that are not its own', () => {
    const lake = new MedallionLake(googleStack(), 'Lake', {
      name: 'acme',
      location: BucketLocation.region('us-central1'),
      silver: { bucketName: 'theirs' },
    });
    expect(() => lake.estimateMonthlyCost(Zone.SILVER, [USAGE])).toThrow("is a bucket of its owner's");
  });
});

it.each([
  [
    [StorageClass.COLDLINE, 30, StorageClass.NEARLINE, 60],
    'Tiering own moves from COLDLINE to NEARLINE: lifecycle rules move objects to colder tiers only. Order the steps NEARLINE, ' +
      'COLDLINE, ARCHIVE, each at most once.',
  ],
  [
    [StorageClass.NEARLINE, 30, StorageClass.ARCHIVE, 30],
    'Tiering own moves to ARCHIVE after 30 days, not later than to NEARLINE after 30. Use more than 30 days.',
  ],
] as const)('refuses steps that are not later and colder: %j', ([first, after, second, then], message) => {
  const steps = [
    { storageClass: first, afterDays: after },
    { storageClass: second, afterDays: then },
  ];
  expect(() => TieringProfile.custom({ name: 'own', steps })).toThrow(message);
});

/** The table of docs/google.md. */
it.each<[string, TieringProfile, number[]]>([
  ['none', TieringProfile.custom({ name: 'none' }), [492, 492, 492]],
  ['STEPWISE', TieringProfile.STEPWISE, [94, 136, 507]],
  ['HOT_COOL_ARCHIVE', TieringProfile.HOT_COOL_ARCHIVE, [42, 102, 640]],
  ['QUARTER_AND_YEAR', TieringProfile.QUARTER_AND_YEAR, [171, 206, 526]],
  ['INSTANT_ARCHIVE', TieringProfile.INSTANT_ARCHIVE, [148, 169, 365]],
  ['DEEP_ARCHIVE', TieringProfile.DEEP_ARCHIVE, [88, 143, 634]],
  ['INTELLIGENT', TieringProfile.INTELLIGENT, [257, 269, 375]],
  ['INTELLIGENT_ARCHIVE', TieringProfile.INTELLIGENT_ARCHIVE, [94, 114, 293]],
])('costs what the documentation says: %s', (_name, profile, expected) => {
  const figures = [0, 0.05, 0.5].map((readShare) =>
    Math.round(profile.estimateMonthlyCost({ monthlyVolumeGib: 1024, retentionDays: 720, readShare }).total),
  );
  expect(figures).toEqual(expected);
});

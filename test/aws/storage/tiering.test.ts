import { App, Duration, Size, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Bucket, StorageClass } from 'aws-cdk-lib/aws-s3';
import { MedallionLake, TieringProfile, ZoneBucket, type ZoneBucketProps } from '../../../lib/aws/storage';
import { Zone } from '../../../lib/contract/zone';

const days = (count: number) => Duration.days(count);

function bucketWith(props: ZoneBucketProps): any {
  const stack = new Stack(new App(), 'Test');
  new ZoneBucket(stack, 'Zone', props);
  return Object.values(Template.fromStack(stack).findResources('AWS::S3::Bucket'))
    .map((resource: any) => resource.Properties)
    .find(({ LifecycleConfiguration }) =>
      LifecycleConfiguration.Rules.some(({ Id }: any) => Id === 'clean-up'),
    );
}

const rule = (bucket: any, id: string) =>
  bucket.LifecycleConfiguration.Rules.find(({ Id }: any) => Id === id);

describe('the named profiles', () => {
  test.each([
    [TieringProfile.HOT_COOL_ARCHIVE, ['INTELLIGENT_TIERING 7', 'GLACIER 30'], 5],
    [TieringProfile.QUARTER_AND_YEAR, ['STANDARD_IA 90', 'GLACIER 365'], 5],
    [TieringProfile.INTELLIGENT, ['INTELLIGENT_TIERING 30'], 0],
    [TieringProfile.INTELLIGENT_ARCHIVE, ['INTELLIGENT_TIERING 30'], 12],
    [TieringProfile.INSTANT_ARCHIVE, ['GLACIER_IR 90'], 0],
    [TieringProfile.DEEP_ARCHIVE, ['DEEP_ARCHIVE 90'], 12],
    [TieringProfile.glacierAfter(days(30)), ['GLACIER 30'], 5],
    [TieringProfile.glacierAfter(days(90)), ['GLACIER 90'], 5],
    [TieringProfile.glacierAfter(days(180)), ['GLACIER 180'], 5],
  ])('%#', (profile, transitions, recoveryHours) => {
    const bucket = bucketWith({ tiering: [{ profile, prefix: 'raw/' }] });
    const found = rule(bucket, 'tier-raw');
    expect(found.Prefix).toBe('raw/');
    expect(
      found.Transitions.map(({ StorageClass: name, TransitionInDays: age }: any) => `${name} ${age}`),
    ).toEqual(transitions);
    expect(profile.recoveryTime.toHours()).toBe(recoveryHours);
  });

  test('Intelligent-Tiering archives what nobody reads', () => {
    const {
      IntelligentTieringConfigurations: [tiers],
    } = bucketWith({
      tiering: [{ profile: TieringProfile.INTELLIGENT_ARCHIVE, prefix: 'raw/' }],
    });
    expect(tiers).toEqual({
      Id: 'intelligent-archive-raw',
      Prefix: 'raw/',
      Status: 'Enabled',
      Tierings: [
        { AccessTier: 'ARCHIVE_ACCESS', Days: 90 },
        { AccessTier: 'DEEP_ARCHIVE_ACCESS', Days: 180 },
      ],
    });
  });

  test('replaced versions move as well, before they expire', () => {
    const bucket = bucketWith({
      tiering: [{ profile: TieringProfile.VERSIONS_TO_GLACIER }],
      transitions: [{ storageClass: StorageClass.INTELLIGENT_TIERING, after: days(1) }],
      noncurrentVersionExpiration: days(365),
    });
    expect(rule(bucket, 'tier-versions').NoncurrentVersionTransitions).toEqual([
      { StorageClass: 'GLACIER', TransitionInDays: 30 },
    ]);
    expect(rule(bucket, 'tier-data').Transitions).toHaveLength(1);
  });
});

describe('refused at construction', () => {
  const step = (storageClass: StorageClass, age: number) => ({ storageClass, after: days(age) });
  const profile = (...steps: ReturnType<typeof step>[]) => TieringProfile.custom({ name: 'mine', steps });

  test.each<[string, ZoneBucketProps, string]>([
    [
      'infrequent access before day 30',
      { tiering: [{ profile: profile(step(StorageClass.INFREQUENT_ACCESS, 7)) }] },
      'Transition to STANDARD_IA after 7 days: S3 takes objects of at least 30 days there.',
    ],
    [
      'an archive that cannot be read in time',
      { tiering: [{ profile: TieringProfile.glacierAfter(days(30)), recoveryTime: Duration.minutes(15) }] },
      'Tiering glacier-after-30-days takes up to 5 hours until an object can be read; recoveryTime is 15 minutes. ' +
        'Use GLACIER_INSTANT_RETRIEVAL or INTELLIGENT_TIERING without archive tiers',
    ],
    [
      'a stay in Deep Archive that is paid for longer than it lasts',
      {
        tiering: [{ profile: profile(step(StorageClass.DEEP_ARCHIVE, 30)), prefix: 'tmp/' }],
        expirations: [{ prefix: 'tmp/', after: days(35) }],
      },
      'Tiering mine costs more than it saves: an object stays in DEEP_ARCHIVE for 5 days and pays for 180 ' +
        '($0.0067 a GB; where it was, $0.0038). Leave the step out, or let it stay 180 days.',
    ],
    [
      'a stay in infrequent access that is too short to pay',
      {
        tiering: [{ profile: profile(step(StorageClass.INFREQUENT_ACCESS, 30)), prefix: 'tmp/' }],
        expirations: [{ prefix: 'tmp/', after: days(45) }],
      },
      'an object stays in STANDARD_IA for 15 days and pays for 30',
    ],
    [
      'replaced versions that move after they are gone',
      { tiering: [{ profile: TieringProfile.VERSIONS_TO_GLACIER }] },
      'moves replaced versions to GLACIER after 30 days, and they expire after 30. ' +
        'Set noncurrentVersionExpiration to more than 30 days.',
    ],
    [
      'replaced versions that are archived for days only',
      { tiering: [{ profile: TieringProfile.VERSIONS_TO_GLACIER }], noncurrentVersionExpiration: days(40) },
      'Tiering versions-to-glacier (replaced versions) costs more than it saves',
    ],
    [
      'objects that never move',
      { tiering: [{ profile: TieringProfile.INSTANT_ARCHIVE, objectSize: Size.kibibytes(64) }] },
      'Tiering instant-archive: objects of 64 KiB never move, S3 leaves those below 128 KiB where they are.',
    ],
    [
      'objects whose watching costs more than their storage',
      { tiering: [{ profile: TieringProfile.INTELLIGENT, objectSize: Size.kibibytes(128) }] },
      'Tiering intelligent costs more than it saves with objects of 128 KiB: 8192 of them make a GB, and each is charged for ' +
        '($0.9870 a GB in 1065 days; where it was, $0.8165). Pack them into larger ones first, or leave the profile out.',
    ],
    [
      'small objects that are deleted before their move has paid',
      {
        tiering: [{ profile: TieringProfile.DEEP_ARCHIVE, prefix: 'tmp/', objectSize: Size.kibibytes(256) }],
        expirations: [{ prefix: 'tmp/', after: days(300) }],
      },
      'Tiering deep-archive costs more than it saves with objects of 256 KiB: 4096 of them make a GB',
    ],
    [
      'replaced versions in infrequent access before day 30',
      {
        tiering: [
          {
            profile: TieringProfile.custom({
              name: 'mine',
              noncurrentSteps: [step(StorageClass.INFREQUENT_ACCESS, 7)],
            }),
          },
        ],
        noncurrentVersionExpiration: days(90),
      },
      'Transition to STANDARD_IA after 7 days: S3 takes objects of at least 30 days there.',
    ],
    [
      'replaced versions in a single availability zone',
      {
        tiering: [
          {
            profile: TieringProfile.custom({
              name: 'mine',
              noncurrentSteps: [step(StorageClass.ONE_ZONE_INFREQUENT_ACCESS, 30)],
            }),
          },
        ],
        noncurrentVersionExpiration: days(90),
      },
      'Transition to ONEZONE_IA is not allowed in a zone.',
    ],
    [
      'one prefix with two profiles',
      {
        tiering: [
          { profile: TieringProfile.INTELLIGENT, prefix: 'raw/' },
          { profile: TieringProfile.INSTANT_ARCHIVE, prefix: 'raw/' },
        ],
      },
      'Tiering instant-archive: the prefix "raw/" has transitions already.',
    ],
  ])('%s', (_what, props, message) => {
    expect(() => bucketWith(props)).toThrow(message);
  });

  test.each([
    [
      { archiveAccessAfter: days(30) },
      'archiveAccessAfter of mine must be 90 to 730 days (90 at least). Received 30.',
    ],
    [{ deepArchiveAccessAfter: days(90) }, '(180 at least). Received 90.'],
    [
      { archiveAccessAfter: days(200), deepArchiveAccessAfter: days(190) },
      'must be later than archiveAccessAfter (200 days)',
    ],
    [{ archiveAccessAfter: days(90), steps: [] }, 'Add a step to StorageClass.INTELLIGENT_TIERING.'],
  ])('archive tiers %#', (given, message) => {
    const steps = [step(StorageClass.INTELLIGENT_TIERING, 30)];
    expect(() => TieringProfile.custom({ name: 'mine', steps, ...given })).toThrow(message);
  });

  test('a short stay that still saves is no mistake', () => {
    const tiering = [{ profile: profile(step(StorageClass.GLACIER_INSTANT_RETRIEVAL, 1)), prefix: 'tmp/' }];
    expect(() => bucketWith({ tiering, expirations: [{ prefix: 'tmp/', after: days(45) }] })).not.toThrow();
  });
});

describe('what a profile costs', () => {
  const usage = { monthlyVolume: Size.tebibytes(1), retention: days(360), readShare: 0 };
  const nothing = TieringProfile.custom({ name: 'nothing' });

  test('in the standard class: a year of data at its price', () => {
    const cost = nothing.estimateMonthlyCost(usage);
    expect(cost).toMatchObject({ transitions: 0, retrieval: 0, monitoring: 0 });
    expect(cost.storage).toBeCloseTo(1024 * 12 * 0.023, 6);
    expect(cost.total).toBe(cost.storage);
  });

  test('three months standard, nine in Deep Archive, with its fee for each object and its overhead', () => {
    const cost = TieringProfile.DEEP_ARCHIVE.estimateMonthlyCost(usage);
    const overhead = 16 * 9 * 1024 * ((32 * 0.00099 + 8 * 0.023) / 1024 ** 2);
    expect(cost.storage).toBeCloseTo(1024 * (3 * 0.023 + 9 * 0.00099) + overhead, 6);
    expect(cost.transitions).toBeCloseTo(1024 * 16 * 0.00005, 6);
  });

  test('what leaves a class early pays for the rest of its minimum', () => {
    const cost = TieringProfile.DEEP_ARCHIVE.estimateMonthlyCost({ ...usage, retention: days(120) });
    expect(cost.transitions).toBeCloseTo(1024 * 16 * 0.00005 + 1024 * 5 * 0.00099, 6);
  });

  test('small objects do not move', () => {
    const small = { ...usage, objectSize: Size.kibibytes(100) };
    expect(TieringProfile.DEEP_ARCHIVE.estimateMonthlyCost(small)).toEqual(
      nothing.estimateMonthlyCost(small),
    );
  });

  test('Intelligent-Tiering follows the readers: what is read stays dear, and nothing is charged for reading', () => {
    const idle = TieringProfile.INTELLIGENT.estimateMonthlyCost(usage);
    const read = TieringProfile.INTELLIGENT.estimateMonthlyCost({ ...usage, readShare: 1 });
    expect(read.storage).toBeCloseTo(1024 * 12 * 0.023, 6);
    expect(idle.storage).toBeCloseTo(1024 * (2 * 0.023 + 2 * 0.0125 + 8 * 0.004), 6);
    expect([idle.retrieval, read.retrieval]).toEqual([0, 0]);
    expect(idle.monitoring).toBeCloseTo(((16 * 1024) / 1000) * 0.0025 * 11, 6);
  });

  test('reading back is charged where the class charges for it', () => {
    const cost = TieringProfile.INSTANT_ARCHIVE.estimateMonthlyCost({ ...usage, readShare: 0.5 });
    expect(cost.retrieval).toBeCloseTo(1024 * 9 * 0.5 * 0.03, 6);
  });

  test('replaced versions are kept for a while, where their steps put them', () => {
    const replacedVolume = Size.gibibytes(100);
    const kept = nothing.estimateMonthlyCost({ ...usage, replacedVolume });
    const plain = nothing.estimateMonthlyCost(usage);
    expect(kept.total - plain.total).toBeCloseTo(100 * 0.023, 6);
    const archived = TieringProfile.VERSIONS_TO_GLACIER.estimateMonthlyCost({
      ...usage,
      replacedVolume,
      noncurrentRetention: days(360),
    });
    const overhead = (100 * 16 * 11 * (32 * 0.0036 + 8 * 0.023)) / 1024 ** 2;
    expect(archived.storage - plain.storage).toBeCloseTo(100 * (0.023 + 11 * 0.0036) + overhead, 6);
    expect(archived.transitions).toBeCloseTo(100 * 16 * 0.00003, 6);
  });

  test('a figure for each zone, by the tiering of its folders', () => {
    const stack = new Stack(new App(), 'Test');
    const lake = new MedallionLake(stack, 'Lake', {
      silver: {
        tiering: [
          { profile: TieringProfile.INTELLIGENT },
          { profile: TieringProfile.DEEP_ARCHIVE, prefix: 'history/' },
        ],
        noncurrentVersionExpiration: days(60),
      },
      gold: { transitions: [{ storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL, after: days(90) }] },
      quarantine: { bucket: Bucket.fromBucketName(stack, 'Owned', 'owned') },
    });
    const profile = (which: TieringProfile) => which.estimateMonthlyCost(usage).total;
    const silver = lake.estimateMonthlyCost(Zone.SILVER, [usage, { ...usage, prefix: 'history/orders/' }]);
    expect(silver.total).toBeCloseTo(
      profile(TieringProfile.INTELLIGENT) + profile(TieringProfile.DEEP_ARCHIVE),
      6,
    );
    expect(lake.estimateMonthlyCost(Zone.GOLD, [usage]).total).toBeCloseTo(
      profile(TieringProfile.INSTANT_ARCHIVE),
      6,
    );
    expect(lake.estimateMonthlyCost(Zone.BRONZE, [usage])).toMatchObject({
      total: profile(nothing),
      pricesAsOf: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    });
    const replaced = { ...usage, replacedVolume: Size.gibibytes(100) };
    expect(
      lake.estimateMonthlyCost(Zone.SILVER, [replaced]).total - profile(TieringProfile.INTELLIGENT),
    ).toBeCloseTo(100 * 2 * 0.023, 6);
    expect(() => lake.estimateMonthlyCost(Zone.QUARANTINE, [usage])).toThrow(
      'The zone quarantine of "Test/Lake" is a bucket of its owner\'s, whose lifecycle is not known here.',
    );
  });

  test('prices of one’s own', () => {
    const cost = nothing.estimateMonthlyCost({ ...usage, storagePrices: { STANDARD: 0.03 } });
    expect(cost.storage).toBeCloseTo(1024 * 12 * 0.03, 6);
    const dear = { transitionPrices: { DEEP_ARCHIVE: 1 }, retrievalPrices: { DEEP_ARCHIVE: 1 } };
    const archived = TieringProfile.DEEP_ARCHIVE.estimateMonthlyCost({ ...usage, readShare: 0.1, ...dear });
    expect(archived.transitions).toBeCloseTo((1024 * 16) / 1000, 6);
    expect(archived.retrieval).toBeCloseTo(1024 * 9 * 0.1, 6);
    expect(() => nothing.estimateMonthlyCost({ ...usage, readShare: 5 })).toThrow(
      'readShare must be between 0 and 1',
    );
  });
});

test('vectors are a zone of their own, named for its environment, archived after 30 days', () => {
  const stack = new Stack(new App(), 'Test');
  new MedallionLake(stack, 'Lake', {
    name: 'genai',
    environment: 'prod',
    extraZones: { vectors: { tiering: [{ profile: TieringProfile.glacierAfter(days(30)) }] } },
  });
  Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', {
    BucketName: 'genai-prod-vectors',
    LifecycleConfiguration: {
      Rules: Match.arrayWith([
        Match.objectLike({ Transitions: [{ StorageClass: 'GLACIER', TransitionInDays: 30 }] }),
      ]),
    },
  });
});

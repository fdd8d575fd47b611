import { TerraformOutput, TerraformVariable, Testing } from 'cdktf';
import { Zone } from '../../../lib/contract/zone';
import {
  AccessTier,
  LakeAccount,
  StorageRedundancy,
  TieringProfile,
  ZoneBucket,
  type ZoneBucketOptions,
  type MedallionLakeProps,
} from '../../../lib/azure/storage';
import { azureStack, groupOf, lakeIn, onlyOf, resourcesOf } from '../stack';

const { COOL, COLD, ARCHIVE } = AccessTier;
const LRS = StorageRedundancy.LRS;
const lakeWith = (bronze: ZoneBucketOptions, props: Partial<MedallionLakeProps> = {}) => {
  const stack = azureStack();
  return { stack, lake: lakeIn(stack, { customerManagedKey: false, bronze, ...props }) };
};
const rulesWith = (bronze: ZoneBucketOptions, props?: Partial<MedallionLakeProps>) =>
  onlyOf(lakeWith(bronze, props).stack, 'storage_management_policy').rule.slice(1);
const profile = (...steps: { tier: AccessTier; afterDays: number }[]) =>
  TieringProfile.custom({ name: 'mine', steps });

describe('a zone', () => {
  it('is a private container, kept when the stack is destroyed', () => {
    const { stack, lake } = lakeWith({});
    expect(resourcesOf(stack, 'storage_container').map(({ name }) => name)).toEqual(
      expect.arrayContaining(['bronze', 'silver', 'gold', 'quarantine']),
    );
    for (const container of resourcesOf(stack, 'storage_container')) {
      expect(container).toMatchObject({
        container_access_type: 'private',
        lifecycle: { prevent_destroy: true },
        storage_account_id: expect.stringContaining('azurerm_storage_account.Lake_Account_'),
      });
    }
    new TerraformOutput(stack, 'uri', { value: lake.bronze.abfssUri('orders') });
    const { output } = JSON.parse(Testing.synth(stack));
    expect(output.uri.value).toMatch(
      /^abfss:\/\/bronze@\$\{azurerm_storage_account\.\w+\.primary_dfs_host\}\/orders$/,
    );
  });

  it('keeps blobs as they are for a time, unlocked or locked', () => {
    const { stack } = lakeWith({ retention: { days: 365, locked: true, appendable: true } });
    expect(onlyOf(stack, 'storage_container_immutability_policy')).toEqual({
      immutability_period_in_days: 365,
      lifecycle: { prevent_destroy: true },
      locked: true,
      protected_append_writes_all_enabled: false,
      protected_append_writes_enabled: true,
      storage_container_resource_manager_id: expect.stringContaining(
        'azurerm_storage_container.Lake_Bronze_',
      ),
    });
    const unlocked = onlyOf(
      lakeWith({ retention: { days: 1 } }).stack,
      'storage_container_immutability_policy',
    );
    expect([unlocked.locked, unlocked.lifecycle.prevent_destroy]).toEqual([false, false]);
  });

  it('can be in another account, or be there already', () => {
    const stack = azureStack();
    const resourceGroup = groupOf(stack);
    const archive = new LakeAccount(stack, 'Archive', {
      accountName: 'acmearchive',
      resourceGroup,
      redundancy: StorageRedundancy.GRS,
      customerManagedKey: false,
    });
    const account = LakeAccount.fromAttributes(stack, 'Owned', { accountName: 'owned', resourceGroup });
    const silver = ZoneBucket.fromContainerName(stack, 'Silver', account, 'clean');
    const lake = lakeIn(stack, {
      customerManagedKey: false,
      bronze: { account: archive, tiering: [{ profile: TieringProfile.DEEP_ARCHIVE }] },
      silver: { bucket: silver },
      extraZones: { vectors: {} },
    });
    expect(lake.bronze.account).toBe(archive);
    expect(lake.silver).toBe(silver);
    expect(lake.zones.map(({ containerName }) => containerName)).toEqual([
      'bronze',
      'clean',
      'gold',
      'quarantine',
      'vectors',
    ]);
    expect(lake.zone(Zone.GOLD)).toBe(lake.gold);
    expect(lake.extraZone('vectors').containerName).toBe('vectors');
    expect(() => lake.extraZone('other')).toThrow('has no extra zone "other" (it has: vectors)');
    expect(() => lake.estimateMonthlyCost(Zone.SILVER, [])).toThrow(
      `The zone silver of "Azure/Lake" is a container of its owner's, whose lifecycle is not known here.`,
    );
  });

  it('has the environment in the name of its account', () => {
    const { stack } = lakeWith({}, { environment: 'dev' });
    expect(onlyOf(stack, 'storage_account').name).toBe('acmelakedev');
  });
});

describe('the named profiles', () => {
  it.each([
    [TieringProfile.HOT_COOL, ['cool 7'], 0],
    [TieringProfile.HOT_COOL_ARCHIVE, ['cool 7', 'archive 37'], 15],
    [TieringProfile.STEPWISE, ['cool 30', 'cold 90'], 0],
    [TieringProfile.QUARTER_AND_YEAR, ['cool 90', 'archive 365'], 15],
    [TieringProfile.INSTANT_ARCHIVE, ['cold 90'], 0],
    [TieringProfile.DEEP_ARCHIVE, ['archive 90'], 15],
    [TieringProfile.archiveAfter(30), ['archive 30'], 15],
  ])('%#', (one, moves, hours) => {
    const [rule] = rulesWith({ tiering: [{ profile: one, prefix: 'logs/' }] }, { redundancy: LRS });
    expect(rule).toMatchObject({
      name: 'tier-bronze-logs',
      enabled: true,
      filters: { blob_types: ['blockBlob'], prefix_match: ['bronze/logs/'] },
    });
    const found = Object.entries(rule.actions.base_blob)
      .map(([key, days]) => [
        /^tier_to_(\w+)_after_days_since_modification_greater_than$/.exec(key)?.[1],
        days,
      ])
      .filter(([tier]) => tier !== undefined)
      .map((each) => each.join(' '));
    expect(found.sort()).toEqual([...moves].sort());
    expect(one.recoveryHours).toBe(hours);
  });

  it('by last access, and back to hot when read', () => {
    const { stack } = lakeWith(
      { tiering: [{ profile: TieringProfile.INTELLIGENT_ARCHIVE }] },
      { redundancy: LRS },
    );
    const [, rule] = onlyOf(stack, 'storage_management_policy').rule;
    expect(rule.filters.prefix_match).toEqual(['bronze/']);
    expect(rule.actions.base_blob).toEqual({
      auto_tier_to_hot_from_cool_enabled: true,
      tier_to_cool_after_days_since_last_access_time_greater_than: 30,
      tier_to_cold_after_days_since_last_access_time_greater_than: 90,
      tier_to_archive_after_days_since_last_access_time_greater_than: 180,
      tier_to_archive_after_days_since_last_tier_change_greater_than: 7,
    });
    expect(onlyOf(stack, 'storage_account').blob_properties.last_access_time_enabled).toBe(true);
  });

  it('of versions, and of one’s own', () => {
    const [rule] = rulesWith(
      { tiering: [{ profile: TieringProfile.VERSIONS_TO_COLD }] },
      { noncurrentVersionExpirationDays: 365 },
    );
    expect(rule.actions).toEqual({ version: { tier_to_cold_after_days_since_creation_greater_than: 30 } });
    const noncurrentSteps = [
      { tier: COOL, afterDays: 1 },
      { tier: ARCHIVE, afterDays: 60 },
    ];
    const [own] = rulesWith(
      { tiering: [{ profile: TieringProfile.custom({ name: 'own', noncurrentSteps }) }] },
      { noncurrentVersionExpirationDays: 365, redundancy: LRS },
    );
    expect(own.actions.version).toEqual({
      change_tier_to_cool_after_days_since_creation: 1,
      change_tier_to_archive_after_days_since_creation: 60,
    });
  });

  it('do nothing where there is nothing to do', () => {
    expect(rulesWith({ tiering: [{ profile: TieringProfile.custom({ name: 'nothing' }) }] })).toEqual([]);
  });
});

test('folders expire; rules of the same name are told apart', () => {
  const rules = rulesWith({
    expirations: [
      { prefix: 'landing/a', afterDays: 7 },
      { prefix: 'landing-a', afterDays: 30 },
    ],
  });
  expect(rules.map(({ name, filters }: any) => [name, filters.prefix_match[0]])).toEqual([
    ['expire-bronze-landing-a', 'bronze/landing/a/'],
    ['expire-bronze-landing-a-2', 'bronze/landing-a/'],
  ]);
  expect(rules[0].actions.base_blob).toEqual({ delete_after_days_since_modification_greater_than: 7 });
});

describe('refused at construction', () => {
  const archived = TieringProfile.DEEP_ARCHIVE;
  it.each<[string, ZoneBucketOptions, Partial<MedallionLakeProps>, string]>([
    [
      'an archive where there is none',
      { tiering: [{ profile: archived }] },
      {},
      'Tiering deep-archive archives, and an account with ZRS has no archive tier. Use AccessTier.COLD, which is read at once, or give the ' +
        'zone an account with LRS, GRS, RAGRS.',
    ],
    [
      'an archive where there is none, with zones and regions',
      { tiering: [{ profile: TieringProfile.HOT_COOL_ARCHIVE }] },
      { redundancy: StorageRedundancy.RAGZRS },
      'Tiering hot-cool-archive archives, and an account with RAGZRS has no archive tier. Use AccessTier.COLD, which is read at once, or ' +
        'give the zone an account with LRS, GRS, RAGRS.',
    ],
    [
      'an archive that cannot be read in time',
      { tiering: [{ profile: archived, recoveryHours: 1 }] },
      { redundancy: LRS },
      'Tiering deep-archive takes up to 15 hours until an object can be read; recoveryHours is 1. Use AccessTier.COLD, which is read at ' +
        'once, or allow more time.',
    ],
    [
      'a stay that is paid for longer than it lasts',
      {
        tiering: [{ profile: profile({ tier: COLD, afterDays: 10 }), prefix: 'tmp/' }],
        expirations: [{ prefix: 'tmp', afterDays: 20 }],
      },
      {},
      'Tiering mine costs more than it saves: an object stays in COLD for 10 days and pays for 90 ($0.0138 a GiB; where it was, $0.0069). ' +
        'Leave the step out, or let it stay 90 days.',
    ],
    [
      'small objects that pay for their move',
      { tiering: [{ profile: TieringProfile.HOT_COOL, objectSizeKib: 8 }] },
      {},
      'Tiering hot-cool costs more than it saves with objects of 8 KiB: 131072 of them make a GiB, and each is charged for its move ' +
        '($1.7278 a GiB in 1088 days; where it was, $0.7543). Pack them into larger ones first, or leave the profile out.',
    ],
    [
      'a tier whose reads cost more than it saves',
      { tiering: [{ profile: TieringProfile.HOT_COOL, readShare: 1 }] },
      {},
      'Tiering hot-cool costs more than it saves where 100 % are read each month: $0.0215 for a GiB and month in COOL, $0.0208 in HOT. ' +
        'Leave the step out.',
    ],
    [
      'versions that move after they are gone',
      { tiering: [{ profile: TieringProfile.VERSIONS_TO_COLD }] },
      {},
      "Tiering versions-to-cold moves replaced versions to COLD after 30 days, and they expire after 30. Set the account's " +
        'noncurrentVersionExpirationDays to more than 30.',
    ],
    [
      'versions that are not there',
      { tiering: [{ profile: TieringProfile.VERSIONS_TO_COLD }] },
      { hierarchicalNamespace: true },
      'Tiering versions-to-cold moves replaced versions, and the account keeps none. Leave out its noncurrentSteps, or use an account with ' +
        'versioning.',
    ],
    [
      'two profiles for a folder',
      {
        tiering: [
          { profile: TieringProfile.HOT_COOL, prefix: 'raw' },
          { profile: TieringProfile.STEPWISE, prefix: 'raw/' },
        ],
      },
      {},
      'Tiering stepwise: the folder "raw/" has a profile already. Keep one of them, or give it another prefix.',
    ],
    [
      'an end before the last move',
      {
        tiering: [{ profile: TieringProfile.STEPWISE, prefix: 'raw' }],
        expirations: [{ prefix: 'raw', afterDays: 90 }],
      },
      {},
      'Expiration of "raw" after 90 days is not later than its move to COLD after 90 days. Expire later, or leave the move out.',
    ],
    [
      'a folder that expires twice',
      {
        expirations: [
          { prefix: 'raw', afterDays: 90 },
          { prefix: 'raw/', afterDays: 9 },
        ],
      },
      {},
      'expirations name the folder "raw/" twice: keep one of them.',
    ],
    [
      'an end that comes at once',
      { expirations: [{ prefix: 'raw', afterDays: 0 }] },
      {},
      'Expiration of "raw" must be 1 to 36500 whole days. Received 0.',
    ],
    [
      'an end under a retention',
      { retention: { days: 365 }, expirations: [{ prefix: 'raw', afterDays: 30 }] },
      {},
      'Expiration of "raw" after 30 days, and its blobs cannot be deleted for 365. Expire after 365 days or more, or shorten the retention.',
    ],
    [
      'a lock that could never be destroyed',
      { retention: { days: 365, locked: true } },
      { deletionProtection: false },
      'deletionProtection: false together with a locked retention: Azure refuses to remove such a container, and the stack could not be ' +
        'destroyed. Leave out one of them.',
    ],
    [
      'a retention without days',
      { retention: { days: 0 } },
      {},
      'retention.days must be 1 to 146000 whole days. Received 0.',
    ],
  ])('%s', (_what, bronze, props, message) => {
    expect(() => lakeWith(bronze, props)).toThrow(new Error(message));
  });

  it('names Azure would refuse, and options of a container that is another’s', () => {
    expect(() => lakeWith({}, { extraZones: { Vectors: {} } })).toThrow(
      'extraZones: "Vectors" is not a zone name.',
    );
    expect(() => lakeWith({}, { extraZones: { 'a--b': {} } })).toThrow(
      new Error(
        '"a--b" is no name of a container: 3 to 63 lower-case letters, digits and single dashes, beginning and ending with a letter or digit.',
      ),
    );
    const { lake } = lakeWith({});
    const gold = { bucket: lake.gold, appendOnly: true };
    expect(() => lakeWith({}, { gold })).toThrow(
      new Error(
        "gold: appendOnly given together with bucket: an existing container keeps its owner's configuration. Leave out one or the other.",
      ),
    );
  });

  it('more rules than a policy takes', () => {
    const expirations = Array.from({ length: 100 }, (_one, index) => ({ prefix: `f${index}`, afterDays: 7 }));
    expect(() => lakeWith({ expirations })).toThrow(
      new Error(
        'The account acmelake has 101 lifecycle rules; Azure takes 100. Leave some out, or give a zone an account of its own.',
      ),
    );
  });

  it('a way back to hot from nowhere', () => {
    expect(() => TieringProfile.custom({ name: 'mine', backToHot: true })).toThrow(
      new Error(
        'Tiering mine: backToHot is of cool objects that are read. Set byLastAccess: true, and add a step to AccessTier.COOL.',
      ),
    );
  });
});

it.each<[string, TieringProfile, number[]]>([
  ['none', TieringProfile.custom({ name: 'none' }), [511, 511, 511]],
  ['HOT_COOL', TieringProfile.HOT_COOL, [285, 297, 344]],
  ['STEPWISE', TieringProfile.STEPWISE, [142, 176, 309]],
  ['INSTANT_ARCHIVE', TieringProfile.INSTANT_ARCHIVE, [161, 193, 323]],
  ['INTELLIGENT', TieringProfile.INTELLIGENT, [142, 161, 234]],
  ['INTELLIGENT_ARCHIVE', TieringProfile.INTELLIGENT_ARCHIVE, [96, 117, 200]],
  ['HOT_COOL_ARCHIVE', TieringProfile.HOT_COOL_ARCHIVE, [64, 100, 244]],
  ['QUARTER_AND_YEAR', TieringProfile.QUARTER_AND_YEAR, [196, 220, 313]],
  ['DEEP_ARCHIVE', TieringProfile.DEEP_ARCHIVE, [107, 140, 273]],
])('costs what the documentation says: %s', (_name, profile, expected) => {
  const figures = [0, 0.05, 0.25].map((readShare) =>
    Math.round(profile.estimateMonthlyCost({ monthlyVolumeGib: 1024, retentionDays: 720, readShare }).total),
  );
  expect(figures).toEqual(expected);
});

describe('what a zone costs', () => {
  const usage = { monthlyVolumeGib: 1024, retentionDays: 360, readShare: 0 };

  it('is what its tiers cost', () => {
    const hot = TieringProfile.custom({ name: 'hot' }).estimateMonthlyCost(usage);
    expect(hot.total).toBeCloseTo(1024 * 12 * 0.0208);
    const cool = TieringProfile.HOT_COOL.estimateMonthlyCost(usage);
    expect(cool.storage).toBeCloseTo((1024 / 30) * (7 * 0.0208 + 353 * 0.0115));
    expect(cool.transitions).toBeCloseTo(16.384 * 0.01);
    expect(cool.pricesAsOf).toBe('2024-07-26');
  });

  it('counts the days an archive is paid for', () => {
    const { transitions } = TieringProfile.archiveAfter(30).estimateMonthlyCost({
      ...usage,
      retentionDays: 90,
    });
    expect(transitions).toBeCloseTo(16.384 * 0.011 + 1024 * 4 * 0.002);
  });

  it('counts reading, and watching what is read', () => {
    const { retrieval, monitoring } = TieringProfile.INTELLIGENT.estimateMonthlyCost({
      ...usage,
      readShare: 0.5,
    });
    expect(retrieval).toBeCloseTo(0.5 * 11 * 16.384 * 0.00044);
    expect(monitoring).toBeCloseTo(12 * 16.384 * 0.5 * 0.00044);
  });

  it('is told by the zone, folder by folder, with what its account keeps', () => {
    const { lake } = lakeWith({ tiering: [{ profile: TieringProfile.HOT_COOL, prefix: 'raw' }] });
    const cost = (prefix?: string) => lake.estimateMonthlyCost(Zone.BRONZE, [{ ...usage, prefix }]).total;
    expect(cost('raw/orders')).toBeCloseTo(TieringProfile.HOT_COOL.estimateMonthlyCost(usage).total);
    expect(cost()).toBeCloseTo(1024 * 12 * 0.0208);
    const replaced = lake.estimateMonthlyCost(Zone.BRONZE, [{ ...usage, replacedVolumeGib: 100 }]).total;
    expect(replaced - cost()).toBeCloseTo(100 * 2 * 0.0208);
  });
});

test('a container that is made already is refused, and rules are named by what is known', () => {
  const stack = azureStack();
  const lake = lakeIn(stack, { customerManagedKey: false });
  const { account } = lake;
  expect(() => new ZoneBucket(stack, 'Gold', { account, containerName: 'gold' })).toThrow(
    'The account acmelake has a container "gold" already. Use another name.',
  );
  const containerName = new TerraformVariable(stack, 'container', { type: 'string' }).stringValue;
  new ZoneBucket(stack, 'Named', { account, containerName, expirations: [{ prefix: 'a', afterDays: 9 }] });
  const names = onlyOf(stack, 'storage_management_policy').rule.map(({ name }: any) => name);
  expect(names).toEqual(['clean-up', 'expire-a']);
});

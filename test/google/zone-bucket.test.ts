import { App, Stack } from 'aws-cdk-lib';
import { Testing, type TerraformStack } from 'cdktf';
import { KmsCryptoKey } from '@cdktf/provider-google/lib/kms-crypto-key';
import { StorageBucketIamMember } from '@cdktf/provider-google/lib/storage-bucket-iam-member';
import {
  BucketLocation,
  BucketRetention,
  DualRegion,
  MultiRegion,
  TieringProfile,
  ZoneBucket,
  type ZoneBucketProps,
  ZoneKey,
} from '../../lib/google';
import { googleStack, resource, resources } from './stack';

const FRANKFURT = BucketLocation.region('europe-west3');

function zone(props: Partial<ZoneBucketProps> = {}, stack = googleStack()): ZoneBucket {
  return new ZoneBucket(stack, 'Bronze', { bucketName: 'acme-bronze', location: FRANKFURT, ...props });
}

function bucketOf(props: Partial<ZoneBucketProps> = {}) {
  const stack = googleStack();
  zone(props, stack);
  return resource(stack, 'google_storage_bucket');
}

describe('a zone bucket', () => {
  it('is private, versioned, encrypted and kept', () => {
    expect(bucketOf()).toEqual({
      name: 'acme-bronze',
      location: 'EUROPE-WEST3',
      storage_class: 'STANDARD',
      uniform_bucket_level_access: true,
      public_access_prevention: 'enforced',
      encryption: { default_kms_key_name: '${google_kms_crypto_key.Bronze_Key_A3303ABB.id}' },
      versioning: { enabled: true },
      soft_delete_policy: { retention_duration_seconds: 604800 },
      lifecycle_rule: [
        { action: { type: 'AbortIncompleteMultipartUpload' }, condition: { age: 7 } },
        {
          action: { type: 'Delete' },
          condition: { days_since_noncurrent_time: 30, with_state: 'ARCHIVED' },
        },
      ],
      force_destroy: false,
      lifecycle: { prevent_destroy: true },
      depends_on: ['google_kms_crypto_key_iam_member.Bronze_Key_StorageAgentUse_B7DB6E35'],
    });
  });

  it('has a key of its own that rotates, that Cloud Storage may use, and that is not destroyed', () => {
    const stack = googleStack();
    zone({}, stack);
    expect(resource(stack, 'google_kms_crypto_key')).toMatchObject({
      rotation_period: '7776000s',
      lifecycle: { prevent_destroy: true },
    });
    expect(resource(stack, 'google_kms_key_ring')).toMatchObject({ location: 'europe-west3' });
    expect(resource(stack, 'google_kms_crypto_key_iam_member')).toMatchObject({
      role: 'roles/cloudkms.cryptoKeyEncrypterDecrypter',
      member: expect.stringMatching(/^\$\{data\.google_storage_project_service_account\..*\.member\}$/),
    });
  });

  it('takes a key you own, by resource or by name', () => {
    const stack = googleStack();
    const keyName = 'projects/acme/locations/europe-west3/keyRings/r/cryptoKeys/k';
    zone({ encryptionKey: ZoneKey.fromKeyName(stack, 'Key', keyName) }, stack);
    expect(resources(stack, 'google_kms_crypto_key')).toEqual([]);
    expect(resource(stack, 'google_storage_bucket').encryption).toEqual({ default_kms_key_name: keyName });
    const other = googleStack();
    const key = new KmsCryptoKey(other, 'Own', { name: 'own', keyRing: 'ring' });
    zone({ encryptionKey: ZoneKey.fromCryptoKey(other, 'Key', key, 'europe-west3') }, other);
    expect(resource(other, 'google_storage_bucket').encryption).toEqual({
      default_kms_key_name: '${google_kms_crypto_key.Own.id}',
    });
  });

  it('moves and deletes by folder, live and replaced versions', () => {
    const { lifecycle_rule: rules } = bucketOf({
      tiering: [
        { prefix: 'raw', profile: TieringProfile.STEPWISE },
        { prefix: 'backups/', profile: TieringProfile.VERSIONS_TO_COLDLINE },
      ],
      noncurrentVersionExpirationDays: 365,
      expirations: [{ prefix: 'landing', afterDays: 14 }],
    });
    const move = (storage_class: string, age: number) => ({
      action: { type: 'SetStorageClass', storage_class },
      condition: { age, with_state: 'LIVE', matches_prefix: ['raw/'] },
    });
    expect((rules as unknown[]).slice(2)).toEqual([
      move('NEARLINE', 30),
      move('COLDLINE', 90),
      move('ARCHIVE', 365),
      {
        action: { type: 'SetStorageClass', storage_class: 'COLDLINE' },
        condition: { days_since_noncurrent_time: 30, with_state: 'ARCHIVED', matches_prefix: ['backups/'] },
      },
      {
        action: { type: 'Delete' },
        condition: { age: 14, with_state: 'LIVE', matches_prefix: ['landing/'] },
      },
    ]);
  });

  it('leaves its classes to Autoclass', () => {
    expect(bucketOf({ tiering: [{ profile: TieringProfile.INTELLIGENT_ARCHIVE }] })).toMatchObject({
      autoclass: { enabled: true, terminal_storage_class: 'ARCHIVE' },
      lifecycle_rule: [expect.anything(), expect.anything()],
    });
  });

  it('keeps objects under a retention policy instead of versions', () => {
    const bucket = bucketOf({
      retention: BucketRetention.locked(365),
      objectRetention: true,
      eventBasedHold: true,
    });
    expect(bucket).toMatchObject({
      retention_policy: { retention_period: 31536000, is_locked: true },
      versioning: { enabled: false },
      enable_object_retention: true,
      default_event_based_hold: true,
      lifecycle_rule: [{ action: { type: 'AbortIncompleteMultipartUpload' } }],
    });
  });

  it('goes with the stack where that is asked for', () => {
    const stack = googleStack();
    zone({ deletionProtection: false, forceDestroy: true }, stack);
    expect(resource(stack, 'google_storage_bucket')).toMatchObject({
      force_destroy: true,
      lifecycle: { prevent_destroy: false },
    });
    expect(resource(stack, 'google_kms_crypto_key').lifecycle).toEqual({ prevent_destroy: false });
  });

  it.each<[string, BucketLocation, object, string]>([
    ['a named pair', BucketLocation.dualRegion(DualRegion.EUR4), { location: 'EUR4' }, 'eur4'],
    [
      'a pair of one’s own',
      BucketLocation.regionPair(MultiRegion.EU, 'europe-west3', 'europe-north1'),
      {
        location: 'EU',
        custom_placement_config: { data_locations: ['EUROPE-WEST3', 'EUROPE-NORTH1'] },
      },
      'europe',
    ],
  ])('is within 15 minutes in both regions of %s', (_name, location, expected, keyLocation) => {
    const stack = googleStack();
    zone({ location, turboReplication: true }, stack);
    expect(resource(stack, 'google_storage_bucket')).toMatchObject({ ...expected, rpo: 'ASYNC_TURBO' });
    expect(resource(stack, 'google_kms_key_ring')).toMatchObject({ location: keyLocation });
  });
});

describe('append-only', () => {
  function bronze(): { stack: TerraformStack; bronze: ZoneBucket } {
    const stack = googleStack();
    return { stack, bronze: zone({ appendOnly: true }, stack) };
  }

  it('is broken by a role that deletes, wherever it is granted in the stack', () => {
    const { stack, bronze: zone } = bronze();
    const member = 'group:loaders@acme.example';
    const grant = (id: string, role: string) =>
      new StorageBucketIamMember(stack, id, { bucket: zone.bucket.name, role, member });
    grant('Reader', 'roles/storage.objectViewer');
    expect(() => Testing.synth(stack, true)).not.toThrow();
    grant('Loader', 'roles/storage.objectAdmin');
    expect(() => Testing.synth(stack, true)).toThrow(
      'Lake/Loader grants roles/storage.objectAdmin on the append-only zone "Lake/Bronze": with it objects are deleted and ' +
        'replaced. Use grantWrite, or grantMaintenance where deleting is meant.',
    );
  });

  it('is broken by a role for folders, however the bucket is named', () => {
    const { stack, bronze: zone } = bronze();
    const granted = { role: 'roles/storage.folderAdmin', member: 'group:loaders@acme.example' };
    new StorageBucketIamMember(stack, 'Loader', { bucket: zone.bucket.id, ...granted });
    expect(() => Testing.synth(stack, true)).toThrow('Lake/Loader grants roles/storage.folderAdmin');
  });
});

describe('refused are', () => {
  it.each<[string, Partial<ZoneBucketProps>, string]>([
    [
      'a name Google refuses',
      { bucketName: 'Acme.Bronze' },
      '"Acme.Bronze" is no bucket name Google takes. Use 3 to 63 lower case letters, digits, dashes and underscores, a letter or ' +
        'digit first and last, and nothing that begins with "goog" or looks like "google".',
    ],
    ['a name that looks like Google’s', { bucketName: 'acme-g00gle' }, '"acme-g00gle" is no bucket name'],
    [
      'turbo replication in one region',
      { turboReplication: true },
      'turboReplication in the region EUROPE-WEST3: Cloud Storage has it in dual-regions only. Use BucketLocation.dualRegion or ' +
        'regionPair, or leave it out.',
    ],
    [
      'turbo replication in a multi-region',
      { location: BucketLocation.multiRegion(MultiRegion.EU), turboReplication: true },
      'turboReplication in the multi-region EU',
    ],
    [
      'Autoclass of a folder',
      { tiering: [{ prefix: 'raw/', profile: TieringProfile.INTELLIGENT }] },
      'Tiering intelligent is given for "raw/", and Autoclass is of a whole bucket. Leave out the prefix, or use a profile with steps.',
    ],
    [
      'Autoclass beside rules',
      {
        tiering: [
          { profile: TieringProfile.INTELLIGENT },
          { prefix: 'raw/', profile: TieringProfile.DEEP_ARCHIVE },
        ],
      },
      'Tiering intelligent together with deep-archive: a bucket with Autoclass takes no rules that set a storage class. Keep one of ' +
        'them, or give the folder a bucket of its own.',
    ],
    [
      'two profiles for one folder',
      {
        tiering: [
          { prefix: 'raw', profile: TieringProfile.STEPWISE },
          { prefix: 'raw/', profile: TieringProfile.DEEP_ARCHIVE },
        ],
      },
      'Tiering deep-archive: the folder "raw/" has a profile already. Keep one of them, or give it another prefix.',
    ],
    [
      'replaced versions that would move after they expired',
      { tiering: [{ profile: TieringProfile.VERSIONS_TO_COLDLINE }] },
      'Tiering versions-to-coldline moves replaced versions to COLDLINE after 30 days, and they expire after 30. Set ' +
        'noncurrentVersionExpirationDays to more than 30.',
    ],
    [
      'replaced versions where there are none',
      {
        tiering: [{ profile: TieringProfile.VERSIONS_TO_COLDLINE }],
        retention: BucketRetention.unlocked(10),
      },
      'Tiering versions-to-coldline moves replaced versions, and the bucket keeps none: under a retention policy nothing is ' +
        'replaced. Leave out its noncurrentSteps.',
    ],
    [
      'an archive that is left too soon',
      {
        tiering: [{ prefix: 'raw/', profile: TieringProfile.archiveAfter(30) }],
        expirations: [{ prefix: 'raw/', afterDays: 45 }],
      },
      'Tiering archive-after-30-days costs more than it saves: an object stays in ARCHIVE for 15 days and pays for 335 ($0.0142 a ' +
        'GiB; where it was, $0.0100). Leave the step out, or let it stay 335 days.',
    ],
    [
      'an archive for small objects',
      { tiering: [{ profile: TieringProfile.DEEP_ARCHIVE, objectSizeKib: 16 }] },
      'Tiering deep-archive costs more than it saves with objects of 16 KiB: 65536 of them make a GiB, and each is charged for ' +
        'its move ($3.3170 a GiB in 1005 days; where it was, $0.6700). Pack them into larger ones first, or leave the profile out.',
    ],
    [
      'an archive that is read often',
      { tiering: [{ profile: TieringProfile.DEEP_ARCHIVE, readShare: 0.5 }] },
      'Tiering deep-archive costs more than it saves where 50 % are read each month: $0.0262 for a GiB and month in ARCHIVE, ' +
        '$0.0200 in STANDARD. Leave the step out.',
    ],
    [
      'an expiration before the move',
      {
        tiering: [{ prefix: 'raw/', profile: TieringProfile.STEPWISE }],
        expirations: [{ prefix: 'raw', afterDays: 90 }],
      },
      'Expiration of "raw" after 90 days is not later than its move to COLDLINE after 90 days. Expire later, or leave the move out.',
    ],
    [
      'one folder that expires twice',
      {
        expirations: [
          { prefix: 'raw', afterDays: 90 },
          { prefix: 'raw/', afterDays: 9 },
        ],
      },
      'expirations name the folder "raw/" twice: keep one of them.',
    ],
    [
      'an expiration over everything',
      { expirations: [{ prefix: '', afterDays: 9 }] },
      'A prefix is a folder such as "raw/orders", received "". Leave out leading slashes and wildcards; leave out the prefix for ' +
        'the whole bucket.',
    ],
    [
      'an expiration under retention',
      { retention: BucketRetention.locked(30), expirations: [{ prefix: 'raw', afterDays: 9 }] },
      'Expiration of "raw" after 9 days, and its objects are retained for 30: they would stay until then. Expire after 30 days or ' +
        'more, or shorten the retention.',
    ],
    [
      'versions under retention',
      { retention: BucketRetention.locked(30), noncurrentVersionExpirationDays: 30 },
      'noncurrentVersionExpirationDays together with retention: Cloud Storage keeps versions or a retention policy, not both, and ' +
        'under retention nothing is replaced. Leave out one of them.',
    ],
    [
      'soft delete for three days',
      { softDeleteDays: 3 },
      'softDeleteDays must be 0, or between 7 and 90. Received 3.',
    ],
    [
      'versions for no day',
      { noncurrentVersionExpirationDays: 0 },
      'noncurrentVersionExpirationDays must be a whole number, 1 or more. Received 0.',
    ],
    [
      'emptying what is protected',
      { forceDestroy: true },
      'forceDestroy: true needs deletionProtection: false: Terraform would refuse to destroy the bucket.',
    ],
    [
      'emptying what is append-only',
      { forceDestroy: true, deletionProtection: false, appendOnly: true },
      'forceDestroy: true on an append-only bucket: destroying it would delete its objects.',
    ],
    [
      'emptying what is retained',
      { forceDestroy: true, deletionProtection: false, retention: BucketRetention.unlocked(1) },
      'forceDestroy: true on a bucket under retention: its objects cannot be deleted, and the stack could not be removed.',
    ],
    [
      'labels Google refuses',
      { labels: { 'cost-center': 'R&D' } },
      'Lake/Bronze: the label "cost-center" has the value "R&D". Use up to 63 lower case letters, digits, dashes and underscores, ' +
        'for example "r-d".',
    ],
    [
      'keys of labels Google refuses',
      { labels: { CostCenter: 'a' } },
      'Lake/Bronze: the label "CostCenter" is no key',
    ],
  ])('%s', (_name, props, message) => {
    expect(() => zone(props)).toThrow(message);
  });

  it('a key of another location', () => {
    const stack = googleStack();
    const key = new ZoneKey(stack, 'Key', { name: 'us', location: BucketLocation.region('us-central1') });
    expect(() => zone({ encryptionKey: key }, stack)).toThrow(
      'The key is in us-central1, and a bucket in EUROPE-WEST3 needs one in europe-west3. Use a key of that location.',
    );
    expect(() => ZoneKey.fromKeyName(stack, 'Other', 'my-key')).toThrow('"my-key" is no name of a key.');
    expect(() => new ZoneKey(stack, 'Slow', { name: 'k', location: FRANKFURT, rotationDays: 0 })).toThrow(
      'rotationDays must be between 1 and 36500. Received 0.',
    );
  });

  it('places there are not', () => {
    expect(() => BucketLocation.region('EU')).toThrow('"EU" is no region of Google Cloud.');
    const pair = (multiRegion: MultiRegion, first: string, second: string) => () =>
      BucketLocation.regionPair(multiRegion, first, second);
    expect(pair(MultiRegion.ASIA, 'asia-east1', 'us-east1')).toThrow(
      'regionPair: us-east1 cannot be paired in ASIA. Allowed: asia-east1, asia-southeast1.',
    );
    // London is in Europe and not in the EU; Tokyo is paired with Osaka only.
    expect(pair(MultiRegion.EU, 'europe-west2', 'europe-west3')).toThrow(
      'europe-west2 cannot be paired in EU.',
    );
    expect(pair(MultiRegion.ASIA, 'asia-east1', 'asia-northeast1')).toThrow(
      'asia-northeast1 cannot be paired',
    );
    expect(pair(MultiRegion.US, 'us-east4', 'US-EAST4')).toThrow('regionPair: us-east4 twice.');
    expect(pair(MultiRegion.US, 'us-east1', 'us-central1')).toThrow(
      'regionPair: Cloud Storage has us-central1 and us-east1 as a named pair only. Use BucketLocation.dualRegion(DualRegion.NAM4).',
    );
    expect(pair(MultiRegion.EU, 'europe-west3', 'europe-west10')).toThrow(
      'regionPair: europe-west10 and europe-west3 are in one country',
    );
    expect(() => BucketRetention.locked(0)).toThrow('A retention is 1 to 36525 whole days. Received 0.');
  });

  it('a stack of another cloud', () => {
    const stack = new Stack(new App(), 'Aws');
    expect(() => new ZoneBucket(stack, 'Bronze', { bucketName: 'acme-bronze', location: FRANKFURT })).toThrow(
      '"Aws/Bronze" is in no TerraformStack',
    );
  });
});

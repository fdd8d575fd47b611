import { StorageBucket } from '@cdktf/provider-google/lib/storage-bucket';
import {
  BucketLocation,
  DualRegion,
  MedallionLake,
  type MedallionLakeProps,
  TieringProfile,
  Zone,
  ZoneBucket,
} from '../../lib/google';
import { googleStack, resource, resources } from './stack';

const LOCATION = BucketLocation.region('europe-west3');

function lakeIn(props: Partial<MedallionLakeProps> = {}, stack = googleStack()) {
  return { stack, lake: new MedallionLake(stack, 'Lake', { name: 'acme', location: LOCATION, ...props }) };
}

describe('a lake', () => {
  it('has four zones, one key, and names and labels by its environment', () => {
    const { stack } = lakeIn({ environment: 'dev', labels: { 'cost-center': '4711' } });
    const buckets = resources(stack, 'google_storage_bucket');
    expect(buckets.map(({ name }) => name).sort()).toEqual([
      'acme-dev-bronze',
      'acme-dev-gold',
      'acme-dev-quarantine',
      'acme-dev-silver',
    ]);
    expect(buckets.find(({ name }) => name === 'acme-dev-gold')?.labels).toEqual({
      'cost-center': '4711',
      environment: 'dev',
      zone: 'gold',
    });
    expect(new Set(buckets.map(({ encryption }) => JSON.stringify(encryption))).size).toBe(1);
    expect(resource(stack, 'google_kms_crypto_key')).toMatchObject({ name: 'acme-dev-lake' });
  });

  it('has a bronze that is append-only, but not where its stack is to be thrown away', () => {
    expect((lakeIn().lake.bronze as ZoneBucket).appendOnly).toBe(true);
    const { lake, stack } = lakeIn({ deletionProtection: false, forceDestroy: true });
    expect((lake.bronze as ZoneBucket).appendOnly).toBe(false);
    for (const bucket of resources(stack, 'google_storage_bucket')) {
      expect(bucket).toMatchObject({ force_destroy: true, lifecycle: { prevent_destroy: false } });
    }
  });

  it('is in two regions with all its zones', () => {
    const { stack } = lakeIn({
      location: BucketLocation.dualRegion(DualRegion.EUR4),
      turboReplication: true,
    });
    const buckets = resources(stack, 'google_storage_bucket');
    expect(buckets).toHaveLength(4);
    for (const bucket of buckets) expect(bucket).toMatchObject({ location: 'EUR4', rpo: 'ASYNC_TURBO' });
  });

  it('takes extra zones, and buckets you own', () => {
    const stack = googleStack();
    const bucket = new StorageBucket(stack, 'Own', { name: 'acme-own', location: 'EU' });
    const { lake } = lakeIn(
      {
        silver: { bucket, prefix: 'silver' },
        gold: { bucketName: 'acme-gold-of-theirs' },
        extraZones: { vectors: { tiering: [{ profile: TieringProfile.archiveAfter(30) }] } },
      },
      stack,
    );
    expect(lake.silver.gsUri('t')).toMatch(/^gs:\/\/\$\{TfToken\[.*\]\}\/silver\/t$/);
    expect(lake.zone(Zone.GOLD).gsUri()).toBe('gs://acme-gold-of-theirs/');
    expect(lake.zones).toHaveLength(5);
    expect(resources(stack, 'google_storage_bucket').map(({ name }) => name)).toContain('acme-vectors');
    expect(lake.extraZone('vectors').location).toBe(LOCATION);
  });
});

describe('refused are', () => {
  it.each<[string, Partial<MedallionLakeProps>, string]>([
    [
      'a zone named as one there is',
      { extraZones: { gold: {} } },
      'extraZones: "gold" is not a zone name. Use lower case letters, digits and dashes, beginning with a letter, and none of ' +
        'bronze, silver, gold, quarantine.',
    ],
    [
      'options for a bucket of its owner’s',
      { gold: { bucketName: 'theirs', appendOnly: true } },
      "gold: appendOnly given together with bucket: an existing bucket keeps its owner's configuration. Leave out one or the other.",
    ],
    [
      'a prefix without a bucket',
      { gold: { prefix: 'gold' } },
      'gold: prefix "gold" given without bucket: a new bucket is one zone. Leave out prefix.',
    ],
    [
      'two zones in one folder',
      {
        silver: { bucketName: 'theirs', prefix: 'a' },
        gold: { bucketName: 'theirs', prefix: 'a/' },
      },
      'gold and silver were given the same bucket and prefix "a/". Give each zone a bucket of its own, or a prefix of its own in it.',
    ],
    ['names that would be too long', { name: 'a'.repeat(60) }, 'is no bucket name Google takes'],
    ['turbo replication in one region', { turboReplication: true }, 'turboReplication in the region'],
  ])('%s', (_name, props, message) => {
    expect(() => lakeIn(props)).toThrow(message);
  });

  it('a zone it has not', () => {
    expect(() => lakeIn().lake.extraZone('features')).toThrow(
      'The lake Lake/Lake has no extra zone "features" (it has: none). Name it in extraZones.',
    );
  });
});

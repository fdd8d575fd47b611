import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { MedallionLake } from '../../../lib/aws/storage';
import { Zone } from '../../../lib/contract';
import { allowedStatements, role } from '../statements';

const stackIn = (env?: { account: string; region: string }) => new Stack(new App(), 'Stack', { env });
const denySids = (template: Template) =>
  Object.values(template.findResources('AWS::S3::BucketPolicy'))
    .flatMap((policy) => policy.Properties.PolicyDocument.Statement)
    .map(({ Sid }) => Sid)
    .filter((sid) => sid !== undefined);

test('a bucket for each zone and one for logs, under one key', () => {
  const stack = stackIn();
  const lake = new MedallionLake(stack, 'Lake');
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::S3::Bucket', 5);
  template.resourceCountIs('AWS::KMS::Key', 1);
  for (const zone of Object.values(Zone)) {
    template.hasResourceProperties('AWS::S3::Bucket', {
      LoggingConfiguration: {
        DestinationBucketName: { Ref: 'LakeAccessLogsBucket6E9F3610' },
        LogFilePrefix: `${zone}/`,
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          Match.objectLike({
            ServerSideEncryptionByDefault: Match.objectLike({
              KMSMasterKeyID: { 'Fn::GetAtt': ['LakeKey7B6C155C', 'Arn'] },
            }),
          }),
        ],
      },
    });
    expect(lake.zone(zone)).toBe(lake[zone]);
  }
});

test('bronze alone is append-only', () => {
  const stack = stackIn();
  new MedallionLake(stack, 'Lake');
  const template = Template.fromStack(stack);
  expect(denySids(template)).toEqual(['AppendOnly', 'KeepVersions']);
});

test('each zone grants by itself', () => {
  const stack = stackIn();
  const lake = new MedallionLake(stack, 'Lake');
  lake.silver.grantWrite(role(stack, 'Writer'));
  const written = allowedStatements(Template.fromStack(stack)).flatMap(({ resources }) => resources);
  expect(written).toEqual(['<LakeSilverBucket15BA027D.Arn>/*', '<LakeKey7B6C155C.Arn>']);
});

test('names carry the environment', () => {
  const stack = stackIn();
  new MedallionLake(stack, 'Lake', { name: 'acme-lake', environment: 'dev', extraZones: { features: {} } });
  const names = Object.values(Template.fromStack(stack).findResources('AWS::S3::Bucket')).map(
    (bucket) => bucket.Properties.BucketName,
  );
  expect(names.sort()).toEqual(
    ['access-logs', 'bronze', 'features', 'gold', 'quarantine', 'silver'].map(
      (zone) => `acme-lake-dev-${zone}`,
    ),
  );
});

test('an extra zone has its own lifecycle', () => {
  const stack = stackIn();
  const lake = new MedallionLake(stack, 'Lake', {
    extraZones: {
      archive: { transitions: [{ storageClass: s3.StorageClass.DEEP_ARCHIVE, after: Duration.days(90) }] },
    },
  });
  Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', {
    LoggingConfiguration: Match.objectLike({ LogFilePrefix: 'archive/' }),
    LifecycleConfiguration: {
      Rules: Match.arrayWith([
        Match.objectLike({ Transitions: [{ StorageClass: 'DEEP_ARCHIVE', TransitionInDays: 90 }] }),
      ]),
    },
  });
  expect(lake.extraZone('archive').bucket).toBeDefined();
  expect(() => lake.extraZone('features')).toThrow(
    'The lake Stack/Lake has no extra zone "features" (it has: archive). Name it in extraZones.',
  );
});

test.each(['Features', 'bronze', '1st', 'a_b'])('an extra zone named "%s" is refused', (name) => {
  expect(() => new MedallionLake(stackIn(), 'Lake', { extraZones: { [name]: {} } })).toThrow(
    `extraZones: "${name}" is not a zone name. Use lower case letters, digits and dashes, beginning with a letter, ` +
      'and none of bronze, silver, gold, quarantine.',
  );
});

describe('buckets the user owns', () => {
  test('take the place of new ones; a lake of them creates nothing', () => {
    const stack = stackIn();
    const bucket = (zone: string) => ({
      bucket: s3.Bucket.fromBucketName(stack, `Mine-${zone}`, `mine-${zone}`),
    });
    const lake = new MedallionLake(stack, 'Lake', {
      bronze: bucket('bronze'),
      silver: bucket('silver'),
      gold: bucket('gold'),
      quarantine: bucket('quarantine'),
    });
    expect(Template.fromStack(stack).toJSON().Resources).toBeUndefined();
    expect(lake.gold.s3Uri('orders')).toBe('s3://mine-gold/orders');
  });

  test('may hold several zones, each in a folder', () => {
    const stack = stackIn();
    const bucket = s3.Bucket.fromBucketName(stack, 'Mine', 'mine');
    const lake = new MedallionLake(stack, 'Lake', {
      bronze: { bucket, prefix: 'bronze' },
      silver: { bucket, prefix: 'silver' },
    });
    expect(lake.silver.s3Uri('orders')).toBe('s3://mine/silver/orders');
  });

  test.each([
    [
      'one bucket for two zones',
      (bucket: s3.IBucket) => ({ bronze: { bucket }, silver: { bucket } }),
      'silver and bronze were given the same bucket. Give each zone a bucket of its own, or a prefix of its own in it.',
    ],
    [
      'one folder for two zones',
      (bucket: s3.IBucket) => ({ bronze: { bucket, prefix: 'data' }, gold: { bucket, prefix: 'data/' } }),
      'gold and bronze were given the same bucket and prefix "data/".',
    ],
    [
      'options of a bucket that is not created',
      (bucket: s3.IBucket) => ({ gold: { bucket, appendOnly: true } }),
      "gold: appendOnly given together with bucket: an existing bucket keeps its owner's configuration. Leave out one or the other.",
    ],
    [
      'a folder of a new bucket',
      () => ({ gold: { prefix: 'gold' } }),
      'gold: prefix "gold" given without bucket: a new bucket is one zone. Leave out prefix.',
    ],
  ])('%s: refused', (_, props, message) => {
    const stack = stackIn();
    const bucket = s3.Bucket.fromBucketName(stack, 'Mine', 'mine');
    expect(() => new MedallionLake(stack, 'Lake', props(bucket))).toThrow(message);
  });
});

test('a lake to throw away is not append-only, and goes with its stack', () => {
  const stack = stackIn();
  new MedallionLake(stack, 'Lake', { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true });
  const template = Template.fromStack(stack);
  expect(denySids(template)).toEqual([]);
  template.allResources('AWS::S3::Bucket', Match.objectLike({ DeletionPolicy: 'Delete' }));
  template.allResources('AWS::KMS::Key', Match.objectLike({ DeletionPolicy: 'Delete' }));
});

test('two lakes stand in one stack, in an environment known or not', () => {
  for (const env of [undefined, { account: '111122223333', region: 'eu-west-1' }]) {
    const stack = stackIn(env);
    new MedallionLake(stack, 'One');
    new MedallionLake(stack, 'Two');
    Template.fromStack(stack).resourceCountIs('AWS::S3::Bucket', 10);
  }
});

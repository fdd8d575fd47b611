import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { exampleGold, readContracts } from '../../../bin/reference-contracts';
import { ReferenceStack } from '../../../bin/reference-stack';
import { DataLocality, MedallionLake, ReplicaBucket, ZoneBucket, ZoneReplication } from '../../../lib/aws';

const ENV = { account: '123456789012', region: 'eu-central-1' };
const KEY = 'arn:aws:kms:us-east-1:123456789012:key/1234';

function messages(build: (stack: Stack) => void, level: 'Error' | 'Warning' = 'Error', env = ENV): string[] {
  const stack = new Stack(new App(), 'Test', { env });
  build(stack);
  if (level === 'Error') DataLocality.enforce(stack);
  else DataLocality.warn(stack);
  return Annotations.fromStack(stack)
    [level === 'Error' ? 'findError' : 'findWarning']('*', Match.stringLikeRegexp('.*'))
    .map(({ entry }) => String(entry.data));
}

const remote = (stack: Stack): void => {
  new Queue(stack, 'Queue', { encryptionMasterKey: Key.fromKeyArn(stack, 'Key', KEY) });
};

test('a key, a stream or a bucket of another region is refused, or warned of', () => {
  const text = `Test/Queue/Resource is in eu-central-1, and its KmsMasterKeyId names ${KEY}. Move one of both, or keep a replica here.`;
  expect(messages(remote)).toEqual([text]);
  expect(messages(remote, 'Warning').map((message) => message.split(' [')[0])).toEqual([text]);
  expect(
    messages((stack) => {
      const bucket = Bucket.fromBucketAttributes(stack, 'Owned', {
        bucketName: 'owned',
        region: 'us-east-1',
      });
      ZoneBucket.fromBucket(stack, 'Zone', bucket);
    }),
  ).toEqual([
    'Test/Zone is in eu-central-1, its bucket in us-east-1. Move one of both, or keep a replica here.',
  ]);
});

test('ARNs that are put together are read, too', () => {
  const found = messages((stack) => {
    new Queue(stack, 'Queue', {
      encryptionMasterKey: Key.fromKeyArn(
        stack,
        'Key',
        stack.formatArn({ service: 'kms', region: 'us-west-2', resource: 'key', resourceName: 'k' }),
      ),
    });
  });
  expect(found).toEqual([expect.stringContaining('names arn:aws:kms:us-west-2:123456789012:key/k.')]);
});

test('replicas pass, and so do regions that are not known, and the reference stack', () => {
  const copies = (stack: Stack): void => {
    const lake = new MedallionLake(stack, 'Lake');
    const copy = Bucket.fromBucketAttributes(stack, 'Copy', { bucketName: 'copy', region: 'us-east-1' });
    new ZoneReplication(stack, 'Replication', {
      source: lake.bronze as ZoneBucket,
      actionsEnabled: false,
      destinations: [ReplicaBucket.fromBucket(copy, Key.fromKeyArn(stack, 'CopyKey', KEY))],
    });
  };
  expect(messages(copies)).toEqual([]);
  expect(messages(remote, 'Error', {} as typeof ENV)).toEqual([]);
  const app = new App();
  const stack = new ReferenceStack(app, 'Lakehouse', {
    contracts: readContracts(),
    gold: exampleGold(),
    env: ENV,
  });
  DataLocality.enforce(app);
  expect(Annotations.fromStack(stack).findError('*', Match.stringLikeRegexp('.*'))).toEqual([]);
});

import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  MedallionLake,
  ReplicaBucket,
  ZoneBucket,
  ZoneReplication,
  type ZoneReplicationProps,
} from '../../../lib/aws/storage';
import { nagFindings } from '../../../lib/testing';

const SOURCE = { account: '111111111111', region: 'eu-west-1' };
const REPLICA = { account: '111111111111', region: 'eu-central-1' };
const FOREIGN = {
  bucketName: 'backup-bronze',
  encryptionKeyArn: 'arn:aws:kms:eu-central-1:222222222222:key/0f3a9d4c',
  account: '222222222222',
  region: 'eu-central-1',
};
const SILENT = { actionsEnabled: false };

function replicated(props: Partial<ZoneReplicationProps> = {}): {
  template: Template;
  replication: ZoneReplication;
} {
  const stack = new Stack(new App(), 'Source', { env: SOURCE });
  const source = new ZoneBucket(stack, 'Zone');
  const replication = new ZoneReplication(stack, 'Replication', {
    source,
    destinations: [ReplicaBucket.fromAttributes({ ...FOREIGN, ...REPLICA })],
    ...SILENT,
    ...props,
  });
  return { template: Template.fromStack(stack), replication };
}

function rulesOf(template: Template): any[] {
  const [bucket] = Object.values(template.findResources('AWS::S3::Bucket'))
    .map((resource: any) => resource.Properties.ReplicationConfiguration)
    .filter((configuration) => configuration !== undefined);
  return bucket.Rules;
}

function statements(template: Template): any[] {
  return Object.values(template.findResources('AWS::IAM::Policy')).flatMap(
    (policy: any) => policy.Properties.PolicyDocument.Statement,
  );
}

test('objects of the zone’s key are copied and encrypted with the replica’s, deletes are not', () => {
  const { template } = replicated();
  expect(rulesOf(template)).toEqual([
    {
      Id: 'replica-1',
      Priority: 1,
      Status: 'Enabled',
      Filter: { Prefix: '' },
      DeleteMarkerReplication: { Status: 'Disabled' },
      SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } },
      Destination: {
        Bucket: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::backup-bronze']] },
        EncryptionConfiguration: { ReplicaKmsKeyID: FOREIGN.encryptionKeyArn },
        Metrics: { Status: 'Enabled' },
      },
    },
  ]);
  template.hasResourceProperties('AWS::S3::Bucket', { VersioningConfiguration: { Status: 'Enabled' } });
});

test('Replication Time Control promises 15 minutes, and alarms say when it does not hold', () => {
  const { template } = replicated({ timeControl: true, deleteMarkers: true, prefix: 'orders/' });
  const [{ Destination, DeleteMarkerReplication, Filter }] = rulesOf(template);
  expect(Destination.ReplicationTime).toEqual({ Status: 'Enabled', Time: { Minutes: 15 } });
  expect(Destination.Metrics).toEqual({ Status: 'Enabled', EventThreshold: { Minutes: 15 } });
  expect(DeleteMarkerReplication).toEqual({ Status: 'Enabled' });
  expect(Filter).toEqual({ Prefix: 'orders/' });
  const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(
    (one: any) => one.Properties,
  );
  expect(alarms.map(({ MetricName, Threshold, Statistic }) => [MetricName, Threshold, Statistic])).toEqual([
    ['ReplicationLatency', 900, 'Maximum'],
    ['OperationsFailedReplication', 0, 'Sum'],
  ]);
  for (const alarm of alarms) {
    expect(alarm.Dimensions.map(({ Name }: any) => Name)).toEqual([
      'DestinationBucket',
      'RuleId',
      'SourceBucket',
    ]);
  }
});

test('the role copies this zone to those buckets and nothing else', () => {
  const { template } = replicated({ prefix: 'orders/' });
  const actions = statements(template).flatMap(({ Action, Resource }) =>
    [Action].flat().map((action: string) => [action, JSON.stringify(Resource)]),
  );
  expect(actions.map(([action]) => action).sort()).toEqual(
    [
      ...['s3:GetReplicationConfiguration', 's3:ListBucket'],
      ...['s3:GetObjectVersionForReplication', 's3:GetObjectVersionAcl', 's3:GetObjectVersionTagging'],
      ...[
        's3:GetObjectRetention',
        's3:GetObjectLegalHold',
        'kms:Decrypt',
        'kms:Encrypt',
        'kms:GenerateDataKey',
      ],
      ...[
        's3:ReplicateObject',
        's3:ReplicateDelete',
        's3:ReplicateTags',
        's3:ObjectOwnerOverrideToBucketOwner',
      ],
    ].sort(),
  );
  for (const [action, resource] of actions) {
    if (action.startsWith('s3:Replicate')) expect(resource).toContain(':s3:::backup-bronze/orders/*');
    if (action === 'kms:Encrypt') expect(resource).toBe(JSON.stringify(FOREIGN.encryptionKeyArn));
    expect(resource).not.toBe('"*"');
  }
});

test('another account owns its copies, and its owner is told what to allow', () => {
  const destination = ReplicaBucket.fromAttributes(FOREIGN);
  const { template, replication } = replicated({ destinations: [destination], roleName: 'lake-replication' });
  const [{ Destination }] = rulesOf(template);
  expect(Destination).toMatchObject({
    Account: '222222222222',
    AccessControlTranslation: { Owner: 'Destination' },
  });
  const policy = Stack.of(replication).resolve(
    replication.destinationPolicy(destination).map((statement) => statement.toStatementJson()),
  );
  expect(policy.map(({ Sid }: any) => Sid)).toEqual([
    'ReplicaVersioning',
    'ReplicaObjects',
    'ReplicaEncryption',
  ]);
  for (const { Principal, Condition } of policy) {
    expect(JSON.stringify(Principal)).toContain('111111111111');
    expect(JSON.stringify(Condition)).toContain(':iam::111111111111:role/lake-replication');
  }
});

test('several destinations have a rule each, with priorities', () => {
  const destinations = [
    ReplicaBucket.fromAttributes({ ...FOREIGN, ...REPLICA }),
    ReplicaBucket.fromAttributes({ ...FOREIGN, ...REPLICA, bucketName: 'second', region: 'us-east-1' }),
  ];
  const { template, replication } = replicated({ destinations });
  expect(rulesOf(template).map(({ Id, Priority }) => [Id, Priority])).toEqual([
    ['replica-1', 1],
    ['replica-2', 2],
  ]);
  expect(replication.all).toHaveLength(4);
});

describe('a lake in two regions of one app', () => {
  function lakes(
    alias: string | undefined = 'alias/lake-replica',
    replicaEnv = REPLICA,
    told: object = SILENT,
  ) {
    const app = new App();
    const there = new Stack(app, 'There', { env: replicaEnv });
    const here = new Stack(app, 'Here', { env: SOURCE });
    const destination = new MedallionLake(there, 'Lake', { name: 'acme-replica', encryptionKeyAlias: alias });
    const lake = new MedallionLake(here, 'Lake', {
      name: 'acme',
      replication: { destination, timeControl: true, roleName: 'acme-copies', ...told },
    });
    return { app, here, there, lake };
  }

  test('synthesizes without a cycle, by names', () => {
    const { app, here, there, lake } = lakes();
    app.synth();
    const template = Template.fromStack(here);
    const rules = Object.values(template.findResources('AWS::S3::Bucket')).flatMap(
      (bucket: any) => bucket.Properties.ReplicationConfiguration?.Rules ?? [],
    );
    expect(rules.map(({ Destination }) => JSON.stringify(Destination.Bucket)).sort()).toEqual(
      ['bronze', 'gold', 'quarantine', 'silver'].map((zone) =>
        expect.stringContaining(`:s3:::acme-replica-${zone}`),
      ),
    );
    expect(JSON.stringify(rules[0].Destination.EncryptionConfiguration)).toContain(
      ':kms:eu-central-1:111111111111:alias/lake-replica',
    );
    const encrypt = statements(template).find(({ Action }) => [Action].flat().includes('kms:Encrypt'));
    expect(encrypt.Condition).toEqual({
      'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/lake-replica' },
    });
    expect(JSON.stringify(Template.fromStack(there).toJSON())).not.toContain('Fn::ImportValue');
    expect(lake.replications).toHaveLength(4);
  });

  test('another account’s buckets and key let the roles in by a condition', () => {
    const { there } = lakes(undefined, { account: '222222222222', region: 'eu-west-1' });
    const template = Template.fromStack(there);
    const named = JSON.stringify(template.findResources('AWS::S3::BucketPolicy'));
    for (const zone of ['bronze', 'silver', 'gold', 'quarantine']) {
      expect(named).toContain(`:iam::111111111111:role/acme-copies-${zone}`);
    }
    const [key] = Object.values(template.findResources('AWS::KMS::Key'));
    const sids = (key as any).Properties.KeyPolicy.Statement.map(({ Sid }: any) => Sid);
    expect(sids).toContain('ReplicaEncryption');
  });

  test('a key that cannot be known from afar is refused', () => {
    const app = new App();
    const there = new Stack(app, 'There', { env: REPLICA });
    const destination = new MedallionLake(there, 'Lake', { name: 'acme-replica' });
    const here = new Stack(app, 'Here', { env: SOURCE });
    expect(() => new MedallionLake(here, 'Lake', { replication: { destination, ...SILENT } })).toThrow(
      'which can only know its key by a name: give the key an alias and pass its name',
    );
  });

  test('the packs find nothing on the source', () => {
    const { here, lake } = lakes(undefined, REPLICA, {});
    const topic = sns.Topic.fromTopicArn(here, 'Topic', 'arn:aws:sns:eu-west-1:111111111111:pager');
    for (const replication of lake.replications) replication.addAction(new SnsAction(topic));
    expect(nagFindings(here).map(({ rule, path }) => `${rule} ${path}`)).toEqual([]);
  });
});

describe('refused', () => {
  test.each<[string, (stack: Stack, source: ZoneBucket) => Partial<ZoneReplicationProps>, string]>([
    ['no destination', () => ({ destinations: [] }), 'has no destinations. Pass at least one ReplicaBucket.'],
    [
      'a bucket as its own copy',
      (_stack, source) => ({ destinations: [ReplicaBucket.fromBucket(source.bucket, source.encryptionKey)] }),
      'twice, or as its own copy',
    ],
    [
      'another account without a role’s name',
      () => ({ destinations: [ReplicaBucket.fromAttributes(FOREIGN)] }),
      'is in the account 222222222222, whose policies have to name the role that copies. Give it a roleName.',
    ],
  ])('%s', (_what, given, message) => {
    const stack = new Stack(new App(), 'Source', { env: SOURCE });
    const source = new ZoneBucket(stack, 'Zone');
    const props = { source, destinations: [], ...SILENT, ...given(stack, source) };
    expect(() => new ZoneReplication(stack, 'Replication', props)).toThrow(message);
  });

  test('a replica of the same place by its resources', () => {
    const stack = new Stack(new App(), 'Source', { env: SOURCE });
    const source = new ZoneBucket(stack, 'Zone');
    const bucket = new s3.Bucket(stack, 'Copy', { versioned: true });
    const key = new kms.Key(stack, 'CopyKey');
    new ZoneReplication(stack, 'Replication', {
      source,
      destinations: [ReplicaBucket.fromBucket(bucket, key)],
      maxLatency: Duration.hours(1),
      ...SILENT,
    });
    const [{ Destination }] = rulesOf(Template.fromStack(stack));
    expect(Destination.Bucket).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^Copy/), 'Arn'] });
    expect(Destination.EncryptionConfiguration.ReplicaKmsKeyID).toEqual({
      'Fn::GetAtt': [expect.stringMatching(/^CopyKey/), 'Arn'],
    });
  });
});

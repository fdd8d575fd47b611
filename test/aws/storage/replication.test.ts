import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  LakeReplica,
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
  expect(policy.map(({ Action }: any) => Action[0])).toEqual([
    's3:GetBucketVersioning',
    's3:ReplicateObject',
    'kms:Encrypt',
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
    expect(JSON.stringify(key)).toContain(':iam::111111111111:role/acme-copies-bronze');
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

describe('two lakes of two apps', () => {
  const replica = LakeReplica.fromAttributes({
    name: 'acme-replica',
    environment: 'prod',
    encryptionKeyArn: 'arn:aws:kms:eu-central-1:222222222222:alias/lake-replica',
    account: '222222222222',
    region: 'eu-central-1',
  });

  test('the source stands alone, and copies extra zones as well', () => {
    const stack = new Stack(new App(), 'Here', { env: SOURCE });
    const lake = new MedallionLake(stack, 'Lake', {
      extraZones: { models: {} },
      replication: { destination: replica, roleName: 'acme-copies', ...SILENT },
    });
    expect(lake.replications).toHaveLength(5);
    const template = Template.fromStack(stack);
    const buckets = Object.values(template.findResources('AWS::S3::Bucket')).flatMap(
      (bucket: any) => bucket.Properties.ReplicationConfiguration?.Rules ?? [],
    );
    expect(buckets.map(({ Destination }) => Destination.Bucket['Fn::Join'][1].at(-1)).sort()).toEqual(
      ['bronze', 'gold', 'models', 'quarantine', 'silver'].map((zone) => `:s3:::acme-replica-prod-${zone}`),
    );
    expect(buckets[0].Destination.EncryptionConfiguration.ReplicaKmsKeyID).toBe(
      'arn:aws:kms:eu-central-1:222222222222:alias/lake-replica',
    );
    template.hasResourceProperties('AWS::IAM::Role', { RoleName: 'acme-copies-models' });
  });

  test('the replica stands alone, and lets the roles of the source in', () => {
    const stack = new Stack(new App(), 'There', { env: { account: '222222222222', region: 'eu-central-1' } });
    const lake = new MedallionLake(stack, 'Lake', { name: 'acme-replica', encryptionKeyAlias: 'alias/x' });
    lake.allowReplicationFrom('111111111111', 'acme-copies');
    const template = Template.fromStack(stack);
    const policies = Object.values(template.findResources('AWS::S3::BucketPolicy')).map((policy: any) =>
      JSON.stringify(policy.Properties),
    );
    for (const zone of ['bronze', 'silver', 'gold', 'quarantine']) {
      const [policy] = policies.filter((text) => text.includes(`role/acme-copies-${zone}`));
      expect(policy).toContain('s3:ReplicateObject');
      expect(JSON.stringify(template.findResources('AWS::KMS::Key'))).toContain(`role/acme-copies-${zone}`);
    }
    expect(() => replica.replicaBucket('bronze').allowSource('111111111111', 'acme-copies')).toThrow(
      'The replica bucket acme-replica-prod-bronze is known by its attributes only',
    );
  });

  test('several lakes get the copies of chosen zones', () => {
    const stack = new Stack(new App(), 'Here', { env: SOURCE });
    const second = { name: 'second', encryptionKeyArn: 'arn:aws:kms:us-east-1:111111111111:key/1' };
    const lake = new MedallionLake(stack, 'Lake', {
      replication: {
        destination: replica,
        furtherDestinations: [
          LakeReplica.fromAttributes({ ...second, account: '111111111111', region: 'us-east-1' }),
        ],
        zones: ['gold'],
        roleName: 'acme-copies',
        ...SILENT,
      },
    });
    expect(lake.replications).toHaveLength(1);
    expect(rulesOf(Template.fromStack(stack)).map(({ Id, Priority }) => [Id, Priority])).toEqual([
      ['replica-1', 1],
      ['replica-2', 2],
    ]);
  });

  test.each<[string, object, string]>([
    ['a zone the lake does not have', { zones: ['models'] }, 'has no zone "models". It has: bronze, silver'],
    ['a zone the replica does not have', { extra: true }, 'has no zone "models" to keep copies in.'],
  ])('%s is refused', (_what, { extra, ...options }: any, message) => {
    const stack = new Stack(new App(), 'Here', { env: SOURCE });
    const destination = new MedallionLake(stack, 'Replica');
    const extraZones: Record<string, object> = extra ? { models: {} } : {};
    const replication = { destination, ...options, ...SILENT };
    expect(() => new MedallionLake(stack, 'Lake', { extraZones, replication })).toThrow(message);
  });
});

test('a job may copy what was there before, by a role that can do nothing else', () => {
  const { template, replication } = replicated({ existingObjects: true, prefix: 'orders/' });
  template.hasResourceProperties('AWS::IAM::Role', {
    AssumeRolePolicyDocument: Match.objectLike({
      Statement: [Match.objectLike({ Principal: { Service: 'batchoperations.s3.amazonaws.com' } })],
    }),
  });
  const [policy] = Object.values(template.findResources('AWS::IAM::Policy')).filter((one) =>
    JSON.stringify(one).includes('s3:InitiateReplication'),
  );
  const { Statement } = policy.Properties.PolicyDocument;
  expect(Statement.map(({ Action }: any) => Action)).toEqual([
    's3:InitiateReplication',
    ['s3:GetReplicationConfiguration', 's3:PutInventoryConfiguration'],
  ]);
  expect(JSON.stringify(Statement[0].Resource)).toContain('/orders/*');
  const findings = nagFindings(Stack.of(replication)).filter(({ path }) => path.includes('BatchRole'));
  expect(findings).toEqual([]);
  expect(replicated().replication.batchRole).toBeUndefined();
});

test('locked objects are copied to where they are locked, too', () => {
  const stack = new Stack(new App(), 'Source', { env: SOURCE });
  const objectLock = s3.ObjectLockRetention.governance(Duration.days(365));
  const source = new ZoneBucket(stack, 'Zone', { objectLock });
  const open = new ZoneBucket(stack, 'Open');
  const locked = new ZoneBucket(stack, 'Locked', { objectLock });
  const to = (id: string, { bucket, encryptionKey }: ZoneBucket) =>
    new ZoneReplication(stack, id, {
      source,
      destinations: [ReplicaBucket.fromBucket(bucket, encryptionKey)],
      ...SILENT,
    });
  expect(() => to('Refused', open)).toThrow('The objects of "Source/Zone" are locked, those of its replica');
  expect(() => to('Taken', locked)).not.toThrow();
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

import { App, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Domain, EngineVersion, type IDomain } from 'aws-cdk-lib/aws-opensearchservice';
import { Bucket, type LifecycleRule, StorageClass } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { OpenSearchRepository } from '../../../lambda/search/opensearch-repository';
import { restoreIndexes } from '../../../lambda/search/restore-indexes';
import { checkSnapshots, takeSnapshot } from '../../../lambda/search/take-snapshots';
import { IndexSnapshotAlarms, IndexSnapshots, type IndexSnapshotsProps } from '../../../lib/aws/governance';
import { TieringProfile, ZoneBucket, type ZoneTiering } from '../../../lib/aws/storage';
import type { IndexSnapshotSettings } from '../../../lib/contract/index-snapshot-settings';
import { CREDENTIALS, FakeOpenSearch } from '../../search/fake-opensearch';
import { allowedStatements } from '../statements';

const DOMAIN = 'arn:aws:es:eu-west-1:123456789012:domain/vectors';
const PLACE = { env: { account: '123456789012', region: 'eu-west-1' } };

function snapshots(props: Partial<IndexSnapshotsProps> = {}, domain?: (stack: Stack) => IDomain) {
  const stack = new Stack(new App(), 'Test', PLACE);
  const made = new IndexSnapshots(stack, 'Snapshots', {
    domain: domain?.(stack) ?? existing(stack, DOMAIN, 'search-vectors.eu-west-1.es.amazonaws.com'),
    indexes: ['products', 'articles-*'],
    zone: new ZoneBucket(stack, 'Gold'),
    ...props,
  });
  return { stack, snapshots: made };
}

const existing = (stack: Stack, domainArn: string, domainEndpoint: string): IDomain =>
  Domain.fromDomainAttributes(stack, 'Domain', { domainArn, domainEndpoint });

/** What the function is told, where what is known at deployment only is `<…>`. */
function settingsOf(template: Template): IndexSnapshotSettings {
  const [{ Properties }] = Object.values(
    template.findResources('AWS::Lambda::Function', {
      Properties: { Environment: { Variables: { LAKEHOUSE_INDEX_SNAPSHOTS: Match.anyValue() } } },
    }),
  );
  const text = (value: any): string =>
    typeof value === 'string'
      ? value
      : (value['Fn::Join']?.[1].map(text).join('') ?? `<${JSON.stringify(value).length}>`);
  return JSON.parse(text(Properties.Environment.Variables.LAKEHOUSE_INDEX_SNAPSHOTS));
}

test('daily at five a snapshot is asked for, by the time of the schedule, and once an hour a look at them', () => {
  const { stack } = snapshots();
  const template = Template.fromStack(stack);
  const target = (input: string) => ({
    Input: input,
    DeadLetterConfig: { Arn: Match.anyValue() },
    RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 10 },
  });
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: 'cron(0 5 * * ? *)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: target('{"snapshot":"<aws.scheduler.scheduled-time>"}'),
  });
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: 'rate(1 hour)',
    Target: target('{"check":"<aws.scheduler.scheduled-time>"}'),
  });
  expect(settingsOf(template)).toMatchObject({
    domain: 'vectors',
    endpoint: 'https://search-vectors.eu-west-1.es.amazonaws.com',
    region: 'eu-west-1',
    repository: expect.stringMatching(/^lakehouse-test/),
    folder: expect.stringMatching(/^index-snapshots\/lakehouse-test/),
    indexes: ['products', 'articles-*'],
    retentionHours: 840,
    maximumAgeHours: 25,
  });
});

test('the domain takes its role on for itself alone, and works in the folder alone', () => {
  const template = Template.fromStack(snapshots({ folder: 'vectors', repositoryName: 'nightly' }).stack);
  template.hasResourceProperties('AWS::IAM::Role', {
    AssumeRolePolicyDocument: {
      Statement: [
        {
          Action: 'sts:AssumeRole',
          Effect: 'Allow',
          Principal: { Service: 'es.amazonaws.com' },
          Condition: {
            StringEquals: { 'aws:SourceAccount': '123456789012' },
            ArnLike: { 'aws:SourceArn': DOMAIN },
          },
        },
      ],
    },
  });
  const statements = allowedStatements(template, 'SnapshotsSnapshotRole');
  const objects = statements.filter(({ actions }) => actions.some((action) => /Object$/.test(action)));
  expect(objects.flatMap(({ actions }) => actions)).toEqual(
    expect.arrayContaining(['s3:GetObject', 's3:PutObject', 's3:DeleteObject']),
  );
  for (const { resources } of objects) expect(resources).toEqual([expect.stringMatching(/\/vectors\/\*$/)]);
  const listing = statements.find(({ actions }) => actions.includes('s3:ListBucket'));
  expect(listing?.condition).toEqual({ StringLike: { 's3:prefix': ['vectors', 'vectors/*'] } });
  expect(statements.flatMap(({ actions }) => actions)).toContain('kms:GenerateDataKey');
});

describe('what the function may do', () => {
  const statements = () =>
    allowedStatements(
      Template.fromStack(snapshots({ repositoryName: 'nightly' }).stack),
      'SnapshotsRole',
    ).filter(({ actions }) => actions.some((action) => /^(es|iam|s3):/.test(action)));

  test('is to ask the domain of one repository, and to hand over one role', () => {
    expect(statements()).toEqual([
      {
        actions: ['es:ESHttpDelete', 'es:ESHttpGet', 'es:ESHttpPost', 'es:ESHttpPut'],
        resources: [`${DOMAIN}/_snapshot/nightly`, `${DOMAIN}/_snapshot/nightly/*`],
      },
      { actions: ['iam:PassRole'], resources: [expect.stringMatching(/^<SnapshotsSnapshotRole\w+\.Arn>$/)] },
    ]);
  });

  test('is what it does, and no more', async () => {
    const search = new FakeOpenSearch();
    search.indexes.set('products', ['a']);
    const template = Template.fromStack(snapshots({ repositoryName: 'nightly' }).stack);
    const settings = { ...settingsOf(template), endpoint: await search.start() };
    try {
      const repository = new OpenSearchRepository(settings, CREDENTIALS);
      await takeSnapshot(repository, settings.indexes, new Date(search.now - 40 * 86_400_000));
      search.finish('SUCCESS');
      search.snapshots()[0].state = 'PARTIAL';
      search.now += 50 * 86_400_000;
      await takeSnapshot(repository, settings.indexes, new Date(search.now));
      search.finish('SUCCESS');
      await checkSnapshots(repository, settings, new Date(search.now), search.now);
      await restoreIndexes(repository, { restore: 'latest', renameTo: 'restored-*', partial: false });
    } finally {
      await search.stop();
    }
    const [{ actions, resources }] = statements();
    const calls = search.requests.map(({ method, path }) => ({
      action: `es:ESHttp${method[0]}${method.slice(1).toLowerCase()}`,
      resource: `${DOMAIN}${path.split('?')[0]}`,
    }));
    const covers = (pattern: string, text: string) =>
      pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern;
    expect(calls.filter(({ resource }) => !resources.some((one) => covers(one, resource)))).toEqual([]);
    expect([...new Set(calls.map(({ action }) => action))].sort()).toEqual(actions);
  });
});

test('a domain in a network lets the function in, and is not snapshotted from outside', () => {
  const stack = new Stack(new App(), 'Test', PLACE);
  const vpc = Vpc.fromVpcAttributes(stack, 'Owned', {
    vpcId: 'vpc-1',
    availabilityZones: ['eu-west-1a'],
    privateSubnetIds: ['subnet-1'],
  });
  const domain = new Domain(stack, 'Vectors', {
    version: EngineVersion.OPENSEARCH_2_19,
    vpc,
    vpcSubnets: [{ subnets: vpc.privateSubnets }],
  });
  const props = { domain, indexes: ['products'], zone: new ZoneBucket(stack, 'Gold') };
  expect(() => new IndexSnapshots(stack, 'Outside', props)).toThrow(
    'The domain "Test/Vectors" is in a network and "Test/Outside" is not: its requests would wait for an answer that never ' +
      'comes. Pass the VPC of the domain in network.',
  );
  stack.node.tryRemoveChild('Outside');
  new IndexSnapshots(stack, 'Inside', { ...props, network: { vpc } });
  Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
    IpProtocol: 'tcp',
    FromPort: 443,
    ToPort: 443,
    SourceSecurityGroupId: {
      'Fn::GetAtt': [Match.stringLikeRegexp('^InsideHandlerSecurityGroup'), 'GroupId'],
    },
  });
});

test('the alarms sound for a failure, for an age and for silence, and for what was given up', () => {
  const { stack, snapshots: made } = snapshots({ repositoryName: 'nightly', maximumAge: Duration.hours(13) });
  const topic = Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:eu-west-1:123456789012:operators');
  new IndexSnapshotAlarms(stack, 'Alarms', { snapshots: made, topics: [topic] });
  const template = Template.fromStack(stack);
  const dimensions = [
    { Name: 'Domain', Value: 'vectors' },
    { Name: 'Repository', Value: 'nightly' },
  ];
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    MetricName: 'IndexSnapshotAgeSeconds',
    Dimensions: dimensions,
    Statistic: 'Maximum',
    Period: 3600,
    EvaluationPeriods: 3,
    DatapointsToAlarm: 3,
    Threshold: 13 * 3600,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'breaching',
    AlarmDescription:
      'Test/Snapshots: there is no whole snapshot of indexes that is younger than 13 hours. Runbook: ' +
      'lakehouse-constructs/docs/operations.md#index-snapshots',
  });
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    MetricName: 'IndexSnapshotsFailed',
    Dimensions: dimensions,
    Threshold: 0,
    TreatMissingData: 'ignore',
  });
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    MetricName: 'ApproximateNumberOfMessagesVisible',
    Threshold: 0,
  });
  expect(made.metricKept()).toMatchObject({ metricName: 'IndexSnapshotsKept', statistic: 'Minimum' });
  expect(made.metricTaken({ period: Duration.days(1) })).toMatchObject({
    statistic: 'Sum',
    metricName: 'IndexSnapshotsTaken',
  });
});

test('alarms that reach nobody are refused', () => {
  const { stack, snapshots: made } = snapshots();
  new IndexSnapshotAlarms(stack, 'Alarms', { snapshots: made });
  expect(() => Template.fromStack(stack)).toThrow('The alarms of "Test/Alarms" reach nobody.');
});

test('who may ask invokes the function', () => {
  const { stack, snapshots: made } = snapshots();
  made.grantRequest(new Role(stack, 'Operator', { assumedBy: new ServicePrincipal('ecs.amazonaws.com') }));
  const [{ actions }] = allowedStatements(Template.fromStack(stack), 'Operator');
  expect(actions).toEqual(['lambda:InvokeFunction']);
});

test.each<[Partial<IndexSnapshotsProps>, string]>([
  [
    { indexes: [] },
    '"Test/Snapshots" has no index to snapshot. Name one in indexes, or a pattern, for example "products-*".',
  ],
  [
    { indexes: ['Products'] },
    '"Products" of indexes is no index. Allowed: up to 255 bytes in lower case, without a space',
  ],
  [{ indexes: ['a,b'] }, '"a,b" of indexes is no index.'],
  [{ indexes: ['_all'] }, '"_all" of indexes is no index.'],
  [{ indexes: ['..'] }, '".." of indexes is no index.'],
  [{ indexes: ['é'.repeat(128)] }, 'of indexes is no index.'],
  [
    { indexes: ['a', '.kibana_1'] },
    '".kibana_1" of indexes is an index of the domain\'s own, which it would not restore.',
  ],
  [
    { indexes: ['-a', 'b'] },
    'indexes begins with "-a", which leaves out of nothing. Put what is taken before it.',
  ],
  [{ indexes: ['*'] }, 'indexes has "*", which takes in the domain\'s own indexes'],
  [{ indexes: ['a', '.*'] }, 'indexes has ".*", which takes in the domain\'s own indexes'],
  [
    { repositoryName: 'cs-mine' },
    'repositoryName is "cs-mine". Allowed: up to 100 lower-case letters, digits and hyphens',
  ],
  [{ repositoryName: 'My' }, 'repositoryName is "My".'],
  [
    { retention: Duration.hours(36) },
    'retention must be a whole number between 1 and 3650 days. Received 1.5. Leave it out for 35 days.',
  ],
  [{ retention: Duration.days(0) }, 'retention must be between 1 and 3650 days. Received 0.'],
  [
    { maximumAge: Duration.hours(1) },
    'maximumAge must be between 2 and 744 hours. Received 1. Choose an hour more than',
  ],
  [{ timeout: Duration.minutes(16) }, 'timeout must be between 30 and 900 seconds. Received 960.'],
  [{ folder: '/a' }, 'A prefix is a folder such as "raw/orders", received "/a".'],
])('refused: %j', (props, message) => {
  expect(() => snapshots(props)).toThrow(message);
});

test.each([[['*', '-.*']], [['products', 'a-*', '-a-tmp*']], [['.vectors']]])('%j are indexes', (indexes) => {
  expect(() => snapshots({ indexes })).not.toThrow();
});

test.each([
  ['arn:aws:aoss:eu-west-1:123456789012:collection/abc', 'abc.eu-west-1.aoss.amazonaws.com'],
  [DOMAIN, 'abc.eu-west-1.aoss.amazonaws.com'],
])('a collection of OpenSearch Serverless snapshots itself: %s', (arn, endpoint) => {
  expect(() => snapshots({}, (stack) => existing(stack, arn, endpoint))).toThrow(
    'The domain of "Test/Snapshots" is a collection of OpenSearch Serverless, which snapshots itself every hour and takes no ' +
      'others: leave the construct out.',
  );
});

test('a domain of another region is refused', () => {
  const elsewhere = DOMAIN.replace('eu-west-1', 'us-east-1');
  expect(() => snapshots({}, (stack) => existing(stack, elsewhere, 'a.us-east-1.es.amazonaws.com'))).toThrow(
    '"Test/Snapshots" is in the region eu-west-1, "Test/Domain" in us-east-1. A domain is snapshotted from its own account and ' +
      'region: move this to a stack there.',
  );
});

test('two of them do not share a folder', () => {
  const stack = new Stack(new App(), 'Test', PLACE);
  const domain = existing(stack, DOMAIN, 'search-vectors.eu-west-1.es.amazonaws.com');
  const zone = ZoneBucket.fromBucket(stack, 'Zone', Bucket.fromBucketName(stack, 'Bucket', 'lake'));
  const more = (id: string, folder: string) =>
    new IndexSnapshots(stack, id, {
      domain,
      indexes: ['a'],
      zone,
      folder,
      schedule: ScheduleExpression.rate(Duration.hours(12)),
    });
  more('A', 'a/b');
  expect(() => more('C', 'a')).toThrow(
    '"Test/C" and "Test/A" would write to one folder, s3://lake/a and s3://lake/a/b: each would break the other. Give each a ' +
      'folder of its own.',
  );
});

describe('a lifecycle rule that would take snapshots apart', () => {
  function withRules(...rules: LifecycleRule[]): () => Template {
    const { stack, zone } = locked();
    const bucket = zone.bucket as Bucket;
    for (const rule of rules) bucket.addLifecycleRule(rule);
    return () => Template.fromStack(stack);
  }
  /** Rules come after the construct. */
  function locked(...tiering: ZoneTiering[]) {
    const stack = new Stack(new App(), 'Test', PLACE);
    const zone = new ZoneBucket(stack, 'Gold', { tiering });
    new IndexSnapshots(stack, 'Snapshots', {
      domain: existing(stack, DOMAIN, 'search-vectors.eu-west-1.es.amazonaws.com'),
      indexes: ['products'],
      zone,
      folder: 'vectors',
    });
    return { stack, zone };
  }
  const to = (storageClass: StorageClass) => [{ storageClass, transitionAfter: Duration.days(30) }];

  test.each<[LifecycleRule, string]>([
    [
      { expiration: Duration.days(90) },
      'A lifecycle rule of "Test/Gold/Bucket" deletes objects by their age, those of the snapshots of "Test/Snapshots" in vectors/ among ' +
        'them: they could no longer be restored. Choose another zone or folder, or limit the rule to other folders.',
    ],
    [
      { prefix: 'vectors/indices/', transitions: to(StorageClass.DEEP_ARCHIVE) },
      'A lifecycle rule of "Test/Gold/Bucket" for vectors/indices/ moves objects to DEEP_ARCHIVE',
    ],
    [{ prefix: 'vec', transitions: to(StorageClass.GLACIER) }, 'for vec moves objects to GLACIER,'],
  ])('fails synthesis: %#', (rule, message) => {
    expect(withRules(rule)).toThrow(message);
  });

  test.each([
    [
      { profile: TieringProfile.INTELLIGENT_ARCHIVE },
      'The archive tiers "intelligent-archive" of "Test/Gold/Bucket"',
    ],
    [
      { profile: TieringProfile.INTELLIGENT_ARCHIVE, prefix: 'vectors/' },
      'The archive tiers "intelligent-archive-vectors" of "Test/Gold/Bucket" for vectors/',
    ],
  ])('archives by who reads: %#', (tiering, which) => {
    expect(() => Template.fromStack(locked(tiering).stack)).toThrow(
      `${which} take objects that nobody has read for a while, those of the snapshots of "Test/Snapshots" in vectors/ among them: they ` +
        'could no longer be restored. Choose another zone or folder, or limit the rule to other folders.',
    );
  });

  test('is none that Intelligent-Tiering reads at once, or archives elsewhere', () => {
    const { stack } = locked(
      { profile: TieringProfile.INTELLIGENT },
      { profile: TieringProfile.INTELLIGENT_ARCHIVE, prefix: 'orders/' },
    );
    Template.fromStack(stack).resourceCountIs('AWS::S3::Bucket', 2);
  });

  test('of which the folder is known at deployment only may be one of another', () => {
    const { stack, zone } = locked();
    (zone.bucket as Bucket).addLifecycleRule({
      prefix: new CfnParameter(stack, 'Folder').valueAsString,
      expiration: Duration.days(1),
    });
    Template.fromStack(stack).resourceCountIs('AWS::S3::Bucket', 2);
  });

  test('is none of another folder, for a tag, for versions, or to where objects are read at once', () => {
    const others = withRules(
      { prefix: 'orders/', expiration: Duration.days(1) },
      { tagFilters: { a: 'b' }, transitions: to(StorageClass.GLACIER) },
      { noncurrentVersionTransitions: to(StorageClass.GLACIER) },
      { transitions: to(StorageClass.GLACIER_INSTANT_RETRIEVAL) },
      { enabled: false, expiration: Duration.days(1) },
    );
    expect(others).not.toThrow();
  });
});

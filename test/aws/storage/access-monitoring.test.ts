import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { type AccessMonitoringOptions, MedallionLake, ZoneBucket } from '../../../lib/aws/storage';
import { nagFindings } from '../../../lib/testing';

function watched(accessMonitoring?: AccessMonitoringOptions): { stack: Stack; zone: ZoneBucket } {
  const stack = new Stack(new App(), 'Test');
  return { stack, zone: new ZoneBucket(stack, 'Zone', { accessMonitoring }) };
}

test('nothing is watched, and paid for, unless asked', () => {
  Template.fromStack(watched().stack).allResourcesProperties('AWS::S3::Bucket', {
    MetricsConfigurations: Match.absent(),
    InventoryConfigurations: Match.absent(),
  });
});

test('request metrics of the zone and of folders, and a daily list in the bucket of the logs', () => {
  const { stack, zone } = watched({ prefixes: ['orders/', 'raw/clicks/'] });
  const template = Template.fromStack(stack);
  const logs = { 'Fn::GetAtt': [Match.stringLikeRegexp('^ZoneAccessLogs'), 'Arn'] };
  template.hasResourceProperties('AWS::S3::Bucket', {
    MetricsConfigurations: [
      { Id: 'EntireBucket' },
      { Id: 'orders', Prefix: 'orders/' },
      { Id: 'raw-clicks', Prefix: 'raw/clicks/' },
    ],
    InventoryConfigurations: [
      {
        Id: 'daily',
        Enabled: true,
        IncludedObjectVersions: 'All',
        ScheduleFrequency: 'Daily',
        OptionalFields: Match.arrayWith(['Size', 'StorageClass', 'ReplicationStatus', 'ObjectLockMode']),
        Destination: Match.objectLike({ BucketArn: logs, Format: 'Parquet', Prefix: 'inventory/Zone' }),
      },
    ],
  });
  template.hasResourceProperties('AWS::S3::BucketPolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        {
          Action: 's3:PutObject',
          Effect: 'Allow',
          Principal: { Service: 's3.amazonaws.com' },
          Resource: { 'Fn::Join': ['', [logs, '/inventory/Zone/*']] },
          Condition: {
            ArnLike: { 'aws:SourceArn': { 'Fn::GetAtt': [Match.stringLikeRegexp('^ZoneBucket'), 'Arn'] } },
            StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
          },
        },
      ]),
    },
  });
  expect(zone.metricRequests('GetRequests', 'raw/clicks/')).toMatchObject({
    namespace: 'AWS/S3',
    metricName: 'GetRequests',
    dimensions: { FilterId: 'raw-clicks' },
  });
  expect(zone.metricRequests('4xxErrors').dimensions).toMatchObject({ FilterId: 'EntireBucket' });
  expect(nagFindings(stack).map(({ rule, path }) => `${rule} ${path}`)).toEqual([]);
});

test('one prop for a lake, and another for a zone of it', () => {
  const stack = new Stack(new App(), 'Test');
  new MedallionLake(stack, 'Lake', {
    accessMonitoring: { inventory: false },
    gold: { accessMonitoring: { prefixes: ['daily_revenue/'] } },
  });
  const buckets = Object.entries(Template.fromStack(stack).findResources('AWS::S3::Bucket'));
  const metrics = buckets.map(([id, { Properties }]) => [
    /^Lake([A-Z][a-z]+)/.exec(id)![1],
    Properties.MetricsConfigurations?.length ?? 0,
    Properties.InventoryConfigurations?.length ?? 0,
  ]);
  expect(metrics.sort()).toEqual([
    ['Access', 0, 0],
    ['Bronze', 1, 0],
    ['Gold', 2, 1],
    ['Quarantine', 1, 0],
    ['Silver', 1, 0],
  ]);
});

test.each<[string[], string]>([
  [['orders', 'orders/'], 'the prefix "orders/" has the name of another one ("orders"). Keep one of them.'],
  [['/orders'], 'a prefix is a folder such as "orders/", received "/orders".'],
])('refused: %j', (prefixes, message) => {
  expect(() => watched({ prefixes })).toThrow(`accessMonitoring: ${message}`);
});

import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Bucket, StorageClass } from 'aws-cdk-lib/aws-s3';
import { LakeCatalog, LakeTable } from '../../../lib/aws/catalog';
import { PartitionArchival, type PartitionArchivalProps } from '../../../lib/aws/maintenance';
import { MedallionLake, ZoneBucket } from '../../../lib/aws/storage';
import { Zone } from '../../../lib/contract/zone';
import { nagFindings } from '../../../lib/testing';
import { ordersContract } from '../../snapshots/orders-contract';
import { allowedStatements } from '../statements';

function archived(props: Partial<PartitionArchivalProps> = {}, olderThan = Duration.days(90)) {
  const stack = new Stack(new App(), 'Test');
  const catalog = LakeCatalog.of(new MedallionLake(stack, 'Lake'));
  const table = new LakeTable(stack, 'Orders', { contract: ordersContract(), catalog, zone: Zone.BRONZE });
  const archival = new PartitionArchival(stack, 'Archival', { tables: [{ table, olderThan }], ...props });
  return { stack, table, archival };
}

test('a rule moves what carries the tag, below the data of the table only', () => {
  Template.fromStack(archived().stack).hasResourceProperties('AWS::S3::Bucket', {
    LifecycleConfiguration: {
      Rules: Match.arrayWith([
        {
          Id: 'archive-orders',
          Status: 'Enabled',
          Prefix: 'orders/data/',
          TagFilters: [{ Key: 'lakehouse:tier', Value: 'archive' }],
          Transitions: [{ StorageClass: 'GLACIER_IR', TransitionInDays: 0 }],
        },
      ]),
    },
  });
});

test('the function is told the table and the age, daily', () => {
  const { stack, archival } = archived();
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: 'rate(1 day)',
    FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 60 },
    Target: Match.objectLike({ Input: Match.anyValue() }),
  });
  const [{ Properties }] = Object.values(template.findResources('AWS::Scheduler::Schedule'));
  expect(JSON.stringify(Properties.Target.Input)).toContain('\\"olderThanDays\\":90');
  expect(archival.metricNotArchived('glue://a/b')).toMatchObject({ metricName: 'TablesNotArchived' });
});

test('it reads the table and tags its data files: it writes and deletes nothing', () => {
  const statements = allowedStatements(Template.fromStack(archived().stack), 'ArchivalRole');
  const actions = statements.flatMap((statement) => statement.actions);
  expect(actions.filter((action) => /^(s3|glue):/.test(action)).sort()).toEqual([
    ...['glue:GetDatabase', 'glue:GetTable', 's3:GetBucketLocation', 's3:GetObject'],
    ...['s3:GetObjectTagging', 's3:ListBucket', 's3:PutObjectTagging'],
  ]);
  const tagging = statements.find((statement) => statement.actions.includes('s3:PutObjectTagging'));
  expect(tagging?.resources).toEqual([expect.stringMatching(/\/orders\/data\/\*$/)]);
});

test.each<[Partial<PartitionArchivalProps>, Duration, string]>([
  [{ tables: [] }, Duration.days(1), '"Test/Archival" has no table to archive. Name one in tables.'],
  [{}, Duration.hours(12), 'must be between 86400 and 3153600000 seconds. Received 43200.'],
  [
    { storageClass: StorageClass.INFREQUENT_ACCESS },
    Duration.days(90),
    'storageClass STANDARD_IA is no class for old partitions. Allowed: INTELLIGENT_TIERING, GLACIER_IR, GLACIER, DEEP_ARCHIVE',
  ],
  [{ timeout: Duration.hours(1) }, Duration.days(90), 'timeout must be between 1 and 900 seconds.'],
])('refused: %#', (props, olderThan, message) => {
  expect(() => archived(props, olderThan)).toThrow(message);
});

test('a bucket of another owner keeps its lifecycle', () => {
  const stack = new Stack(new App(), 'Test');
  const table = LakeTable.fromTableAttributes(stack, 'Orders', {
    databaseName: 'sales',
    tableName: 'orders',
    zoneBucket: ZoneBucket.fromBucket(stack, 'Owned', Bucket.fromBucketName(stack, 'Bucket', 'owned')),
  });
  const tables = [{ table, olderThan: Duration.days(90) }];
  expect(() => new PartitionArchival(stack, 'Refused', { tables })).toThrow(
    'The lifecycle of the bucket of "Test/Owned" is its owner\'s. Add a rule there that moves objects with the tag lakehouse:tier = ' +
      'archive, and set lifecycleRule: false.',
  );
  expect(() => new PartitionArchival(stack, 'Taken', { tables, lifecycleRule: false })).not.toThrow();
  const twice = [...tables, ...tables];
  expect(() => new PartitionArchival(stack, 'Twice', { tables: twice })).toThrow(
    'The table glue://sales/orders is named twice in "Test/Twice". Keep one of them.',
  );
});

test('the packs find nothing', () => {
  const { stack } = archived();
  const findings = nagFindings(stack).filter(({ path }) => path.startsWith('Test/Archival'));
  expect(findings.map(({ rule, path }) => `${rule} ${path}`)).toEqual([]);
});

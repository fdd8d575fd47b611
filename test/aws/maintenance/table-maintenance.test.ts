import { App, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { LakeCatalog, LakeTable } from '../../../lib/aws/catalog';
import { TableMaintenance, type TableMaintenanceProps } from '../../../lib/aws/maintenance';
import { TableCommitter } from '../../../lib/aws/processing';
import { MedallionLake, ZoneBucket } from '../../../lib/aws/storage';
import { Zone } from '../../../lib/contract';
import { lakehouseMatchers } from '../../../lib/testing';
import { ordersContract } from '../orders';
import { allowedStatements } from '../statements';

expect.extend(lakehouseMatchers);

function surroundings(env?: { account: string; region: string }) {
  const app = new App();
  const stack = new Stack(app, 'Stack', { env });
  const catalog = new LakeCatalog(stack, 'Catalog', {
    lake: new MedallionLake(stack, 'Lake', { bronze: { appendOnly: true } }),
    name: 'sales',
  });
  const table = new LakeTable(stack, 'Orders', { contract: ordersContract(), catalog, zone: Zone.BRONZE });
  return { app, stack, catalog, table };
}

function synth(props: Partial<TableMaintenanceProps> = {}) {
  const { stack, table } = surroundings();
  const maintenance = new TableMaintenance(stack, 'Maintenance', { table, ...props });
  return { stack, table, maintenance };
}

/** Each optimizer's own configuration, by its type. */
function optimizers(stack: Stack): { [type: string]: any } {
  const resources = Object.values(Template.fromStack(stack).findResources('AWS::Glue::TableOptimizer'));
  return Object.fromEntries(
    resources.map(({ Properties: { Type, TableOptimizerConfiguration } }) => {
      const { RoleArn, Enabled, ...configuration } = TableOptimizerConfiguration;
      expect([RoleArn, Enabled]).toEqual([expect.anything(), true]);
      return [Type, (Object.values(configuration) as any[])[0]?.IcebergConfiguration];
    }),
  );
}

describe('the optimizers', () => {
  test('compact, expire and remove orphans by default', () => {
    expect(optimizers(synth().stack)).toEqual({
      compaction: undefined,
      retention: {
        SnapshotRetentionPeriodInDays: 7,
        NumberOfSnapshotsToRetain: 10,
        CleanExpiredFiles: true,
      },
      orphan_file_deletion: { OrphanFileRetentionPeriodInDays: 3 },
    });
  });

  test('sort a table that is clustered', () => {
    const { stack, catalog } = surroundings();
    const clustered = { contract: ordersContract(), catalog, zone: Zone.SILVER, clusterBy: ['order_id'] };
    new TableMaintenance(stack, 'Maintenance', { table: new LakeTable(stack, 'Clustered', clustered) });
    expect(optimizers(stack).compaction).toEqual({ Strategy: 'sort' });
  });

  test('take what is asked for', () => {
    const { stack } = synth({
      minInputFiles: 2,
      snapshotRetention: Duration.hours(48),
      snapshotsToKeep: 1,
      orphanRetention: Duration.days(1),
    });
    expect(optimizers(stack)).toEqual({
      compaction: { Strategy: 'binpack', MinInputFiles: 2 },
      retention: { SnapshotRetentionPeriodInDays: 2, NumberOfSnapshotsToRetain: 1, CleanExpiredFiles: true },
      orphan_file_deletion: { OrphanFileRetentionPeriodInDays: 1 },
    });
  });

  test('take values known only at deployment', () => {
    const later = (value: number) => Lazy.number({ produce: () => value });
    const { stack } = synth({
      minInputFiles: later(7),
      snapshotsToKeep: later(8),
      snapshotRetention: Duration.days(later(9)),
      orphanRetention: Duration.days(later(10)),
    });
    expect(optimizers(stack)).toMatchObject({
      compaction: { MinInputFiles: 7 },
      retention: { SnapshotRetentionPeriodInDays: 9, NumberOfSnapshotsToRetain: 8 },
      orphan_file_deletion: { OrphanFileRetentionPeriodInDays: 10 },
    });
  });

  test.each([
    ['compaction', { compaction: false }, ['orphan_file_deletion', 'retention']],
    ['snapshotExpiry', { snapshotExpiry: false }, ['compaction', 'orphan_file_deletion']],
    ['orphanDeletion', { orphanDeletion: false }, ['compaction', 'retention']],
  ])('can do without %s', (part, props, left) => {
    const { stack, maintenance } = synth(props);
    expect(Object.keys(optimizers(stack)).sort()).toEqual(left);
    expect(maintenance).toHaveProperty(part, undefined);
    expect(JSON.stringify(logGroups(stack)).match(/iceberg-/g)).toHaveLength(2);
  });

  test('are made for the table, after it and after what the role is allowed to do', () => {
    const { stack } = synth();
    const resources = Object.values(Template.fromStack(stack).findResources('AWS::Glue::TableOptimizer'));
    expect(resources).toHaveLength(3);
    for (const { Properties, DependsOn } of resources) {
      expect(Properties).toMatchObject({
        CatalogId: { Ref: 'AWS::AccountId' },
        DatabaseName: 'sales_bronze',
        TableName: 'orders',
        TableOptimizerConfiguration: {
          RoleArn: { 'Fn::GetAtt': [expect.stringMatching(/^MaintenanceRole/), 'Arn'] },
        },
      });
      expect(DependsOn).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^MaintenanceRoleDefaultPolicy/),
          expect.stringMatching(/^Orders[0-9A-F]{8}$/),
        ]),
      );
    }
  });

  test('look after a table that is there already', () => {
    const stack = new Stack(new App(), 'Stack');
    const table = LakeTable.fromTableAttributes(stack, 'Table', {
      databaseName: 'owned',
      tableName: 'orders',
      zoneBucket: new ZoneBucket(stack, 'Zone'),
    });
    new TableMaintenance(stack, 'Maintenance', { table });
    Template.fromStack(stack).allResourcesProperties('AWS::Glue::TableOptimizer', {
      DatabaseName: 'owned',
      TableName: 'orders',
    });
  });
});

function logGroups(stack: Stack): string[] {
  return allowedStatements(Template.fromStack(stack), 'MaintenanceRole')
    .filter(({ actions }) => actions.some((action) => action.startsWith('logs:')))
    .flatMap(({ resources }) => resources);
}

describe('the role', () => {
  test('is Glue’s, for this table, its files, its key and the logs of the optimizers', () => {
    const { stack } = synth();
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::IAM::Role', {
      Description: 'Compacts and cleans up sales_bronze.orders',
      AssumeRolePolicyDocument: {
        Statement: [
          { Principal: { Service: 'glue.amazonaws.com' }, Action: 'sts:AssumeRole', Effect: 'Allow' },
        ],
      },
    });
    const statements = allowedStatements(template, 'MaintenanceRole').flatMap(({ actions, resources }) =>
      actions.map((action) => `${action} ${resources.join(' ')}`),
    );
    const place = '<AWS::Region>:<AWS::AccountId>';
    const glue = ['catalog', 'database/sales_bronze', 'table/sales_bronze/orders']
      .map((resource) => `arn:<AWS::Partition>:glue:${place}:${resource}`)
      .join(' ');
    const logs = ['iceberg-compaction', 'iceberg-retention', 'iceberg-orphan-file-deletion']
      .map((name) => `arn:<AWS::Partition>:logs:${place}:log-group:/aws-glue/${name}/logs:*`)
      .join(' ');
    const bucket = '<LakeBronzeBucket4D17A87A.Arn>';
    const key = '<LakeKey7B6C155C.Arn>';
    expect([...new Set(statements)].sort()).toEqual(
      [
        `glue:GetDatabase ${glue}`,
        `glue:GetTable ${glue}`,
        `glue:UpdateTable ${glue}`,
        `kms:Decrypt ${key}`,
        `kms:GenerateDataKey ${key}`,
        `logs:CreateLogGroup ${logs}`,
        `logs:CreateLogStream ${logs}`,
        `logs:PutLogEvents ${logs}`,
        `s3:AbortMultipartUpload ${bucket}/orders/*`,
        `s3:DeleteObject ${bucket}/orders/*`,
        `s3:DeleteObject ${bucket}/orders/metadata/*.metadata.json`,
        `s3:GetBucketLocation ${bucket}`,
        `s3:GetObject ${bucket}/orders/*`,
        `s3:ListBucket ${bucket}`,
        `s3:ListMultipartUploadParts ${bucket}/orders/*`,
        `s3:PutObject ${bucket}/orders/*`,
      ].sort(),
    );
  });

  test('is exempt from the append-only policy of bronze', () => {
    Template.fromStack(synth().stack).hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Sid: 'AppendOnly',
            Condition: {
              ArnNotLike: {
                'aws:PrincipalArn': Match.arrayWith([
                  { 'Fn::GetAtt': [Match.stringLikeRegexp('^MaintenanceRole'), 'Arn'] },
                ]),
              },
            },
          }),
        ]),
      },
    });
  });

  test('can be the user’s own', () => {
    const { stack, table } = surroundings();
    const role = new iam.Role(stack, 'Own', { assumedBy: new iam.ServicePrincipal('glue.amazonaws.com') });
    const maintenance = new TableMaintenance(stack, 'Maintenance', { table, role });
    expect(maintenance.role).toBe(role);
    const template = Template.fromStack(stack);
    template.allResourcesProperties('AWS::Glue::TableOptimizer', {
      TableOptimizerConfiguration: { RoleArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Own'), 'Arn'] } },
    });
    expect(allowedStatements(template, 'MaintenanceRole')).toEqual([]);
    expect(allowedStatements(template, 'Own').flatMap(({ actions }) => actions)).toEqual(
      expect.arrayContaining(['glue:UpdateTable', 's3:DeleteObject', 'logs:PutLogEvents']),
    );
  });
});

describe('where files wait for a committer', () => {
  function handedOver(props: Partial<TableMaintenanceProps> = {}) {
    const { stack, catalog, table } = surroundings();
    new TableMaintenance(stack, 'Maintenance', { table, ...props });
    const quarantine = new LakeTable(stack, 'Quarantine', {
      contract: ordersContract(),
      catalog,
      zone: Zone.QUARANTINE,
    });
    const writer = new iam.Role(stack, 'Writer', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    });
    new TableCommitter(stack, 'Committer').grantHandOver(writer, table, quarantine);
    return stack;
  }

  test('orphans are kept longer than queues keep requests, whichever was constructed first', () => {
    expect(optimizers(handedOver()).orphan_file_deletion).toEqual({ OrphanFileRetentionPeriodInDays: 60 });
    const longer = handedOver({ orphanRetention: Duration.days(90) });
    expect(optimizers(longer).orphan_file_deletion).toEqual({ OrphanFileRetentionPeriodInDays: 90 });
  });

  test('a shorter age is refused, unless no orphans are deleted', () => {
    expect(() => Template.fromStack(handedOver({ orphanRetention: Duration.days(59) }))).toThrow(
      'orphanRetention of glue://sales_bronze/orders is 59 days, but files wait for a TableCommitter there',
    );
    expect(() => Template.fromStack(handedOver({ orphanDeletion: false }))).not.toThrow();
  });
});

describe('refuses', () => {
  test.each<[Partial<TableMaintenanceProps>, string]>([
    [
      { compaction: false, snapshotExpiry: false, orphanDeletion: false },
      'compaction, snapshotExpiry and orphanDeletion are all false: nothing is left to do. ' +
        'Leave one of them true, or leave the construct out.',
    ],
    [
      { compaction: false, minInputFiles: 5 },
      'minInputFiles is given, but compaction is false. Leave out minInputFiles, or set compaction to true (the default).',
    ],
    [
      { snapshotExpiry: false, snapshotRetention: Duration.days(3) },
      'snapshotRetention is given, but snapshotExpiry is false. ' +
        'Leave out snapshotRetention, or set snapshotExpiry to true (the default).',
    ],
    [
      { snapshotExpiry: false, snapshotsToKeep: 3 },
      'snapshotsToKeep is given, but snapshotExpiry is false. ' +
        'Leave out snapshotsToKeep, or set snapshotExpiry to true (the default).',
    ],
    [
      { orphanDeletion: false, orphanRetention: Duration.days(3) },
      'orphanRetention is given, but orphanDeletion is false. ' +
        'Leave out orphanRetention, or set orphanDeletion to true (the default).',
    ],
    [
      { minInputFiles: 1 },
      'minInputFiles must be between 2 and 2147483647. Received 1. One file cannot be merged with itself.',
    ],
    [
      { snapshotsToKeep: 0 },
      'snapshotsToKeep must be between 1 and 2147483647. Received 0. The current snapshot always stays.',
    ],
    [
      { snapshotRetention: Duration.hours(36) },
      'snapshotRetention must be a whole number between 1 and 2147483647 days. Received 1.5. ' +
        'Set snapshotExpiry: false to keep all snapshots.',
    ],
    [
      { orphanRetention: Duration.days(0) },
      'orphanRetention must be between 1 and 2147483647 days. Received 0. ' +
        'A younger file may belong to a commit under way: set Duration.days(1) or longer.',
    ],
  ])('%j', (props, message) => {
    expect(() => synth(props)).toThrow(new Error(message));
  });

  test('a second optimizer of a kind, and lets two share the kinds', () => {
    const { stack, table } = surroundings();
    new TableMaintenance(stack, 'Compaction', { table, snapshotExpiry: false, orphanDeletion: false });
    new TableMaintenance(stack, 'CleanUp', { table, compaction: false });
    expect(Object.keys(optimizers(stack))).toHaveLength(3);
    expect(() => new TableMaintenance(stack, 'Again', { table, compaction: false })).toThrow(
      new Error(
        'The table glue://sales_bronze/orders has its snapshotExpiry by "Stack/CleanUp" already, "Stack/Again" asks ' +
          'for it too. Give one of them snapshotExpiry: false, or leave it out.',
      ),
    );
  });

  test('a table of another region', () => {
    const { app, table } = surroundings({ account: '123456789012', region: 'eu-central-1' });
    const elsewhere = new Stack(app, 'Elsewhere', { env: { account: '123456789012', region: 'eu-west-1' } });
    expect(() => new TableMaintenance(elsewhere, 'Maintenance', { table })).toThrow(
      new Error(
        '"Elsewhere/Maintenance" is in the region eu-west-1, "Stack/Orders" in eu-central-1. ' +
          'Glue maintains tables of its own account and region only: move the maintenance to a stack there.',
      ),
    );
  });
});

test.each([
  ['known', { account: '123456789012', region: 'eu-central-1' }],
  ['unknown', undefined],
])('has no nag finding in an environment that is %s', (_, env) => {
  const { stack, table } = surroundings(env);
  new TableMaintenance(stack, 'Maintenance', { table });
  expect(stack).toHaveNoNagFindings();
});

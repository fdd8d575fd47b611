import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { LakeCatalog, type LakeCatalogProps } from '../../../lib/aws/catalog';
import { MedallionLake, type MedallionLakeProps } from '../../../lib/aws/storage';
import { Zone } from '../../../lib/contract';
import { allowedStatements } from '../statements';

const stackIn = (env?: { account: string; region: string }) => new Stack(new App(), 'Stack', { env });
const catalogIn = (stack: Stack, props: Partial<LakeCatalogProps> = {}, lake: MedallionLakeProps = {}) =>
  new LakeCatalog(stack, 'Catalog', { lake: new MedallionLake(stack, 'Lake', lake), ...props });
const databaseNames = (template: Template) =>
  Object.values(template.findResources('AWS::Glue::Database')).map(
    (database) => database.Properties.DatabaseInput.Name,
  );

describe('databases', () => {
  test('one for each zone, over its bucket, staying when the stack goes', () => {
    const stack = stackIn();
    catalogIn(stack);
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Glue::Database', 4);
    template.hasResource('AWS::Glue::Database', {
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        CatalogId: { Ref: 'AWS::AccountId' },
        DatabaseInput: Match.objectLike({
          Name: Match.stringLikeRegexp('_silver$'),
          LocationUri: { 'Fn::Join': ['', ['s3://', { Ref: 'LakeSilverBucket15BA027D' }]] },
        }),
      },
    });
  });

  test('are named by zone, and by environment', () => {
    const stack = stackIn();
    const catalog = catalogIn(stack, { name: 'sales' }, { environment: 'us-dev' });
    expect(databaseNames(Template.fromStack(stack))).toEqual(
      Object.values(Zone).map((zone) => `us_dev_sales_${zone}`),
    );
    expect(catalog.databaseName(Zone.GOLD)).toBe('us_dev_sales_gold');
  });

  test('have names Athena needs no quotes for, distinct for each lake', () => {
    const stack = stackIn();
    const names = ['One', 'Two'].flatMap((id) => {
      const catalog = LakeCatalog.of(new MedallionLake(stack, id));
      return Object.values(Zone).map((zone) => catalog.databaseName(zone));
    });
    expect(new Set(names).size).toBe(8);
    for (const name of names) expect(name).toMatch(/^[a-z0-9_]{1,255}$/);
  });

  test.each(['Sales', 'sales.eu', 'sales eu'])('the name "%s" is refused', (name) => {
    expect(() => catalogIn(stackIn(), { name })).toThrow(
      `Database names begin with "${name}": Athena takes lower case letters, digits and underscores only. ` +
        'Choose another name or environment.',
    );
  });

  test('are refused a second time in a stack', () => {
    const stack = stackIn();
    catalogIn(stack, { name: 'sales' });
    expect(
      () => new LakeCatalog(stack, 'Second', { lake: new MedallionLake(stack, 'Other'), name: 'sales' }),
    ).toThrow(
      'The database sales_bronze is made by "Stack/Catalog" already, "Stack/Second" asks for it too. ' +
        'Give one of them another name, or its lake another environment.',
    );
  });

  test('the user owns take the place of new ones', () => {
    const stack = stackIn();
    const catalog = catalogIn(stack, { databases: [{ zone: Zone.GOLD, databaseName: 'bi_analytics' }] });
    expect(catalog.databaseName(Zone.GOLD)).toBe('bi_analytics');
    expect(catalog.database(Zone.GOLD)).toBeUndefined();
    Template.fromStack(stack).resourceCountIs('AWS::Glue::Database', 3);
  });

  test('go with a lake that goes', () => {
    const stack = stackIn();
    LakeCatalog.of(new MedallionLake(stack, 'Lake', { removalPolicy: RemovalPolicy.DESTROY }));
    const template = Template.fromStack(stack);
    template.allResources('AWS::Glue::Database', Match.objectLike({ DeletionPolicy: 'Delete' }));
    template.allResources('AWS::Logs::LogGroup', Match.objectLike({ DeletionPolicy: 'Delete' }));
  });

  test('a lake has one catalog', () => {
    const lake = new MedallionLake(stackIn(), 'Lake');
    expect(LakeCatalog.of(lake)).toBe(LakeCatalog.of(lake));
  });
});

describe('the function that provisions tables', () => {
  test('runs the shipped bundle, traced, with logs of its own under the key of the lake', () => {
    const stack = stackIn();
    catalogIn(stack);
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs22.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      TracingConfig: { Mode: 'Active' },
      LoggingConfig: { LogFormat: 'JSON', LogGroup: { Ref: Match.stringLikeRegexp('^CatalogTablesLogs') } },
      ReservedConcurrentExecutions: Match.absent(),
      VpcConfig: Match.absent(),
    });
    template.hasResource('AWS::Logs::LogGroup', {
      DeletionPolicy: 'Retain',
      Properties: { RetentionInDays: 365, KmsKeyId: { 'Fn::GetAtt': ['LakeKey7B6C155C', 'Arn'] } },
    });
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([Match.objectLike({ Principal: { Service: 'logs.amazonaws.com' } })]),
      },
    });
  });

  test('may do nothing before there is a table', () => {
    const stack = stackIn();
    catalogIn(stack);
    expect(allowedStatements(Template.fromStack(stack)).flatMap(({ actions }) => actions)).toEqual([
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'xray:PutTraceSegments',
      'xray:PutTelemetryRecords',
    ]);
    Template.fromStack(stack).allResourcesProperties('AWS::IAM::Role', { ManagedPolicyArns: Match.absent() });
  });

  test('has the concurrency reserved for it', () => {
    const stack = stackIn();
    catalogIn(stack, { reservedConcurrentExecutions: 2 });
    Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
      ReservedConcurrentExecutions: 2,
    });
  });

  test('brings a key for its logs only where every bucket is the user’s own', () => {
    const stack = stackIn();
    const bucket = s3.Bucket.fromBucketName(stack, 'Mine', 'mine');
    const zones = Object.fromEntries(Object.values(Zone).map((zone) => [zone, { bucket, prefix: zone }]));
    catalogIn(stack, {}, zones);
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::KMS::Key', 1);
    template.hasResource('AWS::KMS::Key', {
      DeletionPolicy: 'Retain',
      Properties: { Description: 'Logs of Stack/Catalog/Tables', EnableKeyRotation: true },
    });
    template.hasResourceProperties('AWS::Glue::Database', {
      DatabaseInput: Match.objectLike({ LocationUri: 's3://mine/bronze/' }),
    });
  });
});

test('stands in an environment that is known', () => {
  const stack = stackIn({ account: '111122223333', region: 'eu-west-1' });
  catalogIn(stack);
  Template.fromStack(stack).hasResourceProperties('AWS::Glue::Database', { CatalogId: '111122223333' });
});

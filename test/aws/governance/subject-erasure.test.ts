import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Aws, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { LakeCatalog, LakeTable } from '../../../lib/aws/catalog';
import { ErasureAlarms, SubjectErasure, type SubjectErasureProps } from '../../../lib/aws/governance';
import { type IZoneBucket, MedallionLake, ZoneBucket } from '../../../lib/aws/storage';
import { Zone } from '../../../lib/contract/zone';
import { packageRoot } from '../../../lib/local/package-root';
import { lakehouseMatchers, nagFindings } from '../../../lib/testing';
import { ordersContract } from '../../snapshots/orders-contract';
import { allowedStatements } from '../statements';

expect.extend(lakehouseMatchers);

function erasure(props: Partial<SubjectErasureProps> = {}) {
  const stack = new Stack(new App(), 'Test');
  const catalog = LakeCatalog.of(new MedallionLake(stack, 'Lake'));
  const [bronze, silver] = [Zone.BRONZE, Zone.SILVER].map(
    (zone) => new LakeTable(stack, `${zone}Orders`, { contract: ordersContract(), catalog, zone }),
  );
  const records = new ZoneBucket(stack, 'Records');
  const construct = new SubjectErasure(stack, 'Erasure', { tables: [bronze, silver], records, ...props });
  return { stack, bronze, silver, records, construct };
}

/** The role's statements that allow an action of S3. */
const statementsOf = (stack: Stack) => allowedStatements(Template.fromStack(stack), 'ErasureRole');

test('the function is told its tables in their order, and where records go', () => {
  const { stack, construct } = erasure();
  const functions = Template.fromStack(stack).findResources('AWS::Lambda::Function');
  const [{ Properties }] = Object.entries(functions).flatMap(([id, one]) =>
    id.startsWith('Erasure') ? one : [],
  );
  const { LAKEHOUSE_ERASURE_TABLES: tables, ...others } = Properties.Environment.Variables;
  expect(JSON.stringify(tables).match(/bronze.*orders.*silver.*orders/)).not.toBeNull();
  expect(Object.keys(others)).toEqual(['LAKEHOUSE_ERASURE_RECORDS']);
  expect(stack.resolve(construct.recordsUri)).toEqual({
    'Fn::Join': ['', ['s3://', { Ref: expect.stringMatching(/^RecordsBucket/) }, '/erasures']],
  });
  expect(Properties).toMatchObject({ MemorySize: 2048, Timeout: 900 });
});

test('it may delete versions below its tables only, bypasses no lock, and adds records that it cannot delete', () => {
  const statements = statementsOf(erasure().stack);
  const of = (action: string) =>
    statements.filter(({ actions }) => actions.includes(action)).flatMap(({ resources }) => resources);
  for (const action of ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:GetObjectRetention']) {
    for (const resource of of(action)) expect(resource).toMatch(/Lake(Bronze|Silver)Bucket.*\/orders\//);
    expect(of(action).length).toBeGreaterThan(1);
  }
  expect(of('s3:PutObject').filter((resource) => resource.includes('Records'))).toEqual([
    expect.stringMatching(/RecordsBucket.*\/erasures\/\*$/),
  ]);
  expect(of('s3:GetObject').filter((resource) => resource.includes('Records'))).toEqual([]);
  const actions = statements.flatMap((statement) => statement.actions);
  expect(actions).not.toContain('s3:BypassGovernanceRetention');
  expect(actions).not.toContain('s3:PutObjectLegalHold');
  expect(actions.filter((action) => action.includes('*'))).toEqual([]);
});

test('the policy of append-only bronze lets it', () => {
  const template = JSON.stringify(Template.fromStack(erasure().stack).findResources('AWS::S3::BucketPolicy'));
  expect(template).toContain('KeepVersions');
  expect(template).toMatch(/ErasureRole[0-9A-F]{8}/);
});

test('keys of masks are read by their ARNs', () => {
  const stack = new Stack(new App(), 'Keys');
  const secret = Secret.fromSecretCompleteArn(
    stack,
    'Key',
    'arn:aws:secretsmanager:eu-central-1:123456789012:secret:masks-AbCdEf',
  );
  const { stack: erasing } = erasure({ maskingKeys: [secret] });
  expect(JSON.stringify(Template.fromStack(erasing).findResources('AWS::Lambda::Function'))).toContain(
    '[\\"arn:aws:secretsmanager:eu-central-1:123456789012:secret:masks-AbCdEf\\"]',
  );
  const read = statementsOf(erasing).find(({ actions }) => actions.includes('secretsmanager:GetSecretValue'));
  expect(read?.resources).toEqual([secret.secretArn]);
});

test('who asks is granted the function, who audits the records', () => {
  const { stack, construct } = erasure();
  const role = new Role(stack, 'Officer', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
  construct.grantRequest(role).assertSuccess();
  construct.grantReadRecords(role).assertSuccess();
  const statements = allowedStatements(Template.fromStack(stack), 'Officer');
  const actions = statements.flatMap((statement) => statement.actions);
  expect(actions).toEqual(expect.arrayContaining(['lambda:InvokeFunction', 's3:GetObject', 'kms:Decrypt']));
  expect(construct.metricNotErased('glue://a/b')).toMatchObject({
    metricName: 'TablesNotErased',
    dimensions: { Table: 'glue://a/b' },
  });
});

test('a request that fails is kept whole, encrypted', () => {
  const { stack } = erasure();
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
    MaximumRetryAttempts: 2,
    DestinationConfig: { OnFailure: { Destination: {} } },
  });
  expect(template).toEncryptEverything();
  expect(template).toRefusePlainHttp();
  expect(template).toHoldNoSecrets();
});

test.each<[Partial<SubjectErasureProps>, string]>([
  [{ tables: [] }, '"Test/Erasure" has no table to erase from. Name one in tables.'],
  [{ timeout: Duration.hours(1) }, 'timeout must be between 1 and 900 seconds.'],
  [{ memorySize: 256 }, 'memorySize must be between 512 and 10240 MB. Received 256.'],
])('refused: %#', (props, message) => {
  expect(() => erasure(props)).toThrow(message);
});

test('a table that is named twice, and records among the files of a table, are refused', () => {
  const { bronze, records, stack } = erasure();
  expect(() => new SubjectErasure(stack, 'Twice', { tables: [bronze, bronze], records })).toThrow(
    `The table ${bronze.uri} is named twice in "Test/Twice". Keep one of them.`,
  );
  const recordsPrefix = 'orders/erasures';
  const tables = [bronze];
  const zone = (bronze as LakeTable).zoneBucket;
  expect(() => new SubjectErasure(stack, 'Among', { tables, records: zone, recordsPrefix })).toThrow(
    `where the table ${bronze.uri} is. Choose another recordsPrefix, or a zone of their own.`,
  );
});

describe('files of a table that are elsewhere', () => {
  const erasing = (dataPath: (zone: IZoneBucket) => string, isNamed: boolean) => {
    const stack = new Stack(new App(), 'Test');
    const bucket = (name: string) => Bucket.fromBucketName(stack, name, name);
    const lake = new MedallionLake(stack, 'Lake', { silver: { bucket: bucket('silver-bucket') } });
    const offloaded = ZoneBucket.fromBucket(stack, 'Offloaded', bucket('offloaded-bucket'));
    const table = new LakeTable(stack, 'Orders', {
      contract: ordersContract(),
      catalog: LakeCatalog.of(lake),
      zone: Zone.SILVER,
      tableProperties: { 'write.data.path': dataPath(offloaded) },
    });
    const records = new ZoneBucket(stack, 'Records');
    const dataLocations = isNamed ? [{ zone: offloaded, folder: 'orders' }] : undefined;
    new SubjectErasure(stack, 'Erasure', { tables: [table], records, dataLocations });
    return stack;
  };

  it('are reached where they are named', () => {
    const statements = statementsOf(erasing((zone) => zone.s3Uri('orders/data'), true));
    for (const action of ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:DeleteObjectVersion'])
      expect(
        statements.filter(({ actions }) => actions.includes(action)).flatMap(({ resources }) => resources),
      ).toEqual(expect.arrayContaining([expect.stringMatching(/:s3:::offloaded-bucket\/orders\/\*$/)]));
  });

  it('are refused where they are not', () => {
    expect(() => erasing(() => 's3://offloaded-bucket/orders', false)).toThrow(
      /^Files of the table glue:\S+ are in s3:\/\/offloaded-bucket\/orders \(write\.data\.path\), where "Test\/Erasure" may not delete\. Name that folder in dataLocations\.$/,
    );
    // Not a folder of the one named.
    expect(() => erasing(() => 's3://offloaded-bucket/orders-2', true)).toThrow('may not delete');
    expect(() => erasing(() => 's3://silver-bucket/orders/elsewhere', false)).not.toThrow();
  });

  it('are warned of where nobody can tell before deployment', () => {
    const stack = erasing(() => `s3://${Aws.ACCOUNT_ID}-files/orders`, false);
    Annotations.fromStack(stack).hasWarning(
      '/Test/Erasure',
      Match.stringLikeRegexp('Name that folder in dataLocations'),
    );
  });
});

describe('its alarms', () => {
  const alarms = (actionsEnabled?: boolean) => {
    const made = erasure();
    const topic = new Topic(made.stack, 'OnCall');
    const { construct } = made;
    const watched = new ErasureAlarms(made.stack, 'Alarms', {
      erasure: construct,
      topics: [topic],
      actionsEnabled,
    });
    return { ...made, watched };
  };

  it('sound at the first table that was not erased from, and the first request that was given up', () => {
    const { stack, watched } = alarms();
    const template = Template.fromStack(stack);
    const [[, filter]] = Object.entries(
      template.findResources('AWS::Logs::MetricFilter', {
        Properties: { MetricTransformations: [{ Dimensions: Match.absent() }] },
      }),
    );
    expect(filter.Properties.FilterPattern).toBe('{ $.message = "Subject not erased" }');
    const [{ MetricName, MetricNamespace }] = filter.Properties.MetricTransformations;
    const always = {
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
    };
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      ...always,
      MetricName,
      Namespace: MetricNamespace,
      Statistic: 'Sum',
      Period: 300,
      AlarmDescription: Match.stringLikeRegexp('docs/operations.md#tables-not-erased$'),
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      ...always,
      MetricName: 'ApproximateNumberOfMessagesVisible',
      AlarmDescription: Match.stringLikeRegexp('docs/operations.md#erasure-dead-letters$'),
    });
    for (const [, { Properties }] of Object.entries(template.findResources('AWS::CloudWatch::Alarm')))
      expect(Properties).toMatchObject({ AlarmActions: [{}], OKActions: [{}], ActionsEnabled: true });
    expect(watched.all).toHaveLength(2);
  });

  it('of two functions count for themselves', () => {
    const { stack, bronze, records } = alarms();
    const other = new SubjectErasure(stack, 'Other', { tables: [bronze], records, recordsPrefix: 'others' });
    new ErasureAlarms(stack, 'OtherAlarms', { erasure: other, actionsEnabled: false });
    const names = Object.values(Template.fromStack(stack).findResources('AWS::Logs::MetricFilter'))
      .map(({ Properties }) => Properties.MetricTransformations[0])
      .filter(({ Dimensions }) => Dimensions === undefined)
      .map(({ MetricName }) => MetricName);
    expect(new Set(names).size).toBe(2);
  });

  it('reach somebody, or synthesis fails', () => {
    const { stack, construct } = erasure();
    new ErasureAlarms(stack, 'Alarms', { erasure: construct });
    expect(() => Template.fromStack(stack)).toThrow('The alarms of "Test/Alarms" reach nobody.');
  });

  it('have a section each in the runbook', () => {
    const headings = readFileSync(join(packageRoot(), 'docs/operations.md'), 'utf8').match(/^## .*$/gm);
    expect(headings).toEqual(expect.arrayContaining(['## Tables not erased', '## Erasure dead letters']));
  });
});

test('the packs find nothing', () => {
  const { stack } = erasure();
  const findings = nagFindings(stack).filter(({ path }) => path.startsWith('Test/Erasure'));
  expect(findings.map(({ rule, path }) => `${rule} ${path}`)).toEqual([]);
});

import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { LakeCatalog, LakeTable } from '../../../lib/aws/catalog';
import { SubjectErasure, type SubjectErasureProps } from '../../../lib/aws/governance';
import { MedallionLake, ZoneBucket } from '../../../lib/aws/storage';
import { Zone } from '../../../lib/contract/zone';
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

test('the packs find nothing', () => {
  const { stack } = erasure();
  const findings = nagFindings(stack).filter(({ path }) => path.startsWith('Test/Erasure'));
  expect(findings.map(({ rule, path }) => `${rule} ${path}`)).toEqual([]);
});

import { App, CliCredentialsStackSynthesizer, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import {
  GovernedLake,
  LakeCatalog,
  LakeConsumer,
  LakeFormationSettings,
  LakeTable,
  MedallionLake,
  SharedDatabase,
  Zone,
} from '../../../../lib/aws';
import { allowedStatements } from '../../statements';
import { customersTable } from './customers';
import { resourcesOf } from './template-graph';

const OWNER = { account: '111111111111', region: 'eu-west-1' };
const CONSUMER = { account: '222222222222', region: 'eu-west-1' };

function owner(app: App) {
  const stack = new Stack(app, 'Owner', { env: OWNER });
  const catalog = new LakeCatalog(stack, 'Catalog', { lake: new MedallionLake(stack, 'Lake'), name: 'shop' });
  const lake = new GovernedLake(stack, 'Governed', { catalog });
  return { stack, lake, gold: customersTable(stack, catalog, Zone.GOLD) };
}

const given = (stack: Stack, principal: string) =>
  resourcesOf(Template.fromStack(stack), 'AWS::LakeFormation::PrincipalPermissions')
    .map(([, { Properties }]) => Properties)
    .filter(({ Principal }) => Principal.DataLakePrincipalIdentifier === principal);

test('a table goes to another account, which may give it on, in the version that shares by RAM', () => {
  const { stack, lake, gold } = owner(new App());
  const before = Template.fromStack(owner(new App()).stack);
  before.hasResourceProperties('AWS::LakeFormation::DataLakeSettings', { MutationType: 'APPEND' });
  expect(resourcesOf(before, 'AWS::LakeFormation::DataLakeSettings')[0][1].Properties.Parameters).toBe(
    undefined,
  );
  lake.shareTable(LakeConsumer.account(CONSUMER.account), gold);
  expect(given(stack, CONSUMER.account)).toEqual([
    {
      Catalog: OWNER.account,
      Principal: { DataLakePrincipalIdentifier: CONSUMER.account },
      Permissions: ['DESCRIBE'],
      PermissionsWithGrantOption: ['DESCRIBE'],
      Resource: { Database: { CatalogId: OWNER.account, Name: 'shop_gold' } },
    },
    {
      Catalog: OWNER.account,
      Principal: { DataLakePrincipalIdentifier: CONSUMER.account },
      Permissions: ['SELECT'],
      PermissionsWithGrantOption: ['SELECT'],
      Resource: {
        TableWithColumns: {
          CatalogId: OWNER.account,
          DatabaseName: 'shop_gold',
          Name: 'customers',
          ColumnWildcard: {},
        },
      },
    },
  ]);
  Template.fromStack(stack).hasResourceProperties('AWS::LakeFormation::DataLakeSettings', {
    Parameters: { CROSS_ACCOUNT_VERSION: '4' },
  });
});

test('part of a table goes by its filter', () => {
  const { stack, lake, gold } = owner(new App());
  lake.shareTable(LakeConsumer.account(CONSUMER.account), gold, { excludePersonalData: true });
  const [, select] = given(stack, CONSUMER.account);
  const [[, filter]] = resourcesOf(Template.fromStack(stack), 'AWS::LakeFormation::DataCellsFilter');
  expect(select.Resource.DataCellsFilter.Name).toBe(filter.Properties.Name);
  expect(filter.Properties.ColumnNames).toEqual(['customer_id', 'country', 'tier', 'points', 'joined_at']);
});

test('what carries tags goes to an organization, with the tags to grant by', () => {
  const { stack, lake } = owner(new App());
  const organization = 'arn:aws:organizations::999999999999:organization/o-abc123';
  lake.shareByTag(LakeConsumer.organization(organization), {
    classifications: ['public'],
    zones: [Zone.GOLD],
  });
  expect(
    given(stack, organization).map(({ Permissions, Resource }) => [
      Permissions.join(),
      Object.keys(Resource)[0],
    ]),
  ).toEqual([
    ['DESCRIBE', 'Database'],
    ['DESCRIBE', 'LFTag'],
    ['DESCRIBE', 'LFTag'],
    ['DESCRIBE,SELECT', 'LFTagPolicy'],
  ]);
});

test('the consumer’s stack knows the other by names only, and queries by a link', () => {
  const app = new App();
  const { stack, lake, gold } = owner(app);
  lake.shareTable(LakeConsumer.account(CONSUMER.account), gold);
  const consumer = new Stack(app, 'Consumer', { env: CONSUMER });
  const analyst = new iam.Role(consumer, 'Analyst', { assumedBy: new iam.AccountRootPrincipal() });
  const shared = new SharedDatabase(consumer, 'Shop', {
    ownerAccount: OWNER.account,
    databaseName: 'shop_gold',
    linkName: 'partner_shop',
  });
  shared.grantSelect(analyst, 'customers');
  const template = Template.fromStack(consumer);
  expect([...stack.dependencies, ...consumer.dependencies]).toEqual([]);
  template.hasResourceProperties('AWS::Glue::Database', {
    CatalogId: CONSUMER.account,
    DatabaseInput: {
      Name: 'partner_shop',
      TargetDatabase: { CatalogId: OWNER.account, DatabaseName: 'shop_gold' },
    },
  });
  expect(
    resourcesOf(template, 'AWS::LakeFormation::PrincipalPermissions').map(([, { Properties }]) => [
      Properties.Permissions.join(),
      Object.values<any>(Properties.Resource)[0],
    ]),
  ).toEqual([
    ['DESCRIBE', { CatalogId: CONSUMER.account, Name: 'partner_shop' }],
    [
      'SELECT',
      { CatalogId: OWNER.account, DatabaseName: 'shop_gold', Name: 'customers', ColumnWildcard: {} },
    ],
  ]);
  expect(allowedStatements(template, 'Analyst')[0].resources).toEqual([
    'arn:<AWS::Partition>:glue:eu-west-1:222222222222:catalog',
    'arn:<AWS::Partition>:glue:eu-west-1:222222222222:database/partner_shop',
    'arn:<AWS::Partition>:glue:eu-west-1:222222222222:table/partner_shop/customers',
    'arn:<AWS::Partition>:glue:eu-west-1:111111111111:catalog',
    'arn:<AWS::Partition>:glue:eu-west-1:111111111111:database/shop_gold',
    'arn:<AWS::Partition>:glue:eu-west-1:111111111111:table/shop_gold/customers',
  ]);
});

test('settings kept elsewhere say who has to be an administrator', () => {
  const stack = new Stack(new App(), 'Shop');
  const catalog = new LakeCatalog(stack, 'Catalog', { lake: new MedallionLake(stack, 'Lake'), name: 'shop' });
  const settings = LakeFormationSettings.keptElsewhere(stack, 'Settings');
  const lake = new GovernedLake(stack, 'Governed', { catalog, settings });
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::LakeFormation::DataLakeSettings', 0);
  template.allResourcesProperties('AWS::Glue::Database', {
    DatabaseInput: { CreateTableDefaultPermissions: [] },
  });
  expect(settings.node.metadata.map(({ data }) => data)).toEqual([
    `The role "${lake.callsRole.node.path}" has to be an administrator of Lake Formation, whose settings are kept elsewhere. ` +
      `[ack: lakehouse-constructs:lakeFormationAdministrator:${lake.callsRole.node.path}]`,
  ]);
});

describe('refuses', () => {
  it.each([
    [() => LakeConsumer.account('12'), 'LakeConsumer.account("12"): an account id has twelve digits.'],
    [
      () => LakeConsumer.organization('o-abc'),
      '"o-abc" is no ARN of organizations with organization/o-…, which Lake Formation knows it by. See aws organizations ' +
        'describe-organization.',
    ],
    [
      () => LakeConsumer.organizationalUnit('arn:aws:organizations::999999999999:organization/o-abc123'),
      '"arn:aws:organizations::999999999999:organization/o-abc123" is no ARN of organizations with ou/o-…, which Lake ' +
        'Formation knows it by. See aws organizations describe-organizational-unit.',
    ],
    [
      () => new SharedDatabase(new Stack(), 'Shop', { ownerAccount: '1', databaseName: 'shop' }),
      'ownerAccount is "1": an account id has twelve digits.',
    ],
    [
      () => new SharedDatabase(new Stack(), 'Shop', { ownerAccount: OWNER.account, databaseName: 'Shop-1' }),
      'The shared database would be called "Shop-1" here: Athena takes lower case letters, digits and underscores, 255 at most. ' +
        'Give it another linkName.',
    ],
    [
      () => new LakeFormationSettings(new Stack(), 'Settings', { crossAccountVersion: 7 }),
      'crossAccountVersion is 7. CloudFormation takes 1, 2, 3, 4: leave it out for 4 as soon as something is shared.',
    ],
  ])('%#', (make, message) => {
    expect(make).toThrow(message);
  });

  it('a catalog of another stack', () => {
    const app = new App();
    const { lake } = owner(app);
    expect(() => new GovernedLake(new Stack(app, 'Other'), 'Governed', { catalog: lake.catalog })).toThrow(
      '"Other/Governed" is in another stack than the catalog "Owner/Catalog" that it governs, and each would need the other ' +
        'first. Put it in the stack of the catalog.',
    );
  });

  it('a stack with calls of AWS by another role, since all have one function', () => {
    const stack = new Stack(new App(), 'Owner', { env: OWNER });
    const onCreate = {
      service: 'STS',
      action: 'GetCallerIdentity',
      physicalResourceId: PhysicalResourceId.of('who'),
    };
    const policy = AwsCustomResourcePolicy.fromStatements([]);
    new AwsCustomResource(stack, 'Who', { onCreate, policy, installLatestAwsSdk: false });
    const catalog = new LakeCatalog(stack, 'Catalog', { lake: new MedallionLake(stack, 'Lake') });
    expect(() => new GovernedLake(stack, 'Governed', { catalog })).toThrow(
      'The stack "Owner" has an AwsCustomResource whose role is not for Lake Formation, and CDK gives all of a stack one function. ' +
        'Put the GovernedLake and its catalog in another stack than that.',
    );
  });

  it('a stack that does not say who deploys it', () => {
    const stack = new Stack(new App(), 'Owner', { synthesizer: new CliCredentialsStackSynthesizer() });
    expect(() => new LakeFormationSettings(stack, 'Settings')).toThrow(
      'The stack "Owner" does not tell the role that CloudFormation works in, which has to be an administrator of Lake Formation. ' +
        'Pass deploymentRoleArn.',
    );
  });

  it('a catalog that is governed', () => {
    const { stack, lake } = owner(new App());
    expect(() => new GovernedLake(stack, 'Again', { catalog: lake.catalog })).toThrow(
      'The catalog "Owner/Catalog" is governed by "Owner/Governed" already. Grant by that, and leave out "Owner/Again".',
    );
  });
});

test('what is left out of a share is named by what is seen, which may be given on', () => {
  const { stack, lake, gold } = owner(new App());
  lake.shareTable(LakeConsumer.account(CONSUMER.account), gold, { excludeColumns: ['Email', 'address'] });
  const [[, filter]] = resourcesOf(Template.fromStack(stack), 'AWS::LakeFormation::DataCellsFilter');
  expect(filter.Properties.ColumnNames).toEqual(['customer_id', 'country', 'tier', 'points', 'joined_at']);
  const imported = LakeTable.fromTableAttributes(stack, 'Imported', {
    databaseName: 'shop_gold',
    tableName: 'orders',
    zoneBucket: gold.zoneBucket,
  });
  expect(() =>
    lake.shareTable(LakeConsumer.account(CONSUMER.account), imported, { excludeColumns: ['email'] }),
  ).toThrow(
    'The table shop_gold.orders is imported and shared without email. Lake Formation shares columns by those that are seen: ' +
      'name them in columns, and leave out excludeColumns.',
  );
});

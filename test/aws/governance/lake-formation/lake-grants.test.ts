import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import {
  GovernanceMode,
  LakeFormationSettings,
  LakeTable,
  type SelectOptions,
  Zone,
  ZoneBucket,
} from '../../../../lib/aws';
import { allowedStatements } from '../../statements';
import { customers, customersTable } from './customers';
import { before, declaredCalls, resourcesOf } from './template-graph';

const analyst = (stack: Stack, id = 'Analyst') =>
  new iam.Role(stack, id, { assumedBy: new iam.AccountRootPrincipal() });

/** `<permissions> on <resource>` of the permissions of a role, and those it may give on. */
function permissionsOf(template: Template, prefix: string): string[] {
  return resourcesOf(template, 'AWS::LakeFormation::PrincipalPermissions')
    .filter(([, { Properties }]) => {
      const identifier = Properties.Principal.DataLakePrincipalIdentifier;
      return (identifier['Fn::GetAtt']?.[0] ?? identifier).startsWith(prefix);
    })
    .map(([, { Properties }]) => {
      const [[kind, place]] = Object.entries<any>(Properties.Resource);
      const what = {
        Database: () => place.Name,
        TableWithColumns: () => `${place.DatabaseName}.${place.Name} ${JSON.stringify(place.ColumnWildcard)}`,
        DataCellsFilter: () => `${place.DatabaseName}.${place.TableName} by filter`,
        LFTagPolicy: () =>
          place.Expression.map(({ TagKey, TagValues }: any) => `${TagKey} in ${TagValues}`).join(' and '),
        LFTag: () => `tag ${place.TagKey} ${place.TagValues}`,
      }[kind]!();
      const grantable = Properties.PermissionsWithGrantOption.length > 0 ? ' with grant option' : '';
      return `${Properties.Permissions} on ${what}${grantable}`;
    })
    .sort();
}

const filters = (template: Template) =>
  resourcesOf(template, 'AWS::LakeFormation::DataCellsFilter').map(([, { Properties }]) => Properties);

describe('by name', () => {
  it('a role selects from a whole table, by Lake Formation and the catalog, without access to files', () => {
    const { stack, lake, silver } = customers();
    const grant = lake.grantSelect(analyst(stack), silver);
    const template = Template.fromStack(stack);
    expect(permissionsOf(template, 'Analyst')).toEqual([
      'DESCRIBE on shop_silver',
      'SELECT on shop_silver.customers {}',
    ]);
    expect(allowedStatements(template, 'Analyst')).toEqual([
      {
        actions: ['glue:GetDatabase', 'glue:GetPartitions', 'glue:GetTable', 'glue:GetTables'],
        resources: ['catalog', 'database/shop_silver', 'table/shop_silver/customers'].map(
          (resource) => `arn:<AWS::Partition>:glue:<AWS::Region>:<AWS::AccountId>:${resource}`,
        ),
      },
      { actions: ['lakeformation:GetDataAccess'], resources: ['*'] },
    ]);
    expect(grant.permissions).toHaveLength(2);
    expect(grant.iamGrant?.success).toBe(true);
  });

  it('the analysts’ team selects from orders of a database that is there already', () => {
    const { stack, lake } = customers();
    const orders = LakeTable.fromTableAttributes(stack, 'Orders', {
      databaseName: 'customer_db',
      tableName: 'orders',
      zoneBucket: ZoneBucket.fromBucket(
        stack,
        'Owned',
        Bucket.fromBucketName(stack, 'Bucket', 'owned-bucket'),
      ),
    });
    lake.grantSelect(new iam.ArnPrincipal('arn:aws:iam::111122223333:role/analyst_team'), orders);
    Template.fromStack(stack).hasResourceProperties('AWS::LakeFormation::PrincipalPermissions', {
      Principal: { DataLakePrincipalIdentifier: 'arn:aws:iam::111122223333:role/analyst_team' },
      Permissions: ['SELECT'],
      Resource: {
        TableWithColumns: { DatabaseName: 'customer_db', Name: 'orders', ColumnWildcard: {} },
      },
    });
  });

  it.each<[string, SelectOptions, object]>([
    [
      'named columns',
      { columns: ['Country', 'tier'] },
      { ColumnNames: ['country', 'tier'], RowFilter: { AllRowsWildcard: {} } },
    ],
    [
      'all but some columns',
      { excludeColumns: ['email', 'address'] },
      { ColumnWildcard: { ExcludedColumnNames: ['email', 'address'] }, RowFilter: { AllRowsWildcard: {} } },
    ],
    [
      'columns that are not confidential',
      { excludeClassifications: ['confidential'], excludeColumns: ['_lane', '_position', '_arrived_at'] },
      {
        ColumnNames: ['customer_id', 'country', 'tier', 'points', 'joined_at'],
        RowFilter: { AllRowsWildcard: {} },
      },
    ],
    [
      'columns without personal data, of those named',
      { excludePersonalData: true, columns: ['email', 'country'] },
      { ColumnNames: ['country'], RowFilter: { AllRowsWildcard: {} } },
    ],
    [
      'rows',
      { rowFilter: "tier = 'gold' AND address.street LIKE 'A%' OR points BETWEEN 1 AND 10" },
      {
        ColumnWildcard: {},
        RowFilter: {
          FilterExpression: "tier = 'gold' AND address.street LIKE 'A%' OR points BETWEEN 1 AND 10",
        },
      },
    ],
    [
      'cells',
      { columns: ['customer_id', 'points'], rowFilter: "country IN ('DE', 'FR') AND NOT points IS NULL" },
      {
        ColumnNames: ['customer_id', 'points'],
        RowFilter: { FilterExpression: "country IN ('DE', 'FR') AND NOT points IS NULL" },
      },
    ],
  ])('a filter shows %s', (_what, options, shown) => {
    const { stack, lake, silver } = customers();
    lake.grantSelect(analyst(stack), silver, options);
    const template = Template.fromStack(stack);
    expect(filters(template)).toEqual([
      {
        TableCatalogId: { Ref: 'AWS::AccountId' },
        DatabaseName: 'shop_silver',
        TableName: 'customers',
        Name: expect.stringMatching(/^customers-[0-9a-f]{12}$/),
        ...shown,
      },
    ]);
    expect(permissionsOf(template, 'Analyst')).toEqual([
      'DESCRIBE on shop_silver',
      'SELECT on shop_silver.customers by filter',
    ]);
    const [[filter]] = resourcesOf(template, 'AWS::LakeFormation::DataCellsFilter');
    const [[table]] = resourcesOf(template, 'Custom::LakehouseIcebergTable');
    expect(before(template).get(filter)!.has(table)).toBe(true);
  });

  it('a filter is made once for all who see the same, and another has another name', () => {
    const { stack, lake, silver } = customers();
    for (const id of ['A', 'B']) lake.grantSelect(analyst(stack, id), silver, { columns: ['tier'] });
    lake.grantSelect(analyst(stack, 'C'), silver, { columns: ['points'] });
    const names = filters(Template.fromStack(stack)).map(({ Name }) => Name);
    expect(new Set(names).size).toBe(2);
    expect(names).toHaveLength(2);
  });

  it('of the quarantine, which holds whole records, nothing is below the most sensitive', () => {
    const { stack, catalog, lake } = customers();
    const quarantine = customersTable(stack, catalog, Zone.QUARANTINE);
    expect(() =>
      lake.grantSelect(analyst(stack), quarantine, { excludeClassifications: ['confidential'] }),
    ).toThrow(
      'Nothing of the table shop_quarantine.customers would be seen: every column is left out. Leave out fewer, or do not ' +
        'grant it.',
    );
  });

  it('what sees all by another grant is no filter', () => {
    const { stack, lake, silver } = customers();
    const role = analyst(stack);
    lake.grantSelect(role, silver, { columns: ['tier'] });
    silver.grantRead(role);
    expect(() => Template.fromStack(stack)).toThrow(
      'Shop/Analyst sees some of shop_silver.customers by a filter, and all of it by another grant. Lake Formation adds both ' +
        'up: leave one of them out, grantRead of the table or of its product among them.',
    );
  });
});

describe('by tag', () => {
  it('everything but confidential columns, of tables there are and those to come', () => {
    const { stack, lake } = customers();
    lake.grantSelectByTag(analyst(stack), {
      exceptClassifications: ['Confidential'],
      zones: [Zone.SILVER, Zone.GOLD],
    });
    const template = Template.fromStack(stack);
    expect(permissionsOf(template, 'Analyst')).toEqual([
      'DESCRIBE on shop_gold',
      'DESCRIBE on shop_silver',
      'DESCRIBE,SELECT on classification in public,internal,restricted and zone in silver,gold',
    ]);
    const order = before(template);
    const [byTag] = resourcesOf(template, 'AWS::LakeFormation::PrincipalPermissions').find(
      ([, { Properties }]) => Properties.Resource.LFTagPolicy !== undefined,
    )!;
    const tags = resourcesOf(template, 'AWS::LakeFormation::Tag')
      .filter(([, { Properties }]) => ['classification', 'zone'].includes(Properties.TagKey))
      .map(([id]) => id);
    expect(tags.filter((id) => !order.get(byTag)!.has(id))).toEqual([]);
  });

  it('of a domain, owner and product, without personal data', () => {
    const { stack, lake } = customers();
    lake.grantSelectByTag(analyst(stack), {
      domains: ['Marketing'],
      owners: ['CRM Team'],
      products: ['Customer Loyalty'],
      personalData: false,
      zones: [Zone.GOLD],
    });
    expect(permissionsOf(Template.fromStack(stack), 'Analyst')).toContain(
      'DESCRIBE,SELECT on pii in false and domain in marketing and owner in crm team and product in customer loyalty and ' +
        'zone in gold',
    );
  });

  it('a value nothing carries is refused at synthesis', () => {
    const { stack, lake } = customers();
    lake.grantSelectByTag(analyst(stack), { domains: ['Sales'] });
    expect(() => Template.fromStack(stack)).toThrow(
      'The LF-tag "domain" has no value "sales". In use: marketing.',
    );
  });

  it.each([
    [
      {},
      'The expression names no tag, which would be every table. Name classifications, domains, owners, products or zones.',
    ],
    [
      { domains: [] },
      'The expression names no value for the tag domain, which would be no table. Leave it out for any.',
    ],
    [
      { classifications: ['public'], exceptClassifications: ['internal'] },
      'Both classifications and exceptClassifications are given. Leave one of them out.',
    ],
    [
      { classifications: ['top'] },
      'classifications is "top", which is no classification. Known, from the least to the most sensitive: public, internal, ' +
        'restricted, confidential. Use one of them, or name yours in classifications of the GovernedLake.',
    ],
  ])('refuses %j', (expression, message) => {
    const { stack, lake } = customers();
    expect(() => lake.grantSelectByTag(analyst(stack), expression)).toThrow(message);
  });
});

describe('refuses', () => {
  it.each<[SelectOptions, string]>([
    [
      { columns: ['phone'] },
      'The table shop_silver.customers has no column "phone". It has: customer_id, email, country, tier, points, joined_at, ' +
        'address, _lane, _position, _arrived_at.',
    ],
    [
      { rowFilter: "city = 'Bonn'" },
      'The table shop_silver.customers has no column "city". It has: customer_id, email, country, tier, points, joined_at, ' +
        'address, _lane, _position, _arrived_at.',
    ],
    [
      { rowFilter: "lower(country) = 'de'" },
      'rowFilter of shop_silver.customers calls lower(): Lake Formation takes no functions there, only comparisons of columns ' +
        'with constants.',
    ],
    [
      { rowFilter: "joined_at > '2026-01-01'" },
      'rowFilter of shop_silver.customers compares joined_at, a timestamptz. Lake Formation compares text, numbers, booleans ' +
        'and fields of structs: use another column.',
    ],
    [
      { rowFilter: ' ' },
      'rowFilter of shop_silver.customers has 1 characters; Lake Formation takes 1 to 2047. Shorten it, or leave it out for ' +
        'all rows.',
    ],
    [
      { rowFilter: `tier = '${'x'.repeat(2039)}'` },
      'rowFilter of shop_silver.customers has 2048 characters; Lake Formation takes 1 to 2047. Shorten it, or leave it out ' +
        'for all rows.',
    ],
    [
      { excludeClassifications: ['secret'] },
      'excludeClassifications is "secret", which is no classification. Known, from the least to the most sensitive: public, ' +
        'internal, restricted, confidential. Use one of them, or name yours in classifications of the GovernedLake.',
    ],
  ])('%j', (options, message) => {
    const { stack, lake, silver } = customers();
    expect(() => lake.grantSelect(analyst(stack), silver, options)).toThrow(message);
  });

  it('a principal Lake Formation does not know', () => {
    const { lake, silver } = customers();
    expect(() => lake.grantSelect(new iam.ServicePrincipal('athena.amazonaws.com'), silver)).toThrow(
      'Lake Formation grants to roles, users and principals by ARN, received a principal without an ARN. Pass a role, or ' +
        'new ArnPrincipal(…); share with other accounts by shareTable or shareByTag.',
    );
  });

  it('classifications of a table without a contract', () => {
    const { stack, lake } = customers();
    const table = LakeTable.fromTableAttributes(stack, 'Imported', {
      databaseName: 'customer_db',
      tableName: 'orders',
      zoneBucket: ZoneBucket.fromBucket(
        stack,
        'Owned',
        Bucket.fromBucketName(stack, 'Bucket', 'owned-bucket'),
      ),
    });
    expect(() => lake.grantSelect(analyst(stack), table, { excludePersonalData: true })).toThrow(
      'The table customer_db.orders is imported: no contract tells the classification of its columns. Name them in columns ' +
        'or excludeColumns.',
    );
  });
});

describe('hybrid access', () => {
  it('leaves what IAM decides, and opts in those it grants to', () => {
    const { stack, lake, silver } = customers({ mode: GovernanceMode.HYBRID });
    lake.grantSelect(analyst(stack), silver, { excludePersonalData: true });
    lake.grantSelectByTag(analyst(stack, 'Steward'), { zones: [Zone.GOLD] });
    const template = Template.fromStack(stack);
    template.allResourcesProperties('AWS::LakeFormation::Resource', { HybridAccessEnabled: true });
    template.allResourcesProperties('AWS::Glue::Database', {
      DatabaseInput: { CreateTableDefaultPermissions: Match.absent() },
    });
    const optedIn = declaredCalls(template, 'CreateLakeFormationOptIn').map(
      ([, { Resource }]) => Resource.Table,
    );
    expect(optedIn).toEqual([
      { CatalogId: 'ACCOUNT', DatabaseName: 'shop_silver', Name: 'customers' },
      { CatalogId: 'ACCOUNT', DatabaseName: 'shop_gold', TableWildcard: {} },
    ]);
    expect(declaredCalls(template, 'RevokePermissions')).toEqual([]);
  });
});

test('settings add to those of the account, with who deploys and who makes the calls as administrators', () => {
  const stack = new Stack(new App(), 'Platform');
  const admin = analyst(stack, 'Admin');
  new LakeFormationSettings(stack, 'Settings', { administrators: [admin], crossAccountVersion: 3 });
  Template.fromStack(stack).hasResource('AWS::LakeFormation::DataLakeSettings', {
    DeletionPolicy: 'Retain',
    Properties: {
      MutationType: 'APPEND',
      Admins: [
        {
          DataLakePrincipalIdentifier: {
            'Fn::Sub':
              'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/cdk-hnb659fds-cfn-exec-role-${AWS::AccountId}-${AWS::Region}',
          },
        },
        {
          DataLakePrincipalIdentifier: {
            'Fn::GetAtt': [stack.getLogicalId(admin.node.defaultChild as iam.CfnRole), 'Arn'],
          },
        },
      ],
      Parameters: { CROSS_ACCOUNT_VERSION: '3' },
      CreateDatabaseDefaultPermissions: Match.absent(),
    },
  });
});

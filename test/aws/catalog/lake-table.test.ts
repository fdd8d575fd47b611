import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { LakeCatalog, LakeTable, type LakeTableProps, TableContent } from '../../../lib/aws/catalog';
import { MedallionLake, ZoneBucket } from '../../../lib/aws/storage';
import { DataContract, Zone } from '../../../lib/contract';
import { allowedStatements, role } from '../statements';

const orders = (extra = '') =>
  DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
schema:
  - name: Orders
    properties:
      - { name: id, logicalType: integer, required: true, primaryKey: true, primaryKeyPosition: 1 }
      - { name: ordered_at, logicalType: timestamp, required: true, partitioned: true, partitionKeyPosition: 1 }
${extra}
`);

function synth(props: Partial<LakeTableProps> = {}, env?: { account: string; region: string }) {
  const stack = new Stack(new App(), 'Stack', { env });
  const lake = new MedallionLake(stack, 'Lake');
  const catalog = new LakeCatalog(stack, 'Catalog', { lake, name: 'sales' });
  const table = new LakeTable(stack, 'Orders', { contract: orders(), catalog, zone: Zone.BRONZE, ...props });
  return { stack, lake, catalog, table };
}
const tableResource = (template: Template) =>
  Object.values(template.findResources('Custom::LakehouseIcebergTable'))[0];

describe('the table', () => {
  const { stack, table } = synth();
  const template = Template.fromStack(stack);
  const resource = tableResource(template);

  test('is handed to the function whole', () => {
    expect(resource.Properties).toMatchObject({
      ServiceToken: { 'Fn::GetAtt': [expect.stringMatching(/^CatalogTablesHandler/), 'Arn'] },
      TableUri: 'glue://sales_bronze/orders',
      Location: { 'Fn::Join': ['', ['s3://', { Ref: 'LakeBronzeBucket4D17A87A' }, '/orders']] },
      Properties: {
        'write.format.default': 'parquet',
        'write.parquet.compression-codec': 'snappy',
        'write.metadata.delete-after-commit.enabled': 'true',
        'write.metadata.previous-versions-max': '100',
        'commit.retry.num-retries': '4',
      },
    });
    expect(table.uri).toBe('glue://sales_bronze/orders');
    expect(stack.resolve(table.location)).toEqual(resource.Properties.Location);
  });

  test('has the contract’s columns, then the technical ones, and its partitions', () => {
    const schema = JSON.parse(resource.Properties.Schema);
    expect(
      schema.fields.map((field: any) => `${field.id} ${field.name} ${field.type} ${field.required}`),
    ).toEqual([
      '1 id long true',
      '2 ordered_at timestamptz true',
      '3 _lane string true',
      '4 _position string true',
      '5 _arrived_at timestamptz true',
      '6 _extra string false',
    ]);
    expect(JSON.parse(resource.Properties.PartitionSpec)).toEqual({
      'spec-id': 0,
      fields: [{ 'source-id': 2, 'field-id': 1000, name: 'ordered_at_day', transform: 'day' }],
    });
  });

  test('stays when the stack goes', () => {
    expect(resource).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(resource.Properties.ServiceTimeout).toBe('600');
  });

  test('waits for its database and for the permission to create it', () => {
    expect(resource.DependsOn).toEqual([
      expect.stringMatching(/^CatalogBronze/),
      expect.stringMatching(/^CatalogTablesRoleDefaultPolicy/),
    ]);
  });

  test('belongs to one construct', () => {
    const { stack: other, catalog } = synth();
    expect(() => new LakeTable(other, 'Again', { contract: orders(), catalog, zone: Zone.BRONZE })).toThrow(
      'The table sales_bronze.orders belongs to "Stack/Orders" already, "Stack/Again" asks for it too. ' +
        'Pass that table, import it with LakeTable.fromTableAttributes, or give one of them another tableName.',
    );
  });

  test('is no AWS::Glue::Table, which an update would break', () => {
    template.resourceCountIs('AWS::Glue::Table', 0);
  });

  test('properties can be added and replaced', () => {
    const tableProperties = { 'commit.retry.num-retries': '8', 'write.target-file-size-bytes': '134217728' };
    expect(
      tableResource(Template.fromStack(synth({ tableProperties }).stack)).Properties.Properties,
    ).toMatchObject({
      'write.format.default': 'parquet',
      ...tableProperties,
    });
  });

  test('a property that writers could not follow is refused; what is known at deployment is not looked at', () => {
    const codec = 'write.parquet.compression-codec';
    expect(() => synth({ tableProperties: { [codec]: 'brotli' } })).toThrow(
      'Property write.parquet.compression-codec of orders is "brotli". Allowed: snappy, zstd, gzip, uncompressed.',
    );
    const wanted = new CfnParameter(new Stack(), 'Codec').valueAsString;
    expect(() => synth({ tableProperties: { [codec]: wanted } })).not.toThrow();
    expect(
      tableResource(Template.fromStack(synth({ tableProperties: { [codec]: 'zstd' } }).stack)).Properties
        .Properties,
    ).toMatchObject({ [codec]: 'zstd' });
  });
});

describe('clustering', () => {
  const nested = `
      - name: device
        logicalType: object
        properties: [{ name: os, logicalType: string }]`;
  const clustered = (clusterBy: string[]) => synth({ contract: orders(nested), clusterBy });

  test('is handed to the function; without it nothing is said of an order', () => {
    const { stack, table } = clustered(['id', 'device.os']);
    expect(tableResource(Template.fromStack(stack)).Properties.ClusterBy).toEqual(['id', 'device.os']);
    expect(table.clusterBy).toEqual(['id', 'device.os']);
    expect(tableResource(Template.fromStack(synth().stack)).Properties).not.toHaveProperty('ClusterBy');
  });

  test('by what rows cannot be sorted by is refused', () => {
    expect(() => clustered(['customer'])).toThrow(
      'clusterBy of orders: there is no column "customer". It has: id, ordered_at, device, _lane, _position, _arrived_at, _extra.',
    );
    expect(() => clustered(['device'])).toThrow(
      'clusterBy of orders: "device" is a struct. Rows are sorted by primitive columns; name one, in a struct as "<struct>.<column>".',
    );
    expect(() => clustered(['id', 'id'])).toThrow(
      'clusterBy of orders: "id" is there twice. Name each column once.',
    );
  });
});

describe('by zone', () => {
  test('silver has the contract’s columns, where each row came from, and the key', () => {
    const resource = tableResource(Template.fromStack(synth({ zone: Zone.SILVER }).stack));
    const schema = JSON.parse(resource.Properties.Schema);
    expect(schema.fields.map((field: any) => field.name)).toEqual([
      'id',
      'ordered_at',
      '_lane',
      '_position',
      '_arrived_at',
    ]);
    expect(schema['identifier-field-ids']).toEqual([1]);
    expect(resource.Properties.TableUri).toBe('glue://sales_silver/orders');
  });

  test('quarantine has columns of its own and no partitions', () => {
    const resource = tableResource(Template.fromStack(synth({ zone: Zone.QUARANTINE }).stack));
    const names = JSON.parse(resource.Properties.Schema).fields.map((field: any) => field.name);
    expect(names).toEqual(expect.arrayContaining(['payload', 'reason_code', 'reason']));
    expect(names).not.toContain('ordered_at');
    expect(JSON.parse(resource.Properties.PartitionSpec).fields).toEqual([]);
    expect(resource.Properties.TableUri).toBe('glue://sales_quarantine/orders');
  });
});

describe('grants', () => {
  const glue = (kind: string) => `arn:<AWS::Partition>:glue:<AWS::Region>:<AWS::AccountId>:${kind}`;

  test('reading covers catalog, files and key of this table alone', () => {
    const { stack, table } = synth();
    expect(table.grantRead(role(stack, 'Reader')).success).toBe(true);
    expect(allowedStatements(Template.fromStack(stack), 'Reader')).toEqual([
      {
        actions: ['glue:GetDatabase', 'glue:GetTable'],
        resources: [glue('catalog'), glue('database/sales_bronze'), glue('table/sales_bronze/orders')],
      },
      { actions: ['s3:GetObject'], resources: ['<LakeBronzeBucket4D17A87A.Arn>/orders/*'] },
      { actions: ['s3:GetBucketLocation'], resources: ['<LakeBronzeBucket4D17A87A.Arn>'] },
      {
        actions: ['s3:ListBucket'],
        resources: ['<LakeBronzeBucket4D17A87A.Arn>'],
        condition: { StringLike: { 's3:prefix': ['orders', 'orders/*'] } },
      },
      { actions: ['kms:Decrypt'], resources: ['<LakeKey7B6C155C.Arn>'] },
    ]);
  });

  const actionsOn = (grant: (table: LakeTable, stack: Stack) => unknown) => {
    const { stack, table } = synth();
    grant(table, stack);
    return allowedStatements(Template.fromStack(stack), 'Role').flatMap(({ actions, resources }) =>
      actions.map((action) => `${action} ${resources.at(-1)}`),
    );
  };

  test('writing swaps the catalog’s pointer, and deletes superseded metadata only', () => {
    const actions = actionsOn((table, stack) => table.grantReadWrite(role(stack, 'Role')));
    expect(actions).toContain(`glue:UpdateTable ${glue('table/sales_bronze/orders')}`);
    expect(actions).toContain('s3:PutObject <LakeBronzeBucket4D17A87A.Arn>/orders/*');
    expect(actions).toContain('kms:GenerateDataKey <LakeKey7B6C155C.Arn>');
    expect(actions.filter((action) => /Delete|CreateTable/.test(action))).toEqual([
      's3:DeleteObject <LakeBronzeBucket4D17A87A.Arn>/orders/metadata/*.metadata.json',
    ]);
  });

  test('maintenance deletes files, and is exempt from the append-only policy', () => {
    const { stack, table } = synth();
    table.grantMaintenance(role(stack, 'Compaction'));
    const template = Template.fromStack(stack);
    expect(allowedStatements(template, 'Compaction')).toContainEqual({
      actions: ['s3:DeleteObject'],
      resources: ['<LakeBronzeBucket4D17A87A.Arn>/orders/*'],
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Sid: 'AppendOnly',
            Condition: {
              ArnNotLike: {
                'aws:PrincipalArn': Match.arrayWith([
                  { 'Fn::GetAtt': [Match.stringLikeRegexp('^Compaction'), 'Arn'] },
                ]),
              },
            },
          }),
        ]),
      },
    });
  });

  test('the function may create tables in the zones that have one, and in no other', () => {
    const { stack } = synth();
    const creates = allowedStatements(Template.fromStack(stack), 'CatalogTablesRole').filter(({ actions }) =>
      actions.includes('glue:CreateTable'),
    );
    expect(creates.flatMap(({ resources }) => resources)).toEqual([
      glue('catalog'),
      glue('database/sales_bronze'),
      glue('table/sales_bronze/*'),
    ]);
  });

  test('the function’s policy does not grow with the number of tables', () => {
    const { stack, catalog } = synth();
    for (let index = 0; index < 40; index++) {
      new LakeTable(stack, `Table${index}`, {
        contract: orders(),
        catalog,
        zone: Zone.BRONZE,
        tableName: `orders_${index}`,
      });
    }
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::IAM::ManagedPolicy', 0);
    template.resourceCountIs('AWS::IAM::Policy', 1);
  });

  test('ARNs are those of the environment where it is known', () => {
    const { stack, table } = synth({}, { account: '111122223333', region: 'cn-north-1' });
    table.grantRead(role(stack, 'Reader'));
    expect(allowedStatements(Template.fromStack(stack), 'Reader')[0].resources[2]).toBe(
      'arn:<AWS::Partition>:glue:cn-north-1:111122223333:table/sales_bronze/orders',
    );
  });
});

test('a table the user owns has the same grants', () => {
  const stack = new Stack(new App(), 'Stack');
  const bucket = s3.Bucket.fromBucketName(stack, 'Mine', 'mine');
  const table = LakeTable.fromTableAttributes(stack, 'Orders', {
    databaseName: 'sales',
    tableName: 'orders',
    zoneBucket: ZoneBucket.fromBucket(stack, 'Zone', bucket),
    folder: 'warehouse/orders',
  });
  table.grantReadWrite(role(stack, 'Role'));
  expect(table.uri).toBe('glue://sales/orders');
  expect(table.location).toBe('s3://mine/warehouse/orders');
  const template = Template.fromStack(stack);
  template.resourceCountIs('Custom::LakehouseIcebergTable', 0);
  expect(allowedStatements(template)).toContainEqual({
    actions: ['s3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
    resources: ['arn:<AWS::Partition>:s3:::mine/warehouse/orders/*'],
  });
});

test('two tables of one contract stand in one stack', () => {
  const { stack, catalog } = synth();
  new LakeTable(stack, 'OrdersRejected', { contract: orders(), catalog, zone: Zone.QUARANTINE });
  Template.fromStack(stack).resourceCountIs('Custom::LakehouseIcebergTable', 2);
});

describe('refused', () => {
  test.each(['Orders', 'orders-eu', ''])('the table name "%s"', (tableName) => {
    expect(() => synth({ tableName })).toThrow(
      `tableName "${tableName}": Athena takes lower case letters, digits and underscores, 255 at most. Choose another name.`,
    );
  });

  test.each([
    ['region', { account: '111122223333', region: 'eu-central-1' }, 'eu-central-1', 'eu-west-1'],
    ['account', { account: '444455556666', region: 'eu-west-1' }, '444455556666', '111122223333'],
  ])('a catalog of another %s', (what, env, here, there) => {
    const { stack, catalog } = synth({}, { account: '111122223333', region: 'eu-west-1' });
    const other = new Stack(App.of(stack) as App, 'Other', { env });
    expect(() => new LakeTable(other, 'Again', { contract: orders(), catalog, zone: Zone.SILVER })).toThrow(
      `"Other/Again" is in the ${what} ${here}, "Stack/Catalog" in ${there}. ` +
        'A table is made, and written to, where its catalog is: move it to a stack there, or give this stack a lake of its own.',
    );
  });

  test('a schema object the contract does not have', () => {
    expect(() => synth({ schemaName: 'Returns' })).toThrow(
      'Contract orders has no schema object "Returns". It has: Orders.',
    );
  });
});

test('what is kept beside rows is beside silver', () => {
  expect(() => synth({ content: TableContent.QUALITY_RESULTS, zone: Zone.GOLD })).toThrow(
    'A table with the content quality-results is kept beside a silver table. Received the zone gold: pass Zone.SILVER, or ' +
      'leave out content for the rows of the contract.',
  );
});

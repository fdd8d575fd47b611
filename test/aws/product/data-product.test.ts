import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as kinesis from 'aws-cdk-lib/aws-kinesis';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  DataContract,
  DataProduct,
  type DataProductProps,
  IngestStream,
  LakeCatalog,
  LakeTable,
  MedallionLake,
  StreamSource,
  Zone,
} from '../../../lib/aws';
import { ordersContract, surroundings } from '../orders';

function productWith(given: Partial<DataProductProps> = {}): { stack: Stack; product: DataProduct } {
  const { stack, lake, source } = surroundings();
  const product = new DataProduct(stack, 'Orders', {
    contract: ordersContract(),
    lake,
    source,
    alarms: { topics: [new sns.Topic(stack, 'Topic')] },
    ...given,
  });
  return { stack, product };
}

const tablesOf = (stack: Stack): any[] =>
  Object.values(Template.fromStack(stack).findResources('Custom::LakehouseIcebergTable')).map(
    ({ Properties }) => Properties,
  );

describe('from one contract', () => {
  const { stack, product } = productWith({
    contract: ordersContract({
      latency: 'value: 5, unit: min',
      frequency: 'value: 1, unit: h',
      errorRate: 3,
    }),
  });
  const template = Template.fromStack(stack);

  test('come a bronze, a quarantine and a silver table', () => {
    expect(tablesOf(stack).map(({ TableUri }) => TableUri)).toEqual([
      expect.stringMatching(/_bronze\/orders$/),
      expect.stringMatching(/_quarantine\/orders$/),
      expect.stringMatching(/_silver\/orders$/),
    ]);
    expect(product.table(Zone.SILVER).uri).toMatch(/_silver\/orders$/);
    expect(product.table(Zone.BRONZE).tableName).toBe('orders');
    expect(product.table(Zone.QUARANTINE).uri).toMatch(/_quarantine\/orders$/);
  });

  test('comes a processor that fills them, under the lake’s key', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: Match.objectLike({
          LAKEHOUSE_BRONZE_TABLE: product.table(Zone.BRONZE).uri,
          LAKEHOUSE_QUARANTINE_TABLE: product.table(Zone.QUARANTINE).uri,
          LAKEHOUSE_PRODUCT: 'orders',
        }),
      },
    });
    template.hasResourceProperties('AWS::SQS::Queue', {
      KmsMasterKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^LakeKey'), 'Arn'] },
    });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', { MaximumBatchingWindowInSeconds: 5 });
  });

  test('come alarms on what it promises', () => {
    const threshold = (MetricName: string): unknown =>
      Object.values(template.findResources('AWS::CloudWatch::Alarm', { Properties: { MetricName } }))[0]
        .Properties.Threshold;
    expect(threshold('IteratorAge')).toBe(300_000);
    expect(threshold('FreshnessMilliseconds')).toBe(300_000);
    expect(product.alarms.noData).toBeDefined();
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Threshold: 3,
      Metrics: Match.arrayWith([Match.objectLike({ Expression: '100 * FILL(quarantined, 0) / read' })]),
    });
  });

  test('comes what keeps silver, under the same key and names, told by the same people', () => {
    const { silverProcessor, silverAlarms, processor } = product;
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: Match.objectLike({
          LAKEHOUSE_BRONZE_TABLE: product.table(Zone.BRONZE).uri,
          LAKEHOUSE_SILVER_TABLE: product.table(Zone.SILVER).uri,
          LAKEHOUSE_QUARANTINE_TABLE: product.table(Zone.QUARANTINE).uri,
        }),
      },
    });
    expect(silverProcessor?.encryptionKey).toBe(processor.encryptionKey);
    expect(silverProcessor?.productName).toBe('orders');
    expect(silverAlarms?.all.length).toBe(5);
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
    expect(alarms).toHaveLength(product.alarms.all.length + 5);
    for (const { Properties } of alarms)
      expect(Properties.AlarmActions).toEqual([{ Ref: expect.stringMatching(/^Topic/) }]);
    template.resourceCountIs('AWS::KMS::Key', 2);
  });

  test('comes who owns it, on every resource that takes tags', () => {
    for (const type of [
      'AWS::Lambda::Function',
      'AWS::SQS::Queue',
      'AWS::Logs::LogGroup',
      'AWS::CloudWatch::Alarm',
    ]) {
      template.hasResourceProperties(type, {
        Tags: Match.arrayWith([
          { Key: 'DataClassification', Value: 'confidential restricted' },
          { Key: 'DataDomain', Value: 'sales' },
          { Key: 'DataOwner', Value: 'order-data' },
          { Key: 'DataProduct', Value: 'orders' },
        ]),
      });
    }
  });

  test('comes where the tables are from, as table properties', () => {
    for (const { Properties } of tablesOf(stack)) {
      expect(Properties).toMatchObject({
        'lakehouse.contract-id': '2a1f0c9d-orders',
        'lakehouse.contract-version': '2.1.0',
        'lakehouse.owner': 'order-data',
        'lakehouse.domain': 'sales',
        'lakehouse.classification': 'confidential restricted',
        'lakehouse.pii': 'false',
      });
      expect(Properties).not.toHaveProperty('lakehouse.retention-days');
    }
  });
});

describe('silver', () => {
  const contract = (quality = '', deletes = ''): DataContract =>
    DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: accounts
version: 1.0.0
status: active
schema:
  - name: accounts
    properties:
      - { name: account_id, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1 }
      - name: operation
        logicalType: string
${quality === '' ? '' : `        quality:\n          - ${quality}\n`}${deletes}`);
  const deletes = `    customProperties:
      - { property: deletedWhen, value: { property: operation, values: [delete] } }
`;
  const tableNames = (stack: Stack): string[] =>
    tablesOf(stack)
      .map(({ TableUri }) => TableUri.split('/').at(-1))
      .filter((name) => name !== 'accounts')
      .sort();

  test('has tombstones where the contract deletes, results where it has rules, and nothing otherwise', () => {
    const rule = '{ id: operation_given, metric: nullValues, mustBe: 0, severity: error }';
    expect(tableNames(productWith({ contract: contract() }).stack)).toEqual([]);
    expect(tableNames(productWith({ contract: contract('', deletes) }).stack)).toEqual([
      'accounts_tombstones',
    ]);
    const { stack, product } = productWith({ contract: contract(rule, deletes) });
    expect(tableNames(stack)).toEqual(['accounts_quality', 'accounts_tombstones']);
    expect(product.qualityAlarms?.alarm('operation_given')).toBeDefined();
  });

  test('can be left out, and bronze is where the product ends', () => {
    const { stack, product } = productWith({ enableSilver: false });
    expect(product.silverProcessor).toBeUndefined();
    expect(product.silverAlarms).toBeUndefined();
    expect(tablesOf(stack)).toHaveLength(2);
    Template.fromStack(stack).resourceCountIs('AWS::Lambda::EventSourceMapping', 1);
    expect(() => product.table(Zone.SILVER)).toThrow(/it has one in: bronze, quarantine\./);
  });

  test('can be a table there is already, kept as asked', () => {
    const { stack, lake, source } = surroundings();
    const catalog = new LakeCatalog(stack, 'Catalog', { lake, name: 'shop' });
    const silver = new LakeTable(stack, 'Table', {
      contract: ordersContract(),
      catalog,
      zone: Zone.SILVER,
      tableName: 'orders_current',
    });
    const product = new DataProduct(stack, 'Orders', {
      contract: ordersContract(),
      lake,
      catalog,
      source,
      silver,
      silverProcessor: { memorySize: 4096, metricNamespace: 'Shop' },
      alarms: { actionsEnabled: false },
    });
    expect(product.table(Zone.SILVER)).toBe(silver);
    expect(product.silverProcessor?.silver).toBe(silver);
    Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', { MemorySize: 4096 });
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'Shop',
      MetricName: 'RefineLagMilliseconds',
      ActionsEnabled: false,
    });
  });

  test('is told of to whoever is told of the product later', () => {
    const { stack, product } = productWith({ alarms: {} });
    product.alarms.notify(new sns.Topic(stack, 'Later'));
    const alarms = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'));
    for (const { Properties } of alarms) expect(Properties.AlarmActions).toHaveLength(1);
  });

  test('is refused its options where it is left out', () => {
    expect(() => productWith({ enableSilver: false, silverProcessor: {} })).toThrow(
      'silverProcessor is given, but enableSilver is false. Leave it out, or leave out enableSilver, which is true by default.',
    );
  });
});

test('rows of bronze and silver are clustered as asked, and no others', () => {
  const { stack } = productWith({ clusterBy: ['email'] });
  expect(tablesOf(stack).map(({ TableUri, ClusterBy }) => [TableUri.split('/').at(-2), ClusterBy])).toEqual([
    [expect.stringMatching(/_bronze$/), ['email']],
    [expect.stringMatching(/_quarantine$/), undefined],
    [expect.stringMatching(/_silver$/), ['email']],
  ]);
  expect(() => productWith({ clusterBy: ['customer'] })).toThrow(
    'clusterBy of orders: there is no column "customer".',
  );
});

test('tables, options and catalog can be the user’s own', () => {
  const { stack, lake, source } = surroundings();
  const contract = ordersContract();
  const catalog = new LakeCatalog(stack, 'Catalog', { lake, name: 'shop' });
  const bronze = new LakeTable(stack, 'Table', {
    contract,
    catalog,
    zone: Zone.BRONZE,
    tableName: 'orders_raw',
  });
  const product = new DataProduct(stack, 'Orders', {
    contract,
    lake,
    source,
    catalog,
    bronze,
    processor: { batchSize: 200, productName: 'shop-orders', metricNamespace: 'Shop' },
    alarms: { actionsEnabled: false, thresholds: { deadLetters: 4 } },
  });
  expect(product.table(Zone.BRONZE)).toBe(bronze);
  expect(product.table(Zone.QUARANTINE).uri).toBe('glue://shop_quarantine/orders');
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', { BatchSize: 200 });
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    Namespace: 'Shop',
    Dimensions: [{ Name: 'Product', Value: 'shop-orders' }],
  });
  template.hasResourceProperties('AWS::CloudWatch::Alarm', { Namespace: 'AWS/SQS', Threshold: 4 });
});

test('metrics carry the environment of the lake, so that environments in one account stay apart', () => {
  const { stack, source } = surroundings();
  const lake = new MedallionLake(stack, 'DevLake', { environment: 'dev' });
  const { processor } = new DataProduct(stack, 'Orders', {
    contract: ordersContract({ frequency: 'value: 1, unit: h' }),
    lake,
    source,
    alarms: { actionsEnabled: false },
  });
  expect(processor.metricNamespace).toBe('Lakehouse/dev');
  Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
    Namespace: 'Lakehouse/dev',
    MetricName: 'RecordsRead',
  });
});

test('in a lake of buckets the user owns, a key that is given is the only one', () => {
  const stack = new Stack(new App(), 'Test');
  const zone = (prefix: string) => ({ bucket: s3.Bucket.fromBucketName(stack, prefix, 'mine'), prefix });
  const [bronze, silver, gold, quarantine] = Object.values(Zone).map(zone);
  const lake = new MedallionLake(stack, 'Lake', { bronze, silver, gold, quarantine });
  const key = kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/mine');
  new DataProduct(stack, 'Orders', {
    contract: ordersContract(),
    lake,
    catalog: new LakeCatalog(stack, 'Catalog', { lake, logEncryptionKey: key }),
    source: StreamSource.kinesis(
      IngestStream.fromStream(
        stack,
        'Stream',
        kinesis.Stream.fromStreamArn(stack, 'Mine', 'arn:aws:kinesis:eu-west-1:111122223333:stream/orders'),
      ),
    ),
    processor: { encryptionKey: key },
    alarms: { actionsEnabled: false },
  });
  Template.fromStack(stack).resourceCountIs('AWS::KMS::Key', 0);
});

test('products of one lake share its catalog, and two of them fit in a stack', () => {
  const { stack, lake, source } = surroundings();
  const contract = ordersContract();
  const topic = new sns.Topic(stack, 'Topic');
  const orders = new DataProduct(stack, 'Orders', { contract, lake, source });
  const payments = new DataProduct(stack, 'Payments', { contract, schemaName: 'payments', lake, source });
  for (const product of [orders, payments]) product.alarms.notify(topic);
  expect(payments.catalog).toBe(orders.catalog);
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::Glue::Database', 4);
  template.resourceCountIs('AWS::Lambda::EventSourceMapping', 4);
  expect(tablesOf(stack)).toHaveLength(6);
});

test('lake, stream, topic and products may be in stacks of their own', () => {
  const app = new App();
  const data = new Stack(app, 'Data');
  const streams = new Stack(app, 'Streams');
  const operations = new Stack(app, 'Operations');
  const lake = new MedallionLake(data, 'Lake');
  const stream = new IngestStream(streams, 'Stream');
  const topic = new sns.Topic(operations, 'Topic', { masterKey: lake.encryptionKey, enforceSSL: true });
  for (const id of ['A', 'B']) {
    const stack = new Stack(app, id);
    const product = new DataProduct(stack, 'Orders', {
      contract: ordersContract(),
      schemaName: id === 'A' ? 'orders' : 'payments',
      lake,
      source: StreamSource.kinesis(stream),
    });
    product.alarms.notify(topic);
  }
  expect(() => app.synth()).not.toThrow();
});

describe('refuses', () => {
  test('a table in a zone it does not fill', () => {
    const { product } = productWith();
    expect(() => product.table(Zone.GOLD)).toThrow(
      'The product "Test/Orders" has no table in the zone gold; it has one in: bronze, quarantine, silver. ' +
        'Make a LakeTable with zone gold for what you derive from these.',
    );
  });

  test('the catalog of another lake', () => {
    const { stack, lake, source } = surroundings();
    const other = LakeCatalog.of(new MedallionLake(stack, 'Other'));
    expect(
      () => new DataProduct(stack, 'Orders', { contract: ordersContract(), lake, source, catalog: other }),
    ).toThrow(
      'The catalog "Test/Other/Catalog" belongs to the lake "Test/Other", the product "Test/Orders" to "Test/Lake". ' +
        'Pass a catalog of that lake, or leave it out.',
    );
  });

  test('alarms nobody hears', () => {
    const { stack } = productWith({ alarms: {} });
    expect(() => Template.fromStack(stack)).toThrow(/The alarms of "Test\/Orders\/Alarms" reach nobody/);
  });
});

import { App, Duration, Stack, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kinesis from 'aws-cdk-lib/aws-kinesis';
import * as kms from 'aws-cdk-lib/aws-kms';
import { FilterCriteria, FilterRule } from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import {
  IngestStream,
  LakeCatalog,
  LakeTable,
  MedallionLake,
  StreamProcessor,
  type StreamProcessorProps,
  StreamSource,
  Zone,
  ZoneBucket,
  RejectionHandling,
} from '../../../lib/aws';
import { ordersContract, surroundings } from '../orders';

interface Given extends Partial<StreamProcessorProps> {
  readonly retention?: Duration;
}

function processorWith({ retention, ...given }: Given = {}): { stack: Stack; processor: StreamProcessor } {
  const { stack, lake, source } = surroundings({ retention });
  const contract = given.contract ?? ordersContract();
  const catalog = LakeCatalog.of(lake);
  const processor = new StreamProcessor(stack, 'Processor', {
    contract,
    source,
    bronze: new LakeTable(stack, 'Bronze', { contract, catalog, zone: Zone.BRONZE }),
    quarantine: new LakeTable(stack, 'Quarantine', { contract, catalog, zone: Zone.QUARANTINE }),
    ...given,
  });
  return { stack, processor };
}

function only(stack: Stack, type: string, idPattern = /^Processor/): any {
  const found = Object.entries(Template.fromStack(stack).findResources(type)).filter(([id]) =>
    idPattern.test(id),
  );
  expect(found).toHaveLength(1);
  return found[0][1].Properties;
}

const mapping = (given: Given = {}): any =>
  only(processorWith(given).stack, 'AWS::Lambda::EventSourceMapping');
const handler = (given: Given = {}): any => only(processorWith(given).stack, 'AWS::Lambda::Function');

describe('the function', () => {
  test('runs the shipped bundle, small, traced, on arm64', () => {
    expect(handler()).toMatchObject({
      Runtime: 'nodejs22.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: 512,
      Timeout: 60,
      TracingConfig: { Mode: 'Active' },
      Description: 'orders: stream to bronze, contract version 2.1.0',
    });
  });

  test('is told the tables and names, and nothing else', () => {
    const { stack, processor } = processorWith();
    const { Variables } = stack.resolve(only(stack, 'AWS::Lambda::Function').Environment);
    expect(Object.keys(Variables).sort()).toEqual([
      'LAKEHOUSE_BRONZE_TABLE',
      'LAKEHOUSE_METRIC_NAMESPACE',
      'LAKEHOUSE_PRODUCT',
      'LAKEHOUSE_QUARANTINE_TABLE',
      'LAKEHOUSE_REJECTIONS',
    ]);
    expect(Variables.LAKEHOUSE_REJECTIONS).toBe('quarantine');
    expect(Variables.LAKEHOUSE_BRONZE_TABLE).toMatch(/^glue:\/\/[a-z0-9_]+_bronze\/orders$/);
    expect(Variables.LAKEHOUSE_QUARANTINE_TABLE).toMatch(/^glue:\/\/[a-z0-9_]+_quarantine\/orders$/);
    expect(Variables.LAKEHOUSE_PRODUCT).toBe('orders');
    expect(Variables.LAKEHOUSE_METRIC_NAMESPACE).toBe('Lakehouse');
    expect(processor.productName).toBe('orders');
    expect(processor.metricNamespace).toBe('Lakehouse');
  });

  test('halts at rejected records where that is asked for', () => {
    const { Variables } = handler({ rejections: RejectionHandling.HALT }).Environment;
    expect(Variables.LAKEHOUSE_REJECTIONS).toBe('halt');
  });

  test('takes another schema object of the contract', () => {
    expect(handler({ schemaName: 'payments' }).Environment.Variables.LAKEHOUSE_PRODUCT).toBe('payments');
  });

  test('has code that changes with the contract and with nothing else', () => {
    const key = (given: Given = {}): string => handler(given).Code.S3Key;
    expect(key()).toBe(key({ memorySize: 1024 }));
    expect(key()).not.toBe(key({ schemaName: 'payments' }));
  });

  test('writes to an encrypted log group that expires', () => {
    expect(only(processorWith().stack, 'AWS::Logs::LogGroup')).toMatchObject({
      RetentionInDays: 30,
      KmsKeyId: { 'Fn::GetAtt': [expect.stringMatching(/^ProcessorKey/), 'Arn'] },
    });
    expect(
      only(processorWith({ logRetention: logs.RetentionDays.ONE_YEAR }).stack, 'AWS::Logs::LogGroup')
        .RetentionInDays,
    ).toBe(365);
  });

  test('is created and updated after its tables', () => {
    const { stack } = processorWith();
    const [resource] = Object.entries(Template.fromStack(stack).findResources('AWS::Lambda::Function'))
      .filter(([id]) => id.startsWith('Processor'))
      .map(([, found]) => found);
    expect(resource.DependsOn).toEqual(
      expect.arrayContaining([expect.stringMatching(/^Bronze/), expect.stringMatching(/^Quarantine/)]),
    );
  });

  test('keeps its description within what Lambda takes', () => {
    expect(handler({ productName: 'o'.repeat(255) }).Description).toBe(`${'o'.repeat(255)}:`);
  });

  test('runs in a network the user owns, with the permission to', () => {
    const { stack, lake, source } = surroundings();
    const network = { vpc: new ec2.Vpc(stack, 'Vpc') };
    const catalog = new LakeCatalog(stack, 'Catalog', { lake, network });
    const contract = ordersContract();
    new StreamProcessor(stack, 'Processor', {
      contract,
      source,
      bronze: new LakeTable(stack, 'Bronze', { contract, catalog, zone: Zone.BRONZE }),
      quarantine: new LakeTable(stack, 'Quarantine', { contract, catalog, zone: Zone.QUARANTINE }),
      network,
    });
    for (const id of [/^Processor/, /^CatalogTables/]) {
      expect(only(stack, 'AWS::Lambda::Function', id).VpcConfig.SubnetIds).toHaveLength(2);
      expect(only(stack, 'AWS::IAM::Policy', id).PolicyDocument.Statement).toContainEqual(
        expect.objectContaining({ Action: expect.arrayContaining(['ec2:CreateNetworkInterface']) }),
      );
    }
  });

  test('takes memory, time and concurrency as given', () => {
    expect(
      handler({ memorySize: 1769, timeout: Duration.minutes(15), reservedConcurrentExecutions: 4 }),
    ).toMatchObject({ MemorySize: 1769, Timeout: 900, ReservedConcurrentExecutions: 4 });
    expect(handler().ReservedConcurrentExecutions).toBeUndefined();
  });
});

describe('the event source mapping', () => {
  test('reads in order from the beginning, splits what fails, and loses nothing', () => {
    expect(mapping()).toMatchObject({
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 10_000,
      ParallelizationFactor: 1,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRetryAttempts: 100,
      DestinationConfig: {
        OnFailure: { Destination: { 'Fn::GetAtt': [expect.stringMatching(/^ProcessorDeadLetters/), 'Arn'] } },
      },
    });
  });

  test.each([
    [Duration.hours(24), 18 * 3600],
    [Duration.days(7), 453_600],
    [Duration.days(365), 604_800],
  ])('gives up at three quarters of the retention, seven days at the most: %#', (retention, expected) => {
    expect(mapping({ retention }).MaximumRecordAgeInSeconds).toBe(expected);
  });

  test.each([
    [undefined, 30],
    ['value: 24, unit: h', 30],
    ['value: 5, unit: min', 5],
    ['value: 10, unit: s', 1],
  ])('waits for a sixtieth of the latency %s: %i s', (latency, expected) => {
    expect(mapping({ contract: ordersContract({ latency }) }).MaximumBatchingWindowInSeconds).toBe(expected);
  });

  test('takes what is given, zero included', () => {
    expect(
      mapping({
        batchSize: 100,
        maxBatchingWindow: Duration.seconds(0),
        maxRecordAge: Duration.seconds(60),
        retryAttempts: 0,
        filters: [FilterCriteria.filter({ data: { type: FilterRule.isEqual('purchase') } })],
      }),
    ).toMatchObject({
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 0,
      MaximumRecordAgeInSeconds: 60,
      MaximumRetryAttempts: 0,
      FilterCriteria: { Filters: [{ Pattern: '{"data":{"type":["purchase"]}}' }] },
    });
  });
});

describe('the dead-letter queue', () => {
  test('goes with the stack, and so does the key made for it', () => {
    const template = Template.fromStack(processorWith().stack);
    const resources = {
      ...template.findResources('AWS::KMS::Key'),
      ...template.findResources('AWS::SQS::Queue'),
    };
    const own = Object.entries(resources).filter(([id]) => id.startsWith('Processor'));
    expect(own.map(([, { DeletionPolicy }]) => DeletionPolicy)).toEqual(['Delete', 'Delete']);
  });

  test('is encrypted, keeps notes as long as SQS can and refuses plain connections', () => {
    const { stack } = processorWith();
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::SQS::Queue', {
      MessageRetentionPeriod: 1_209_600,
      KmsMasterKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^ProcessorKey'), 'Arn'] },
    });
    template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: [
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ],
      },
    });
  });
});

describe('permissions', () => {
  const { stack } = processorWith();
  const statements: any[] = only(stack, 'AWS::IAM::Policy').PolicyDocument.Statement;
  const allowed = (action: string): any[] =>
    statements.filter(({ Action }) => [Action].flat().includes(action));

  test('hold no wildcard action, and every resource but tracing’s is named', () => {
    for (const { Action, Resource, Effect } of statements) {
      expect(Effect).toBe('Allow');
      expect([Action].flat().filter((action: string) => action.includes('*'))).toEqual([]);
      if (![Action].flat().every((action: string) => action.startsWith('xray:')))
        expect(Resource).not.toBe('*');
    }
  });

  test('reach one stream, two tables, one log group and one queue', () => {
    expect(allowed('kinesis:GetRecords')).toHaveLength(1);
    expect(allowed('glue:UpdateTable')).toHaveLength(2);
    expect(allowed('logs:PutLogEvents')).toHaveLength(1);
    expect(allowed('sqs:SendMessage')).toEqual([
      {
        Action: 'sqs:SendMessage',
        Effect: 'Allow',
        Resource: { 'Fn::GetAtt': [expect.stringMatching(/^ProcessorDeadLettersQueue/), 'Arn'] },
      },
    ]);
  });

  test('include the keys: the stream’s and tables’ to read, the queue’s to send', () => {
    const keys = allowed('kms:Decrypt').map(({ Resource }) =>
      Resource['Fn::GetAtt'][0].replace(/[0-9A-F]{8}$/, ''),
    );
    expect(new Set(keys)).toEqual(new Set(['StreamKey', 'LakeKey', 'ProcessorKey']));
    const generate = allowed('kms:GenerateDataKey').map(({ Resource }) => Resource['Fn::GetAtt'][0]);
    expect(generate).toContainEqual(expect.stringMatching(/^ProcessorKey/));
  });

  test('come from no managed policy', () => {
    expect(only(stack, 'AWS::IAM::Role').ManagedPolicyArns).toBeUndefined();
  });
});

describe('what the user already has', () => {
  test('stream, tables, queue, role and key are used and nothing of their kind is made', () => {
    const stack = new Stack(new App(), 'Test');
    const stream = kinesis.Stream.fromStreamArn(
      stack,
      'S',
      'arn:aws:kinesis:eu-west-1:123456789012:stream/events',
    );
    const key = new kms.Key(stack, 'Key');
    const queue = new sqs.Queue(stack, 'Queue', { encryptionMasterKey: key });
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    const zoneBucket = ZoneBucket.fromBucket(stack, 'Zone', s3.Bucket.fromBucketName(stack, 'B', 'lake'));
    const table = (tableName: string) =>
      LakeTable.fromTableAttributes(stack, tableName, { databaseName: 'shop', tableName, zoneBucket });
    const processor = new StreamProcessor(stack, 'Processor', {
      contract: ordersContract(),
      source: StreamSource.kinesis(IngestStream.fromStream(stack, 'Stream', stream)),
      bronze: table('orders'),
      quarantine: table('orders_rejected'),
      encryptionKey: key,
      deadLetterQueue: queue,
      role,
      productName: 'shop orders',
      metricNamespace: 'Shop/dev',
    });
    const template = Template.fromStack(stack);
    for (const type of ['AWS::KMS::Key', 'AWS::SQS::Queue', 'AWS::IAM::Role'])
      template.resourceCountIs(type, 1);
    template.resourceCountIs('AWS::Kinesis::Stream', 0);
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: 'arn:aws:kinesis:eu-west-1:123456789012:stream/events',
      MaximumRecordAgeInSeconds: 18 * 3600,
      DestinationConfig: { OnFailure: { Destination: stack.resolve(queue.queueArn) } },
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Role: stack.resolve(role.roleArn),
      Environment: {
        Variables: {
          LAKEHOUSE_BRONZE_TABLE: 'glue://shop/orders',
          LAKEHOUSE_QUARANTINE_TABLE: 'glue://shop/orders_rejected',
          LAKEHOUSE_PRODUCT: 'shop orders',
          LAKEHOUSE_METRIC_NAMESPACE: 'Shop/dev',
        },
      },
    });
    // CloudWatch Logs may use the key, or the log group could not be created.
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([Match.objectLike({ Principal: { Service: 'logs.amazonaws.com' } })]),
      },
    });
    expect(processor.deadLetterQueue).toBe(queue);
    expect(processor.role).toBe(role);
    expect(processor.encryptionKey).toBe(key);
  });
});

describe('refuses', () => {
  test('a FIFO queue for notes of failed batches', () => {
    const queue = new sqs.Queue(new Stack(new App(), 'Mine'), 'Notes', { fifo: true });
    expect(() => processorWith({ deadLetterQueue: queue })).toThrow(
      'deadLetterQueue "Mine/Notes" is a FIFO queue. Lambda sends notes of failed batches to standard queues only: ' +
        'pass one, or leave it out for one of its own.',
    );
  });

  test('a stream of another region', () => {
    const stack = new Stack(new App(), 'Test', { env: { account: '123456789012', region: 'eu-west-1' } });
    const contract = ordersContract();
    const catalog = LakeCatalog.of(new MedallionLake(stack, 'Lake'));
    const arn = 'arn:aws:kinesis:us-east-1:123456789012:stream/events';
    const stream = IngestStream.fromStream(stack, 'Stream', kinesis.Stream.fromStreamArn(stack, 'S', arn));
    expect(
      () =>
        new StreamProcessor(stack, 'Processor', {
          contract,
          source: StreamSource.kinesis(stream),
          bronze: new LakeTable(stack, 'Bronze', { contract, catalog, zone: Zone.BRONZE }),
          quarantine: new LakeTable(stack, 'Quarantine', { contract, catalog, zone: Zone.QUARANTINE }),
        }),
    ).toThrow(
      '"Test/Processor" is in the region eu-west-1, "Test/Stream" in us-east-1. Lambda reads the streams of its own region only.',
    );
  });

  test.each<[Given, string]>([
    [
      { memorySize: 64 },
      'memorySize must be between 128 and 10240 MB. Received 64. Leave it out for 512, which is ample for batches of 10,000 records.',
    ],
    [
      { memorySize: 512.5 },
      'memorySize must be a whole number between 128 and 10240 MB. Received 512.5. Leave it out for 512, which is ample for batches of 10,000 records.',
    ],
    [
      { timeout: Duration.minutes(16) },
      'timeout must be between 1 and 900 seconds. Received 960. A batch commits in seconds: leave it out for one minute.',
    ],
    [
      { batchSize: 0 },
      'batchSize must be between 1 and 10000 records. Received 0. Leave it out for 10,000: fewer, larger commits keep the table small.',
    ],
    [
      { batchSize: 10_001 },
      'batchSize must be between 1 and 10000 records. Received 10001. Leave it out for 10,000: fewer, larger commits keep the table small.',
    ],
    [
      { maxBatchingWindow: Duration.minutes(6) },
      'maxBatchingWindow must be between 0 and 300 seconds. Received 360. Leave it out to derive it from the latency the contract promises.',
    ],
    [
      { retryAttempts: -1 },
      'retryAttempts must be between 0 and 10000. Received -1. Leave it out for 100; a batch is given up at maxRecordAge in any case.',
    ],
    [
      { reservedConcurrentExecutions: 0 },
      'reservedConcurrentExecutions must be between 1 and 1000 invocations. Received 0. Reserve one for each shard; 0 would stop the function.',
    ],
    [
      { maxRecordAge: Duration.seconds(59) },
      'maxRecordAge must be between 60 and 604800 seconds. Received 59. Leave it out for three quarters of the stream’s retention, seven days at the most.',
    ],
    [
      { maxRecordAge: Duration.hours(24), retention: Duration.hours(24) },
      "maxRecordAge must be less than the stream's retention of 1 day. Received 1 day. What is given up later than that is gone from the stream before anyone can fetch it: shorten maxRecordAge or lengthen the retention.",
    ],
    [
      { productName: 'Bestellungen für Köln' },
      'productName must be 1 to 255 printable ASCII characters, the first not a colon. Received "Bestellungen für Köln". It is the dimension of the metrics: choose a short name.',
    ],
    [
      { metricNamespace: ':lake' },
      'metricNamespace must be 1 to 255 letters, digits or . - _ / # :, the first not a colon. Received ":lake". Leave it out for "Lakehouse".',
    ],
    [
      { schemaName: 'invoices' },
      'Contract 2a1f0c9d-orders has no schema object "invoices". It has: orders, payments.',
    ],
  ])('%j', (given, message) => {
    expect(() => processorWith(given)).toThrow(new Error(message));
  });

  test('one table for what is accepted and what is rejected', () => {
    const { stack, lake, source } = surroundings();
    const contract = ordersContract();
    const table = new LakeTable(stack, 'Table', {
      contract,
      catalog: LakeCatalog.of(lake),
      zone: Zone.BRONZE,
    });
    expect(
      () => new StreamProcessor(stack, 'Processor', { contract, source, bronze: table, quarantine: table }),
    ).toThrow(
      `bronze and quarantine are the same table, ${table.uri}. Accepted and rejected records need a table each: ` +
        'make a LakeTable with zone Zone.QUARANTINE.',
    );
  });

  test('a silver table for what arrives', () => {
    const { stack, lake, source } = surroundings({});
    const contract = ordersContract();
    const catalog = LakeCatalog.of(lake);
    const table = (zone: Zone) => new LakeTable(stack, zone, { contract, catalog, zone });
    const [bronze, quarantine] = [table(Zone.SILVER), table(Zone.QUARANTINE)];
    expect(() => new StreamProcessor(stack, 'Processor', { contract, source, bronze, quarantine })).toThrow(
      'bronze is "Test/silver", a table of the zone silver, which has other columns. Pass a LakeTable with zone: Zone.BRONZE.',
    );
  });

  test('nothing that is known only at deployment', () => {
    const later = Token.asNumber({ Ref: 'Parameter' });
    expect(() =>
      processorWith({ memorySize: later, batchSize: later, timeout: Duration.seconds(later) }),
    ).not.toThrow();
  });
});

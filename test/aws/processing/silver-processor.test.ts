import { App, Duration, Lazy, Size, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import {
  DataContract,
  type ILakeTable,
  LakeCatalog,
  LakeTable,
  MedallionLake,
  SilverProcessor,
  type SilverProcessorProps,
  TableContent,
  Zone,
  ZoneBucket,
} from '../../../lib/aws';
import { ordersContract, surroundings } from '../orders';
import { allowedStatements, role } from '../statements';

const contractThatDeletes = (): DataContract =>
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
      - { name: changed_at, logicalType: timestamp }
      - { name: operation, logicalType: string }
    customProperties:
      - { property: eventTime, value: changed_at }
      - { property: deletedWhen, value: { property: operation, values: [delete] } }
`);

type Given = Partial<SilverProcessorProps>;

function tables(stack: Stack, lake: MedallionLake, contract: DataContract) {
  const catalog = LakeCatalog.of(lake);
  const table = (zone: Zone, content?: TableContent) =>
    new LakeTable(stack, `${zone}${content ?? ''}`, { contract, catalog, zone, content });
  return {
    bronze: table(Zone.BRONZE),
    silver: table(Zone.SILVER),
    quarantine: table(Zone.QUARANTINE),
    ...(contract.schema().deletion && { tombstones: table(Zone.SILVER, TableContent.TOMBSTONES) }),
  };
}

function processorWith(given: Given = {}): { stack: Stack; processor: SilverProcessor } {
  const { stack, lake } = surroundings();
  const contract = given.contract ?? ordersContract();
  const processor = new SilverProcessor(stack, 'Silver', {
    contract,
    ...tables(stack, lake, contract),
    ...given,
  });
  return { stack, processor };
}

function only(stack: Stack, type: string, idPattern = /^Silver/): any {
  const found = Object.entries(Template.fromStack(stack).findResources(type)).filter(([id]) =>
    idPattern.test(id),
  );
  expect(found).toHaveLength(1);
  return found[0][1].Properties;
}

const handler = (given: Given = {}): any => only(processorWith(given).stack, 'AWS::Lambda::Function');
const queue = (given: Given = {}): any =>
  only(processorWith(given).stack, 'AWS::SQS::Queue', /^SilverCommitsQueue/);

describe('the function', () => {
  test('runs the shipped bundle, traced, on arm64, with memory for the rows of an increment', () => {
    expect(handler()).toMatchObject({
      Runtime: 'nodejs22.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: 2048,
      Timeout: 300,
      TracingConfig: { Mode: 'Active' },
      Description: 'orders: bronze to silver, contract version 2.1.0',
    });
  });

  test('is told its tables and names, and nothing else', () => {
    const variables = (given: Given): any => {
      const { stack } = processorWith(given);
      return stack.resolve(only(stack, 'AWS::Lambda::Function').Environment.Variables);
    };
    expect(variables({})).toEqual({
      LAKEHOUSE_BRONZE_TABLE: expect.stringMatching(/^glue:\/\/[a-z0-9_]+_bronze\/orders$/),
      LAKEHOUSE_SILVER_TABLE: expect.stringMatching(/^glue:\/\/[a-z0-9_]+_silver\/orders$/),
      LAKEHOUSE_QUARANTINE_TABLE: expect.stringMatching(/^glue:\/\/[a-z0-9_]+_quarantine\/orders$/),
      LAKEHOUSE_MAX_INCREMENT_BYTES: '33554432',
      LAKEHOUSE_PRODUCT: 'orders',
      LAKEHOUSE_METRIC_NAMESPACE: 'Lakehouse',
    });
    expect(variables({ contract: contractThatDeletes() })).toMatchObject({
      LAKEHOUSE_TOMBSTONES_TABLE: expect.stringMatching(/_silver\/accounts_tombstones$/),
    });
  });

  test('has code that changes with the contract and with nothing else', () => {
    const key = (given: Given = {}): string => handler(given).Code.S3Key;
    expect(key()).toBe(key({ memorySize: 1024 }));
    expect(key()).not.toBe(key({ contract: contractThatDeletes() }));
  });

  test('is created and updated after its tables', () => {
    const { stack } = processorWith({ contract: contractThatDeletes() });
    const [resource] = Object.entries(Template.fromStack(stack).findResources('AWS::Lambda::Function'))
      .filter(([id]) => id.startsWith('Silver'))
      .map(([, found]) => found);
    expect(resource.DependsOn).toEqual(
      expect.arrayContaining(
        [/^bronze/, /^silver[^t]/, /^silvertombstones/, /^quarantine/].map((id) => expect.stringMatching(id)),
      ),
    );
  });

  test('reads bronze, and commits to silver, tombstones and quarantine', () => {
    const { stack } = processorWith({ contract: contractThatDeletes() });
    const statements = allowedStatements(Template.fromStack(stack), 'SilverRole');
    const writes = statements
      .filter(({ actions }) => actions.includes('s3:PutObject'))
      .flatMap(({ resources }) => resources);
    expect(writes.map((arn) => /<Lake(\w+?)Bucket\w+\.Arn>(.*)/.exec(arn)?.slice(1))).toEqual([
      ['Silver', '/accounts/*'],
      ['Quarantine', '/accounts/*'],
      ['Silver', '/accounts_tombstones/*'],
    ]);
    const updates = statements
      .filter(({ actions }) => actions.includes('glue:UpdateTable'))
      .flatMap(({ resources }) => resources.filter((arn) => /:table\//.test(arn)));
    expect(updates.some((arn) => /_bronze\//.test(arn))).toBe(false);
    expect(statements.flatMap(({ actions }) => actions).filter((action) => action.includes('*'))).toEqual([]);
  });

  test('runs in a network the user owns, with the permission to', () => {
    const { stack, lake } = surroundings();
    new SilverProcessor(stack, 'Silver', {
      contract: ordersContract(),
      ...tables(stack, lake, ordersContract()),
      network: { vpc: new ec2.Vpc(stack, 'Vpc') },
    });
    expect(only(stack, 'AWS::Lambda::Function').VpcConfig.SubnetIds).toHaveLength(2);
    expect(only(stack, 'AWS::IAM::Policy').PolicyDocument.Statement).toContainEqual(
      expect.objectContaining({ Action: expect.arrayContaining(['ec2:CreateNetworkInterface']) }),
    );
  });

  test('takes memory, time, concurrency, role and names as given', () => {
    const { stack, lake } = surroundings();
    const own = role(stack, 'Own');
    const processor = new SilverProcessor(stack, 'Silver', {
      contract: ordersContract(),
      ...tables(stack, lake, ordersContract()),
      role: own,
      memorySize: 4096,
      timeout: Duration.minutes(15),
      reservedConcurrentExecutions: 1,
      productName: 'shop-orders',
      metricNamespace: 'Shop',
    });
    expect(processor.role).toBe(own);
    expect(only(stack, 'AWS::Lambda::Function')).toMatchObject({
      MemorySize: 4096,
      Timeout: 900,
      ReservedConcurrentExecutions: 1,
      Environment: {
        Variables: expect.objectContaining({
          LAKEHOUSE_PRODUCT: 'shop-orders',
          LAKEHOUSE_METRIC_NAMESPACE: 'Shop',
        }),
      },
    });
    expect(Object.keys(Template.fromStack(stack).findResources('AWS::IAM::Role')).join()).not.toMatch(
      /Silver/,
    );
  });
});

describe('commits to bronze', () => {
  test('go to the queue in the group of the silver table', () => {
    const { stack, processor } = processorWith();
    const rule = only(stack, 'AWS::Events::Rule', /^SilverCommitsRule/);
    expect(stack.resolve(rule.EventPattern)).toEqual({
      source: ['aws.glue'],
      'detail-type': ['Glue Data Catalog Table State Change'],
      detail: {
        databaseName: [expect.stringMatching(/_bronze$/)],
        tableName: ['orders'],
        typeOfChange: ['UpdateTable'],
      },
    });
    expect(rule.Targets).toEqual([
      expect.objectContaining({
        Arn: { 'Fn::GetAtt': [expect.stringMatching(/^SilverCommitsQueue/), 'Arn'] },
        SqsParameters: { MessageGroupId: processor.silver.uri },
      }),
    ]);
    expect(rule.Targets[0].Input).toBeUndefined();
  });

  test('that nobody told of are found at an interval', () => {
    const { stack, processor } = processorWith();
    const rule = only(stack, 'AWS::Events::Rule', /^SilverCommitsCatchUp/);
    expect(rule).toMatchObject({
      ScheduleExpression: 'rate(1 hour)',
      Targets: [
        expect.objectContaining({
          Input: JSON.stringify({ refine: processor.silver.uri }),
          SqsParameters: { MessageGroupId: processor.silver.uri },
        }),
      ],
    });
    expect(processor.refineRequest).toEqual({ refine: processor.silver.uri });
  });

  test('wait in a FIFO queue of its own key, for as long as a run may take', () => {
    expect(queue()).toMatchObject({
      FifoQueue: true,
      ContentBasedDeduplication: true,
      KmsMasterKeyId: { 'Fn::GetAtt': [expect.stringMatching(/^SilverKey/), 'Arn'] },
      VisibilityTimeout: 600,
      RedrivePolicy: {
        deadLetterTargetArn: { 'Fn::GetAtt': [expect.stringMatching(/^SilverCommitsDeadLetters/), 'Arn'] },
        maxReceiveCount: 5,
      },
    });
    expect(queue({ timeout: Duration.minutes(15), retryAttempts: 0 })).toMatchObject({
      VisibilityTimeout: 1800,
      RedrivePolicy: { maxReceiveCount: 1 },
    });
    const unknown = Duration.seconds(Lazy.number({ produce: () => 60 }));
    expect(queue({ timeout: unknown })).toMatchObject({ VisibilityTimeout: 1800 });
    expect(only(processorWith().stack, 'AWS::SQS::Queue', /DeadLetters/)).toMatchObject({
      FifoQueue: true,
      MessageRetentionPeriod: 1_209_600,
    });
  });

  test.each([
    ['value: 1, unit: min', 6],
    ['value: 5, unit: min', 30],
    [undefined, 300],
    ['value: 1, unit: d', 300],
    ['value: 5, unit: s', 0],
  ])('gather for a tenth of the latency %s', (latency, seconds) => {
    expect(queue({ contract: ordersContract({ latency }) }).DelaySeconds).toBe(seconds);
  });

  test('gather for as long as given', () => {
    expect(queue({ deliveryDelay: Duration.minutes(15) }).DelaySeconds).toBe(900);
  });

  test('are taken from the queue, each message failing for itself', () => {
    expect(only(processorWith().stack, 'AWS::Lambda::EventSourceMapping')).toMatchObject({
      EventSourceArn: { 'Fn::GetAtt': [expect.stringMatching(/^SilverCommitsQueue/), 'Arn'] },
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });
});

describe('EventBridge', () => {
  const ofThisAccount = { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } };

  test('may send to the queue, over TLS, from this account, and use its key', () => {
    const { stack } = processorWith();
    const events = { Service: 'events.amazonaws.com' };
    expect(
      only(stack, 'AWS::SQS::QueuePolicy', /^SilverCommitsQueue/).PolicyDocument.Statement,
    ).toContainEqual(
      expect.objectContaining({
        Effect: 'Allow',
        Principal: events,
        Action: 'sqs:SendMessage',
        Condition: ofThisAccount,
      }),
    );
    expect(
      only(stack, 'AWS::SQS::QueuePolicy', /^SilverCommitsQueue/).PolicyDocument.Statement,
    ).toContainEqual(
      expect.objectContaining({
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    );
    expect(only(stack, 'AWS::KMS::Key').KeyPolicy.Statement).toContainEqual({
      Sid: 'RulesOfThisAccount',
      Effect: 'Allow',
      Principal: events,
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: '*',
      Condition: ofThisAccount,
    });
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('policy of the key'));
  });

  test('may use a key of another stack of the app, which that stack is told', () => {
    const app = new App();
    const platform = new Stack(app, 'Platform');
    const stack = new Stack(app, 'Test');
    const encryptionKey = new kms.Key(platform, 'Key');
    const lake = new MedallionLake(stack, 'Lake', { encryptionKey });
    const contract = ordersContract();
    new SilverProcessor(stack, 'Silver', { contract, ...tables(stack, lake, contract), encryptionKey });
    expect(only(platform, 'AWS::KMS::Key', /Key/).KeyPolicy.Statement).toContainEqual(
      expect.objectContaining({ Sid: 'RulesOfThisAccount' }),
    );
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('policy of the key'));
  });

  test('and the policy of an imported key: its owner is told what to add', () => {
    const { stack, lake } = surroundings();
    const contract = ordersContract();
    const encryptionKey = kms.Key.fromKeyArn(
      stack,
      'Mine',
      'arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-000000000000',
    );
    new SilverProcessor(stack, 'Silver', { contract, ...tables(stack, lake, contract), encryptionKey });
    Annotations.fromStack(stack).hasWarning(
      '/Test/Silver/Commits',
      Match.stringLikeRegexp(
        'The policy of the key "Test/Mine" is not in this app.*events.amazonaws.com kms:Decrypt and kms:GenerateDataKey',
      ),
    );
    expect(only(stack, 'AWS::SQS::Queue', /^SilverCommitsQueue/).KmsMasterKeyId).toMatch(/key\/0{8}/);
  });
});

describe('what is too large for the function', () => {
  const { stack, processor } = processorWith({
    contract: contractThatDeletes(),
    maxIncrement: Size.mebibytes(8),
    large: { maxTasks: 1 },
  });
  const template = Template.fromStack(stack);

  test('goes to a container of the same contract, which may do the same', () => {
    const variables = Object.fromEntries(
      only(stack, 'AWS::ECS::TaskDefinition').ContainerDefinitions[0].Environment.map(
        ({ Name, Value }: any) => [Name, stack.resolve(Value)],
      ),
    );
    const ofFunction = only(stack, 'AWS::Lambda::Function').Environment.Variables;
    expect(ofFunction.LAKEHOUSE_MAX_INCREMENT_BYTES).toBe('8388608');
    expect(ofFunction.LAKEHOUSE_TASK_QUEUE).toEqual({ Ref: expect.stringMatching(/^SilverLargeQueue/) });
    const { LAKEHOUSE_MAX_INCREMENT_BYTES: _, ...shared } = ofFunction;
    expect(variables).toEqual({
      ...shared,
      TMPDIR: '/scratch',
      LAKEHOUSE_ENGINE_MEMORY: expect.stringMatching(/^\d+$/),
    });
    const tables = (roleId: string): string[] =>
      allowedStatements(template, roleId)
        .filter(({ actions }) => actions.some((action) => /^(s3|glue):/.test(action)))
        .map((statement) => JSON.stringify(statement));
    expect(tables('SilverLargeTaskRole')).toEqual(tables('SilverRole'));
    expect(tables('SilverRole').length).toBeGreaterThan(10);
  });

  test('is asked for by the function', () => {
    expect(allowedStatements(template, 'SilverRole')).toContainEqual({
      actions: ['sqs:SendMessage'],
      resources: [expect.stringMatching(/^<SilverLargeQueue/)],
    });
    expect(processor.container?.encryptionKey).toBe(processor.encryptionKey);
  });

  test('waits for its tables', () => {
    const [{ DependsOn }] = Object.values(template.findResources('AWS::ECS::Service'));
    expect(DependsOn).toEqual(expect.arrayContaining([expect.stringMatching(/^silvertombstones/)]));
  });

  test('is done by the function in parts where there is no container', () => {
    Template.fromStack(processorWith().stack).resourceCountIs('AWS::ECS::Service', 0);
  });
});

test('a workflow may ask for an update', () => {
  const { stack, processor } = processorWith();
  processor.grantRefine(role(stack, 'Workflow'));
  expect(allowedStatements(Template.fromStack(stack), 'Workflow')).toEqual([
    { actions: ['sqs:SendMessage'], resources: [expect.stringMatching(/^<SilverCommitsQueue/)] },
    { actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [expect.stringMatching(/^<SilverKey/)] },
  ]);
});

test('tables may be the user’s own', () => {
  const stack = new Stack(new App(), 'Test');
  const bucket = s3.Bucket.fromBucketName(stack, 'Bucket', 'mine');
  const lake = new MedallionLake(stack, 'Lake', {
    bronze: { bucket, prefix: 'bronze' },
    silver: { bucket, prefix: 'silver' },
    gold: { bucket, prefix: 'gold' },
    quarantine: { bucket, prefix: 'quarantine' },
  });
  const table = (zone: Zone) =>
    LakeTable.fromTableAttributes(stack, zone, {
      databaseName: 'mine',
      tableName: `orders_${zone}`,
      zoneBucket: lake.zone(zone),
    });
  new SilverProcessor(stack, 'Silver', {
    contract: ordersContract(),
    bronze: table(Zone.BRONZE),
    silver: table(Zone.SILVER),
    quarantine: table(Zone.QUARANTINE),
  });
  expect(only(stack, 'AWS::Events::Rule', /CommitsRule/).EventPattern.detail).toEqual({
    databaseName: ['mine'],
    tableName: ['orders_bronze'],
    typeOfChange: ['UpdateTable'],
  });
});

describe('refuses', () => {
  const standard = (): sqs.IQueue =>
    sqs.Queue.fromQueueArn(new Stack(), 'Notes', 'arn:aws:sqs:eu-west-1:111122223333:notes');

  test.each<[string, Given, string]>([
    [
      'memory Lambda does not have',
      { memorySize: 64 },
      'memorySize must be between 128 and 10240 MB. Received 64. Leave it out for 2048.',
    ],
    [
      'a longer run than Lambda allows',
      { timeout: Duration.minutes(16) },
      'timeout must be between 1 and 900 seconds. Received 960. Leave it out for five minutes; what takes longer than ' +
        'fifteen is work for a container.',
    ],
    [
      'a longer delay than SQS allows',
      { deliveryDelay: Duration.minutes(16) },
      'deliveryDelay must be between 0 and 900 seconds. Received 960. Leave it out to derive it from the latency the ' +
        'contract promises.',
    ],
    [
      'to look for commits all the time',
      { catchUpInterval: Duration.minutes(1) },
      'catchUpInterval must be between 300 and 86400 seconds. Received 60. Leave it out for an hour: a request that ' +
        'finds nothing new costs next to nothing.',
    ],
    [
      'increments of next to nothing',
      { maxIncrement: Size.kibibytes(1) },
      'maxIncrement must be between 1048576 and 10737418240 bytes. Received 1024. Leave it out for 32 MiB, which fits ' +
        '2048 MB of memory.',
    ],
    [
      'more attempts than SQS counts',
      { retryAttempts: 1000 },
      'retryAttempts must be between 0 and 999. Received 1000. Leave it out for 4: an increment that was given up is ' +
        'taken up again with the next commit.',
    ],
    [
      'a dead-letter queue that is not FIFO',
      { deadLetterQueue: standard() },
      'deadLetterQueue "Default/Notes" is a standard queue. SQS moves messages of a FIFO queue to FIFO queues only: pass ' +
        'one, or leave it out for one of its own.',
    ],
  ])('%s', (_, given, message) => {
    expect(() => processorWith(given)).toThrow(message);
  });

  test('one table for two purposes', () => {
    const { stack, lake } = surroundings();
    const contract = ordersContract();
    const { bronze, quarantine } = tables(stack, lake, contract);
    expect(
      () => new SilverProcessor(stack, 'Silver', { contract, bronze, silver: bronze, quarantine }),
    ).toThrow(/^bronze and silver are the same table, glue:\/\/\w+\/orders\. Each needs one of its own/);
  });

  test('two processors that keep one silver table', () => {
    const { stack, lake } = surroundings();
    const contract = ordersContract();
    const props = { contract, ...tables(stack, lake, contract) };
    new SilverProcessor(stack, 'One', props);
    expect(() => new SilverProcessor(stack, 'Other', props)).toThrow(
      /^The table glue:\/\/\w+\/orders is kept by "Test\/One" already; "Test\/Other" would write over its rows\. Give each a silver table of its own; one follows every commit to its bronze table\.$/,
    );
  });

  describe('two imports of one silver table', () => {
    const keep = (stack: Stack, id: string): SilverProcessor => {
      const own = s3.Bucket.fromBucketName(stack, `${id}Own`, 'own');
      const zoneBucket = ZoneBucket.fromBucket(stack, `${id}Zone`, own);
      const table = (tableName: string): ILakeTable =>
        LakeTable.fromTableAttributes(stack, `${id}${tableName}`, {
          databaseName: 'shop',
          tableName,
          zoneBucket,
        });
      return new SilverProcessor(stack, id, {
        contract: ordersContract(),
        bronze: table('arrived'),
        silver: table('orders'),
        quarantine: table('rejected'),
      });
    };
    const env = { account: '111111111111', region: 'eu-west-1' };

    test('in one stack', () => {
      const stack = new Stack(new App(), 'Test');
      keep(stack, 'One');
      expect(() => keep(stack, 'Other')).toThrow(
        'The table glue://shop/orders is kept by "Test/One" already; "Test/Other" would write over its rows.',
      );
    });

    test('in two stacks of one account and region', () => {
      const app = new App();
      keep(new Stack(app, 'A', { env }), 'One');
      expect(() => keep(new Stack(app, 'B', { env }), 'Other')).toThrow(/is kept by "A\/One" already/);
    });

    test('are two tables in two regions, and may be where the stacks do not say', () => {
      const app = new App();
      keep(new Stack(app, 'A', { env }), 'One');
      keep(new Stack(app, 'B', { env: { ...env, region: 'eu-central-1' } }), 'Other');
      keep(new Stack(app, 'C'), 'Third');
      expect(() => keep(new Stack(app, 'D'), 'Fourth')).not.toThrow();
    });
  });

  test('a silver table of another contract, or of another schema object', () => {
    const { stack, lake } = surroundings();
    const contract = contractThatDeletes();
    const catalog = LakeCatalog.of(lake);
    const zone = Zone.SILVER;
    const made = tables(stack, lake, contract);
    const orders = new LakeTable(stack, 'Orders', { contract: ordersContract(), catalog, zone });
    const gone = new LakeTable(stack, 'Gone', {
      contract: ordersContract(),
      catalog,
      zone,
      content: TableContent.TOMBSTONES,
    });
    const remedy =
      'not by "accounts" of contract accounts. Pass a LakeTable with that contract and schemaName, or give the contract ' +
      'and schemaName of the table.';
    expect(() => new SilverProcessor(stack, 'A', { contract, ...made, silver: orders })).toThrow(
      `silver is "Test/Orders", whose rows are described by "orders" of contract 2a1f0c9d-orders, ${remedy}`,
    );
    expect(() => new SilverProcessor(stack, 'B', { contract, ...made, tombstones: gone })).toThrow(
      `tombstones is "Test/Gone", whose rows are described by "orders" of contract 2a1f0c9d-orders, ${remedy}`,
    );
  });

  test.each<[string, (made: ReturnType<typeof tables>, other: LakeTable) => Given, string]>([
    [
      'bronze and silver the wrong way round',
      ({ bronze, silver }) => ({ bronze: silver, silver: bronze }),
      'bronze is "Test/silver", a table of the zone silver, which has other columns. Pass a LakeTable with zone: Zone.BRONZE.',
    ],
    [
      'rows in the place of results',
      (_, quality) => ({ quality }),
      'quality is "Test/Payments", a table with the content rows, which has other columns. Pass a LakeTable with content: ' +
        'TableContent.QUALITY_RESULTS.',
    ],
    [
      'a quarantine in silver',
      (_, quarantine) => ({ quarantine }),
      'quarantine is "Test/Payments", a table of the zone silver, which has other columns. Pass a LakeTable with zone: ' +
        'Zone.QUARANTINE.',
    ],
  ])('%s', (_, change, message) => {
    const { stack, lake } = surroundings();
    const contract = ordersContract();
    const made = tables(stack, lake, contract);
    const catalog = LakeCatalog.of(lake);
    const other = new LakeTable(stack, 'Payments', {
      contract,
      schemaName: 'payments',
      catalog,
      zone: Zone.SILVER,
    });
    expect(() => new SilverProcessor(stack, 'Silver', { contract, ...made, ...change(made, other) })).toThrow(
      message,
    );
  });

  test('deletions without a table of them, and the other way round', () => {
    const { stack, lake } = surroundings();
    const contract = contractThatDeletes();
    const { tombstones, ...others } = tables(stack, lake, contract);
    expect(() => new SilverProcessor(stack, 'Silver', { contract, ...others })).toThrow(
      'The contract marks deletions of "accounts" (deletedWhen), but tombstones is missing.',
    );
    expect(
      () => new SilverProcessor(stack, 'Other', { contract: ordersContract(), ...others, tombstones }),
    ).toThrow('tombstones is given, but the contract marks no deletions of "orders".');
  });
});

import { App, Duration, Size, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import {
  DataProduct,
  FileDisposition,
  FileProcessor,
  type FileProcessorProps,
  FileSource,
  HeaderCheck,
  IngestStream,
  LakeCatalog,
  LakeTable,
  LandingZone,
  LineageSink,
  MedallionLake,
  StreamSource,
  Zone,
  ZoneBucket,
} from '../../../lib/aws';
import { lakehouseMatchers } from '../../../lib/testing';
import { ordersContract } from '../orders';

expect.extend(lakehouseMatchers);

interface Given extends Partial<FileProcessorProps> {
  readonly prefix?: string;
  readonly suffix?: string;
}

function place(): { stack: Stack; lake: MedallionLake; landing: LandingZone } {
  const stack = new Stack(new App(), 'Test');
  const lake = new MedallionLake(stack, 'Lake');
  const landing = new LandingZone(stack, 'Landing', {
    encryptionKey: lake.encryptionKey,
    serverAccessLogsBucket: lake.logBucket,
  });
  return { stack, lake, landing };
}

function processorWith({ prefix = 'incoming/orders', suffix, ...given }: Given = {}, at = place()) {
  const { stack, lake, landing } = at;
  const contract = ordersContract();
  const catalog = LakeCatalog.of(lake);
  const processor = new FileProcessor(stack, 'Processor', {
    contract,
    source: FileSource.bucket(landing, { prefix, suffix }),
    bronze: new LakeTable(stack, 'Bronze', { contract, catalog, zone: Zone.BRONZE }),
    quarantine: new LakeTable(stack, 'Quarantine', { contract, catalog, zone: Zone.QUARANTINE }),
    ...given,
  });
  return { ...at, processor };
}

const resources = (stack: Stack, type: string): Record<string, any> =>
  Template.fromStack(stack).findResources(type);
const only = (stack: Stack, type: string, id: RegExp): any => {
  const found = Object.entries(resources(stack, type)).filter(([name]) => id.test(name));
  expect(found.map(([name]) => name)).toHaveLength(1);
  return found[0][1].Properties;
};
const statementsOf = (stack: Stack, id: RegExp): any[] =>
  only(stack, 'AWS::IAM::Policy', id).PolicyDocument.Statement;
const actions = (statement: any): string[] => [statement.Action].flat();

describe('files on their way', () => {
  const { stack } = processorWith({ suffix: '.csv' });

  test('come by a rule over their folder, into an encrypted queue with a dead-letter queue', () => {
    const rule = only(stack, 'AWS::Events::Rule', /^LandingFiles/);
    expect(rule.EventPattern).toMatchObject({
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { object: { key: [{ wildcard: 'incoming/orders/*.csv' }] } },
    });
    const queue = only(stack, 'AWS::SQS::Queue', /^ProcessorQueue/);
    expect(queue).toMatchObject({
      VisibilityTimeout: 1800,
      MessageRetentionPeriod: 1209600,
      RedrivePolicy: { maxReceiveCount: 5 },
      KmsMasterKeyId: expect.anything(),
    });
    expect(queue.FifoQueue).toBeUndefined();
    expect(rule.Targets[0].Arn).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^ProcessorQueue/), 'Arn'] });
  });

  test('may be sent by rules of this account only', () => {
    const [policy] = Object.values(resources(stack, 'AWS::SQS::QueuePolicy')).filter((one) =>
      JSON.stringify(one).includes('RulesOfThisAccount'),
    );
    const statement = policy.Properties.PolicyDocument.Statement.find(
      (one: any) => one.Sid === 'RulesOfThisAccount',
    );
    expect(statement.Principal).toEqual({ Service: 'events.amazonaws.com' });
    expect(statement.Condition).toEqual({ StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } });
  });

  test('are taken ten at a time, by four invocations at the most', () => {
    expect(only(stack, 'AWS::Lambda::EventSourceMapping', /^ProcessorSource/)).toMatchObject({
      BatchSize: 10,
      ScalingConfig: { MaximumConcurrency: 4 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumBatchingWindowInSeconds: 30,
    });
  });

  test('wait in the queue of a standby', () => {
    const { stack: standby } = processorWith({ enabled: false });
    expect(only(standby, 'AWS::Lambda::EventSourceMapping', /^ProcessorSource/).Enabled).toBe(false);
  });
});

describe('the function', () => {
  test('knows its tables, its ledger outside of them, and how headers are held against the contract', () => {
    const { stack } = processorWith({ header: HeaderCheck.ALLOW_EXTRA });
    const { Environment, MemorySize, Timeout } = only(stack, 'AWS::Lambda::Function', /^ProcessorHandler/);
    expect(Environment.Variables).toMatchObject({
      LAKEHOUSE_HEADER_CHECK: 'allow-extra',
      LAKEHOUSE_DISPOSITION: '{"deletes":false}',
      LAKEHOUSE_REJECTIONS: 'quarantine',
      LAKEHOUSE_FILE_QUEUE: { Ref: expect.stringMatching(/^ProcessorQueue/) },
    });
    const [, parts] = Environment.Variables.LAKEHOUSE_FILE_LEDGER['Fn::Join'];
    expect(parts.at(-1)).toMatch(/^\/_ledger\/.+\/orders\/$/);
    expect([MemorySize, Timeout]).toEqual([2048, 900]);
  });

  test('reads the versions of its folder, and writes to nothing but its tables, its ledger and its queue', () => {
    const { stack } = processorWith();
    const statements = statementsOf(stack, /^ProcessorRole/);
    const of = (action: string): string =>
      JSON.stringify(statements.filter((one) => actions(one).includes(action)).map((one) => one.Resource));
    expect(of('s3:GetObjectVersion')).toContain('/incoming/orders/*');
    expect(of('s3:GetObjectVersion')).not.toContain('LakeBronze');
    expect(of('s3:PutObject')).not.toContain('LandingBucket');
    expect(of('s3:PutObject')).toContain('/_ledger/');
    expect(of('s3:DeleteObject')).not.toContain('LandingBucket');
    expect(of('sqs:SendMessage')).toMatch(/ProcessorQueue/);
  });

  test('tells its lineage, as its tasks do, with the folder as the dataset', () => {
    const at = place();
    const events = new s3.Bucket(at.stack, 'Events');
    const { stack } = processorWith({ lineage: LineageSink.bucket(events), large: {} }, at);
    const { Environment } = only(stack, 'AWS::Lambda::Function', /^ProcessorHandler/);
    expect(JSON.stringify(Environment.Variables.LAKEHOUSE_LINEAGE)).toContain('/lineage');
    expect(JSON.stringify(Environment.Variables.LAKEHOUSE_FILE_FOLDER)).toContain('/incoming/orders/');
    for (const role of [/^ProcessorRole/, /^ProcessorLargeTaskRole/]) {
      const tells = statementsOf(stack, role).filter((one) => JSON.stringify(one).includes('/lineage/*'));
      expect(tells.map(actions)).toEqual([['s3:PutObject']]);
    }
    const { stack: silent } = processorWith();
    const { Variables } = only(silent, 'AWS::Lambda::Function', /^ProcessorHandler/).Environment;
    expect(Variables).not.toHaveProperty('LAKEHOUSE_LINEAGE');
    expect(Variables).not.toHaveProperty('LAKEHOUSE_FILE_FOLDER');
  });

  test('of a data product tells where the product does', () => {
    const { stack, lake, landing } = place();
    const lineage = LineageSink.bucket(new s3.Bucket(stack, 'Events'));
    new DataProduct(stack, 'Product', {
      contract: ordersContract(),
      lake,
      source: FileSource.bucket(landing, { prefix: 'incoming/orders' }),
      alarms: { actionsEnabled: false },
      lineage,
    });
    const { Variables } = only(stack, 'AWS::Lambda::Function', /^ProductProcessorHandler/).Environment;
    expect(JSON.stringify(Variables.LAKEHOUSE_LINEAGE)).toContain('/lineage');
  });

  test('hands files above a size to tasks that may do what it may', () => {
    const { stack, processor } = processorWith({ large: {}, maxFileSize: Size.gibibytes(1) });
    const { Environment } = only(stack, 'AWS::Lambda::Function', /^ProcessorHandler/);
    expect(Environment.Variables).toMatchObject({
      LAKEHOUSE_MAX_FILE_BYTES: '1073741824',
      LAKEHOUSE_TASK_QUEUE: { Ref: expect.stringMatching(/^ProcessorLargeQueue/) },
    });
    expect(processor.container).toBeDefined();
    expect(JSON.stringify(statementsOf(stack, /^ProcessorLargeTaskRole/))).toContain('s3:GetObjectVersion');
  });
});

describe('what becomes of a file', () => {
  test('a copy goes below the own key; both sides are granted, and no more', () => {
    const at = place();
    const done = new ZoneBucket(at.stack, 'Done');
    processorWith({ disposition: FileDisposition.copyTo(done, 'raw') }, at);
    const { Environment } = only(at.stack, 'AWS::Lambda::Function', /^ProcessorHandler/);
    const [, parts] = Environment.Variables.LAKEHOUSE_DISPOSITION['Fn::Join'];
    expect(parts.filter((part: unknown) => typeof part === 'string').join('…')).toBe(
      '{"copyTo":{"bucket":"…","prefix":"raw/"},"deletes":false}',
    );
    const statements = statementsOf(at.stack, /^ProcessorRole/);
    const writes = JSON.stringify(statements.filter((one) => actions(one).includes('s3:PutObject')));
    expect(writes).toContain('/raw/incoming/orders/*');
    expect(
      JSON.stringify(statements.filter((one) => actions(one).includes('kms:GenerateDataKey'))),
    ).toContain('DoneKey');
    expect(
      JSON.stringify(statements.filter((one) => actions(one).includes('s3:DeleteObject'))),
    ).not.toContain('LandingBucket');
  });

  test('moved or deleted files are deleted where they were, below their folder', () => {
    const { stack } = processorWith({ disposition: FileDisposition.delete() });
    const deletes = statementsOf(stack, /^ProcessorRole/).filter((one) =>
      actions(one).includes('s3:DeleteObject'),
    );
    expect(JSON.stringify(deletes)).toContain('/incoming/orders/*');
  });

  test.each([
    ['the same place', undefined],
    ['a folder below', 'incoming/orders/done'],
  ])('a copy to %s is refused: it would start the processor again', (_name, prefix) => {
    const at = place();
    expect(() => processorWith({ disposition: FileDisposition.moveTo(at.landing, prefix) }, at)).toThrow(
      /^disposition: a copy of "incoming\/orders\/<file>" would go to ".*" of the same bucket, which is below "incoming\/orders\/" and would start the processor again, without an end\. Name a prefix outside "incoming\/orders\/", or another bucket\.$/,
    );
  });

  test('another folder of the same bucket is none of it', () => {
    const at = place();
    expect(() =>
      processorWith({ disposition: FileDisposition.moveTo(at.landing, 'done') }, at),
    ).not.toThrow();
  });
});

describe('what is refused', () => {
  test.each<[Partial<FileProcessorProps>, string]>([
    [{ memorySize: 64 }, 'memorySize must be between 128 and 10240 MB. Received 64.'],
    [{ timeout: Duration.seconds(30) }, 'timeout must be between 120 and 900 seconds. Received 30.'],
    [{ maxConcurrency: 1 }, 'maxConcurrency must be between 2 and 1000 invocations. Received 1.'],
    [
      { maxFileSize: Size.gibibytes(1) },
      'maxFileSize is given, but there is nothing for larger files. Pass large: {}',
    ],
  ])('%j', (given, message) => {
    expect(() => processorWith(given)).toThrow(message);
  });

  test('a FIFO queue for dead letters', () => {
    const at = place();
    const deadLetterQueue = new sqs.Queue(at.stack, 'Fifo', { fifo: true });
    expect(() => processorWith({ deadLetterQueue }, at)).toThrow(
      'deadLetterQueue "Test/Fifo" is a FIFO queue.',
    );
  });

  test.each(['', '/incoming', 'in*'])('the prefix "%s"', (prefix) => {
    expect(() => processorWith({ prefix })).toThrow(
      `FileSource: the prefix is a folder of the bucket such as "incoming/orders/", received "${prefix}".`,
    );
  });

  test('a folder that its own tables or its ledger are in', () => {
    const { stack, lake } = place();
    const contract = ordersContract();
    const catalog = LakeCatalog.of(lake);
    const props = {
      contract,
      bronze: new LakeTable(stack, 'Bronze', { contract, catalog, zone: Zone.BRONZE }),
      quarantine: new LakeTable(stack, 'Quarantine', { contract, catalog, zone: Zone.QUARANTINE }),
    };
    const at = (id: string, prefix: string): FileProcessor =>
      new FileProcessor(stack, id, { ...props, source: FileSource.bucket(lake.bronze, { prefix }) });
    expect(() => at('A', 'orders')).toThrow(
      /^bronze, s3:.*\/orders\/, is in the folder files are taken from/,
    );
    expect(() => at('B', '_ledger')).toThrow(/^the ledger, s3:.*is in the folder files are taken from/);
  });

  test('one table for both', () => {
    const { stack, lake, landing } = place();
    const contract = ordersContract();
    const bronze = new LakeTable(stack, 'T', { contract, catalog: LakeCatalog.of(lake), zone: Zone.BRONZE });
    const source = FileSource.bucket(landing, { prefix: 'a' });
    expect(() => new FileProcessor(stack, 'P', { contract, source, bronze, quarantine: bronze })).toThrow(
      /^bronze and quarantine are the same table/,
    );
  });
});

test('has no nag finding, with tasks and a place for files that are done', () => {
  const at = place();
  const disposition = FileDisposition.moveTo(at.landing, 'done');
  const { stack } = processorWith({ disposition, large: {} }, at);
  expect(stack).toHaveNoNagFindings();
});

describe('a landing zone', () => {
  test('lets a writer put files into its own folder, and nothing else', () => {
    const { stack, landing } = place();
    const writer = new iam.User(stack, 'Crm');
    landing.grantLand(writer, 'incoming/crm');
    const statements = statementsOf(stack, /^Crm/);
    const s3Actions = statements.flatMap(actions).filter((action) => action.startsWith('s3:'));
    expect(s3Actions.sort()).toEqual([
      's3:AbortMultipartUpload',
      's3:ListMultipartUploadParts',
      's3:PutObject',
    ]);
    expect(JSON.stringify(statements)).toContain('/incoming/crm/*');
  });

  test('lets files go after a while, and is not append-only', () => {
    const { stack } = place();
    const { LifecycleConfiguration } = only(stack, 'AWS::S3::Bucket', /^LandingBucket/);
    expect(LifecycleConfiguration.Rules).toContainEqual({
      Id: 'landed',
      ExpirationInDays: 90,
      Status: 'Enabled',
    });
    const [policy] = Object.entries(resources(stack, 'AWS::S3::BucketPolicy')).filter(([id]) =>
      /^Landing/.test(id),
    );
    expect(JSON.stringify(policy)).not.toContain('AppendOnly');
  });
});

describe('a product of files', () => {
  const at = place();
  const product = new DataProduct(at.stack, 'Orders', {
    contract: ordersContract({ latency: 'value: 2, unit: h' }),
    lake: at.lake,
    source: FileSource.bucket(at.landing, { prefix: 'incoming/orders' }),
    alarms: { actionsEnabled: false },
  });

  test('has a processor of files, and alarms without a stream', () => {
    expect(product.processor).toBe(product.fileProcessor);
    expect(product.streamProcessor).toBeUndefined();
    expect(product.alarms.iteratorAge ?? product.alarms.refusedWrites).toBeUndefined();
    expect(only(at.stack, 'AWS::CloudWatch::Alarm', /^OrdersAlarmsQueueAge/)).toMatchObject({
      MetricName: 'ApproximateAgeOfOldestMessage',
      Threshold: 7200,
      Dimensions: [
        {
          Name: 'QueueName',
          Value: { 'Fn::GetAtt': [expect.stringMatching(/^OrdersProcessorQueue/), 'QueueName'] },
        },
      ],
    });
    expect(only(at.stack, 'AWS::CloudWatch::Alarm', /^OrdersAlarmsRefusedFiles/)).toMatchObject({
      MetricName: 'FilesRefused',
      Threshold: 0,
    });
    expect(only(at.stack, 'AWS::CloudWatch::Alarm', /^OrdersAlarmsDeadLetters/).AlarmDescription).toContain(
      'they are where they arrived',
    );
  });

  test('takes the options of files, and a stream those of streams', () => {
    const { stack, lake, landing } = place();
    const contract = ordersContract();
    const source = FileSource.bucket(landing, { prefix: 'a' });
    expect(() => new DataProduct(stack, 'A', { contract, lake, source, processor: {} })).toThrow(
      'processor of "Test/A" is not for what its source is. Pass fileProcessor, or another source.',
    );
    const stream = StreamSource.kinesis(new IngestStream(stack, 'Stream'));
    const other = new MedallionLake(stack, 'Other');
    expect(
      () => new DataProduct(stack, 'B', { contract, lake: other, source: stream, fileProcessor: {} }),
    ).toThrow('fileProcessor of "Test/B" is not for what its source is. Pass processor, or another source.');
  });
});

test('a bucket of the user is read, and left as it is', () => {
  const at = place();
  const bucket = ZoneBucket.fromBucket(
    at.stack,
    'Theirs',
    s3.Bucket.fromBucketName(at.stack, 'B', 'theirs'),
    'drop',
  );
  processorWith({ source: FileSource.bucket(bucket, { prefix: 'orders' }) }, at);
  expect(JSON.stringify(statementsOf(at.stack, /^ProcessorRole/))).toContain(':s3:::theirs/drop/orders/*');
});

import { App, RemovalPolicy, type StackProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { readContracts } from '../../../bin/reference-contracts';
import { ReferenceStack, type ReferenceStackProps } from '../../../bin/reference-stack';
import { DataContract, Zone } from '../../../lib/aws';
import { iamStatements } from '../../../lib/testing';
import { ordersContract } from '../orders';

const ENVIRONMENTS: [string, StackProps][] = [
  ['any environment', {}],
  ['an account and region', { env: { account: '123456789012', region: 'eu-central-1' } }],
  ['China', { env: { account: '123456789012', region: 'cn-north-1' } }],
];

function referenceStack(props: Partial<ReferenceStackProps> = {}): ReferenceStack {
  return new ReferenceStack(new App(), 'Lakehouse', { contracts: readContracts(), ...props });
}

describe.each(ENVIRONMENTS)('in %s', (_name, environment) => {
  const stack = referenceStack(environment);
  const template = Template.fromStack(stack);
  const resources: [string, any][] = Object.entries(template.toJSON().Resources);
  const ofType = (type: string): any[] =>
    resources.filter(([, { Type }]) => Type === type).map(([, { Properties }]) => Properties);

  test('there is a stream, its tables, two functions and their alarms for each contract', () => {
    expect([...stack.products.keys()]).toEqual(['earthquakes', 'flights', 'movies']);
    for (const [type, count] of [
      ['AWS::Kinesis::Stream', 3],
      // Bronze, quarantine, silver and the results of the quality gates.
      ['Custom::LakehouseIcebergTable', 12],
      ['AWS::Lambda::EventSourceMapping', 6],
      ['AWS::Events::Rule', 6],
      ['AWS::KMS::Key', 1],
    ] as const) {
      template.resourceCountIs(type, count);
    }
    for (const product of stack.products.values())
      expect(product.alarms.all.length).toBeGreaterThanOrEqual(9);
  });

  test('every alarm has dimensions, an action and a word on missing data', () => {
    const alarms = ofType('AWS::CloudWatch::Alarm');
    expect(alarms.length).toBeGreaterThanOrEqual(27);
    for (const alarm of alarms) {
      const metrics = alarm.Metrics?.flatMap((entry: any) => entry.MetricStat?.Metric ?? []) ?? [alarm];
      for (const { Dimensions } of metrics) {
        const [first, rule] = Dimensions;
        expect(first.Name).toMatch(/^(Product|FunctionName|StreamName|QueueName)$/);
        if (rule !== undefined) expect([first.Name, rule.Name]).toEqual(['Product', 'Rule']);
      }
      expect(alarm.AlarmActions).toEqual([{ Ref: expect.stringMatching(/^Alarms/) }]);
      expect(['breaching', 'notBreaching']).toContain(alarm.TreatMissingData);
    }
  });

  test('data at rest is encrypted with the lake’s key, which rotates', () => {
    const key = { 'Fn::GetAtt': [expect.stringMatching(/^LakeKey/), 'Arn'] };
    expect(ofType('AWS::KMS::Key')[0].EnableKeyRotation).toBe(true);
    for (const stream of ofType('AWS::Kinesis::Stream')) {
      expect(stream.StreamEncryption).toEqual({ EncryptionType: 'KMS', KeyId: key });
    }
    for (const queue of ofType('AWS::SQS::Queue')) expect(queue.KmsMasterKeyId).toEqual(key);
    for (const logGroup of ofType('AWS::Logs::LogGroup')) expect(logGroup.KmsKeyId).toEqual(key);
    for (const topic of ofType('AWS::SNS::Topic')) expect(topic.KmsMasterKeyId).toEqual(key);
    for (const bucket of ofType('AWS::S3::Bucket')) expect(bucket.BucketEncryption).toBeDefined();
  });

  test('what accepts requests refuses them without TLS', () => {
    const denied = iamStatements(stack)
      .filter(({ effect, text }) => effect === 'Deny' && text.includes('aws:SecureTransport'))
      .map(({ type }) => type);
    const count = (type: string): number => denied.filter((one) => one === type).length;
    expect(count('AWS::S3::BucketPolicy')).toBe(ofType('AWS::S3::Bucket').length);
    expect(count('AWS::SQS::QueuePolicy')).toBe(ofType('AWS::SQS::Queue').length);
    expect(count('AWS::SNS::TopicPolicy')).toBe(1);
  });

  test('no function may do everything of anything', () => {
    const granted = iamStatements(stack).filter(
      ({ effect, type }) =>
        effect === 'Allow' &&
        ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::Role'].includes(type),
    );
    expect(granted.length).toBeGreaterThan(30);
    for (const { actions, resources: on, text } of granted) {
      expect({ text, wild: actions.filter((action) => action.includes('*')) }).toEqual({ text, wild: [] });
      if (on.includes('*')) {
        expect(
          actions.every((action) => ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'].includes(action)),
        ).toBe(true);
      }
    }
    for (const role of ofType('AWS::IAM::Role')) expect(role.ManagedPolicyArns).toBeUndefined();
  });

  test('no environment variable holds anything but names', () => {
    for (const { Environment } of ofType('AWS::Lambda::Function')) {
      for (const [name, value] of Object.entries(Environment?.Variables ?? {})) {
        expect(name).toMatch(/^LAKEHOUSE_[A-Z_]+$/);
        // Where lineage goes is known by the bucket's name, and by region and account.
        if (name.startsWith('LAKEHOUSE_LINEAGE')) expect(JSON.stringify(value)).not.toMatch(/secret/i);
        else expect(value).toEqual(expect.any(String));
      }
    }
  });

  test('no ARN names a partition of its own', () => {
    expect(JSON.stringify(template.toJSON())).not.toMatch(/arn:aws(-cn|-us-gov)?:/);
  });

  test('data outlives the stack', () => {
    for (const [, { Type, DeletionPolicy }] of resources) {
      if (
        ['AWS::S3::Bucket', 'AWS::Kinesis::Stream', 'AWS::KMS::Key', 'AWS::Glue::Database'].includes(Type)
      ) {
        expect(DeletionPolicy).toMatch(/^Retain/);
      }
    }
  });
});

test('the same contracts give the same template', () => {
  const text = (): string => JSON.stringify(Template.fromStack(referenceStack()).toJSON());
  expect(text()).toBe(text());
});

test('nothing is left when that is asked for', () => {
  const stack = referenceStack({ removalPolicy: RemovalPolicy.DESTROY });
  for (const type of ['AWS::S3::Bucket', 'AWS::Kinesis::Stream', 'AWS::KMS::Key', 'AWS::Glue::Database']) {
    for (const { DeletionPolicy } of Object.values(Template.fromStack(stack).findResources(type))) {
      expect(DeletionPolicy).toBe('Delete');
    }
  }
});

test('an environment keeps the names of one account apart', () => {
  const stack = referenceStack({ environment: 'dev', alarmEmail: 'data@example.com' });
  const template = Template.fromStack(stack);
  expect(stack.products.get('movies')!.table(Zone.BRONZE).uri).toBe('glue://dev_lakehouse_bronze/movies');
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: { LAKEHOUSE_METRIC_NAMESPACE: 'Lakehouse/dev' } },
  });
  template.hasResourceProperties('AWS::SNS::Subscription', {
    Protocol: 'email',
    Endpoint: 'data@example.com',
  });
});

test('shards follow the throughput a contract promises', () => {
  const contract = (value: number): DataContract =>
    DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: c1
version: 1.0.0
status: active
schema: [{ name: clicks, properties: [{ name: id, logicalType: string }] }]
slaProperties: [{ property: throughput, value: ${value}, unit: records/s }]`);
  Template.fromStack(referenceStack({ contracts: [contract(2500)] })).hasResourceProperties(
    'AWS::Kinesis::Stream',
    {
      ShardCount: 3,
    },
  );
  Template.fromStack(referenceStack({ contracts: [ordersContract()] })).hasResourceProperties(
    'AWS::Kinesis::Stream',
    {
      ShardCount: 1,
    },
  );
});

test('two contracts for one table are refused', () => {
  expect(() => referenceStack({ contracts: [ordersContract(), ordersContract()] })).toThrow(
    'Two contracts describe a table "orders". Give one of them another physicalName.',
  );
});

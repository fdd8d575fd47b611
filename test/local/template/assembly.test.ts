import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedLake } from '../../../lib/local/run/embedded-lake';
import { pipelines } from '../../../lib/local/run/pipeline';
import { CloudAssembly } from '../../../lib/local/template/assembly';

const ASSET = 'a'.repeat(64);

/** Two stacks: the first exports the name of a stream, the second has the function that reads it. */
function writeAssembly(directory: string): void {
  const json = (name: string, value: unknown): void =>
    writeFileSync(join(directory, name), JSON.stringify(value));
  json('manifest.json', {
    artifacts: {
      Streams: { type: 'aws:cloudformation:stack', properties: { templateFile: 'Streams.template.json' } },
      Product: {
        type: 'aws:cloudformation:stack',
        properties: { templateFile: 'Product.template.json', stackName: 'product-dev' },
        dependencies: ['Product.assets'],
      },
    },
  });
  json('Streams.template.json', {
    Resources: { Orders: { Type: 'AWS::Kinesis::Stream', Properties: { Name: 'orders', ShardCount: 3 } } },
    Outputs: {
      Arn: {
        Value: { 'Fn::GetAtt': ['Orders', 'Arn'] },
        Export: { Name: { 'Fn::Sub': '${AWS::StackName}:arn' } },
      },
    },
  });
  mkdirSync(join(directory, `asset.${ASSET}`));
  json('Product.assets.json', {
    files: {
      [ASSET]: {
        source: { path: `asset.${ASSET}`, packaging: 'zip' },
        destinations: { here: { objectKey: `${ASSET}.zip` } },
      },
    },
  });
  json('Product.template.json', {
    Resources: {
      Database: {
        Type: 'AWS::Glue::Database',
        Properties: { CatalogId: { Ref: 'AWS::AccountId' }, DatabaseInput: { Name: 'dev_lake_bronze' } },
      },
      Queue: {
        Type: 'AWS::SQS::Queue',
        Properties: { KmsMasterKeyId: { 'Fn::GetAtt': ['AbsentKey', 'Arn'] } },
      },
      Function: {
        Type: 'AWS::Lambda::Function',
        Metadata: { 'aws:cdk:path': 'Product/Orders/Handler/Resource' },
        Properties: {
          Code: { S3Bucket: { 'Fn::Sub': 'assets-${AWS::AccountId}' }, S3Key: `${ASSET}.zip` },
          Handler: 'index.handler',
          Timeout: 60,
          MemorySize: 256,
          Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
          Environment: {
            Variables: {
              LAKEHOUSE_PRODUCT: 'orders',
              LAKEHOUSE_BRONZE_TABLE: { 'Fn::Join': ['', ['glue://', { Ref: 'Database' }, '/orders']] },
              LAKEHOUSE_QUARANTINE_TABLE: 'glue://somebody_elses/orders_rejected',
            },
          },
        },
      },
      Role: { Type: 'AWS::IAM::Role', Properties: {} },
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          FunctionName: { Ref: 'Function' },
          EventSourceArn: { 'Fn::ImportValue': 'Streams:arn' },
          BatchSize: 500,
          BisectBatchOnFunctionError: true,
          FunctionResponseTypes: ['ReportBatchItemFailures'],
          MaximumRetryAttempts: 3,
          DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['Queue', 'Arn'] } } },
        },
      },
      OnFunction: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: {
          Dimensions: [{ Name: 'FunctionName', Value: { Ref: 'Function' } }],
          MetricName: 'Errors',
        },
      },
      OnStream: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: {
          Metrics: [
            { Id: 'm', MetricStat: { Metric: { Dimensions: [{ Name: 'StreamName', Value: 'orders' }] } } },
          ],
        },
      },
      OnAnother: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: { Dimensions: [{ Name: 'FunctionName', Value: 'another' }], MetricName: 'Errors' },
      },
    },
  });
}

describe('a cloud assembly', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'assembly-'));
    writeAssembly(directory);
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it('gives the pipeline its template describes', () => {
    const assembly = new CloudAssembly(directory);
    const [pipeline, ...others] = pipelines(assembly, new EmbeddedLake(assembly, '/lake'));
    expect(others).toEqual([]);
    expect(pipeline).toMatchObject({
      product: 'orders',
      shards: 3,
      roleArn: 'arn:aws:iam::000000000000:role/product-dev-Role',
      stream: { name: 'orders', arn: 'arn:aws:kinesis:us-east-1:000000000000:stream/orders' },
      function: {
        name: 'product-dev-Function',
        path: 'Product/Orders/Handler/Resource',
        directory: join(directory, `asset.${ASSET}`),
        handler: 'index.handler',
        timeoutSeconds: 60,
        memoryMegabytes: 256,
        environment: {
          LAKEHOUSE_BRONZE_TABLE: 'file:///lake/bronze/orders',
          LAKEHOUSE_QUARANTINE_TABLE: 'file:///lake/somebody_elses/orders_rejected',
        },
      },
      mapping: {
        batchSize: 500,
        bisectBatchOnFunctionError: true,
        reportBatchItemFailures: true,
        maximumRetryAttempts: 3,
        maximumRecordAgeSeconds: -1,
        batchingWindowSeconds: 0,
      },
      failureQueue: { name: 'product-dev-Queue' },
      tables: [
        {
          zone: 'bronze',
          table: 'orders',
          directory: '/lake/bronze/orders',
          uri: 'file:///lake/bronze/orders',
        },
        { zone: 'somebody_elses', table: 'orders_rejected' },
      ],
    });
    expect(pipeline.alarms.map(({ logicalId }) => logicalId)).toEqual(['OnFunction', 'OnStream']);
  });

  it('leaves a property as it stands where it refers to something the app does not have', () => {
    const [queue] = new CloudAssembly(directory).ofType('AWS::SQS::Queue');
    expect(queue.properties).toEqual({ KmsMasterKeyId: { 'Fn::GetAtt': ['AbsentKey', 'Arn'] } });
  });
});

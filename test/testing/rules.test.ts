import { App, CfnParameter, CfnResource, NestedStack, RemovalPolicy, SecretValue, Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import {
  encryptionFindings,
  exposureFindings,
  lakehouseMatchers,
  removalFindings,
  secretFindings,
  transportFindings,
} from '../../lib/testing';

expect.extend(lakehouseMatchers);

const stackOf = (): Stack => new Stack(new App(), 'Stack');

describe('toEncryptEverything', () => {
  it('names what has no key, a key of AWS, or a key that is not rotated', () => {
    const stack = stackOf();
    new Key(stack, 'Key');
    new Queue(stack, 'Plain', { encryption: QueueEncryption.SQS_MANAGED });
    new Queue(stack, 'OfAws', { encryption: QueueEncryption.KMS_MANAGED });
    expect(encryptionFindings(stack).map(({ type, problem }) => `${type} ${problem}`)).toEqual([
      'AWS::KMS::Key EnableKeyRotation is not true.',
      'AWS::SQS::Queue no key at KmsMasterKeyId.',
      'AWS::SQS::Queue KmsMasterKeyId is alias/aws/sqs, a key of AWS whose policy and use you do not control.',
    ]);
    expect(() => expect(stack).toEncryptEverything('AWS::SQS::Queue')).toThrow(
      'Expected everything to be encrypted by a rotated key of yours:\n\n' +
        'Key961B73FD (AWS::KMS::Key): EnableKeyRotation is not true.',
    );
    expect(stack).toEncryptEverything('AWS::SQS::Queue', 'Key961B73FD');
  });

  it('leaves SSE-S3 to a bucket that receives access logs, and only to such a one', () => {
    const stack = stackOf();
    const encryptionKey = new Key(stack, 'Key', { enableKeyRotation: true });
    const logs = new s3.Bucket(stack, 'Logs', { encryption: s3.BucketEncryption.S3_MANAGED });
    new s3.Bucket(stack, 'Data', { encryptionKey, serverAccessLogsBucket: logs });
    new s3.Bucket(stack, 'Other', { encryption: s3.BucketEncryption.S3_MANAGED });
    expect(encryptionFindings(stack)).toEqual([
      {
        logicalId: 'Other34654A52',
        type: 'AWS::S3::Bucket',
        problem:
          'no key at BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.KMSMasterKeyID.',
      },
    ]);
  });

  it('sees nested stacks', () => {
    const stack = stackOf();
    new Topic(new NestedStack(stack, 'Inner'), 'Topic');
    expect(encryptionFindings(stack).map(({ type }) => type)).toEqual(['AWS::SNS::Topic']);
  });

  it('looks at each copy of a global table', () => {
    const stack = stackOf();
    new CfnResource(stack, 'Table', {
      type: 'AWS::DynamoDB::GlobalTable',
      properties: {
        Replicas: [
          { Region: 'eu-west-1', SSESpecification: { KMSMasterKeyId: 'k' } },
          { Region: 'us-east-1' },
        ],
      },
    });
    expect(encryptionFindings(stack).map(({ problem }) => problem)).toEqual([
      'no key at Replicas.1.SSESpecification.KMSMasterKeyId.',
    ]);
  });

  it('can be negated', () => {
    expect(() => expect(stackOf()).not.toEncryptEverything()).toThrow(
      'Expected something not to be encrypted by a rotated key of yours, but there is nothing.',
    );
  });
});

test('toRefusePlainHttp names buckets, queues and topics without the denial', () => {
  const stack = stackOf();
  new Queue(stack, 'Queue', { enforceSSL: true });
  new Topic(stack, 'Topic', { enforceSSL: true });
  new s3.Bucket(stack, 'Bucket', { enforceSSL: true });
  new Queue(stack, 'Open');
  new s3.Bucket(stack, 'OpenBucket');
  expect(transportFindings(stack).map(({ logicalId, problem }) => `${logicalId} ${problem}`)).toEqual([
    'Open2F4367FD no AWS::SQS::QueuePolicy denies it to everybody when aws:SecureTransport is false.',
    'OpenBucket984F5568 no AWS::S3::BucketPolicy denies it to everybody when aws:SecureTransport is false.',
  ]);
});

describe('toHoldNoSecrets', () => {
  const functionWith = (environment: { [name: string]: string }): Stack => {
    const stack = stackOf();
    new lambda.Function(stack, 'F', {
      runtime: lambda.Runtime.NODEJS_22_X,
      handler: 'index.handler',
      code: lambda.Code.fromInline('exports.handler = async () => {}'),
      environment,
    });
    return stack;
  };
  const place = 'Properties.Environment.Variables';

  it.each([
    [
      'DB_PASSWORD',
      'hunter2',
      `${place}.DB_PASSWORD is named like a secret and holds its text. Refer to a secret instead.`,
    ],
    [
      'apiKey',
      'abc',
      `${place}.apiKey is named like a secret and holds its text. Refer to a secret instead.`,
    ],
    ['HOME', ['AKIA', 'IOSFODNN7EXAMPLE'].join(''), `${place}.HOME holds an access key id of AWS.`],
    ['URL', 'postgres://etl:hunter2@db.example.com/shop', `${place}.URL holds a password in a URL.`],
    ['TEXT', '-----BEGIN RSA PRIVATE KEY-----\nMII', `${place}.TEXT holds a private key.`],
  ])('names %s=%s', (name, value, problem) => {
    expect(secretFindings(functionWith({ [name]: value })).map((finding) => finding.problem)).toEqual([
      problem,
    ]);
  });

  it.each([
    ['DB_PASSWORD', SecretValue.secretsManager('shop/db').unsafeUnwrap()],
    ['DB_SECRET', 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-db-AbCdEf'],
    ['SECRET_NAME', 'shop/db'],
    ['PRIMARY_KEY', 'order_id'],
    ['URL', 'https://example.com:8443/a@b'],
  ])('lets %s=%s pass', (name, value) => {
    expect(functionWith({ [name]: value })).toHoldNoSecrets();
  });

  it('reads the environment of containers, and parameters', () => {
    const template = {
      Parameters: { MasterPassword: { Type: 'String' }, OtherPassword: { Type: 'String', NoEcho: true } },
      Resources: {
        Task: {
          Type: 'AWS::ECS::TaskDefinition',
          Properties: {
            ContainerDefinitions: [
              {
                Environment: [
                  { Name: 'TOKEN_TTL', Value: '5' },
                  { Name: 'AUTH_TOKEN', Value: 'abc' },
                ],
              },
            ],
          },
        },
      },
    };
    expect(secretFindings(template).map(({ logicalId, problem }) => `${logicalId} ${problem}`)).toEqual([
      'Task Properties.ContainerDefinitions.0.Environment.1.AUTH_TOKEN is named like a secret and holds its text. Refer to a secret instead.',
      'MasterPassword is named like a secret: give it NoEcho and no Default, or take the ARN of a secret.',
    ]);
  });

  it('accepts a parameter that is not shown', () => {
    const stack = stackOf();
    new CfnParameter(stack, 'MasterPassword', { noEcho: true });
    new CfnParameter(stack, 'Name');
    expect(stack).toHoldNoSecrets();
  });
});

test('toBlockPublicAccess names a bucket that is not closed', () => {
  const stack = stackOf();
  new s3.Bucket(stack, 'Closed', { blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL });
  new s3.Bucket(stack, 'Acls', {
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ACLS_ONLY,
    objectOwnership: s3.ObjectOwnership.OBJECT_WRITER,
  });
  expect(exposureFindings(stack).map(({ logicalId, problem }) => `${logicalId} ${problem}`)).toEqual([
    'AclsF9747DA2 PublicAccessBlockConfiguration lacks BlockPublicPolicy, RestrictPublicBuckets.',
    'AclsF9747DA2 ObjectOwnership is "ObjectWriter".',
  ]);
});

test('toKeepDataOnRemoval names what goes with the stack', () => {
  const stack = stackOf();
  new s3.Bucket(stack, 'Kept');
  new Queue(stack, 'Queue');
  new s3.Bucket(stack, 'Gone', { removalPolicy: RemovalPolicy.DESTROY });
  expect(removalFindings(stack).map(({ logicalId, problem }) => `${logicalId} ${problem}`)).toEqual([
    'Gone1B02B07C DeletionPolicy is Delete.',
    'Gone1B02B07C UpdateReplacePolicy is Delete.',
  ]);
});

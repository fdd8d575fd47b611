import { App, Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { iamStatements, logicalIds } from '../../lib/testing';

function stackWithGrants(): Stack {
  const stack = new Stack(new App(), 'Stack');
  const handler = new lambda.Function(stack, 'Function', {
    runtime: lambda.Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: lambda.Code.fromInline('exports.handler = () => {}'),
  });
  new s3.Bucket(stack, 'Bucket', { enforceSSL: true }).grantRead(handler);
  new kms.Key(stack, 'Key');
  return stack;
}

describe('iamStatements', () => {
  it('finds identity, trust and resource policies with the resource that holds them', () => {
    const byType = iamStatements(stackWithGrants()).map(({ type, text }) => `${type}: ${text}`);
    expect(byType).toEqual([
      'AWS::IAM::Role: Allow sts:AssumeRole to Service:lambda.amazonaws.com',
      'AWS::IAM::Policy: Allow s3:GetBucket*, s3:GetObject*, s3:List* on <Bucket83908E77.Arn>, <Bucket83908E77.Arn>/*',
      'AWS::S3::BucketPolicy: Deny s3:* on <Bucket83908E77.Arn>, <Bucket83908E77.Arn>/* to AWS:* when Bool aws:SecureTransport = false',
      'AWS::KMS::Key: Allow kms:* on * to AWS:arn:<AWS::Partition>:iam::<AWS::AccountId>:root',
    ]);
  });

  it('gives the parts a rule is written about', () => {
    const statements = iamStatements(stackWithGrants());
    const wildcards = statements.filter((s) => s.type === 'AWS::IAM::Policy' && s.resources.includes('*'));
    expect(wildcards).toEqual([]);
    expect(statements.find((s) => s.effect === 'Deny')).toMatchObject({
      principals: ['AWS:*'],
      conditions: ['Bool aws:SecureTransport = false'],
      notActions: [],
    });
  });

  it('reads a template whose statements are not in a list', () => {
    const document = {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 'a:B', Resource: '*', Principal: '*' },
    };
    const statements = iamStatements({ Resources: { R: { Type: 'T', Properties: { Policy: document } } } });
    expect(statements).toMatchObject([{ logicalId: 'R', actions: ['a:B'], principals: ['*'] }]);
  });
});

describe('logicalIds', () => {
  it('is the identity of what is deployed', () => {
    expect(logicalIds(stackWithGrants())).toEqual({
      FunctionServiceRole675BB04A: 'AWS::IAM::Role',
      FunctionServiceRoleDefaultPolicy2F49994A: 'AWS::IAM::Policy',
      Function76856677: 'AWS::Lambda::Function',
      Bucket83908E77: 'AWS::S3::Bucket',
      BucketPolicyE9A3008A: 'AWS::S3::BucketPolicy',
      Key961B73FD: 'AWS::KMS::Key',
    });
  });
});

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnOutput, CfnResource, Duration, Fn, NestedStack, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { stackSnapshot, type Json } from '../../lib/testing';

interface Variation {
  readonly code?: string;
  readonly removalPolicy?: RemovalPolicy;
  readonly versioned?: boolean;
  readonly grantWrite?: boolean;
  readonly denyInsecure?: boolean;
  readonly functionId?: string;
}

/** A small stack with all that moves: an asset, a version named by its code, a bucket, a grant. */
function stackOf(variation: Variation = {}): Stack {
  const directory = mkdtempSync(join(tmpdir(), 'snapshot-asset-'));
  writeFileSync(join(directory, 'index.mjs'), variation.code ?? 'export const handler = () => {};');
  const stack = new Stack(new App(), 'Stack');
  const bucket = new s3.Bucket(stack, 'Bucket', {
    versioned: variation.versioned ?? true,
    enforceSSL: variation.denyInsecure ?? true,
    removalPolicy: variation.removalPolicy ?? RemovalPolicy.RETAIN,
  });
  const handler = new lambda.Function(stack, variation.functionId ?? 'Function', {
    runtime: lambda.Runtime.NODEJS_22_X,
    handler: 'index.handler',
    timeout: Duration.seconds(30),
    code: lambda.Code.fromAsset(directory),
    environment: { BUCKET: bucket.bucketName },
  });
  new lambda.Alias(stack, 'Live', { aliasName: 'live', version: handler.currentVersion });
  bucket.grantRead(handler);
  if (variation.grantWrite) bucket.grantDelete(handler);
  return stack;
}

function changedLines(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  return [
    ...old.filter((line) => !now.includes(line)).map((line) => `- ${line.trim()}`),
    ...now.filter((line) => !old.includes(line)).map((line) => `+ ${line.trim()}`),
  ];
}

const changes = (variation: Variation) =>
  changedLines(stackSnapshot(stackOf()), stackSnapshot(stackOf(variation)));

describe('a stack snapshot stays still', () => {
  it('when only the code of a function changes, although that renames its version', () => {
    const [before, after] = [stackOf(), stackOf({ code: 'export const handler = () => 1;' })];
    const versionId = (stack: Stack) =>
      Object.keys(Template.fromStack(stack).findResources('AWS::Lambda::Version'));
    expect(versionId(before)).not.toEqual(versionId(after));
    expect(stackSnapshot(after)).toBe(stackSnapshot(before));
  });

  it('when only the versions of packages change', () => {
    const template = (version: string) => ({
      Description: `Made by lakehouse-constructs@${version}`,
      Parameters: { BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: version } },
      Rules: { CheckBootstrapVersion: { Assertions: [version] } },
      Resources: {
        CDKMetadata: { Type: 'AWS::CDK::Metadata', Properties: { Analytics: version } },
        Queue: { Type: 'AWS::SQS::Queue', Metadata: { 'aws:cdk:path': version } },
      },
    });
    expect(stackSnapshot(template('0.2.0'))).toBe(stackSnapshot(template('0.1.0')));
    expect(stackSnapshot(template('0.1.0'))).toContain('Made by lakehouse-constructs@<version>');
  });

  it('when the order of declarations changes', () => {
    const resources = Object.entries({
      B: { Type: 'AWS::SQS::Queue', DependsOn: ['X', 'Y'], Properties: { DelaySeconds: 1, FifoQueue: true } },
      A: { Type: 'AWS::SQS::Queue', DependsOn: ['Y', 'X'], Properties: { FifoQueue: true, DelaySeconds: 1 } },
    });
    const text = stackSnapshot({ Resources: Object.fromEntries(resources) });
    expect(stackSnapshot({ Resources: Object.fromEntries(resources.reverse()) })).toBe(text);
    const [a, b] = text.split(/ {2}[AB] AWS::SQS::Queue:/).slice(1);
    expect(b.trim()).toBe(a.trim());
  });

  it('when an app is bootstrapped under another qualifier', () => {
    const template = (qualifier: string) => ({
      Resources: {
        Function: {
          Type: 'AWS::Lambda::Function',
          Properties: {
            Code: {
              S3Bucket: { 'Fn::Sub': `cdk-${qualifier}-assets-\${AWS::AccountId}-\${AWS::Region}` },
              S3Key: `${'0a'.repeat(32)}.zip`,
            },
          },
        },
      },
    });
    expect(stackSnapshot(template('other1'))).toBe(stackSnapshot(template('hnb659fds')));
    expect(stackSnapshot(template('other1'))).toContain(
      'S3Bucket: <asset bucket>\n        S3Key: <hash>.zip',
    );
  });
});

describe('a stack snapshot shows', () => {
  it('a changed removal policy as the two lines it is', () => {
    expect(changes({ removalPolicy: RemovalPolicy.DESTROY })).toEqual([
      '- DeletionPolicy: Retain',
      '- UpdateReplacePolicy: Retain',
      '+ DeletionPolicy: Delete',
      '+ UpdateReplacePolicy: Delete',
    ]);
  });

  it('a new permission as the sentence that grants it', () => {
    expect(changes({ grantWrite: true })).toEqual(['+ - Allow s3:DeleteObject* on <Bucket83908E77.Arn>/*']);
  });

  it('a permission that was taken away', () => {
    expect(changes({ denyInsecure: false })).toContain(
      '- - Deny s3:* on <Bucket83908E77.Arn>, <Bucket83908E77.Arn>/* to AWS:* when Bool aws:SecureTransport = false',
    );
  });

  it('a changed property and a changed logical id', () => {
    expect(changes({ versioned: false })).toEqual(['- VersioningConfiguration:', '- Status: Enabled']);
    expect(changes({ functionId: 'Renamed' })).toEqual(
      expect.arrayContaining([
        '- Function76856677 AWS::Lambda::Function:',
        expect.stringMatching(/^\+ Renamed[0-9A-F]{8} AWS::Lambda::Function:$/),
      ]),
    );
  });

  it('the difference between a number, a text of digits and a flag', () => {
    const text = (value: Json) => stackSnapshot({ Resources: { R: { Type: 'T', Properties: { value } } } });
    expect(
      new Set([text(1), text('1'), text(true), text('true'), text(null), text([]), text({}), text('')]).size,
    ).toBe(8);
  });

  it('a nested stack in full, since its parent shows only a hash', () => {
    const build = (delay: number) => {
      const stack = new Stack(new App(), 'Stack');
      const nested = new NestedStack(stack, 'Nested');
      new CfnResource(nested, 'Queue', { type: 'AWS::SQS::Queue', properties: { DelaySeconds: delay } });
      return stackSnapshot(stack);
    };
    expect(build(1)).toContain('Nested stack Stack/Nested');
    expect(changedLines(build(1), build(2))).toEqual(['- DelaySeconds: 1', '+ DelaySeconds: 2']);
  });
});

describe('intrinsic functions are short', () => {
  const rendered = (value: Json) => {
    const text = stackSnapshot({ Resources: { R: { Type: 'T', Properties: { value } } } });
    return /value: (.*)\n/.exec(text)?.[1];
  };

  it.each([
    [{ Ref: 'Bucket' }, '<Bucket>'],
    [{ 'Fn::GetAtt': ['Bucket', 'Arn'] }, '<Bucket.Arn>'],
    [{ 'Fn::GetAtt': 'Nested.Outputs.Name' }, '<Nested.Outputs.Name>'],
    [{ 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Bucket', 'Arn'] }, '/*']] }, '<Bucket.Arn>/*'],
    [{ 'Fn::Join': ['/', ['a', { Ref: 'B' }]] }, 'a/<B>'],
    [{ 'Fn::Join': [',', { Ref: 'List' }] }, 'Join(,, <List>)'],
    [{ 'Fn::Sub': 'arn:${AWS::Partition}:s3:::${Bucket}/*' }, 'arn:<AWS::Partition>:s3:::<Bucket>/*'],
    [{ 'Fn::Sub': ['${a}-${b}', { a: { Ref: 'A' } }] }, '<A>-<b>'],
    [{ 'Fn::Sub': 'literal ${!kept}' }, 'literal ${kept}'],
    [{ 'Fn::Select': [0, { 'Fn::Split': ['/', { Ref: 'Url' }] }] }, 'Select(0, Split(/, <Url>))'],
    [{ 'Fn::If': ['IsProd', 'a', { Ref: 'AWS::NoValue' }] }, 'If(IsProd, a, <AWS::NoValue>)'],
    [{ 'Fn::ImportValue': 'Other:Export' }, 'ImportValue(Other:Export)'],
  ])('%j is %s', (value, text) => {
    expect(rendered(value)).toBe(text);
  });

  it('and an Fn::If over objects keeps both branches readable', () => {
    const stack = new Stack(new App(), 'Stack');
    new CfnResource(stack, 'Queue', {
      type: 'AWS::SQS::Queue',
      properties: { Policy: Fn.conditionIf('IsProd', { maxReceiveCount: 3 }, Fn.ref('AWS::NoValue')) },
    });
    expect(stackSnapshot(stack)).toContain('- maxReceiveCount: 3');
  });
});

describe('policies are sentences', () => {
  it('with one line per statement, sorted, and long ones unfolded', () => {
    const stack = new Stack(new App(), 'Stack');
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    role.addToPolicy(
      new iam.PolicyStatement({ actions: ['sqs:SendMessage'], resources: ['b'], sid: 'Send' }),
    );
    role.addToPolicy(
      new iam.PolicyStatement({ effect: iam.Effect.DENY, notActions: ['s3:*'], resources: ['a'] }),
    );
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['one', 'two', 'three'].map((word) => `service:AnActionWithALongName${word}`),
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': ['2', '1'] } },
      }),
    );
    const text = stackSnapshot(stack);
    expect(text).toContain(
      'AssumeRolePolicyDocument:\n        - Allow sts:AssumeRole to Service:lambda.amazonaws.com\n',
    );
    expect(text).toContain(
      [
        '      PolicyDocument:',
        '        - Allow (Send) sqs:SendMessage on b',
        '        - Allow:',
        '            actions:',
        '              - service:AnActionWithALongNameone',
        '              - service:AnActionWithALongNamethree',
        '              - service:AnActionWithALongNametwo',
        "            on: '*'",
        '            when: StringEquals aws:SourceAccount = [1, 2]',
        '        - Deny every action but s3:* on a',
        '',
      ].join('\n'),
    );
  });

  it('also inside of JSON text, which is unfolded', () => {
    const body = JSON.stringify({
      policy: { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'a:B' } },
    });
    const text = stackSnapshot({ Resources: { R: { Type: 'T', Properties: { Body: body } } } });
    expect(text).toContain('Body:\n        (as JSON text):\n          policy:\n            - Allow a:B\n');
  });
});

describe('lists of names and values', () => {
  const properties = (text: string) => text.slice(text.indexOf('Properties:'));

  it('are shown as the map they stand for', () => {
    const Tags = [
      { Key: 'b', Value: { Ref: 'X' } },
      { Key: 'a', Value: '1' },
    ];
    const text = stackSnapshot({ Resources: { R: { Type: 'T', Properties: { Tags } } } });
    expect(properties(text)).toBe("Properties:\n      Tags:\n        a: '1'\n        b: <X>\n");
  });

  it('unless a name occurs twice, or there is more to an item', () => {
    const twice = [
      { Name: 'a', Value: 1 },
      { Name: 'a', Value: 2 },
    ];
    const more = [{ Key: 'a', Value: 1, PropagateAtLaunch: true }];
    for (const list of [twice, more]) {
      const text = stackSnapshot({ Resources: { R: { Type: 'T', Properties: { list } } } });
      expect(text.match(/Value:/g)).toHaveLength(list.length);
    }
  });
});

describe('what can be given', () => {
  it('is a stack, its Template and a template read from a file, all with one result', () => {
    const stack = stackOf();
    const template = Template.fromStack(stack);
    expect(stackSnapshot(template)).toBe(stackSnapshot(stack));
    expect(stackSnapshot(JSON.parse(JSON.stringify(template.toJSON())))).toBe(stackSnapshot(stack));
  });

  it('is nothing else, and the message says what would do', () => {
    expect(() => stackSnapshot(42 as never)).toThrow(/Expected a Stack, a Template .* Received number/);
    expect(() => stackSnapshot(new App())).toThrow(/Expected a Stack. Received construct ''/);
  });

  it('with outputs, conditions and an API deployment named by its content', () => {
    const build = (path: string) => {
      const stack = new Stack(new App(), 'Stack');
      const api = new apigateway.RestApi(stack, 'Api');
      api.root.addResource('a').addMethod('GET', undefined, { operationName: path });
      new CfnOutput(stack, 'Url', { value: api.url, description: 'Where it answers' });
      return stackSnapshot(stack);
    };
    expect(changedLines(build('One'), build('Two'))).toEqual([
      '- OperationName: One',
      '+ OperationName: Two',
    ]);
    expect(build('One')).toContain('Description: Where it answers');
  });
});

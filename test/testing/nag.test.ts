import { App, Aspects, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { lakehouseMatchers, nagFindings } from '../../lib/testing';

expect.extend(lakehouseMatchers);

function stackWithQueue(reason?: string): Stack {
  const stack = new Stack(new App(), 'Stack');
  const queue = new sqs.Queue(stack, 'Queue', { enforceSSL: true });
  if (reason !== undefined) Validations.of(queue).acknowledge({ id: 'AwsSolutions-SQS3', reason });
  return stack;
}

function messageOf(assertion: () => void): string {
  try {
    assertion();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('The assertion passed.');
}

describe('toHaveNoNagFindings', () => {
  it('names the rule, the resource and what to do', () => {
    const message = messageOf(() => expect(stackWithQueue()).toHaveNoNagFindings('AwsSolutions'));
    expect(message).toContain("1 nag finding in 'Stack':");
    expect(message).toContain('AwsSolutions-SQS3\n');
    expect(message).toContain('dead-letter queue');
    expect(message).toContain('  at Stack/Queue/Resource\n');
    expect(message).toContain(
      "Validations.of(construct).acknowledge({ id: 'AwsSolutions-SQS3', reason: '…' });",
    );
  });

  it('passes where a rule is acknowledged with a reason', () => {
    expect(stackWithQueue('It is itself a dead-letter queue.')).toHaveNoNagFindings('AwsSolutions');
  });

  it.each(['', '  '])('fails where the reason is %j', (reason) => {
    expect(nagFindings(stackWithQueue(reason), 'AwsSolutions')).toEqual([
      {
        rule: 'AwsSolutions-SQS3',
        path: 'Stack/Queue',
        severity: 'unexplained',
        description: 'This rule is acknowledged without a reason.',
      },
    ]);
  });

  it('accepts the acknowledgement of a single finding of a rule', () => {
    const stack = new Stack(new App(), 'Stack');
    const bucket = new s3.Bucket(stack, 'Bucket', { enforceSSL: true });
    Validations.of(bucket).acknowledge({ id: 'AwsSolutions-S1', reason: 'It holds access logs itself.' });
    expect(stack).toHaveNoNagFindings('AwsSolutions');
  });

  it('checks all four packs when none is named', () => {
    const packs = new Set(nagFindings(new Stack(new App(), 'Empty')).map(({ rule }) => rule));
    expect(packs.size).toBe(0);
    const stack = new Stack(new App(), 'Stack');
    new s3.Bucket(stack, 'Bucket');
    const rules = nagFindings(stack).map(({ rule }) => rule.slice(0, rule.lastIndexOf('-')));
    expect([...new Set(rules)]).toEqual(['AwsSolutions', 'HIPAA.Security', 'NIST.800.53.R5', 'PCI.DSS.321']);
  });

  it('sees what only comes into being at synthesis', () => {
    const stack = new Stack(new App(), 'Stack');
    const queue = new sqs.Queue(stack, 'Queue', { enforceSSL: true, removalPolicy: RemovalPolicy.DESTROY });
    Validations.of(queue).acknowledge({ id: 'AwsSolutions-SQS3', reason: 'A dead-letter queue.' });
    Aspects.of(stack).add({
      visit: (node) => {
        if (node === stack && !stack.node.tryFindChild('Late'))
          new sqs.Queue(stack, 'Late', { enforceSSL: true });
      },
    });
    expect(nagFindings(stack, 'AwsSolutions').map(({ path }) => path)).toEqual(['Stack/Late/Resource']);
  });

  it('takes a pack of one’s own', () => {
    const pack = {
      name: 'Ours',
      validateScope: () => ({
        violations: [
          { ruleName: 'Ours-1', description: 'No.', violatingResources: [{ constructPath: 'Stack/X' }] },
        ],
      }),
    };
    expect(nagFindings(new Stack(new App(), 'Stack'), pack)).toEqual([
      { rule: 'Ours-1', path: 'Stack/X', severity: 'error', description: 'No.' },
    ]);
  });

  it('refuses a pack it does not know', () => {
    expect(() => nagFindings(new Stack(new App(), 'Stack'), 'Solutions' as never)).toThrow(
      /Unknown nag pack 'Solutions'. Known packs: AwsSolutions, /,
    );
  });

  it('says how to install cdk-nag where it is absent', () => {
    jest.isolateModules(() => {
      jest.doMock('cdk-nag', () => {
        throw Object.assign(new Error("Cannot find module 'cdk-nag'"), { code: 'MODULE_NOT_FOUND' });
      });
      const testing = require('../../lib/testing') as typeof import('../../lib/testing');
      const cdk = require('aws-cdk-lib') as typeof import('aws-cdk-lib');
      expect(() => testing.nagFindings(new cdk.Stack(new cdk.App(), 'Stack'))).toThrow(
        'lakehouse-constructs/testing needs cdk-nag for this: npm install --save-dev cdk-nag',
      );
    });
    jest.dontMock('cdk-nag');
  });
});

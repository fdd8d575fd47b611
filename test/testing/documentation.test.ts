import { App } from 'aws-cdk-lib';
import { exampleGold, readContracts } from '../../bin/reference-contracts';
import { ReferenceStack } from '../../bin/reference-stack';
import { iamStatements, logicalIds } from '../../lib/testing';

/** The examples of docs/testing.md, on the reference stack. */
describe('rules of one’s own', () => {
  const stack = new ReferenceStack(new App(), 'Lakehouse', {
    contracts: readContracts(),
    gold: exampleGold(),
  });

  it('no statement allows every action, or any action on every resource but tracing and log delivery', () => {
    const allowed = iamStatements(stack).filter(
      ({ effect, type }) => effect === 'Allow' && type === 'AWS::IAM::Policy',
    );
    expect(allowed.length).toBeGreaterThan(10);
    expect(allowed.filter(({ actions }) => actions.some((action) => action.endsWith(':*')))).toEqual([]);
    const wide = allowed.filter(({ resources }) => resources.includes('*'));
    const services = new Set(wide.flatMap(({ actions }) => actions.map((action) => action.split(':')[0])));
    expect([...services].sort()).toEqual(['logs', 'xray']);
    // State machines deliver their logs by actions that take no resource; nobody else does.
    const delivering = wide.filter(({ actions }) => actions.includes('logs:CreateLogDelivery'));
    expect(delivering.filter(({ logicalId }) => !/Workflow\w*Role/.test(logicalId))).toEqual([]);
  });

  it('the buckets stay the buckets they are', () => {
    expect(logicalIds(stack)).toMatchObject({ LakeBronzeBucket4D17A87A: 'AWS::S3::Bucket' });
  });
});

import { App, CfnResource, Stack, Tags } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { type RequiredTag, RequiredTags } from '../../../lib/aws/governance';

function found(tag: (stack: Stack, bucket: s3.CfnBucket) => void, tags: RequiredTag[]): string[] {
  const app = new App();
  const stack = new Stack(app, 'Lake');
  const bucket = new s3.CfnBucket(stack, 'Bucket');
  new CfnResource(stack, 'Untaggable', { type: 'AWS::S3::BucketPolicy' });
  RequiredTags.of(tags).enforce(app);
  // After the check was asked for: aspects run by priority, not in the order they were added.
  tag(stack, bucket);
  app.synth();
  return stack.node
    .findAll()
    .flatMap((node) => node.node.metadata)
    .filter(({ type }) => type === 'aws:cdk:error')
    .map(({ data }) => String(data));
}

const COST = { key: 'CostCenter' };
const CLASS = { key: 'DataClassification', allowedValues: ['public', 'internal'] };

test('a resource without the tag is named, with the remedy; one that cannot be tagged is not', () => {
  expect(found(() => undefined, [COST])).toEqual([
    'Lake/Bucket has no tag "CostCenter". Set it for everything below: Tags.of(app).add(\'CostCenter\', …).',
  ]);
});

test('tags set by aspects, on the stack or on the resource count', () => {
  expect(found((stack) => Tags.of(stack.node.root).add('CostCenter', '4711'), [COST])).toEqual([]);
  expect(found((stack) => stack.tags.setTag('CostCenter', '4711'), [COST])).toEqual([]);
  expect(found((_stack, bucket) => bucket.tags.setTag('CostCenter', '4711'), [COST])).toEqual([]);
  expect(found((stack) => Tags.of(stack).add('CostCenter', ''), [COST])).toHaveLength(1);
});

test('a value has to be one of those allowed, each of several', () => {
  expect(found((stack) => Tags.of(stack).add('DataClassification', 'internal public'), [CLASS])).toEqual([]);
  expect(found((stack) => Tags.of(stack).add('DataClassification', 'internal secret'), [CLASS])).toEqual([
    'Lake/Bucket has the tag "DataClassification" with "secret". Allowed: public, internal.',
  ]);
});

test('the standard set, and what is refused', () => {
  const app = new App();
  const stack = new Stack(app, 'Lake');
  new s3.CfnBucket(stack, 'Bucket');
  RequiredTags.standard(['public']).enforce(stack);
  app.synth();
  const keys = stack.node
    .findAll()
    .flatMap((node) => node.node.metadata)
    .map(({ data }) => /no tag "(\w+)"/.exec(String(data))?.[1])
    .filter((key) => key !== undefined);
  expect(keys).toEqual(['CostCenter', 'Environment', 'DataOwner', 'DataClassification']);
  expect(() => RequiredTags.of([])).toThrow('Name at least one.');
  expect(() => RequiredTags.of([COST, COST])).toThrow('names "CostCenter" twice');
});

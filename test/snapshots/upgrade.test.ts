import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { CfnResource } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as kinesis from 'aws-cdk-lib/aws-kinesis';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { exampleGold, readContracts } from '../../bin/reference-contracts';
import { ReferenceStack } from '../../bin/reference-stack';
import { type DataResource, dataResources, replacedResources } from '../../lib/testing';
import { replicatedLake } from './replicated-lake';

/**
 * What the last release deployed. Adding to it is free; write it anew, once an update from it was thought through:
 * LAKEHOUSE_BASELINE=write npx jest test/snapshots/upgrade
 */
const baselineFile = (name: string) => join(__dirname, 'baseline', `${name}.json`);

const STACKS: { [name: string]: () => Stack } = {
  'reference-stack': () =>
    new ReferenceStack(new App(), 'Lakehouse', { contracts: readContracts(), gold: exampleGold() }),
  'replicated-lake': () => replicatedLake({ account: '111111111111' }).here,
};

test.each(Object.keys(STACKS))(
  '%s is updated from what was deployed without replacing what holds data',
  (name) => {
    const stack = STACKS[name]();
    const file = baselineFile(name);
    if (process.env.LAKEHOUSE_BASELINE === 'write')
      writeFileSync(file, `${JSON.stringify(dataResources(stack), undefined, 2)}\n`);
    expect(existsSync(file)).toBe(true);
    const before = JSON.parse(readFileSync(file, 'utf8')) as { [logicalId: string]: DataResource };
    expect(Object.keys(before).length).toBeGreaterThan(5);
    expect(replacedResources(before, stack)).toEqual([]);
  },
);

describe('what would be replaced is named', () => {
  interface Choices {
    readonly id?: string;
    readonly bucketName?: string;
    readonly streamName?: string;
    readonly sortKey?: string;
    readonly removalPolicy?: RemovalPolicy;
    readonly table?: boolean;
    readonly more?: boolean;
  }

  function stackOf(choices: Choices = {}): Stack {
    const { removalPolicy = RemovalPolicy.RETAIN, id = 'Data', table = true } = choices;
    const stack = new Stack(new App(), 'Stack');
    const { bucketName, streamName, sortKey } = choices;
    new s3.Bucket(stack, id, { bucketName: bucketName ?? 'orders', removalPolicy });
    new kinesis.Stream(stack, 'Stream', { streamName });
    if (table) {
      const key = { name: 'id', type: dynamodb.AttributeType.STRING };
      new dynamodb.Table(stack, 'Runs', {
        partitionKey: key,
        ...(sortKey !== undefined && { sortKey: { ...key, name: sortKey } }),
      });
    }
    if (choices.more) new s3.Bucket(stack, 'More');
    return stack;
  }

  const before = dataResources(stackOf());
  const idOf = (path: string) => Object.entries(before).find(([, { path: one }]) => one === path)![0];

  test.each<[string, Choices, string[]]>([
    ['nothing', {}, []],
    ['what is new', { more: true }, []],
    [
      'a bucket of another name',
      { bucketName: 'sales' },
      [
        `Stack/Data/Resource (AWS::S3::Bucket ${idOf('Stack/Data/Resource')}) would be replaced: BucketName was "orders", is "sales".`,
      ],
    ],
    [
      'a bucket by another logical id',
      { id: 'Archive' },
      [
        `Stack/Data/Resource (AWS::S3::Bucket ${idOf('Stack/Data/Resource')}) is gone: its logical id changed, or it was taken out.`,
      ],
    ],
    [
      'a bucket that is not kept any more',
      { removalPolicy: RemovalPolicy.DESTROY },
      [
        `Stack/Data/Resource (AWS::S3::Bucket ${idOf('Stack/Data/Resource')}) would go with the stack from now on: its DeletionPolicy was Retain.`,
      ],
    ],
    [
      'a stream that gets a name',
      { streamName: 'events' },
      [
        `Stack/Stream/Resource (AWS::Kinesis::Stream ${idOf('Stack/Stream/Resource')}) would be replaced: Name was not given, is "events".`,
      ],
    ],
    [
      'a table with another key',
      { sortKey: 'run' },
      [
        expect.stringMatching(
          /^Stack\/Runs\/Resource .* would be replaced: KeySchema was \[.*\], is \[.*"run".*\]\.$/,
        ),
      ],
    ],
    [
      'a table that is taken out',
      { table: false },
      [expect.stringMatching(/^Stack\/Runs\/Resource \(AWS::DynamoDB::Table \w+\) is gone/)],
    ],
  ])('%s', (_what, choices, expected) => {
    expect(replacedResources(before, stackOf(choices))).toEqual(expected);
  });

  test('another type by the same logical id', () => {
    const stack = stackOf();
    const [id] = Object.keys(before);
    const resource = stack.node
      .findAll()
      .find((one) => (one as CfnResource).cfnResourceType === before[id].type)!;
    (resource as CfnResource & { cfnResourceType: string }).cfnResourceType = 'AWS::SQS::Queue';
    expect(replacedResources(before, stack)[0]).toContain('would be replaced: it is an AWS::SQS::Queue now.');
  });
});

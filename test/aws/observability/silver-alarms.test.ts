import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { SilverAlarms, type SilverAlarmsProps } from '../../../lib/aws/observability';

type Given = Partial<SilverAlarmsProps>;

function alarmsWith(given: Given = {}): { stack: Stack; alarms: SilverAlarms } {
  const stack = new Stack(new App(), 'Test');
  const queue = (name: string): sqs.IQueue =>
    sqs.Queue.fromQueueArn(stack, name, `arn:aws:sqs:eu-west-1:123456789012:${name}.fifo`);
  const alarms = new SilverAlarms(stack, 'Alarms', {
    productName: 'orders',
    processor: lambda.Function.fromFunctionArn(
      stack,
      'Function',
      'arn:aws:lambda:eu-west-1:123456789012:function:refine',
    ),
    queue: queue('commits'),
    deadLetterQueue: queue('rest'),
    containerDeadLetterQueue: queue('large-rest'),
    topics: [sns.Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:eu-west-1:123456789012:pager')],
    ...given,
  });
  return { stack, alarms };
}

function alarm(stack: Stack, id: string): any {
  const found = Object.entries(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')).find(
    ([logicalId]) => new RegExp(`^Alarms${id}[0-9A-F]{8}$`).test(logicalId),
  );
  return found?.[1].Properties;
}

const dimension = (Name: string, Value: string) => [{ Name, Value }];

test.each([
  ['Lag', 'Lakehouse', 'RefineLagMilliseconds', dimension('Product', 'orders'), 3_600_000, 3, 'silver-lag'],
  [
    'Waiting',
    'AWS/SQS',
    'ApproximateAgeOfOldestMessage',
    dimension('QueueName', 'commits.fifo'),
    3600,
    3,
    'silver-waiting',
  ],
  ['FunctionErrors', 'AWS/Lambda', 'Errors', dimension('FunctionName', 'refine'), 0, 3, 'silver-errors'],
  [
    'FunctionThrottles',
    'AWS/Lambda',
    'Throttles',
    dimension('FunctionName', 'refine'),
    0,
    3,
    'function-throttles',
  ],
  [
    'DeadLetters',
    'AWS/SQS',
    'ApproximateNumberOfMessagesVisible',
    dimension('QueueName', 'rest.fifo'),
    0,
    1,
    'silver-dead-letters',
  ],
  [
    'ContainerDeadLetters',
    'AWS/SQS',
    'ApproximateNumberOfMessagesVisible',
    dimension('QueueName', 'large-rest.fifo'),
    0,
    1,
    'silver-dead-letters',
  ],
])(
  '%s measures one thing of one resource',
  (id, Namespace, MetricName, Dimensions, Threshold, periods, section) => {
    const { stack } = alarmsWith();
    expect(alarm(stack, id)).toMatchObject({
      Namespace,
      MetricName,
      Dimensions,
      Threshold,
      ComparisonOperator: 'GreaterThanThreshold',
      Period: 300,
      EvaluationPeriods: periods,
      TreatMissingData: 'notBreaching',
      AlarmDescription: expect.stringMatching(
        new RegExp(`^orders: .* Runbook: lakehouse-constructs/docs/operations.md#${section}$`),
      ),
    });
    const headings = readFileSync(join(__dirname, '../../../docs/operations.md'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('## '))
      .map((line) => line.slice(3).toLowerCase().replace(/ /g, '-'));
    expect(headings).toContain(section);
  },
);

test.each<[string, Given, number]>([
  ['the promised latency', { serviceLevels: { latencySeconds: 300 } }, 300],
  ['a minute, where less is promised', { serviceLevels: { latencySeconds: 5 } }, 60],
  ['what is given', { maxLag: Duration.hours(6), serviceLevels: { latencySeconds: 300 } }, 21_600],
])('the lag that is too long is %s', (_, given, seconds) => {
  const { stack } = alarmsWith(given);
  expect(alarm(stack, 'Lag').Threshold).toBe(seconds * 1000);
  expect(alarm(stack, 'Waiting').Threshold).toBe(seconds);
});

test('without dead-letter queues there is no alarm on them', () => {
  const { alarms } = alarmsWith({ deadLetterQueue: undefined, containerDeadLetterQueue: undefined });
  expect(alarms.all).toHaveLength(4);
  expect(alarms.deadLetters).toBeUndefined();
});

test('a lag shorter than a metric can show is refused', () => {
  expect(() => alarmsWith({ maxLag: Duration.seconds(5) })).toThrow(
    /^maxLag must be between 60 and \d+ seconds\. Received 5\. Leave it out for the latency the contract promises\.$/,
  );
});

test('alarms nobody hears are refused', () => {
  expect(() => Template.fromStack(alarmsWith({ topics: [] }).stack)).toThrow(
    /The alarms of "Test\/Alarms" reach nobody/,
  );
});

import { Duration, Lazy } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { LakeCatalog, LakeTable, StreamProcessor, TableCommitter, Zone } from '../../../lib/aws';
import { lakehouseMatchers } from '../../../lib/testing';
import { ordersContract, surroundings } from '../orders';

expect.extend(lakehouseMatchers);

function deployed() {
  const { stack, lake, source } = surroundings({});
  const contract = ordersContract();
  const catalog = LakeCatalog.of(lake);
  const committer = new TableCommitter(stack, 'Committer', { deliveryAttempts: 50 });
  const processor = new StreamProcessor(stack, 'Processor', {
    contract,
    source,
    committer,
    bronze: new LakeTable(stack, 'Bronze', { contract, catalog, zone: Zone.BRONZE }),
    quarantine: new LakeTable(stack, 'Quarantine', { contract, catalog, zone: Zone.QUARANTINE }),
  });
  const template = Template.fromStack(stack);
  const logicalId = (of: { node: { defaultChild?: unknown } }) =>
    stack.resolve(stack.getLogicalId(of.node.defaultChild as never)) as string;
  return { stack, committer, processor, template, logicalId };
}

test('the processor hands over to the queue, and the committer takes ten at a time', () => {
  const { committer, processor, template, logicalId } = deployed();
  const functions = template.findResources('AWS::Lambda::Function');
  const queue = { Ref: logicalId(committer.queue) };
  expect(functions[logicalId(processor.handler)].Properties.Environment.Variables).toMatchObject({
    LAKEHOUSE_COMMIT_QUEUE: queue,
  });
  expect(functions[logicalId(committer.handler)].Properties.Environment.Variables).toEqual({
    LAKEHOUSE_COMMIT_DEAD_LETTERS: { Ref: logicalId(committer.deadLetterQueue) },
    LAKEHOUSE_COMMIT_DELIVERIES: '50',
  });
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    EventSourceArn: { 'Fn::GetAtt': [queue.Ref, 'Arn'] },
    BatchSize: 10,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
});

test('the queue keeps the order of each table, is encrypted and keeps requests as long as SQS can', () => {
  const { committer, template, logicalId } = deployed();
  const queue = template.findResources('AWS::SQS::Queue')[logicalId(committer.queue)].Properties;
  expect(queue).toMatchObject({
    FifoQueue: true,
    DeduplicationScope: 'messageGroup',
    FifoThroughputLimit: 'perMessageGroupId',
    MessageRetentionPeriod: 14 * 86_400,
    VisibilityTimeout: 120,
    KmsMasterKeyId: { 'Fn::GetAtt': [expect.stringContaining('CommitterKey'), 'Arn'] },
    RedrivePolicy: { maxReceiveCount: 1000 },
  });
});

test('the committer may commit to both tables and send dead letters; the writer may send', () => {
  const { stack, committer, processor, template } = deployed();
  const actionsOf = (role: { roleName: string }) => {
    const ref = JSON.stringify(stack.resolve(role.roleName));
    return Object.values(template.findResources('AWS::IAM::Policy'))
      .filter((policy) => JSON.stringify(policy.Properties.Roles).includes(ref))
      .flatMap((policy) => policy.Properties.PolicyDocument.Statement)
      .flatMap((statement) => statement.Action as string | string[]);
  };
  expect(actionsOf(committer.role)).toEqual(
    expect.arrayContaining(['glue:UpdateTable', 's3:PutObject', 'sqs:SendMessage', 'sqs:ReceiveMessage']),
  );
  expect(actionsOf(processor.role)).toContain('sqs:SendMessage');
  expect(actionsOf(processor.role)).not.toContain('sqs:ReceiveMessage');
});

test('its metrics are those of its queues', () => {
  const { stack, committer } = deployed();
  const queueName = (of: { queueName: string }) => stack.resolve(of.queueName);
  expect(stack.resolve(committer.metricOldestRequest().dimensions)).toEqual({
    QueueName: queueName(committer.queue),
  });
  expect(stack.resolve(committer.metricDeadLetters().dimensions)).toEqual({
    QueueName: queueName(committer.deadLetterQueue),
  });
});

test('has no nag finding', () => {
  expect(deployed().stack).toHaveNoNagFindings();
});

test.each([
  [{ memorySize: 64 }, /memorySize.*128/],
  [{ timeout: Duration.minutes(16) }, /timeout/],
  [{ deliveryAttempts: 1000 }, /deliveryAttempts.*999/],
])('%j is refused', (props, message) => {
  const { stack } = surroundings({});
  expect(() => new TableCommitter(stack, 'Committer', props)).toThrow(message);
});

test('requests are hidden for as long as a run may take whose time-out is known only at deployment', () => {
  const { stack } = surroundings({});
  new TableCommitter(stack, 'Committer', { timeout: Duration.seconds(Lazy.number({ produce: () => 60 })) });
  Template.fromStack(stack).hasResourceProperties('AWS::SQS::Queue', { VisibilityTimeout: 1800 });
});

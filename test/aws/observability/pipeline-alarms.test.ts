import { App, Duration, Stack, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as kinesis from 'aws-cdk-lib/aws-kinesis';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { PipelineAlarms, type PipelineAlarmsProps, PipelineMetrics } from '../../../lib/aws/observability';
import { IngestStream } from '../../../lib/aws/streams';

const FUNCTION_ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:ingest';
const RUNBOOK = 'lakehouse-constructs/docs/operations.md';

interface Given extends Partial<PipelineAlarmsProps> {
  readonly retention?: Duration;
  readonly silent?: boolean;
}

/** Alarms over resources the user owns: nothing of this library is needed for them. */
function alarmsWith({ retention, silent, ...given }: Given = {}): { stack: Stack; alarms: PipelineAlarms } {
  const stack = new Stack(new App(), 'Test');
  const stream = kinesis.Stream.fromStreamArn(
    stack,
    'Stream',
    'arn:aws:kinesis:eu-west-1:123456789012:stream/orders',
  );
  const alarms = new PipelineAlarms(stack, 'Alarms', {
    productName: 'orders',
    processor: lambda.Function.fromFunctionArn(stack, 'Function', FUNCTION_ARN),
    stream: IngestStream.fromStream(stack, 'Source', stream, { retention }),
    deadLetterQueue: sqs.Queue.fromQueueArn(stack, 'Queue', 'arn:aws:sqs:eu-west-1:123456789012:rest'),
    topics: silent
      ? []
      : [sns.Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:eu-west-1:123456789012:pager')],
    ...given,
  });
  return { stack, alarms };
}

function alarmsOf(stack: Stack): any[] {
  return Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')).map(
    (resource: any) => resource.Properties,
  );
}

function alarm(stack: Stack, id: string): any {
  const found = Object.entries(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')).find(
    ([logicalId]) => new RegExp(`^Alarms${id}[0-9A-F]{8}$`).test(logicalId),
  );
  return found?.[1].Properties;
}

const FUNCTION = [{ Name: 'FunctionName', Value: 'ingest' }];
const STREAM = [{ Name: 'StreamName', Value: 'orders' }];
const PRODUCT = [{ Name: 'Product', Value: 'orders' }];

describe('each alarm', () => {
  const { stack } = alarmsWith({ serviceLevels: { frequencySeconds: 900 } });

  test.each([
    ['IteratorAge', 'AWS/Lambda', 'IteratorAge', FUNCTION, 'Maximum', 3_600_000, 'iterator-age'],
    [
      'StreamIteratorAge',
      'AWS/Kinesis',
      'GetRecords.IteratorAgeMilliseconds',
      STREAM,
      'Maximum',
      3_600_000,
      'iterator-age',
    ],
    ['FunctionErrors', 'AWS/Lambda', 'Errors', FUNCTION, 'Sum', 0, 'function-errors'],
    ['FunctionThrottles', 'AWS/Lambda', 'Throttles', FUNCTION, 'Sum', 0, 'function-throttles'],
    ['RefusedReads', 'AWS/Kinesis', 'ReadProvisionedThroughputExceeded', STREAM, 'Sum', 0, 'refused-reads'],
    ['Freshness', 'Lakehouse', 'FreshnessMilliseconds', PRODUCT, 'Maximum', 3_600_000, 'freshness'],
    ['SchemaDrift', 'Lakehouse', 'SchemaDrift', PRODUCT, 'Sum', 0, 'schema-drift'],
  ])(
    '%s measures one thing of one resource',
    (id, Namespace, MetricName, Dimensions, Statistic, Threshold, section) => {
      expect(alarm(stack, id)).toMatchObject({
        Namespace,
        MetricName,
        Dimensions,
        Statistic,
        Threshold,
        ComparisonOperator: 'GreaterThanThreshold',
        Period: 300,
        EvaluationPeriods: 3,
        DatapointsToAlarm: 2,
        TreatMissingData: 'notBreaching',
        AlarmDescription: expect.stringMatching(new RegExp(`^orders: .* Runbook: ${RUNBOOK}#${section}$`)),
      });
    },
  );

  test('DeadLetters sounds at the first note', () => {
    expect(alarm(stack, 'DeadLetters')).toMatchObject({
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: 'rest' }],
      Statistic: 'Maximum',
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      EvaluationPeriods: 1,
      DatapointsToAlarm: 1,
      TreatMissingData: 'notBreaching',
    });
  });

  test('CriticalFields sounds at the first anomaly, and names the fields', () => {
    const { stack: critical } = alarmsWith({ criticalFields: ['order_id', 'items[].sku'] });
    expect(alarm(critical, 'CriticalFields')).toMatchObject({
      Namespace: 'Lakehouse',
      MetricName: 'CriticalFieldAnomalies',
      Dimensions: PRODUCT,
      Statistic: 'Sum',
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      Period: 300,
      EvaluationPeriods: 1,
      DatapointsToAlarm: 1,
      TreatMissingData: 'notBreaching',
      AlarmDescription:
        'orders: critical fields are missing, null or invalid; there are 2 of them: order_id, items[].sku. ' +
        `Runbook: ${RUNBOOK}#critical-fields`,
    });
    expect(alarm(stack, 'CriticalFields')).toBeUndefined();
  });

  test('a contract with thousands of critical fields fits the description of an alarm', () => {
    const criticalFields = Array.from({ length: 5000 }, (_, i) => `field_number_${i}`);
    const { AlarmDescription } = alarm(alarmsWith({ criticalFields }).stack, 'CriticalFields');
    expect(AlarmDescription.length).toBeLessThan(1024);
    expect(AlarmDescription).toMatch(/there are 5000 of them: field_number_0, .*…\. Runbook/);
  });

  test('drift of files, which may come once a day, sounds at once; and none where it is not watched', () => {
    const queue = (given: Given) =>
      alarmsWith({
        stream: undefined,
        queue: sqs.Queue.fromQueueArn(new Stack(), 'Files', 'arn:aws:sqs:eu-west-1:123456789012:files'),
        ...given,
      });
    expect(alarm(queue({}).stack, 'SchemaDrift')).toMatchObject({
      EvaluationPeriods: 1,
      DatapointsToAlarm: 1,
    });
    const { stack: unwatched, alarms } = queue({ enableSchemaDrift: false });
    expect(alarm(unwatched, 'SchemaDrift')).toBeUndefined();
    expect(alarms.schemaDrift).toBeUndefined();
    const raised = alarmsWith({
      thresholds: { schemaDrift: 1000, criticalFieldAnomalies: 3 },
      criticalFields: ['id'],
    });
    expect(alarm(raised.stack, 'SchemaDrift').Threshold).toBe(1000);
    expect(alarm(raised.stack, 'CriticalFields').Threshold).toBe(3);
  });

  test('RefusedWrites is a share of what producers tried to write', () => {
    const { Metrics, Threshold } = alarm(stack, 'RefusedWrites');
    expect(Threshold).toBe(10);
    expect(metricOf(Metrics, 'refused')).toEqual([
      'AWS/Kinesis',
      'WriteProvisionedThroughputExceeded',
      STREAM,
    ]);
    expect(metricOf(Metrics, 'written')).toEqual(['AWS/Kinesis', 'IncomingRecords', STREAM]);
    expect(expressionOf(Metrics)).toBe('100 * FILL(refused, 0) / (FILL(refused, 0) + FILL(written, 0))');
  });

  test('QuarantineRate is a share of what was read, and no figure while nothing is', () => {
    const { Metrics, Threshold, TreatMissingData } = alarm(stack, 'QuarantineRate');
    expect(Threshold).toBe(1);
    expect(TreatMissingData).toBe('notBreaching');
    expect(metricOf(Metrics, 'quarantined')).toEqual(['Lakehouse', 'RecordsQuarantined', PRODUCT]);
    expect(metricOf(Metrics, 'read')).toEqual(['Lakehouse', 'RecordsRead', PRODUCT]);
    expect(expressionOf(Metrics)).toBe('100 * FILL(quarantined, 0) / read');
  });

  test('NoData waits for twice the promised frequency, and takes silence for what it is', () => {
    expect(alarm(stack, 'NoData')).toMatchObject({
      MetricName: 'RecordsRead',
      Dimensions: PRODUCT,
      Period: 900,
      EvaluationPeriods: 2,
      DatapointsToAlarm: 2,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
  });

  test('has dimensions on every metric, an action at its start and its end, and a runbook', () => {
    const all = alarmsOf(stack);
    expect(all).toHaveLength(11);
    for (const one of all) {
      const metrics = one.Metrics?.flatMap((entry: any) => entry.MetricStat?.Metric ?? []) ?? [one];
      for (const metric of metrics) expect(metric.Dimensions).toHaveLength(1);
      expect(one.AlarmActions).toEqual(['arn:aws:sns:eu-west-1:123456789012:pager']);
      expect(one.OKActions).toEqual(one.AlarmActions);
      expect(one.ActionsEnabled).toBe(true);
      expect(one.AlarmDescription).toContain(`Runbook: ${RUNBOOK}#`);
    }
  });
});

describe('thresholds', () => {
  test('follow the latency the contract promises', () => {
    const { stack } = alarmsWith({ serviceLevels: { latencySeconds: 300 } });
    expect(alarm(stack, 'IteratorAge').Threshold).toBe(300_000);
    expect(alarm(stack, 'StreamIteratorAge').Threshold).toBe(300_000);
    expect(alarm(stack, 'Freshness').Threshold).toBe(300_000);
  });

  test('warn of falling behind at a quarter of the retention, however much latency is allowed', () => {
    const { stack } = alarmsWith({
      serviceLevels: { latencySeconds: 86_400 },
      retention: Duration.hours(24),
    });
    expect(alarm(stack, 'IteratorAge').Threshold).toBe(6 * 3_600_000);
    expect(alarm(stack, 'Freshness').Threshold).toBe(86_400_000);
  });

  test('are those of the contract where the retention is known at deployment only', () => {
    const retention = Duration.hours(Token.asNumber({ Ref: 'Hours' }));
    const { stack } = alarmsWith({ serviceLevels: { latencySeconds: 300 }, retention });
    expect(alarm(stack, 'IteratorAge').Threshold).toBe(300_000);
  });

  test('follow the error rate the contract allows, none included', () => {
    expect(
      alarm(alarmsWith({ serviceLevels: { errorRatePercent: 2.5 } }).stack, 'QuarantineRate').Threshold,
    ).toBe(2.5);
    expect(
      alarm(alarmsWith({ serviceLevels: { errorRatePercent: 0 } }).stack, 'QuarantineRate').Threshold,
    ).toBe(0);
  });

  test('are those given, zero included', () => {
    const { stack } = alarmsWith({
      serviceLevels: { latencySeconds: 60, frequencySeconds: 60, errorRatePercent: 5 },
      thresholds: {
        iteratorAge: Duration.millis(0),
        freshness: Duration.minutes(2),
        silence: Duration.hours(2),
        quarantinedPercent: 0,
        functionErrors: 3,
        functionThrottles: 4,
        refusedWritesPercent: 0,
        refusedReads: 5,
        deadLetters: 6,
      },
    });
    expect(alarm(stack, 'IteratorAge').Threshold).toBe(0);
    expect(alarm(stack, 'Freshness').Threshold).toBe(120_000);
    expect(alarm(stack, 'NoData').Period).toBe(7200);
    expect(alarm(stack, 'QuarantineRate').Threshold).toBe(0);
    expect(alarm(stack, 'FunctionErrors').Threshold).toBe(3);
    expect(alarm(stack, 'FunctionThrottles').Threshold).toBe(4);
    expect(alarm(stack, 'RefusedWrites').Threshold).toBe(0);
    expect(alarm(stack, 'RefusedReads').Threshold).toBe(5);
    expect(alarm(stack, 'DeadLetters').Threshold).toBe(6);
  });

  test.each([
    [1, 60, 2],
    [90, 120, 2],
    [90.5, 120, 2],
    [86_400, 86_400, 2],
    [90_000, 45_000, 4],
    [3 * 86_400, 86_400, 6],
  ])(
    'a frequency of %d s is watched over periods of %i s, %i of them',
    (frequencySeconds, period, periods) => {
      const { stack } = alarmsWith({ serviceLevels: { frequencySeconds } });
      expect(alarm(stack, 'NoData')).toMatchObject({ Period: period, EvaluationPeriods: periods });
      // What CloudWatch accepts: a day for short periods, seven for those of an hour and more.
      expect(period * periods).toBeLessThanOrEqual(period < 3600 ? 86_400 : 7 * 86_400);
      expect(period % 60).toBe(0);
    },
  );

  test('no frequency, or one beyond what CloudWatch can watch, makes no alarm on silence', () => {
    for (const serviceLevels of [{}, { frequencySeconds: 3 * 86_400 + 1 }]) {
      const { stack, alarms } = alarmsWith({ serviceLevels });
      expect(alarms.noData).toBeUndefined();
      expect(alarm(stack, 'NoData')).toBeUndefined();
      expect(alarms.all).toHaveLength(10);
    }
  });

  test.each([
    [
      { quarantinedPercent: 101 },
      'thresholds.quarantinedPercent must be between 0 and 100 percent. Received 101. Give a share of the records: 1 is one in a hundred.',
    ],
    [
      { refusedWritesPercent: -1 },
      'thresholds.refusedWritesPercent must be between 0 and 100 percent. Received -1. Give a share of the records: 1 is one in a hundred.',
    ],
    [
      { functionErrors: -1 },
      'thresholds.functionErrors must be between 0 and 9007199254740991. Received -1. The alarm sounds above the threshold: 0 means at the first one.',
    ],
    [
      { silence: Duration.days(4) },
      'thresholds.silence must be between 60 and 259200 seconds. Received 345600. CloudWatch evaluates alarms over one minute to seven days; watch for longer gaps with a scheduled query.',
    ],
  ])('refuses %j', (thresholds, message) => {
    expect(() => alarmsWith({ thresholds })).toThrow(new Error(message));
  });
});

test('a product name that is no value of a dimension is refused', () => {
  expect(() => alarmsWith({ productName: 'o'.repeat(256) })).toThrow(
    /^productName must be 1 to 255 printable ASCII characters/,
  );
});

describe('actions', () => {
  test('alarms that reach nobody fail at synthesis, and the error says what to do', () => {
    const { stack } = alarmsWith({ silent: true });
    expect(() => Template.fromStack(stack)).toThrow(
      'The alarms of "Test/Alarms" reach nobody. Call notify(topic) or addAction(action), pass topics, ' +
        'or set actionsEnabled: false to say that nobody is to be told.',
    );
  });

  test('nobody has to be told when actions are off', () => {
    const { stack } = alarmsWith({ silent: true, actionsEnabled: false });
    for (const one of alarmsOf(stack)) expect(one.ActionsEnabled).toBe(false);
  });

  test('an action of one’s own is enough', () => {
    const { stack, alarms } = alarmsWith({ silent: true });
    alarms.addAction(
      new SnsAction(sns.Topic.fromTopicArn(stack, 'Own', 'arn:aws:sns:eu-west-1:123456789012:own')),
    );
    for (const one of alarmsOf(stack))
      expect(one.AlarmActions).toEqual(['arn:aws:sns:eu-west-1:123456789012:own']);
  });

  test('CloudWatch may publish to the topic and use its key', () => {
    const { stack, alarms } = alarmsWith({ silent: true });
    const key = new kms.Key(stack, 'Key');
    const topic = new sns.Topic(stack, 'Encrypted', { masterKey: key, enforceSSL: true });
    alarms.notify(topic);
    const template = Template.fromStack(stack);
    const principal = { Service: 'cloudwatch.amazonaws.com' };
    const condition = { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } };
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'sns:Publish',
            Effect: 'Allow',
            Principal: principal,
            Condition: condition,
          }),
        ]),
      },
    });
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
            Effect: 'Allow',
            Principal: principal,
            Condition: condition,
          }),
        ]),
      },
    });
  });

  test('a topic told twice is told once', () => {
    const { stack, alarms } = alarmsWith({ silent: true });
    const topic = new sns.Topic(stack, 'Twice');
    alarms.notify(topic);
    alarms.notify(topic);
    for (const one of alarmsOf(stack)) expect(one.AlarmActions).toHaveLength(1);
  });
});

test('a runbook of one’s own is linked by section', () => {
  const { stack } = alarmsWith({ runbookUrl: 'https://wiki.example.com/orders' });
  expect(alarm(stack, 'DeadLetters').AlarmDescription).toMatch(
    /Runbook: https:\/\/wiki\.example\.com\/orders#dead-letters$/,
  );
});

test('without a dead-letter queue there is no alarm on it', () => {
  const { alarms } = alarmsWith({ deadLetterQueue: undefined });
  expect(alarms.deadLetters).toBeUndefined();
  expect(alarms.all).toHaveLength(9);
  expect(() => alarms.metrics.deadLetters()).toThrow(
    'The metrics of "orders" have no dead-letter queue to measure. Pass deadLetterQueue.',
  );
});

test('metrics go with the namespace and period asked for', () => {
  const stack = new Stack(new App(), 'Test');
  const metrics = new PipelineMetrics({
    productName: 'orders',
    processor: lambda.Function.fromFunctionArn(stack, 'Function', FUNCTION_ARN),
    stream: new IngestStream(stack, 'Stream'),
    metricNamespace: 'Lakehouse/dev',
    period: Duration.minutes(1),
  });
  expect(metrics.recordsAccepted()).toMatchObject({
    namespace: 'Lakehouse/dev',
    metricName: 'RecordsAccepted',
    dimensions: { Product: 'orders' },
    period: Duration.minutes(1),
  });
});

function metricOf(metrics: any[], id: string): unknown[] {
  const { Namespace, MetricName, Dimensions } = metrics.find((entry) => entry.Id === id).MetricStat.Metric;
  return [Namespace, MetricName, Dimensions];
}

function expressionOf(metrics: any[]): string {
  return metrics.find((entry) => entry.Expression !== undefined).Expression;
}

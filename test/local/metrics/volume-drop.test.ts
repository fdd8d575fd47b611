import { Duration } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { PipelineAlarms } from '../../../lib/aws';
import { AlarmState, evaluateAlarm } from '../../../lib/local/metrics/alarm';
import { MetricStore } from '../../../lib/local/metrics/metric-store';
import { surroundings } from '../../aws/orders';
import * as lambda from 'aws-cdk-lib/aws-lambda';

/** The alarm as the construct declares it, over so many records in each period; null is a period without a datapoint. */
function stateAfter(hours: (number | null)[], percent = 20, id: 'HourlyDrop' | 'DailyDrop' = 'HourlyDrop') {
  const { stack, stream } = surroundings();
  const processor = lambda.Function.fromFunctionName(stack, 'Given', 'processor');
  new PipelineAlarms(stack, 'Alarms', {
    productName: 'orders',
    processor,
    stream,
    actionsEnabled: false,
    thresholds: { hourlyDropPercent: percent, dailyDropPercent: percent },
  });
  const [[logicalId, { Properties }]] = Object.entries(
    Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'),
  ).filter(([name]) => name.startsWith(`Alarms${id}`));
  const metrics = new MetricStore();
  const period = (id === 'DailyDrop' ? Duration.days(1) : Duration.hours(1)).toMilliseconds();
  hours.forEach((records, i) => {
    if (records === null) return;
    const identity = { namespace: 'Lakehouse', name: 'RecordsRead', dimensions: { Product: 'orders' } };
    // In two batches.
    metrics.add(identity, records - 1, i * period);
    metrics.add(identity, 1, i * period + 60_000);
  });
  const type = 'AWS::CloudWatch::Alarm';
  const report = evaluateAlarm(
    { stack: 's', logicalId, path: `s/${id}`, type, name: id, arn: 'arn', properties: Properties },
    metrics,
  );
  return { ...report, properties: Properties };
}

test.each([
  [[100, 80], AlarmState.ALARM, 20],
  [[100, 81], AlarmState.OK, 19],
  [[1_000_000, 800_000], AlarmState.ALARM, 20],
  [[1_000_000, 800_001], AlarmState.OK, 19.9999],
  [[15, 12], AlarmState.ALARM, 20],
  [[100, 120], AlarmState.OK, -20],
])('%j records in two hours: %s', (hours, state, value) => {
  expect(stateAfter(hours)).toMatchObject({ state, value });
});

test('one hour has nothing to be less than, and neither has one after an hour of nothing', () => {
  expect(stateAfter([50]).state).toBe(AlarmState.OK);
  expect(stateAfter([100, null, 50]).reason).toBe('No data, which this alarm treats as fine.');
});

test('a day is held against the day before', () => {
  expect(stateAfter([2400, 1920], 20, 'DailyDrop').state).toBe(AlarmState.ALARM);
  expect(stateAfter([2400, 1921], 20, 'DailyDrop').state).toBe(AlarmState.OK);
});

test('the alarm is one of metric math over the records read, from the threshold on', () => {
  const { properties } = stateAfter([1]);
  expect(properties).toMatchObject({
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    Threshold: 20,
    TreatMissingData: 'notBreaching',
    AlarmDescription: expect.stringMatching(
      /^orders: at least 20 % fewer records than in the hour before\. Runbook: .*#volume-drop$/,
    ),
    Metrics: [
      { Expression: '-100 * DIFF(FILL(read, 0)) / (FILL(read, 0) - DIFF(FILL(read, 0)))' },
      { MetricStat: { Period: 3600, Stat: 'Sum', Metric: { MetricName: 'RecordsRead' } } },
    ],
  });
});

test('a share that is none is refused', () => {
  expect(() => stateAfter([1], 0)).toThrow(
    'thresholds.hourlyDropPercent must be between 1 and 100 percent. Received 0. ' +
      'Give how much less is too little: at 20, 80 records after 100 sound the alarm.',
  );
});

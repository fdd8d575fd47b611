import { AlarmState, evaluateAlarm } from '../../../lib/local/metrics/alarm';
import { embeddedMetrics } from '../../../lib/local/metrics/embedded-metrics';
import { LatencyHistogram } from '../../../lib/local/metrics/latency-histogram';
import { UnsupportedExpression, evaluateMath } from '../../../lib/local/metrics/metric-math';
import { MetricStore } from '../../../lib/local/metrics/metric-store';
import type { JsonObject } from '../../../lib/local/template/json';

const MINUTE = 60_000;
const START = 1_700_000_040_000;
const dimensions = { FunctionName: 'f' };

/** One value a minute. */
function store(values: Record<string, number[]>): MetricStore {
  const metrics = new MetricStore();
  for (const [name, series] of Object.entries(values)) {
    series.forEach((value, minute) =>
      metrics.add({ namespace: 'N', name, dimensions }, value, START + minute * MINUTE),
    );
  }
  return metrics;
}

const METRIC = { Namespace: 'N', MetricName: 'm', Dimensions: [{ Name: 'FunctionName', Value: 'f' }] };

function evaluate(properties: JsonObject, metrics: MetricStore) {
  const resource = {
    stack: 's',
    logicalId: 'A',
    path: 's/A',
    type: 'AWS::CloudWatch::Alarm',
    name: 'A',
    arn: 'arn',
  };
  return evaluateAlarm({ ...resource, properties }, metrics);
}

function simple(comparison: string, threshold: number, more: JsonObject = {}): JsonObject {
  return {
    ...METRIC,
    Statistic: 'Sum',
    Period: 60,
    ComparisonOperator: comparison,
    Threshold: threshold,
    ...more,
  };
}

describe('an alarm', () => {
  it.each([
    ['GreaterThanThreshold', 5, AlarmState.OK],
    ['GreaterThanThreshold', 4.9, AlarmState.ALARM],
    ['GreaterThanOrEqualToThreshold', 5, AlarmState.ALARM],
    ['LessThanThreshold', 5, AlarmState.OK],
    ['LessThanThreshold', 6, AlarmState.ALARM],
    ['LessThanOrEqualToThreshold', 5, AlarmState.ALARM],
  ])('%s %d against 5', (comparison, threshold, state) => {
    expect(evaluate(simple(comparison, threshold), store({ m: [5] })).state).toBe(state);
  });

  it('needs as many breaching datapoints as it asks for, or all there are', () => {
    const sustained = simple('GreaterThanThreshold', 0, { EvaluationPeriods: 3, DatapointsToAlarm: 2 });
    expect(evaluate(sustained, store({ m: [1] })).state).toBe(AlarmState.ALARM);
    expect(evaluate(sustained, store({ m: [0, 1, 0] })).state).toBe(AlarmState.OK);
    expect(evaluate(sustained, store({ m: [1, 0, 1] }))).toMatchObject({
      state: AlarmState.ALARM,
      value: 1,
      reason: '1 > 0 in 2 of 3 periods.',
    });
  });

  it('applies its statistic to each period', () => {
    const values = store({ m: [1] });
    for (const value of [2, 9]) values.add({ namespace: 'N', name: 'm', dimensions }, value, START + 1);
    const worst = (more: JsonObject): number | undefined =>
      evaluate(simple('GreaterThanThreshold', 0, more), values).value;
    expect(worst({})).toBe(12);
    expect(worst({ Statistic: 'Average' })).toBe(4);
    expect(worst({ Statistic: 'Minimum' })).toBe(1);
    expect(worst({ Statistic: 'Maximum' })).toBe(9);
    expect(worst({ Statistic: 'SampleCount' })).toBe(3);
    expect(worst({ Statistic: undefined as never, ExtendedStatistic: 'p50' })).toBe(2);
  });

  it('takes missing data as it is told to', () => {
    const missing = (treatment: string): AlarmState =>
      evaluate(simple('GreaterThanThreshold', 0, { TreatMissingData: treatment }), new MetricStore()).state;
    expect(missing('breaching')).toBe(AlarmState.ALARM);
    expect(missing('notBreaching')).toBe(AlarmState.OK);
    expect(missing('missing')).toBe(AlarmState.INSUFFICIENT_DATA);
  });

  it('looks at its own dimensions only', () => {
    const other = simple('GreaterThanThreshold', 0, { Dimensions: [{ Name: 'FunctionName', Value: 'g' }] });
    expect(evaluate(other, store({ m: [5] })).state).toBe(AlarmState.INSUFFICIENT_DATA);
  });

  it('evaluates metric math period by period', () => {
    const query = (id: string, name: string): JsonObject => ({
      Id: id,
      ReturnData: false,
      MetricStat: { Metric: { ...METRIC, MetricName: name }, Period: 60, Stat: 'Sum' },
    });
    const rate = {
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 10,
      Metrics: [
        { Id: 'rate', Expression: '100 * FILL(bad, 0) / read' },
        query('bad', 'bad'),
        query('read', 'read'),
      ],
    };
    expect(evaluate(rate, store({ read: [100, 50], bad: [10, 10] })).value).toBe(20);
    expect(evaluate(rate, store({ read: [100] }))).toMatchObject({ state: AlarmState.OK, value: 0 });
    expect(evaluate(rate, store({})).state).toBe(AlarmState.INSUFFICIENT_DATA);
    const unknown = {
      ...rate,
      Metrics: [{ Id: 'x', Expression: 'ANOMALY_DETECTION_BAND(bad)' }, query('bad', 'bad')],
    };
    expect(evaluate(unknown, store({ bad: [1] }))).toMatchObject({
      state: AlarmState.INSUFFICIENT_DATA,
      reason: expect.stringContaining('ANOMALY_DETECTION_BAND'),
    });
  });
});

describe('metric math', () => {
  const values: Record<string, number> = { a: 6, b: 3, zero: 0 };
  it.each([
    ['a + b * 2', 12],
    ['(a + b) * 2', 18],
    ['-a / b', -2],
    ['a / zero', undefined],
    ['a + gone', undefined],
    ['FILL(gone, 1) + a', 7],
    ['IF(a > b, 1, 0)', 1],
    ['IF(a <= b OR zero, 1, 0)', 0],
    ['MAX([a, b, gone])', 6],
    ['MIN([a, b])', 3],
    ['SUM([a, b])', 9],
    ['AVG([a, b])', 4.5],
    ['ABS(b - a)', 3],
    ['CEIL(a / 4) - FLOOR(a / 4)', 1],
    ['a == 6 && b != 6', 1],
  ])('%s', (expression, expected) => {
    expect(evaluateMath(expression, (id) => values[id])).toBe(expected);
  });

  it.each(['a +', 'a b', '(a', 'RATE(a)', 'a ? b', '[a, b'])('%s is refused', (expression) => {
    expect(() => evaluateMath(expression, (id) => values[id])).toThrow(UnsupportedExpression);
  });
});

describe('embedded metrics', () => {
  const line = (more: object): string =>
    JSON.stringify({
      _aws: {
        Timestamp: START,
        CloudWatchMetrics: [
          { Namespace: 'N', Dimensions: [['Product']], Metrics: [{ Name: 'Read' }, { Name: 'Gone' }] },
        ],
      },
      Product: 'orders',
      ...more,
    });

  it('are found in a line', () => {
    const identity = { namespace: 'N', name: 'Read', dimensions: { Product: 'orders' } };
    expect(embeddedMetrics(line({ Read: 5 }))).toEqual([{ identity, value: 5, timestamp: START }]);
    expect(embeddedMetrics(line({ Read: [1, 2] })).map(({ value }) => value)).toEqual([1, 2]);
  });

  it.each([
    '',
    'text',
    '{"_aws": broken',
    '{"a":1}',
    '["_aws"]',
    '{"_aws":1}',
    '{"_aws":{"CloudWatchMetrics":[1]}}',
  ])('are not in %j', (text) => expect(embeddedMetrics(text)).toEqual([]));
});

describe('a latency histogram', () => {
  it('gives quantiles within its resolution', () => {
    const histogram = new LatencyHistogram();
    expect(histogram.quantile(0.5)).toBeUndefined();
    expect(histogram.buckets()).toEqual([]);
    for (let value = 1; value <= 1000; value++) histogram.add(value);
    expect(Math.abs(histogram.quantile(0.5)! / 500 - 1)).toBeLessThan(0.05);
    expect(Math.abs(histogram.quantile(0.99)! / 990 - 1)).toBeLessThan(0.05);
    expect(histogram.buckets().reduce((sum, { count }) => sum + count, 0)).toBe(1000);
  });
});

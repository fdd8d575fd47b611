import type { Resource } from '../template/assembly';
import { isObject, listAt, numberAt, objectAt, textAt } from '../template/json';
import type { JsonObject } from '../template/json';
import { UnsupportedExpression, evaluateMath } from './metric-math';
import type { MathValue } from './metric-math';
import type { MetricStore } from './metric-store';

export enum AlarmState {
  ALARM = 'ALARM',
  OK = 'OK',
  INSUFFICIENT_DATA = 'INSUFFICIENT_DATA',
}

export interface AlarmReport {
  readonly name: string;
  /** Path in the construct tree. */
  readonly path: string;
  readonly description: string;
  readonly state: AlarmState;
  /** Why it is in this state, in one sentence. */
  readonly reason: string;
  readonly threshold?: number;
  /** The worst datapoint of the run; absent where there was none. */
  readonly value?: number;
}

const COMPARISONS: Record<
  string,
  { readonly breaches: (value: number, threshold: number) => boolean; readonly sign: string }
> = {
  GreaterThanThreshold: { breaches: (value, threshold) => value > threshold, sign: '>' },
  GreaterThanOrEqualToThreshold: { breaches: (value, threshold) => value >= threshold, sign: '≥' },
  LessThanThreshold: { breaches: (value, threshold) => value < threshold, sign: '<' },
  LessThanOrEqualToThreshold: { breaches: (value, threshold) => value <= threshold, sign: '≤' },
};

/**
 * The state an alarm of the template would have reached over a run. A run is shorter than most evaluation ranges: the
 * datapoints it has stand for the whole range, so one breaching datapoint of one counts as sustained.
 */
export function evaluateAlarm(alarm: Resource, metrics: MetricStore): AlarmReport {
  const { properties } = alarm;
  const identity = {
    name: alarm.name,
    path: alarm.path.replace(/\/Resource$/, ''),
    description: textAt(properties, 'AlarmDescription') ?? '',
  };
  const threshold = numberAt(properties, 'Threshold');
  const comparison = COMPARISONS[textAt(properties, 'ComparisonOperator') ?? ''];
  if (threshold === undefined || comparison === undefined) {
    return {
      ...identity,
      state: AlarmState.INSUFFICIENT_DATA,
      reason: 'Not a static threshold; not evaluated here.',
    };
  }
  let datapoints: number[];
  try {
    datapoints = series(properties, metrics);
  } catch (error) {
    if (!(error instanceof UnsupportedExpression)) throw error;
    return { ...identity, threshold, state: AlarmState.INSUFFICIENT_DATA, reason: error.message };
  }
  if (datapoints.length === 0) return { ...identity, threshold, ...withoutData(properties) };

  const periods = numberAt(properties, 'EvaluationPeriods') ?? 1;
  const needed = Math.min(numberAt(properties, 'DatapointsToAlarm') ?? periods, datapoints.length);
  const breaching = datapoints.filter((value) => comparison.breaches(value, threshold)).length;
  const worst = datapoints.reduce((left, right) =>
    comparison.sign === '<' || comparison.sign === '≤' ? Math.min(left, right) : Math.max(left, right),
  );
  const alarming = breaching >= needed;
  return {
    ...identity,
    threshold,
    value: worst,
    state: alarming ? AlarmState.ALARM : AlarmState.OK,
    reason: alarming
      ? `${figure(worst)} ${comparison.sign} ${figure(threshold)} in ${breaching} of ${datapoints.length} periods.`
      : `${figure(worst)} is not ${comparison.sign} ${figure(threshold)}.`,
  };
}

function withoutData(properties: JsonObject): { state: AlarmState; reason: string } {
  switch (textAt(properties, 'TreatMissingData')) {
    case 'breaching':
      return { state: AlarmState.ALARM, reason: 'No data, which this alarm treats as breaching.' };
    case 'notBreaching':
      return { state: AlarmState.OK, reason: 'No data, which this alarm treats as fine.' };
    default:
      return { state: AlarmState.INSUFFICIENT_DATA, reason: 'No data.' };
  }
}

/** The alarm's datapoints in order of time. */
function series(properties: JsonObject, metrics: MetricStore): number[] {
  const queries = listAt(properties, 'Metrics').filter(isObject);
  if (queries.length === 0) {
    return inOrder(
      metricSeries(
        properties,
        textAt(properties, 'Statistic') ?? textAt(properties, 'ExtendedStatistic'),
        metrics,
      ),
    );
  }
  const result = queries.find((query) => query.ReturnData !== false) ?? queries[0];
  return inOrder(querySeries(textAt(result, 'Id') ?? '', queries, metrics));
}

function querySeries(id: string, queries: JsonObject[], metrics: MetricStore): Map<number, number> {
  const query = queries.find((candidate) => candidate.Id === id);
  if (!query) throw new UnsupportedExpression(id, 'no metric of that id');
  const expression = textAt(query, 'Expression');
  if (expression === undefined) {
    const statistic = objectAt(query, 'MetricStat');
    return metricSeries(
      { ...objectAt(statistic, 'Metric'), Period: statistic.Period },
      textAt(statistic, 'Stat'),
      metrics,
    );
  }
  const inputs = new Map<string, Map<number, number>>();
  for (const other of queries) {
    const otherId = textAt(other, 'Id');
    if (otherId !== undefined && otherId !== id && new RegExp(`\\b${otherId}\\b`).test(expression)) {
      inputs.set(otherId, querySeries(otherId, queries, metrics));
    }
  }
  const periods = queries.map((one) => numberAt(objectAt(one, 'MetricStat'), 'Period') ?? 0);
  const period = Math.max(numberAt(query, 'Period') ?? 0, ...periods) * 1000;
  const times = new Set([...inputs.values()].flatMap((values) => [...values.keys()]));
  const results = new Map<number, number>();
  for (const time of times) {
    const value: MathValue = evaluateMath(expression, (name, periodsBefore) =>
      inputs.get(name)?.get(time - periodsBefore * period),
    );
    if (value !== undefined) results.set(time, value);
  }
  return results;
}

function metricSeries(
  metric: JsonObject,
  statistic: string | undefined,
  metrics: MetricStore,
): Map<number, number> {
  const dimensions = Object.fromEntries(
    listAt(metric, 'Dimensions')
      .filter(isObject)
      .map((dimension) => [textAt(dimension, 'Name') ?? '', textAt(dimension, 'Value') ?? '']),
  );
  return metrics.statistics(
    { namespace: textAt(metric, 'Namespace') ?? '', name: textAt(metric, 'MetricName') ?? '', dimensions },
    statistic ?? 'Average',
    numberAt(metric, 'Period') ?? 300,
  );
}

function inOrder(values: Map<number, number>): number[] {
  return [...values].sort(([left], [right]) => left - right).map(([, value]) => value);
}

function figure(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(3);
}

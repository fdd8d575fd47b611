import { QualityMetrics } from '../../lambda/signals/quality-metrics';
import { QualityGates } from '../../lib/contract';
import { contractWith } from '../contract/quality/tables';

function published(rules: string[], counts: Record<string, string>, rows: string): any[] {
  const lines: any[] = [];
  const stdout = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(JSON.parse(String(text)));
    return true;
  });
  const gates = QualityGates.of(contractWith({ value: rules }).schema());
  const measured = Object.entries(counts).map(([measure, value]) => ({ measure, value }));
  const results = gates.evaluate([{ measure: 'rows', value: rows }, ...measured]);
  new QualityMetrics({ metricNamespace: 'Lake', product: 'things' }).publish(results);
  stdout.mockRestore();
  return lines;
}

const NULLS = 'id: null_rate, metric: nullValues, unit: percent, mustBeLessOrEqualTo: 0.1';
const VALID = 'id: Größe, metric: invalidValues, arguments: { minLength: 1 }, mustBe: 0';
const PROSE = 'type: text, description: looks right';

test('a score, and for each rule whether it failed and its share, each under its own dimensions', () => {
  const lines = published([NULLS, VALID, PROSE], { null_rate: '11', Größe: '0' }, '10000');
  expect(lines.map(({ _aws, ...values }) => values)).toEqual([
    { Product: 'things', QualityScore: 50 },
    { Product: 'things', Rule: 'null_rate', GateFailed: 1, GateSharePercent: 0.11 },
    { Product: 'things', Rule: 'Gr__e', GateFailed: 0 },
  ]);
  const [directive] = lines[1]._aws.CloudWatchMetrics;
  expect(directive.Namespace).toBe('Lake');
  expect(directive.Dimensions).toEqual([['Product', 'Rule']]);
  expect(directive.Metrics).toContainEqual({ Name: 'GateSharePercent', Unit: 'Percent' });
});

test('a share at the limit is the limit, and a gate that could not be measured failed', () => {
  expect(published([NULLS], { null_rate: '10' }, '10000')[1]).toMatchObject({
    GateFailed: 0,
    GateSharePercent: 0.1,
  });
  expect(published([NULLS], { null_rate: '0' }, '0')[1]).toMatchObject({
    GateFailed: 0,
    GateSharePercent: 0,
  });
  const [only, ...others] = published([NULLS], {}, '10000');
  expect(only).toMatchObject({ Rule: 'null_rate', GateFailed: 1 });
  expect(others).toEqual([]);
});

import { DataContract } from '../../lib/contract';

const HEAD = 'apiVersion: v3.1.0\nkind: DataContract\nid: a\nversion: 1.0.0\nstatus: active\n';

function slaOf(...slaProperties: object[]) {
  return DataContract.fromString(`${HEAD}slaProperties: ${JSON.stringify(slaProperties)}`).sla;
}

test.each([
  ['latency', 4, 'd', { latencySeconds: 345_600 }],
  ['latency', 500, 'ms', { latencySeconds: 0.5 }],
  ['latency', '15', 'Minutes', { latencySeconds: 900 }],
  ['latency', '15m', undefined, { latencySeconds: 900 }],
  ['latency', 'PT1H30M', undefined, { latencySeconds: 5400 }],
  ['frequency', 'daily', undefined, { frequencySeconds: 86_400 }],
  ['frequency', 2, 'wk', { frequencySeconds: 1_209_600 }],
  ['retention', 3, 'y', { retentionDays: 1095 }],
  ['retention', 6, 'months', { retentionDays: 180 }],
  ['retention', 'P1Y', undefined, { retentionDays: 365 }],
  ['throughput', 10_000, 'events/s', { recordsPerSecond: 10_000 }],
  ['throughput', 600, 'records per minute', { recordsPerSecond: 10 }],
  ['throughput', 7200, '/h', { recordsPerSecond: 2 }],
  ['throughput', 7200, 'per hour', { recordsPerSecond: 2 }],
  ['throughput', 5, 'rps', { recordsPerSecond: 5 }],
  ['throughput', 5, 'operations/s', { recordsPerSecond: 5 }],
  ['throughput', 5, 'MB/s', { bytesPerSecond: 5_000_000 }],
  ['throughput', 60, 'KiB/min', { bytesPerSecond: 1024 }],
  ['errorRate', 0.5, undefined, { errorRatePercent: 0.5 }],
  ['errorRate', '1%', undefined, { errorRatePercent: 1 }],
  ['errorRate', 0.25, 'ratio', { errorRatePercent: 25 }],
  ['generalAvailability', '2026-01-01', undefined, {}],
])('%s of %j %s', (property, value, unit, expected) => {
  expect(slaOf({ property, value, unit })).toEqual(expected);
});

test('of two promises the stricter one holds', () => {
  expect(
    slaOf(
      { property: 'latency', value: 4, unit: 'h', element: 'a' },
      { property: 'latency', value: 1, unit: 'h', element: 'b' },
      { property: 'retention', value: 10, unit: 'd' },
      { property: 'retention', value: 20, unit: 'd' },
    ),
  ).toEqual({ latencySeconds: 3600, retentionDays: 20 });
});

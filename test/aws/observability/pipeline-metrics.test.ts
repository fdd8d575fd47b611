import { Stack } from 'aws-cdk-lib';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { IngestStream, PipelineMetrics } from '../../../lib/aws';
import { METRICS } from '../../../lib/contract/metric-names';

test('each count of records is the one that the handler emits for the product', () => {
  const stack = new Stack();
  const metrics = new PipelineMetrics({
    productName: 'orders',
    processor: LambdaFunction.fromFunctionName(stack, 'Processor', 'ingest'),
    stream: new IngestStream(stack, 'Stream'),
    metricNamespace: 'Lake/test',
  });
  const counted = [
    [metrics.recordsRead(), METRICS.recordsRead],
    [metrics.recordsAccepted(), METRICS.recordsAccepted],
    [metrics.recordsQuarantined(), METRICS.recordsQuarantined],
    [metrics.recordsDropped(), METRICS.recordsDropped],
    [metrics.recordsDuplicate(), METRICS.recordsDuplicate],
  ] as const;
  for (const [metric, metricName] of counted) {
    expect(metric).toMatchObject({
      namespace: 'Lake/test',
      metricName,
      dimensions: { Product: 'orders' },
      statistic: 'Sum',
    });
  }
});

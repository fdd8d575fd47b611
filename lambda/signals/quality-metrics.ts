import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRICS, PRODUCT_DIMENSION, RULE_DIMENSION, ruleDimension } from '../../lib/contract/metric-names';
import { type QualityGateResult, QualityOutcome } from '../../lib/contract/quality/quality-result';

/** Results of quality gates as CloudWatch metrics: a score of them all, and for each whether it failed and by how much. */
export class QualityMetrics {
  private readonly namespace: string;
  private readonly product: string;

  constructor({ metricNamespace, product }: { readonly metricNamespace: string; readonly product: string }) {
    this.namespace = metricNamespace;
    this.product = product;
  }

  publish(results: readonly QualityGateResult[]): void {
    const evaluated = results.filter(({ outcome }) => outcome !== QualityOutcome.NOT_EVALUATED);
    if (evaluated.length > 0) {
      const passed = evaluated.filter(({ outcome }) => outcome === QualityOutcome.PASSED).length;
      const metrics = this.metrics({});
      metrics.addMetric(METRICS.qualityScore, MetricUnit.Percent, (100 * passed) / evaluated.length);
      metrics.publishStoredMetrics();
    }
    for (const result of results) {
      // A rule that compares with nothing, or is another engine's, is nobody's gate here.
      if (result.operator === undefined) continue;
      const metrics = this.metrics({ [RULE_DIMENSION]: ruleDimension(result.rule) });
      const failed = result.outcome === QualityOutcome.PASSED ? 0 : 1;
      metrics.addMetric(METRICS.gateFailed, MetricUnit.Count, failed);
      const share = shareOf(result);
      if (share !== undefined) metrics.addMetric(METRICS.gateShare, MetricUnit.Percent, share);
      metrics.publishStoredMetrics();
    }
  }

  private metrics(dimensions: Record<string, string>): Metrics {
    const metrics = new Metrics({ namespace: this.namespace });
    metrics.clearDefaultDimensions();
    metrics.setDefaultDimensions({ [PRODUCT_DIMENSION]: this.product, ...dimensions });
    return metrics;
  }
}

/** None of no rows is 0 %, as for the gate itself. */
function shareOf({ unit, value, total }: QualityGateResult): number | undefined {
  if (unit !== 'percent' || value === undefined || total === undefined) return undefined;
  return total === '0' ? 0 : (100 * Number(value)) / Number(total);
}

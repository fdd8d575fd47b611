import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRICS, PRODUCT_DIMENSION } from '../../lib/contract/metric-names';
import type { RefineReport } from '../pipeline/refine/refine';

/** Metrics of an update of silver as one line of CloudWatch's embedded metric format; zeros too, for alarms on rates. */
export class RefineMetrics {
  private readonly metrics: Metrics;

  constructor({ metricNamespace, product }: { readonly metricNamespace: string; readonly product: string }) {
    this.metrics = new Metrics({ namespace: metricNamespace });
    // Powertools adds a dimension "service" of its own; an alarm names every dimension or finds nothing.
    this.metrics.clearDefaultDimensions();
    this.metrics.setDefaultDimensions({ [PRODUCT_DIMENSION]: product });
  }

  publish(report: RefineReport, milliseconds: number): void {
    const add = (name: string, unit: (typeof MetricUnit)[keyof typeof MetricUnit], value: number) =>
      this.metrics.addMetric(name, unit, Math.max(0, Math.round(value)));
    add(METRICS.rowsRefined, MetricUnit.Count, report.rows);
    add(METRICS.rowsUpserted, MetricUnit.Count, report.upserted);
    add(METRICS.rowsDeleted, MetricUnit.Count, report.deleted);
    add(METRICS.rowsLate, MetricUnit.Count, report.late);
    add(METRICS.rowsQuarantined, MetricUnit.Count, report.rejected);
    add(METRICS.refineBytesRead, MetricUnit.Bytes, report.bytesRead);
    add(METRICS.refineBytesWritten, MetricUnit.Bytes, report.bytesWritten);
    add(METRICS.refineLag, MetricUnit.Milliseconds, report.lagMilliseconds);
    add(METRICS.refineDuration, MetricUnit.Milliseconds, milliseconds);
    add(METRICS.refineConflicts, MetricUnit.Count, report.conflicts);
    this.metrics.publishStoredMetrics();
  }
}

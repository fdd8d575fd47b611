import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRICS, PRODUCT_DIMENSION } from '../../lib/contract/metric-names';
import type { IngestConfiguration } from '../configuration/ingest';
import type { IngestReport } from '../pipeline/ingest-report';

/**
 * Metrics of a batch as one line of CloudWatch's embedded metric format. Counts are emitted when zero too: an alarm on
 * a rate needs the zeros, and a missing metric is to mean a function that does not run.
 */
export class IngestMetrics {
  private readonly metrics: Metrics;

  constructor({ metricNamespace, product }: Pick<IngestConfiguration, 'metricNamespace' | 'product'>) {
    this.metrics = new Metrics({ namespace: metricNamespace });
    // Powertools adds a dimension "service" of its own; an alarm names every dimension or finds nothing.
    this.metrics.clearDefaultDimensions();
    this.metrics.setDefaultDimensions({ [PRODUCT_DIMENSION]: product });
  }

  publish(report: IngestReport, now: number): void {
    const count = (name: string, value: number) => this.metrics.addMetric(name, MetricUnit.Count, value);
    const milliseconds = (name: string, value: number) =>
      this.metrics.addMetric(name, MetricUnit.Milliseconds, Math.max(0, Math.round(value)));
    count(METRICS.recordsRead, report.read);
    count(METRICS.recordsAccepted, report.accepted);
    count(METRICS.recordsQuarantined, report.quarantined);
    count(METRICS.recordsReplayed, report.replayed);
    if (report.dropped !== undefined) count(METRICS.recordsDropped, report.dropped);
    if (report.duplicates !== undefined) count(METRICS.recordsDuplicate, report.duplicates);
    count(METRICS.unknownFields, report.unknownFields);
    const { ofShape, ofCritical } = report.drift;
    count(METRICS.schemaDrift, ofShape);
    if (ofCritical !== undefined) count(METRICS.criticalFieldAnomalies, ofCritical);
    if (report.personalData !== undefined)
      count(METRICS.unclassifiedPersonalData, report.personalData.values);
    if (report.oldestArrival !== undefined) milliseconds(METRICS.freshness, now - report.oldestArrival);
    if (report.bronzeSnapshot !== undefined || report.quarantineSnapshot !== undefined) {
      milliseconds(METRICS.commitDuration, report.commitMilliseconds);
      count(METRICS.commitConflicts, report.conflicts);
    }
    this.metrics.publishStoredMetrics();
  }
}

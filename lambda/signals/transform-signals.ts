import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Context } from 'aws-lambda';
import { METRICS, PRODUCT_DIMENSION } from '../../lib/contract/metric-names';
import type { QualityGateResult } from '../../lib/contract/quality/quality-result';
import type { TransformReport } from '../pipeline/sql-transform/run-transform';
import { QualityMetrics } from './quality-metrics';

/** Log lines and metrics of a transform. They hold counts, never rows. */
export class TransformSignals {
  private readonly logger: Logger;
  private readonly metrics: Metrics;
  private readonly quality: QualityMetrics;

  constructor(product: string, metricNamespace: string) {
    this.logger = new Logger({ serviceName: product });
    this.metrics = new Metrics({ namespace: metricNamespace });
    this.metrics.clearDefaultDimensions();
    this.metrics.setDefaultDimensions({ [PRODUCT_DIMENSION]: product });
    this.quality = new QualityMetrics({ product, metricNamespace });
  }

  describe(context: Context | undefined): void {
    // A local run or a test invokes the handler without one.
    if (context) this.logger.addContext(context);
  }

  gates(input: string, results: readonly QualityGateResult[]): void {
    this.quality.publish(results);
    this.logger.info('Gates measured', { input, results });
  }

  done(report: TransformReport, milliseconds: number): void {
    this.logger.info(report.scope === 'nothing' ? 'Nothing to transform' : 'Table transformed', {
      ...report,
      milliseconds: Math.round(milliseconds),
    });
    this.count(1, 0);
    this.metrics.addMetric(METRICS.transformDuration, MetricUnit.Milliseconds, Math.round(milliseconds));
    this.metrics.publishStoredMetrics();
  }

  /** Commits that an earlier run was made by, or found besides. */
  takenIn(commits: number): void {
    this.logger.info('Commits were taken in before', { commits });
  }

  /** An engine still runs the statement of an earlier delivery: no failure, and it will be asked again. */
  waiting(error: Error): void {
    this.logger.info('Still running', { error });
  }

  failed(error: unknown, again: boolean): void {
    const message = again ? 'Transform failed and will be tried again' : 'Transform failed';
    this.logger.error(message, { error: error instanceof Error ? error : new Error(String(error)) });
    this.count(0, 1);
    this.metrics.publishStoredMetrics();
  }

  private count(runs: number, failures: number): void {
    this.metrics.addMetric(METRICS.transformRuns, MetricUnit.Count, runs);
    this.metrics.addMetric(METRICS.transformFailures, MetricUnit.Count, failures);
  }
}

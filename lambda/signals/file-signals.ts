import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Context } from 'aws-lambda';
import { METRICS, PRODUCT_DIMENSION } from '../../lib/contract/metric-names';
import { type FileOutcome, FileState } from '../pipeline/files/file-request';
import { fileUri } from '../stores/source-files';

/** What became of files: a line for each, and counts. Names of files and columns, never what is in them. */
export class FileSignals {
  private readonly logger: Logger;
  private readonly metrics: Metrics;

  constructor({ product, metricNamespace }: { readonly product: string; readonly metricNamespace: string }) {
    this.logger = new Logger({ serviceName: product });
    this.metrics = new Metrics({ namespace: metricNamespace });
    this.metrics.clearDefaultDimensions();
    this.metrics.setDefaultDimensions({ [PRODUCT_DIMENSION]: product });
  }

  publish(outcomes: readonly FileOutcome[], context: Context | undefined): void {
    if (context) this.logger.addContext(context);
    for (const { request, lane, state, records, reason, error } of outcomes) {
      const { key, versionId, etag, size } = request.file;
      const line = { file: fileUri(request.file), key, versionId, etag, size, lane, state, records, reason };
      if (state === FileState.FAILED)
        this.logger.error('File failed', { ...line, ...(error instanceof Error && { error }) });
      else if (state === FileState.REFUSED) this.logger.warn('File refused', line);
      else this.logger.info('File', line);
    }
    const count = (...states: FileState[]): number =>
      outcomes.filter(({ state }) => states.includes(state)).length;
    this.metrics.addMetric(METRICS.filesTaken, MetricUnit.Count, count(FileState.DONE));
    this.metrics.addMetric(METRICS.filesRefused, MetricUnit.Count, count(FileState.REFUSED));
    this.metrics.publishStoredMetrics();
  }

  refused(messageId: string, error: unknown, context: Context | undefined): void {
    if (context) this.logger.addContext(context);
    this.logger.error('Message refused', {
      messageId,
      error: error instanceof Error ? error : String(error),
    });
  }
}

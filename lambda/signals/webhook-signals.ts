import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Context } from 'aws-lambda';
import { METRICS, PRODUCT_DIMENSION, REASON_DIMENSION } from '../../lib/contract/metric-names';
import type { Receipt } from '../pipeline/webhook/request';

/**
 * What became of a request, as metrics in CloudWatch's embedded format, and a log line where it was not taken. Neither holds
 * anything that the producer sent but the size of it.
 */
export class WebhookSignals {
  private readonly logger: Logger;

  constructor(
    private readonly product: string,
    private readonly metricNamespace: string,
  ) {
    this.logger = new Logger({ serviceName: product });
  }

  told(
    receipt: Receipt,
    { requestId, body }: { readonly requestId?: string; readonly body: Uint8Array },
    context?: Context,
  ): void {
    // A test invokes the handler without one.
    if (context) this.logger.addContext(context);
    const { status, refusal, failure, error, records } = receipt;
    this.publish({}, [
      [METRICS.requestsReceived, 1],
      [METRICS.requestsRefused, refusal === undefined ? 0 : 1],
      [METRICS.requestsFailed, failure === undefined ? 0 : 1],
      [METRICS.recordsPut, records],
    ]);
    const line = { requestId, status, bytes: body.length };
    if (refusal !== undefined) {
      this.publish({ [REASON_DIMENSION]: refusal }, [[METRICS.requestsRefused, 1]]);
      this.logger.warn('Request refused', { ...line, reason: refusal });
    }
    if (failure !== undefined) {
      this.publish({ [REASON_DIMENSION]: failure }, [[METRICS.requestsFailed, 1]]);
      this.logger.error('Request not taken', {
        ...line,
        reason: failure,
        error: error instanceof Error ? error : new Error(String(error)),
      });
    }
  }

  private publish(
    dimensions: Record<string, string>,
    counts: readonly (readonly [name: string, value: number])[],
  ): void {
    const metrics = new Metrics({ namespace: this.metricNamespace });
    metrics.clearDefaultDimensions();
    metrics.setDefaultDimensions({ [PRODUCT_DIMENSION]: this.product, ...dimensions });
    for (const [name, value] of counts) metrics.addMetric(name, MetricUnit.Count, value);
    metrics.publishStoredMetrics();
  }
}

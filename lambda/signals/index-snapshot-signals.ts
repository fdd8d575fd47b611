import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Context } from 'aws-lambda';
import {
  DOMAIN_DIMENSION,
  INDEX_SNAPSHOT_METRICS,
  REPOSITORY_DIMENSION,
} from '../../lib/contract/metric-names';
import type { IndexSnapshotConfiguration } from '../configuration/index-snapshot';
import type { RestoreBegun } from '../search/restore-indexes';
import type { IndexSnapshot } from '../search/snapshot-repository';
import type { SnapshotCheck, SnapshotTaken } from '../search/take-snapshots';

/** Failed shards that a log line names; it counts them all. */
const NAMED = 5;

/** Snapshots of search indexes: lines and metrics. */
export class IndexSnapshotSignals {
  private readonly logger = new Logger({ serviceName: 'index-snapshot' });
  private readonly metrics: Metrics;
  private readonly place: { readonly domain: string; readonly repository: string };

  constructor(
    { settings, metricNamespace }: Pick<IndexSnapshotConfiguration, 'settings' | 'metricNamespace'>,
    context: Context | undefined,
  ) {
    const { domain, repository } = settings;
    this.place = { domain, repository };
    // A test invokes the handler without one.
    if (context) this.logger.addContext(context);
    this.metrics = new Metrics({ namespace: metricNamespace });
    this.metrics.clearDefaultDimensions();
    this.metrics.setDefaultDimensions({ [DOMAIN_DIMENSION]: domain, [REPOSITORY_DIMENSION]: repository });
  }

  taken(result: SnapshotTaken): void {
    this.logger.info(result.begun ? 'Index snapshot begun' : 'Index snapshot found', {
      ...this.place,
      ...result,
    });
    this.count(INDEX_SNAPSHOT_METRICS.taken, result.begun ? 1 : 0);
    this.metrics.publishStoredMetrics();
  }

  checked({ newest, failed, madeUpFor, ...rest }: SnapshotCheck, now: number): void {
    if (madeUpFor) this.taken(madeUpFor);
    for (const snapshot of failed) this.logger.error('Index snapshot failed', this.failure(snapshot));
    const ageSeconds = newest && Math.max(0, Math.round((now - newest.startedAt) / 1000));
    this.logger[rest.notDeleted.length > 0 ? 'warn' : 'info']('Index snapshots checked', {
      ...this.place,
      ...rest,
      failed: failed.length,
      newest: newest?.name,
      ageSeconds,
      shards: newest?.shards,
      tookSeconds: newest?.endedAt && Math.round((newest.endedAt - newest.startedAt) / 1000),
    });
    this.count(INDEX_SNAPSHOT_METRICS.kept, rest.kept);
    this.count(INDEX_SNAPSHOT_METRICS.failed, failed.length);
    if (newest && ageSeconds !== undefined) {
      this.count(INDEX_SNAPSHOT_METRICS.shards, newest.shards);
      this.metrics.addMetric(INDEX_SNAPSHOT_METRICS.age, MetricUnit.Seconds, ageSeconds);
    }
    this.metrics.publishStoredMetrics();
  }

  restoring(result: RestoreBegun): void {
    this.logger.info('Indexes being restored', { ...this.place, ...result });
  }

  failed(error: unknown): void {
    this.logger.error('Index snapshot request failed', { ...this.place, failure: String(error) });
  }

  private failure({
    name,
    state,
    reason,
    indexes,
    shards,
    failedShards,
  }: IndexSnapshot): Record<string, unknown> {
    return {
      ...this.place,
      snapshot: name,
      state,
      reason: reason ?? (indexes.length === 0 ? 'No index is in it.' : undefined),
      shards,
      failedShards: failedShards.length,
      shardFailures: failedShards
        .slice(0, NAMED)
        .map((one) => ({ ...one, reason: one.reason.slice(0, 300) })),
    };
  }

  private count(name: string, value: number): void {
    this.metrics.addMetric(name, MetricUnit.Count, value);
  }
}

import type { Context, KinesisStreamBatchResponse } from 'aws-lambda';
import { readIngestConfiguration, type IngestConfiguration } from '../configuration';
import { openLookups } from '../lookups/open-lookups';
import { createBatchEncoder, encodeRows } from '../pipeline/encoding';
import { ingest } from '../pipeline/ingest';
import type { IngestTargets } from '../pipeline/ingest-targets';
import type { TableTarget } from '../pipeline/table-target';
import { ContractInput } from '../pipeline/transform/contract-input';
import { loadTransform } from '../pipeline/transform/load-transform';
import type { RecordTransform } from '../pipeline/transform/record-transform';
import { IngestLog } from '../signals/ingest-log';
import { IngestMetrics } from '../signals/ingest-metrics';
import { kinesisRecords } from '../sources/kinesis';
import type { CommitQueue } from '../pipeline/commit/commit-request';
import { storeFor } from '../stores/store-for';
import { openTable } from '../tables/open-table';
import * as compiled from './contract.mjs';

interface Ingestion {
  readonly targets: IngestTargets;
  readonly metrics: IngestMetrics;
  readonly log: IngestLog;
}

let opened: Promise<Ingestion> | undefined;

/**
 * Takes a batch of a Kinesis stream into bronze and quarantine. Every record it returns from is settled, so that the
 * response names no failures; when it throws, the event source mapping delivers the batch again, or its halves.
 */
export async function handler(event: unknown, context?: Context): Promise<KinesisStreamBatchResponse> {
  const { targets, metrics, log } = await ingestion();
  try {
    const report = await ingest(kinesisRecords(event), targets);
    log.batch(report, context);
    metrics.publish(report, targets.now());
    return { batchItemFailures: [] };
  } catch (error) {
    log.failure(error, context);
    throw error;
  }
}

/** Opened by the first batch and kept for the container's life; a failure to open is tried again by the next batch. */
function ingestion(): Promise<Ingestion> {
  opened ??= open(readIngestConfiguration()).catch((error: unknown) => {
    opened = undefined;
    throw error;
  });
  return opened;
}

async function open(configuration: IngestConfiguration): Promise<Ingestion> {
  const [bronze, quarantine, transform] = await Promise.all([
    target(configuration.bronzeTable),
    target(configuration.quarantineTable),
    userTransform(configuration),
  ]);
  return {
    targets: {
      bronze,
      quarantine,
      contract: compiled.contract,
      newEncoder: (table) => createBatchEncoder(compiled, table),
      encodeRows,
      rejections: configuration.rejections,
      transform: transform && ((records) => transform.outcomes(records)),
      commits: await commitQueue(configuration, bronze.table.location),
      now: Date.now,
    },
    metrics: new IngestMetrics(configuration),
    log: new IngestLog(configuration.product),
  };
}

/** The user's own code is imported where there is any: it lies beside the bundle, as the contract does. */
async function userTransform({ transform }: IngestConfiguration): Promise<RecordTransform | undefined> {
  if (transform === undefined) return undefined;
  return loadTransform(transform, {
    module: () => import('./transform.mjs'),
    input: async () => new ContractInput(await import('./input-contract.mjs')),
    lookups: () => openLookups(transform.lookups, (file) => import(file)),
  });
}

async function commitQueue(
  { commitQueue: url }: IngestConfiguration,
  location: string,
): Promise<CommitQueue | undefined> {
  if (url === undefined) return undefined;
  // Imported on first use: a function that commits itself never loads the SQS client.
  const { SqsCommitQueue } = await import('../sources/commit-queue');
  return new SqsCommitQueue(url, storeFor, async () => location);
}

async function target(uri: string): Promise<TableTarget> {
  const table = await openTable(uri);
  return { table, store: await storeFor(table.location) };
}

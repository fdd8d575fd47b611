import type { Context, KinesisStreamBatchResponse } from 'aws-lambda';
import { ConfigurationError } from '../../configuration/environment';
import { readIngestConfiguration, type IngestConfiguration } from '../../configuration/ingest';
import type { UserTransformConfiguration } from '../../configuration/user-transform';
import { readLineageConfiguration } from '../../configuration/lineage';
import type { DeduplicationSettings } from '../../../lib/contract/deduplication-settings';
import { BUNDLES, HANDLER_ENVIRONMENT } from '../../../lib/contract/handler-environment';
import { createBatchEncoder, encodeRows, type CompiledContractModule } from '../../pipeline/encoding';
import { ingest } from '../../pipeline/ingest';
import type { IngestTargets } from '../../pipeline/ingest-targets';
import { byLane, rangeOf } from '../../pipeline/lane';
import type { PersonalDataWatch } from '../../pipeline/pii/personal-data-watch';
import type { SourceRecord } from '../../pipeline/record';
import type { TableTarget } from '../../pipeline/table-target';
import type { EventDeduplication } from '../../pipeline/deduplication/event-deduplication';
import type { RecordTransform } from '../../pipeline/transform/record-transform';
import { IngestLog } from '../../signals/ingest-log';
import { IngestMetrics } from '../../signals/ingest-metrics';
import type { IngestLineage, IngestTables } from '../../signals/lineage/ingest-lineage';
import { kinesisRecords, kinesisStreams } from '../../sources/kinesis';
import type { Secrets } from '../../lookups/secrets';
import type { CommitQueue } from '../../pipeline/commit/commit-request';
import { storeFor } from '../../stores/store-for';
import type { IcebergTable } from '../../tables/iceberg-table';
import { openTable } from '../../tables/open-table';

interface Ingestion {
  readonly targets: IngestTargets;
  readonly metrics: IngestMetrics;
  readonly log: IngestLog;
  /** Where lineage is told. */
  readonly lineage?: IngestLineage;
}

export type IngestHandler = (event: unknown, context?: Context) => Promise<KinesisStreamBatchResponse>;

/** Loads the user's own code. */
export type OpenTransform = (settings: UserTransformConfiguration) => Promise<RecordTransform>;

/** Opens what knows which events are in. */
export type OpenDeduplication = (settings: DeduplicationSettings) => Promise<EventDeduplication>;

/** What only some processors need. */
export interface IngestionParts {
  readonly openTransform: OpenTransform;
  readonly openDeduplication: OpenDeduplication;
  readonly secrets: Secrets;
}

/**
 * Takes a batch of a Kinesis stream into bronze and quarantine. Every record it returns from is settled, so that the
 * response names no failures; when it throws, the event source mapping delivers the batch again, or its halves.
 * @param compiled code compiled from the contract
 * @param parts undefined in a bundle without the clients they need
 */
export function ingestHandler(compiled: CompiledContractModule, parts?: IngestionParts): IngestHandler {
  let opened: Promise<Ingestion> | undefined;
  // Opened by the first batch and kept for the container's life; a failure to open is tried again by the next batch.
  const ingestion = (): Promise<Ingestion> => {
    opened ??= open(readIngestConfiguration(), compiled, parts).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  return async (event, context) => {
    const { targets, metrics, log, lineage } = await ingestion();
    const started = targets.now();
    let records: SourceRecord[] = [];
    try {
      records = kinesisRecords(event);
      const report = await ingest(records, targets);
      log.batch(report, context);
      metrics.publish(report, targets.now());
      await lineage?.ingested(report, kinesisStreams(event), started);
      return { batchItemFailures: [] };
    } catch (error) {
      log.failure(error, context);
      await lineage?.failed(error, byLane(records).map(rangeOf), kinesisStreams(event), started);
      throw error;
    }
  };
}

async function open(
  configuration: IngestConfiguration,
  compiled: CompiledContractModule,
  parts: IngestionParts | undefined,
): Promise<Ingestion> {
  const [bronze, quarantine, targets, deduplication] = await Promise.all([
    target(configuration.bronzeTable),
    target(configuration.quarantineTable),
    targetsOf(configuration, compiled, parts),
    eventDeduplication(configuration, parts),
  ]);
  const commits = await commitQueue(configuration, bronze.table.location);
  return {
    targets: { ...targets, bronze, quarantine, deduplication, commits },
    metrics: new IngestMetrics(configuration),
    log: new IngestLog(configuration.product),
    lineage: await openIngestLineage({ bronze: bronze.table, quarantine: quarantine.table }, parts?.secrets),
  };
}

/** Imported on first use: a function that is told of no sink never loads it. */
export async function openIngestLineage(
  tables: IngestTables,
  secrets?: Secrets,
): Promise<IngestLineage | undefined> {
  const configuration = readLineageConfiguration();
  if (configuration === undefined) return undefined;
  const { IngestLineage } = await import('../../signals/lineage/ingest-lineage');
  return new IngestLineage(configuration, tables, secrets);
}

/** What records go through on their way to the tables. */
export async function targetsOf(
  configuration: Pick<IngestConfiguration, 'rejections' | 'transform' | 'personalDataSample'>,
  compiled: CompiledContractModule,
  parts: Pick<IngestionParts, 'openTransform'> | undefined,
): Promise<Omit<IngestTargets, 'bronze' | 'quarantine' | 'commits'>> {
  const transform = await userTransform(configuration, parts);
  return {
    contract: compiled.contract,
    newEncoder: (table) => createBatchEncoder(compiled, table),
    encodeRows,
    rejections: configuration.rejections,
    transform: transform && ((records) => transform.outcomes(records)),
    personalData: await personalDataWatch(configuration),
    now: Date.now,
  };
}

/** Imported on first use, as its columns are: they are beside the bundle only where somebody looks. */
async function personalDataWatch({
  personalDataSample,
}: Pick<IngestConfiguration, 'personalDataSample'>): Promise<PersonalDataWatch | undefined> {
  if (personalDataSample === undefined) return undefined;
  const [{ PersonalDataWatch }, { columns }] = await Promise.all([
    import('../../pipeline/pii/personal-data-watch'),
    // Where the bundle is that this module becomes part of.
    import('./classified-columns.mjs'),
  ]);
  return new PersonalDataWatch(columns, personalDataSample);
}

async function userTransform(
  { transform }: Pick<IngestConfiguration, 'transform'>,
  parts: Pick<IngestionParts, 'openTransform'> | undefined,
): Promise<RecordTransform | undefined> {
  if (transform === undefined) return undefined;
  if (parts) return parts.openTransform(transform);
  throw new ConfigurationError(
    `${HANDLER_ENVIRONMENT.transform} is set, but this bundle runs no transform: deploy ${BUNDLES.kinesisTransform}.`,
  );
}

async function eventDeduplication(
  { deduplication }: IngestConfiguration,
  parts: IngestionParts | undefined,
): Promise<EventDeduplication | undefined> {
  if (deduplication === undefined) return undefined;
  if (parts) return parts.openDeduplication(deduplication);
  throw new ConfigurationError(
    `${HANDLER_ENVIRONMENT.deduplication} is set, but this bundle knows no events: deploy ${BUNDLES.kinesisTransform}.`,
  );
}

async function commitQueue(
  { commitQueue: url }: IngestConfiguration,
  location: string,
): Promise<CommitQueue | undefined> {
  if (url === undefined) return undefined;
  // Imported on first use: a function that commits itself never loads the SQS client.
  const { SqsCommitQueue } = await import('../../sources/commit-queue');
  return new SqsCommitQueue(url, storeFor, async () => location);
}

async function target(uri: string): Promise<TableTarget & { readonly table: IcebergTable }> {
  const table = await openTable(uri);
  return { table, store: await storeFor(table.location) };
}

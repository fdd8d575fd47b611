import type { Context, SQSBatchResponse } from 'aws-lambda';
import { type FileConfiguration, readFileConfiguration } from '../configuration/files';
import { openLookups } from '../lookups/open-lookups';
import { FileLedger } from '../pipeline/files/file-ledger';
import { type FileOutcome, type FileRequest, FileState } from '../pipeline/files/file-request';
import { FileIntake } from '../pipeline/files/intake';
import type { IntakeOptions } from '../pipeline/files/intake-options';
import { ContractInput } from '../pipeline/transform/contract-input';
import { loadTransform } from '../pipeline/transform/load-transform';
import { SecretsManagerSecrets } from '../lookups/secrets';
import { FileSignals } from '../signals/file-signals';
import { IngestLog } from '../signals/ingest-log';
import { IngestMetrics } from '../signals/ingest-metrics';
import { fileMessage, fileRequests } from '../sources/file-events';
import { queueMessages } from '../sources/table-commit';
import { sendTask } from '../sources/task-queue';
import { sourceFilesOf } from '../stores/source-files';
import { storeFor } from '../stores/store-for';
import { openTable } from '../tables/open-table';
import * as compiled from './contract.mjs';
import { columns } from './file-columns.mjs';
import { openIngestLineage, targetsOf } from './parts/ingestion';
import { fileLineage, type FileLineage } from './parts/file-lineage';

/** Time kept back for the end of an invocation, beside that of a commit, which may take twice as long as any before. */
const TIME_KEPT_BACK = 20_000;

type Opened = Omit<IntakeOptions, 'hasTime' | 'committed' | 'failed'>;

interface Landing {
  readonly configuration: FileConfiguration;
  readonly intake: Opened;
  readonly log: IngestLog;
  readonly metrics: IngestMetrics;
  readonly signals: FileSignals;
  /** Where lineage is told. */
  readonly lineage?: FileLineage;
}

let opened: Promise<Landing> | undefined;

/**
 * Takes files into bronze and quarantine. Takes the records of a queue, whose bodies are events of S3 or files to be gone
 * on with, and says which of them are to come again; or one of these as it is, and gives back what became of its files.
 */
export async function handler(event: unknown, context?: Context): Promise<SQSBatchResponse | object> {
  const landing = await open();
  const messages = queueMessages(isQueueEvent(event) ? event : undefined);
  if (!messages) {
    const outcomes = await take(landing, fileRequests(event), context);
    return {
      caughtUp: outcomes.every(({ state }) => state !== FileState.FAILED && state !== FileState.UNFINISHED),
      files: outcomes.map(({ lane, state, records, reason }) => ({ lane, state, records, reason })),
    };
  }
  const failures: string[] = [];
  const asking: { messageId: string; request: FileRequest }[] = [];
  for (const { messageId, body } of messages) {
    try {
      for (const request of fileRequests(body)) asking.push({ messageId, request });
    } catch (error) {
      landing.signals.refused(messageId, error, context);
      failures.push(messageId);
    }
  }
  const outcomes = await take(
    landing,
    asking.map(({ request }) => request),
    context,
  );
  for (const [index, outcome] of outcomes.entries()) {
    if (!(await isSettled(landing, outcome))) failures.push(asking[index].messageId);
  }
  return { batchItemFailures: [...new Set(failures)].map((itemIdentifier) => ({ itemIdentifier })) };
}

/** Those of a size that is for a container are handed over, and count as done here. */
async function take(
  { configuration, intake, log, metrics, signals, lineage }: Landing,
  requests: readonly FileRequest[],
  context: Context | undefined,
): Promise<FileOutcome[]> {
  const { taskQueue, maxFileBytes } = configuration;
  const isLarge = ({ file }: FileRequest): boolean => taskQueue !== undefined && file.size > maxFileBytes;
  const run = new FileIntake({
    ...intake,
    hasTime: (longestCommit) =>
      !context || context.getRemainingTimeInMillis() > 2 * longestCommit + TIME_KEPT_BACK,
    committed: async (report, batch) => {
      log.batch(report, context);
      metrics.publish(report, Date.now());
      await lineage?.ingested(report, batch);
    },
    failed: async (error, batch) => lineage?.failed(error, batch),
  });
  const outcomes = await run.take(requests.filter((request) => !isLarge(request)));
  signals.publish(outcomes, context);
  // The tables may be others by now, for example created anew.
  if (outcomes.some(({ state }) => state === FileState.FAILED)) opened = undefined;
  const left = [...outcomes];
  return Promise.all(
    requests.map(async (request) => (isLarge(request) ? handedOver(request, taskQueue!) : left.shift()!)),
  );
}

async function handedOver(request: FileRequest, queue: string): Promise<FileOutcome> {
  const lane = `file:${request.file.bucket}/${request.file.key}`;
  try {
    const identity = JSON.stringify(request.file);
    await sendTask(queue, { request: fileMessage(request), group: lane, identity });
    return { request, lane, state: FileState.DONE, records: 0 };
  } catch (error) {
    return { request, lane, state: FileState.FAILED, records: 0, error };
  }
}

/** A file there was no time for goes on by a message of its own: the one at hand is done, and its failures with it. */
async function isSettled({ configuration, signals }: Landing, outcome: FileOutcome): Promise<boolean> {
  const { request, state, records } = outcome;
  if (state === FileState.FAILED) return false;
  if (state !== FileState.UNFINISHED) return true;
  // A container has nobody to go on: whoever gets its message next does.
  if (configuration.fileQueue === undefined) return false;
  try {
    const { sendJson } = await import('../sources/sqs-messages');
    await sendJson(configuration.fileQueue, fileMessage({ ...request, progress: { records } }));
    return true;
  } catch (error) {
    signals.refused(request.file.key, error, undefined);
    return false;
  }
}

/** S3's own events have a list of that name as well. */
function isQueueEvent(event: unknown): boolean {
  const records = (event as { Records?: { body?: unknown }[] } | undefined)?.Records;
  return Array.isArray(records) && records.every((record) => typeof record?.body === 'string');
}

/** Opened by the first event and kept until something fails. */
function open(): Promise<Landing> {
  opened ??= openLanding(readFileConfiguration()).catch((error: unknown) => {
    opened = undefined;
    throw error;
  });
  return opened;
}

async function openLanding(configuration: FileConfiguration): Promise<Landing> {
  const table = async (uri: string) => {
    const found = await openTable(uri);
    return { table: found, store: await storeFor(found.location) };
  };
  const [bronze, quarantine, targets] = await Promise.all([
    table(configuration.bronzeTable),
    table(configuration.quarantineTable),
    targetsOf(configuration, compiled, {
      openTransform: (transform) =>
        loadTransform(transform, {
          module: () => import('./transform.mjs'),
          input: async () => new ContractInput(await import('./input-contract.mjs')),
          lookups: () => openLookups(transform.lookups, (file) => import(file)),
        }),
    }),
  ]);
  const tables = { bronze: bronze.table, quarantine: quarantine.table };
  const told = await openIngestLineage(tables, new SecretsManagerSecrets());
  return {
    configuration,
    lineage: told && fileLineage(told, configuration.folder),
    intake: {
      targets: { ...targets, bronze, quarantine },
      files: sourceFilesOf,
      ledger: new FileLedger(await storeFor(configuration.ledger), configuration.ledger),
      contract: { columns, header: configuration.header },
      disposition: configuration.disposition,
      batchBytes: configuration.batchBytes,
    },
    log: new IngestLog(configuration.product),
    metrics: new IngestMetrics(configuration),
    signals: new FileSignals(configuration),
  };
}

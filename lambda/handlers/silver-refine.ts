import type { Context, SQSBatchResponse } from 'aws-lambda';
import type { QualityGateResult } from '../../lib/contract/quality/quality-result';
import { readRefineConfiguration, type RefineConfiguration } from '../configuration/refine';
import { readLineageConfiguration } from '../configuration/lineage';
import { gateStep } from '../pipeline/quality/gate-step';
import type { IncrementEngine, RefineTables, RowMasks, RowStep } from '../pipeline/refine/increment';
import { refine, type RefineReport } from '../pipeline/refine/refine';
import { RowEngine } from '../pipeline/refine/row-engine';
import { openLookups } from '../lookups/open-lookups';
import { SecretsManagerSecrets } from '../lookups/secrets';
import { hasConsumed } from '../pipeline/table-progress';
import { loadTransform } from '../pipeline/transform/load-transform';
import { keepResults } from '../rows/quality-results';
import type { RefineLineage } from '../signals/lineage/refine-lineage';
import { QualityMetrics } from '../signals/quality-metrics';
import { RefineLog } from '../signals/refine-log';
import { RefineMetrics } from '../signals/refine-metrics';
import { isCommitTo, queueMessages, tableCause, type TableCause } from '../sources/table-commit';
import { sendTask } from '../sources/task-queue';
import { UnexpectedEvent } from '../sources/unexpected-event';
import type { IcebergTable } from '../tables/iceberg-table';
import { openTable } from '../tables/open-table';
import * as compiled from './contract.mjs';

/** Time kept back beside that of the next part of an increment, which may take twice as long as any before it. */
const TIME_KEPT_BACK = 10_000;

/** A gate sees all rows of an increment, also in a container: they are in memory. */
const MAX_GATED_BYTES = 64 * 1024 * 1024;
const isGated = gateStep(compiled.rowGates, () => undefined) !== undefined;

interface Refinery {
  readonly configuration: RefineConfiguration;
  readonly tables: RefineTables;
  readonly quality: IcebergTable | undefined;
  readonly transform: RowStep | undefined;
  readonly masks: RowMasks | undefined;
  readonly log: RefineLog;
  readonly metrics: RefineMetrics;
  readonly qualityMetrics: QualityMetrics;
  /** Where lineage is told. */
  readonly lineage?: RefineLineage;
}

let opened: Promise<Refinery> | undefined;

/**
 * Brings silver up to date with bronze. Takes the records of a queue, whose bodies are Glue's events of commits or
 * requests, and says which of them are to come again; or one of these as it is, and gives the report back. However many
 * ask, silver is brought up to date once.
 */
export async function handler(event: unknown, context?: Context): Promise<SQSBatchResponse | RefineReport> {
  const refinery = await open();
  const messages = queueMessages(event);
  if (!messages) {
    requireOurs(refinery, event);
    return refined(refinery, context);
  }
  const failures: string[] = [];
  const asking: { messageId: string; cause: TableCause }[] = [];
  for (const { messageId, body } of messages) {
    try {
      asking.push({ messageId, cause: requireOurs(refinery, body) });
    } catch (error) {
      refinery.log.refused(messageId, error, context);
      failures.push(messageId);
    }
  }
  if (asking.length > 0 && !(await isTakenIn(refinery, asking, context))) {
    const done = await refined(refinery, context).then(
      ({ caughtUp, handedOver }) => caughtUp || handedOver,
      () => false,
    );
    if (!done) failures.push(...asking.map(({ messageId }) => messageId));
  }
  return { batchItemFailures: failures.map((itemIdentifier) => ({ itemIdentifier })) };
}

/** Events of other tables are taken too: whoever sends them has a reason, and an update too many changes nothing. */
function requireOurs({ configuration }: Refinery, event: unknown): TableCause {
  const cause = tableCause(event, 'refine');
  if (cause.kind === 'commit' || cause.table === configuration.silverTable) return cause;
  throw new UnexpectedEvent(
    `A request to refine "${cause.table}". This function refines ${configuration.silverTable}.`,
  );
}

/**
 * True when messages tell of nothing but commits to bronze that an earlier run took in, with others. Such a run is made by
 * the first commit that has waited long enough; were each of the others one more, commits would never be gathered.
 */
async function isTakenIn(
  { tables: { bronze, silver }, log }: Refinery,
  asking: readonly { readonly cause: TableCause }[],
  context: Context | undefined,
): Promise<boolean> {
  const times = asking.map(({ cause }) =>
    cause.kind === 'commit' && isCommitTo(cause, bronze.uri) ? cause.time : undefined,
  );
  if (!times.every((time) => time !== undefined)) return false;
  try {
    // In the order a run reads them.
    await silver.refresh();
    await bronze.refresh();
  } catch {
    // The run will say what is wrong.
    return false;
  }
  if (!hasConsumed(bronze, silver, Math.max(...times))) return false;
  log.takenIn(times.length, context);
  return true;
}

async function refined(refinery: Refinery, context: Context | undefined): Promise<RefineReport> {
  const { configuration, tables, log, metrics, lineage } = refinery;
  const { silverTable, taskQueue, maxIncrementBytes } = configuration;
  const [started, startedAt] = [performance.now(), Date.now()];
  /** Of each increment that was measured, by the sequence number it goes up to. */
  const measured = new Map<bigint, readonly QualityGateResult[]>();
  try {
    const report = await refine(tables, {
      refinement: compiled.refinement,
      engine: await incrementEngine(configuration),
      transform: refinery.transform,
      masks: refinery.masks,
      gate: (upTo) => gateStep(compiled.rowGates, (results) => measured.set(upTo, results)),
      maxBytes: isGated ? Math.min(maxIncrementBytes, MAX_GATED_BYTES) : maxIncrementBytes,
      contract: compiled.contract,
      // A container has nobody to hand over to: the queue is the one it works off.
      ...(taskQueue &&
        configuration.engineMemory === undefined && {
          handOver: async ({ lane, position }) => {
            const identity = [silverTable, lane, position].join(' ');
            await sendTask(taskQueue, { request: { refine: silverTable }, group: silverTable, identity });
            return true;
          },
        }),
      hasTime: (longestPart) =>
        !context || context.getRemainingTimeInMillis() > 2 * longestPart + TIME_KEPT_BACK,
      now: Date.now,
    });
    await keepMeasured(refinery, measured);
    const milliseconds = performance.now() - started;
    log.refined(report, milliseconds, context);
    metrics.publish(report, milliseconds);
    await lineage?.refined(report, [...measured.values()].flat(), startedAt);
    return report;
  } catch (error) {
    // The tables may be others by now, for example created anew.
    opened = undefined;
    log.failure(error, context);
    // Of the gate that halted, for example; what failed is told by then.
    await keepMeasured(refinery, measured).catch((failure: unknown) => log.failure(failure, context));
    await lineage?.failed(error, [...measured.values()].flat(), startedAt);
    throw error;
  }
}

/** By rows in a function, by SQL in a container. Imported on first use: a function never loads the engine. */
async function incrementEngine({ engineMemory }: RefineConfiguration): Promise<IncrementEngine> {
  if (engineMemory === undefined) return new RowEngine();
  const { DuckDbIncrementEngine } = await import('../engines/duckdb/increment-engine');
  return new DuckDbIncrementEngine({ memoryMiB: engineMemory });
}

async function keepMeasured(
  { quality, qualityMetrics, configuration }: Refinery,
  measured: ReadonlyMap<bigint, readonly QualityGateResult[]>,
): Promise<void> {
  const { contractId, contractVersion } = compiled.contract;
  for (const [sequence, results] of measured) {
    qualityMetrics.publish(results);
    if (!quality) continue;
    await quality.refresh();
    await keepResults(quality, results, {
      evaluatedAt: Date.now(),
      table: configuration.silverTable,
      scope: 'increment',
      sequence,
      contractId,
      contractVersion,
    });
  }
}

/** Opened by the first event and kept until something fails. */
function open(): Promise<Refinery> {
  opened ??= openRefinery(readRefineConfiguration()).catch((error: unknown) => {
    opened = undefined;
    throw error;
  });
  return opened;
}

/** The user's own code is imported where there is any, with the contract in the form that reads rows by it. */
async function userTransform({ transform }: RefineConfiguration): Promise<RowStep | undefined> {
  if (transform === undefined) return undefined;
  const { transformStep } = await import('../pipeline/transform/row-step');
  const loaded = await loadTransform(transform, {
    module: () => import('./transform.mjs'),
    lookups: () => openLookups(transform.lookups, (file) => import(file)),
  });
  return transformStep(loaded, await import('./input-contract.mjs'));
}

/** Imported where columns are masked; the key is read once, with the tables. */
async function rowMasks({ maskingKey }: RefineConfiguration): Promise<RowMasks | undefined> {
  if (maskingKey === undefined) return undefined;
  const { openMasks } = await import('./parts/masking');
  return openMasks(maskingKey, (await import('./masks.mjs')).masks);
}

async function openRefinery(configuration: RefineConfiguration): Promise<Refinery> {
  const { bronzeTable, silverTable, tombstonesTable, quarantineTable, qualityTable } = configuration;
  const optional = (uri: string | undefined) => (uri === undefined ? undefined : openTable(uri));
  const [bronze, silver, tombstones, quarantine, quality, transform, masks] = await Promise.all([
    openTable(bronzeTable),
    openTable(silverTable),
    optional(tombstonesTable),
    optional(quarantineTable),
    optional(qualityTable),
    userTransform(configuration),
    rowMasks(configuration),
  ]);
  const tables = { bronze, silver, tombstones, quarantine };
  return {
    configuration,
    tables,
    quality,
    transform,
    masks,
    log: new RefineLog(configuration.product, silverTable),
    metrics: new RefineMetrics(configuration),
    qualityMetrics: new QualityMetrics(configuration),
    lineage: await openLineage(tables, transform === undefined && masks === undefined),
  };
}

/** Imported on first use: a function that is told of no sink never loads it. */
async function openLineage(tables: RefineTables, copies: boolean): Promise<RefineLineage | undefined> {
  const configuration = readLineageConfiguration();
  if (configuration === undefined) return undefined;
  const { RefineLineage } = await import('../signals/lineage/refine-lineage');
  return new RefineLineage(configuration, tables, copies, new SecretsManagerSecrets());
}

import type { Context, SQSBatchResponse } from 'aws-lambda';
import type { QualityGateResult } from '../../lib/contract/quality/quality-result';
import type { TransformationGate, TransformationInput } from '../../lib/contract/transform/transformation';
import { readTransformConfiguration } from '../configuration/sql-transform';
import { readLineageConfiguration } from '../configuration/lineage';
import type { SqlEngineConfiguration } from '../engines/engine-configuration';
import { openSqlEngine } from '../engines/open-sql-engine';
import { SecretsManagerSecrets } from '../lookups/secrets';
import { GateHalted } from '../pipeline/quality/gate-step';
import { SqlRefused, StillRunning } from '../pipeline/sql-transform/engine';
import type { TransformRequest } from '../pipeline/sql-transform/request';
import {
  hashOf,
  runTransform,
  TRANSFORMATION_PROPERTY,
  type TransformReport,
} from '../pipeline/sql-transform/run-transform';
import { hasConsumed } from '../pipeline/table-progress';
import { keepResults } from '../rows/quality-results';
import type { TransformLineage, TransformTables } from '../signals/lineage/transform-lineage';
import { TransformSignals } from '../signals/transform-signals';
import { isCommitTo, type TableCommit } from '../sources/table-commit';
import { transformCalls } from '../sources/transform-request';
import type { IcebergTable } from '../tables/iceberg-table';
import { openTable } from '../tables/open-table';
import type { Snapshot } from '../tables/snapshot';
import { transformation } from './transformation.mjs';

interface Opened {
  readonly inputs: readonly IcebergTable[];
  /** Of each input: where the results of its gates are kept, if anywhere. */
  readonly quality: readonly (IcebergTable | undefined)[];
  readonly output: IcebergTable;
  readonly engine: SqlEngineConfiguration;
  readonly signals: TransformSignals;
  /** Where lineage is told. */
  readonly lineage?: TransformLineage;
}

let opened: Promise<Opened> | undefined;

/**
 * Brings a gold table up to date. For messages of a queue it answers which of them are to be delivered again: those whose
 * run may do better then. SQL that is refused and gates that are shut do not: the next commit asks anew, and until then
 * metric and log line say so. Invoked directly, it answers what was done, or throws.
 */
export async function handler(
  event: unknown,
  context?: Context,
): Promise<SQSBatchResponse | TransformReport> {
  const targets = await open();
  targets.signals.describe(context);
  const { calls, fromQueue, unreadable } = transformCalls(event, new Date(), context?.awsRequestId);
  if (!fromQueue) return run(calls[0].request, targets, context, false);
  const failed = unreadable.map(({ message, error }) => {
    targets.signals.failed(error, true);
    return message;
  });
  for (const { request, messages, commits } of calls) {
    try {
      if (commits && (await areTakenIn(commits, targets))) continue;
      await run(request, targets, context, true);
    } catch (error) {
      if (!isFinal(error)) failed.push(...messages);
    }
  }
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}

async function run(
  request: TransformRequest,
  targets: Opened,
  context: Context | undefined,
  again: boolean,
): Promise<TransformReport> {
  const { inputs, output, engine, signals, lineage } = targets;
  const started = Date.now();
  const judged = new Map<string, readonly QualityGateResult[]>();
  const sql = await openSqlEngine(engine, request.id, () => context?.getRemainingTimeInMillis() ?? Infinity);
  try {
    const report = await runTransform(transformation, request, {
      inputs,
      output,
      engine: sql,
      gateResults: (gate, results, snapshot) => {
        judged.set(gate.input, results);
        return keepGateResults(targets, gate, results, snapshot);
      },
    });
    signals.done(report, Date.now() - started);
    await lineage?.done(report, request.id, judged, started);
    return report;
  } catch (error) {
    if (error instanceof StillRunning) signals.waiting(error);
    else {
      signals.failed(error, again && !isFinal(error));
      await lineage?.failed(error, request.id, judged, started);
    }
    throw error;
  } finally {
    await sql.close();
  }
}

/** Told first: a gate that halts is told of even where its results cannot be kept. */
async function keepGateResults(
  { inputs, quality, signals }: Opened,
  { input, contractId, contractVersion }: TransformationGate,
  results: readonly QualityGateResult[],
  snapshot: Snapshot | undefined,
): Promise<void> {
  signals.gates(input, results);
  const index = transformation.inputs.findIndex((one: TransformationInput) => one.name === input);
  const table = quality[index];
  if (!table) return;
  await table.refresh();
  await keepResults(table, results, {
    evaluatedAt: Date.now(),
    table: inputs[index].uri,
    scope: 'table',
    sequence: BigInt(snapshot?.['sequence-number'] ?? 0),
    contractId,
    contractVersion,
  });
}

/**
 * True when an earlier run took in all of these commits, with others: were each of them a run of its own, commits would
 * never be gathered.
 */
async function areTakenIn(
  commits: readonly TableCommit[],
  { inputs, output, signals }: Opened,
): Promise<boolean> {
  const told = commits.map((commit) => ({
    commit,
    input: inputs.find(({ uri }) => isCommitTo(commit, uri)),
  }));
  if (told.some(({ commit, input }) => commit.time === undefined || input === undefined)) return false;
  try {
    await output.refresh();
    await Promise.all([...new Set(told.map(({ input }) => input!))].map((input) => input.refresh()));
  } catch {
    // The run will say what is wrong.
    return false;
  }
  if (output.property(TRANSFORMATION_PROPERTY) !== hashOf(transformation)) return false;
  if (!told.every(({ commit, input }) => hasConsumed(input!, output, commit.time!))) return false;
  signals.takenIn(commits.length);
  return true;
}

function isFinal(error: unknown): boolean {
  return error instanceof SqlRefused || error instanceof GateHalted;
}

/** Opened by the first event and kept for the container's life; a failure to open is tried again by the next. */
function open(): Promise<Opened> {
  opened ??= openTables().catch((error: unknown) => {
    opened = undefined;
    throw error;
  });
  return opened;
}

async function openTables(): Promise<Opened> {
  const configuration = readTransformConfiguration(transformation.inputs.length);
  const [[output, ...inputs], quality] = await Promise.all([
    Promise.all([configuration.output, ...configuration.inputs].map((uri) => openTable(uri))),
    Promise.all(configuration.quality.map((uri) => (uri === undefined ? undefined : openTable(uri)))),
  ]);
  return {
    inputs,
    quality,
    output,
    engine: configuration.engine,
    signals: new TransformSignals(configuration.product, configuration.metricNamespace),
    lineage: await openLineage({ inputs, output }),
  };
}

/** Imported on first use: a function that is told of no sink never loads it. */
async function openLineage(tables: TransformTables): Promise<TransformLineage | undefined> {
  const configuration = readLineageConfiguration();
  if (configuration === undefined) return undefined;
  const { TransformLineage } = await import('../signals/lineage/transform-lineage');
  return new TransformLineage(configuration, transformation, tables, new SecretsManagerSecrets());
}

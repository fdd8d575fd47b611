import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { DataContract } from '../../contract';
import { csvKinds } from '../events/contract-csv';
import { EventFile } from '../events/event-file';
import type { Inspection } from '../events/event-file';
import { evaluateAlarm } from '../metrics/alarm';
import { MetricStore } from '../metrics/metric-store';
import { runPipeline } from './pipeline-run';
import type { PipelineResult } from './pipeline-run';
import type { Pipeline } from './pipeline';
import { SourceLedger } from './source-ledger';
import { ask, attachTables, generalQuestions, quarantineDigest } from './sql-answers';
import type { SqlAnswer, SqlQuestion } from './sql-answers';
import type { ProductReport, ProductSummary } from './summary';
import { evaluateGates, gatesOf } from './quality-gates';
import type { GateReport } from './quality-gates';
import { tableContents } from './table-contents';
import { profileTable } from './table-profile';
import type { TableContents } from './table-contents';

export interface ProductInput {
  readonly contract: DataContract;
  /** File of events. */
  readonly events: string;
  /** Asked of the tables at the end, after what can be asked of any product. */
  readonly questions?: readonly SqlQuestion[];
}

/** Tells somebody who waits how far it is. */
export interface RunProgress {
  reading(file: string): void;
  delivered(product: string, records: number, total: number): void;
  finished(report: ProductReport): void;
}

/** Events that are known to be usable: nothing is provisioned or written before every input is. */
export interface CheckedInput {
  readonly input: ProductInput;
  readonly events: EventFile;
  readonly inspection: Inspection;
}

export async function checkInput(
  input: ProductInput,
  stream: string,
  ledger: SourceLedger,
): Promise<CheckedInput> {
  gatesOf(input.contract);
  const events = EventFile.open(input.events, { csvKind: csvKinds(input.contract) });
  const inspection = await events.inspect(ledger.boundaries(stream, events.path));
  return { input, events, inspection };
}

export interface ProductRunOptions {
  readonly checked: CheckedInput;
  readonly pipeline: Pipeline;
  readonly ledger: SourceLedger;
  readonly stateDirectory: string;
  /** Undefined where DuckDB is not installed: no answers, and reasons from the function's log. */
  readonly connection?: DuckDBConnection;
  readonly progress: RunProgress;
}

/** Feeds one product its events and says what became of them. */
export async function runProduct(options: ProductRunOptions): Promise<ProductReport> {
  const { checked, pipeline, ledger, connection, progress } = options;
  const { input, events, inspection } = checked;
  const { path, bytes } = events;
  const source = await ledger.identify(
    pipeline.stream.name,
    { path, bytes, rows: inspection.rows, sha256: inspection.sha256, prefixes: inspection.prefixes },
    pipeline.shards,
  );
  const metrics = new MetricStore();
  const before = await Promise.all(pipeline.tables.map(tableContents));
  const result = await runPipeline({
    pipeline,
    events,
    inspection,
    source,
    metrics,
    stateDirectory: options.stateDirectory,
    progress: (records, total) => progress.delivered(pipeline.product, records, total),
  });
  events.close();
  const tables = await Promise.all(pipeline.tables.map(tableContents));
  const added = newFiles(before, tables, 'quarantine');
  const digest = connection
    ? await quarantineDigest(connection, added)
    : { byReason: result.reasons, samples: [] };
  const found = connection ? await answers(connection, tables, pipeline, input.questions ?? []) : [];
  const bronze = tables.find(({ zone }) => zone === 'bronze');
  const gates = await evaluateGates(input.contract, bronze, connection);
  const profile = await profileTable(input.contract, bronze, connection);
  const report: ProductReport = {
    summary: { ...summarize(options, result, before, tables, metrics, digest.byReason), ...gates, profile },
    contract: input.contract,
    pipeline,
    tables,
    samples: digest.samples,
    answers: found,
    latency: result.latency.buckets(),
  };
  progress.finished(report);
  return report;
}

function summarize(
  { checked, pipeline }: ProductRunOptions,
  result: PipelineResult,
  before: readonly TableContents[],
  tables: readonly TableContents[],
  metrics: MetricStore,
  quarantinedByReason: Record<string, number>,
): Omit<ProductSummary, keyof GateReport | 'profile'> {
  const accepted = addedRows(before, tables, (zone) => zone !== 'quarantine');
  const quarantined = addedRows(before, tables, (zone) => zone === 'quarantine');
  return {
    product: pipeline.product,
    contract: { id: checked.input.contract.id, version: checked.input.contract.version },
    events: checked.events.path,
    records: {
      read: result.read,
      accepted,
      quarantined,
      replayed: Math.max(0, result.read - accepted - quarantined),
      quarantinedByReason,
    },
    tables: tables.map(({ zone, table, rows, snapshotId, files, location }) => ({
      zone,
      table,
      rows,
      snapshotId: snapshotId ?? null,
      files: files.length,
      location,
    })),
    seconds: Number(result.seconds.toFixed(3)),
    rowsPerSecond: Math.round(result.read / Math.max(result.seconds, 0.001)),
    latencyMs: {
      p50: result.latency.quantile(0.5) ?? null,
      p99: result.latency.quantile(0.99) ?? null,
    },
    alarms: pipeline.alarms.map((alarm) => evaluateAlarm(alarm, metrics)),
    ...(result.failure && { failure: result.failure.message }),
  };
}

function addedRows(
  before: readonly TableContents[],
  after: readonly TableContents[],
  inZone: (zone: string) => boolean,
): number {
  const rows = (tables: readonly TableContents[]): number =>
    tables.filter(({ zone }) => inZone(zone)).reduce((sum, table) => sum + table.rows, 0);
  return rows(after) - rows(before);
}

function newFiles(before: readonly TableContents[], after: readonly TableContents[], zone: string): string[] {
  const old = new Set(before.flatMap(({ files }) => files));
  return after
    .filter((table) => table.zone === zone)
    .flatMap(({ files }) => files.filter((file) => !old.has(file)));
}

async function answers(
  connection: DuckDBConnection,
  tables: readonly TableContents[],
  pipeline: Pipeline,
  questions: readonly SqlQuestion[],
): Promise<SqlAnswer[]> {
  await attachTables(connection, tables);
  const bronze = pipeline.tables.find(({ zone }) => zone === 'bronze')?.table ?? pipeline.product;
  const found: SqlAnswer[] = [];
  for (const question of [...generalQuestions(bronze), ...questions]) {
    const answer = await ask(connection, question);
    if (answer) found.push(answer);
  }
  return found;
}

/** Where a run keeps what is not a table. */
export function stateDirectory(out: string): string {
  return join(out, '.lakehouse');
}

import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { DataContract } from '../../contract';
import { csvKinds } from '../events/contract-csv';
import { EventFile } from '../events/event-file';
import type { Inspection } from '../events/event-file';
import { evaluateAlarm } from '../metrics/alarm';
import { LatencyHistogram } from '../metrics/latency-histogram';
import type { MetricStore } from '../metrics/metric-store';
import { runPipeline } from './pipeline-run';
import type { RowRange } from './pipeline-run';
import type { Pipeline } from './pipeline';
import type { Source, SourceLedger } from './source-ledger';
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
  /** A function or container is invoked because of an event. */
  invoking(path: string): void;
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
  readonly metrics: MetricStore;
  /** Undefined where DuckDB is not installed: no answers, and reasons from the function's log. */
  readonly connection?: DuckDBConnection;
  readonly progress: RunProgress;
}

/** One product on its way: fed its events, in one go or in parts, and asked at the end what became of them. */
export class ProductRun {
  private readonly latency = new LatencyHistogram();
  private read = 0;
  private seconds = 0;
  private reasons: Record<string, number> = {};
  private failure: string | undefined;

  static async start(options: ProductRunOptions): Promise<ProductRun> {
    const { checked, pipeline, ledger } = options;
    const { events, inspection } = checked;
    const { path, bytes } = events;
    const source = await ledger.identify(
      pipeline.stream.name,
      { path, bytes, rows: inspection.rows, sha256: inspection.sha256, prefixes: inspection.prefixes },
      pipeline.shards,
    );
    return new ProductRun(options, source, await Promise.all(pipeline.tables.map(tableContents)));
  }

  private constructor(
    private readonly options: ProductRunOptions,
    private readonly source: Source,
    private readonly before: readonly TableContents[],
  ) {}

  get product(): string {
    return this.options.pipeline.product;
  }

  /** Puts events into the stream and waits until its function is done with them. A failure before keeps them out. */
  async feed(rows?: RowRange, pipeline = this.options.pipeline): Promise<void> {
    if (this.failure !== undefined) return;
    const { checked, stateDirectory, metrics, progress } = this.options;
    const { events, inspection } = checked;
    const result = await runPipeline({
      pipeline,
      events,
      inspection,
      source: this.source,
      rows,
      metrics,
      latency: this.latency,
      stateDirectory,
      progress: (records, total) => progress.delivered(pipeline.product, records, total),
    });
    this.read += result.read;
    this.seconds += result.seconds;
    for (const [reason, count] of Object.entries(result.reasons)) {
      this.reasons[reason] = (this.reasons[reason] ?? 0) + count;
    }
    this.failure = result.failure?.message;
  }

  /** Notes what went wrong behind the stream; the first failure is told. */
  fail(message: string): void {
    this.failure ??= message;
  }

  /** What became of the events, from the tables as they are now. */
  async report(): Promise<ProductReport> {
    const { checked, pipeline, connection, progress } = this.options;
    const { input, events } = checked;
    events.close();
    const tables = await Promise.all(pipeline.tables.map(tableContents));
    const added = newFiles(this.before, tables, 'quarantine');
    const digest = connection
      ? await quarantineDigest(connection, added)
      : { byReason: this.reasons, samples: [] };
    const found = connection ? await answers(connection, tables, pipeline, input.questions ?? []) : [];
    const bronze = tables.find(({ zone }) => zone === 'bronze');
    const gates = await evaluateGates(input.contract, bronze, connection);
    const profile = await profileTable(input.contract, bronze, connection);
    const report: ProductReport = {
      summary: { ...this.summary(tables, digest.byReason), ...gates, profile },
      contract: input.contract,
      pipeline,
      tables,
      samples: digest.samples,
      answers: found,
      latency: this.latency.buckets(),
    };
    progress.finished(report);
    return report;
  }

  private summary(
    tables: readonly TableContents[],
    quarantinedByReason: Record<string, number>,
  ): Omit<ProductSummary, keyof GateReport | 'profile'> {
    const { checked, pipeline, metrics } = this.options;
    const { read, seconds, latency } = this;
    const accepted = addedRows(this.before, tables, 'bronze');
    const quarantined = addedRows(this.before, tables, 'quarantine');
    return {
      product: pipeline.product,
      contract: { id: checked.input.contract.id, version: checked.input.contract.version },
      events: checked.events.path,
      records: {
        read: read,
        accepted,
        quarantined,
        replayed: Math.max(0, read - accepted - quarantined),
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
      seconds: Number(seconds.toFixed(3)),
      rowsPerSecond: Math.round(read / Math.max(seconds, 0.001)),
      latencyMs: {
        p50: latency.quantile(0.5) ?? null,
        p99: latency.quantile(0.99) ?? null,
      },
      alarms: pipeline.alarms.map((alarm) => evaluateAlarm(alarm, metrics)),
      ...(this.failure !== undefined && { failure: this.failure }),
    };
  }
}

function addedRows(before: readonly TableContents[], after: readonly TableContents[], zone: string): number {
  const rows = (tables: readonly TableContents[]): number =>
    tables.filter((table) => table.zone === zone).reduce((sum, table) => sum + table.rows, 0);
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

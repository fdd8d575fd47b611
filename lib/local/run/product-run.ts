import { type DataContract, GateDecision } from '../../contract';
import { csvKinds, fileColumns } from '../../contract/file-columns';
import { EventFile } from '../events/event-file';
import type { Inspection } from '../events/event-file';
import { evaluateAlarm } from '../metrics/alarm';
import { LatencyHistogram } from '../metrics/latency-histogram';
import type { MetricStore } from '../metrics/metric-store';
import { addLeftOut, runPipeline } from './pipeline-run';
import type { RowRange, LeftOut } from './pipeline-run';
import type { Pipeline } from './pipeline';
import type { Source, SourceLedger } from './source-ledger';
import type { Increment } from './increment';
import type { LakeSql } from './lake-sql';
import { TableRole } from './product-tables';
import { silverAccount } from './silver-account';
import { ask, generalQuestions, quarantineDigest } from './sql-answers';
import type { QuarantineDigest, SqlAnswer, SqlQuestion } from './sql-answers';
import type { LineageStep, ProductReport, ProductSummary, RefinementSummary } from './summary';
import type { ExecutedWorkflow } from './workflow-runs';
import type { ContractChange } from './contract-change';
import { gatesOf, zoneGates } from './quality-gates';
import type { GateReport } from './quality-gates';
import { contentsOf, tableContents } from './table-contents';
import { timeTravel } from './time-travel';
import { profileTable } from './table-profile';
import type { TableContents } from './table-contents';

export interface ProductInput {
  readonly contract: DataContract;
  /** File of events. */
  readonly events: string;
  /** Asked of the tables at the end, after what can be asked of any product. */
  readonly questions?: readonly SqlQuestion[];
  /** The contract that the first half of the events comes under. @default - there is only the one */
  readonly change?: ContractChange;
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
  const events = EventFile.open(input.events, { csvKind: csvKinds(fileColumns(input.contract.schema())) });
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
  readonly sql?: LakeSql;
  readonly progress: RunProgress;
}

/** Tables that are asked what they held before their columns changed. */
const TRAVELLED = [TableRole.BRONZE, TableRole.SILVER];

/** One product on its way: fed its events, in one go or in parts, and asked at the end what became of them. */
/** What a run of several products has that is of each of them. */
export interface RunSurroundings {
  readonly workflows: readonly ExecutedWorkflow[];
  readonly lineage: readonly LineageStep[];
}

export class ProductRun {
  private readonly latency = new LatencyHistogram();
  private read = 0;
  private next = 0;
  private seconds = 0;
  private reasons: Record<string, number> = {};
  private leftOut: LeftOut | undefined;
  private failure: string | undefined;
  private halted = false;

  static async start(options: ProductRunOptions): Promise<ProductRun> {
    const { checked, pipeline, ledger } = options;
    const { events, inspection } = checked;
    const { path, bytes } = events;
    const source = await ledger.identify(
      pipeline.stream.name,
      { path, bytes, rows: inspection.rows, sha256: inspection.sha256, prefixes: inspection.prefixes },
      pipeline.shards,
    );
    return new ProductRun(options, source, await contentsOf(pipeline.tables));
  }

  private constructor(
    private readonly options: ProductRunOptions,
    private readonly source: Source,
    private readonly before: readonly TableContents[],
  ) {}

  get product(): string {
    return this.options.pipeline.product;
  }

  /**
   * Puts events into the stream and waits until its function is done with them: some rows, or all that are left. A
   * failure before keeps them out.
   */
  async feed(some?: RowRange, pipeline = this.options.pipeline): Promise<void> {
    if (this.failure !== undefined) return;
    const rows = some ?? { from: this.next, to: this.options.checked.inspection.rows };
    this.next = rows.to;
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
    if (result.leftOut) this.leftOut = addLeftOut(this.leftOut, result.leftOut);
    this.failure = result.failure?.message;
  }

  /** Notes what went wrong behind the stream; the first failure is told. */
  fail(message: string): void {
    this.failure ??= message;
  }

  /** Notes that a gate let nothing of an increment on. */
  halt(): void {
    this.halted = true;
  }

  /** What became of the events, from the tables as they are now. */
  async report(flowed: readonly Increment[], around: RunSurroundings): Promise<ProductReport> {
    const { checked, pipeline, sql, progress } = this.options;
    const connection = sql?.connection;
    const { input, events } = checked;
    events.close();
    const tables = await Promise.all(pipeline.tables.map(tableContents));
    const added = newFiles(this.before, tables, 'quarantine');
    const digest = connection
      ? await quarantineDigest(connection, added)
      : { byReason: this.reasons, ofSilverByReason: {}, samples: [] };
    await sql?.attach(tables);
    const found = sql ? await answers(sql, pipeline, input.questions ?? []) : [];
    for (const table of tables.filter(({ role }) => TRAVELLED.includes(role))) {
      const travelled = sql && (await timeTravel(sql, table));
      if (travelled) found.push(travelled);
    }
    const account = sql && (await silverAccount(sql, input.contract.schema(), tables));
    const bronze = tables.find(({ role }) => role === TableRole.BRONZE);
    const silver = tables.find(({ role }) => role === TableRole.SILVER);
    const gates = await zoneGates(input.contract, [bronze, silver], connection);
    const increments = flowed.filter(({ table }) => tables.some(({ uri }) => uri === table));
    const refined = silver && total(increments.filter(({ table }) => table === silver.uri));
    const profile = await profileTable(input.contract, bronze, connection);
    const report: ProductReport = {
      summary: {
        ...this.summary(tables, digest),
        ...(refined && { silver: { ...refined, quarantinedByReason: digest.ofSilverByReason } }),
        ...(account && { account }),
        ...gates,
        ...(this.halted && { decision: GateDecision.HALT }),
        profile,
        ...this.surroundings(around, tables),
      },
      contract: input.contract,
      pipeline,
      tables,
      samples: digest.samples,
      answers: found,
      latency: this.latency.buckets(),
      increments,
    };
    progress.finished(report);
    return report;
  }

  /** The workflows that called the product's functions, and the lineage of its tables. */
  private surroundings(
    { workflows, lineage }: RunSurroundings,
    tables: readonly TableContents[],
  ): Pick<ProductSummary, 'workflows' | 'lineage'> {
    const { product, stream } = this.options.pipeline;
    const runs = workflows.filter(({ products }) => products.has(product)).map(({ run }) => run);
    const own = new Set([`stream/${stream.name}`, ...tables.map(({ zone, table }) => `${zone}.${table}`)]);
    const steps = lineage.filter(({ inputs, outputs }) =>
      [...inputs, ...outputs].some((dataset) => own.has(dataset)),
    );
    return {
      ...(runs.length > 0 && { workflows: runs }),
      ...(steps.length > 0 && { lineage: steps }),
    };
  }

  private summary(
    tables: readonly TableContents[],
    { byReason, ofSilverByReason }: QuarantineDigest,
  ): Omit<ProductSummary, keyof GateReport | 'profile' | 'workflows' | 'lineage'> {
    const { checked, pipeline, metrics } = this.options;
    const { read, seconds, latency } = this;
    const { dropped, duplicates, moreRows } = this.leftOut ?? { moreRows: 0 };
    const accepted = addedRows(this.before, tables, 'bronze') - moreRows;
    const ofSilver = Object.values(ofSilverByReason).reduce((sum, count) => sum + count, 0);
    const quarantined = addedRows(this.before, tables, 'quarantine') - ofSilver;
    return {
      product: pipeline.product,
      contract: { id: checked.input.contract.id, version: checked.input.contract.version },
      events: checked.events.path,
      records: {
        read: read,
        accepted,
        quarantined,
        ...(dropped !== undefined && { dropped }),
        ...(duplicates !== undefined && { duplicates }),
        replayed: Math.max(0, read - accepted - quarantined - (dropped ?? 0) - (duplicates ?? 0)),
        quarantinedByReason: byReason,
      },
      tables: tables.map(({ zone, role, table, rows, snapshotId, files, location }) => ({
        zone,
        role,
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

function total(increments: readonly Increment[]): Omit<RefinementSummary, 'quarantinedByReason'> {
  const sum = (of: (increment: Increment) => number): number =>
    increments.reduce((result, increment) => result + of(increment), 0);
  return {
    increments: increments.length,
    rows: sum(({ rows }) => rows),
    upserted: sum(({ upserted }) => upserted),
    deleted: sum(({ deleted }) => deleted),
    superseded: sum(({ superseded }) => superseded),
    late: sum(({ late }) => late),
    rejected: sum(({ rejected }) => rejected),
    bytesRead: sum(({ bytesRead }) => bytesRead),
    bytesWritten: sum(({ bytesWritten }) => bytesWritten),
    seconds: Number((sum(({ milliseconds }) => milliseconds) / 1000).toFixed(3)),
  };
}

function newFiles(before: readonly TableContents[], after: readonly TableContents[], zone: string): string[] {
  const old = new Set(before.flatMap(({ files }) => files));
  return after
    .filter((table) => table.zone === zone)
    .flatMap(({ files }) => files.filter((file) => !old.has(file)));
}

async function answers(
  sql: LakeSql,
  pipeline: Pipeline,
  questions: readonly SqlQuestion[],
): Promise<SqlAnswer[]> {
  const bronze = pipeline.tables.find(({ zone }) => zone === 'bronze')?.table ?? pipeline.product;
  const found: SqlAnswer[] = [];
  for (const question of [...generalQuestions(bronze), ...questions]) {
    const answer = await ask(sql.connection, question);
    if (answer) found.push(answer);
  }
  return found;
}

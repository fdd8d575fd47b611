import { type DataContract, GateDecision } from '../../contract';
import { evaluateAlarm } from '../metrics/alarm';
import { LatencyHistogram } from '../metrics/latency-histogram';
import type { MetricStore } from '../metrics/metric-store';
import type { FileReport } from './file-report';
import { addLeftOut } from './left-out';
import type { LeftOut } from './left-out';
import type { FilePipeline, Intake, Pipeline } from './pipeline';
import type { Increment } from './increment';
import type { LakeSql } from './lake-sql';
import { addPersonalData } from './personal-data';
import type { PersonalData } from './personal-data';
import { TableRole } from './product-tables';
import { addDrift, NO_DRIFT } from './schema-drift';
import type { DriftShare } from './schema-drift';
import { silverAccount } from './silver-account';
import { ask, generalQuestions, quarantineDigest } from './sql-answers';
import type { QuarantineDigest, SqlAnswer, SqlQuestion } from './sql-answers';
import type { LineageStep, ProductReport, ProductSummary, RefinementSummary } from './summary';
import type { ExecutedWorkflow } from './workflow-runs';
import { zoneGates } from './quality-gates';
import type { GateReport } from './quality-gates';
import { tableContents } from './table-contents';
import { timeTravel } from './time-travel';
import { profileTable } from './table-profile';
import type { TableContents } from './table-contents';

/** Tells somebody who waits how far it is. */
export interface RunProgress {
  reading(file: string): void;
  delivered(product: string, records: number, total: number): void;
  /** A function or container is invoked because of an event. */
  invoking(path: string): void;
  finished(report: ProductReport): void;
}

export interface ProductRunOptions {
  readonly contract: DataContract;
  readonly pipeline: Pipeline | FilePipeline;
  /** Asked of the tables at the end, after what can be asked of any product. */
  readonly questions?: readonly SqlQuestion[];
  readonly stateDirectory: string;
  readonly metrics: MetricStore;
  /** Undefined where DuckDB is not installed: no answers, and reasons from the function's log. */
  readonly sql?: LakeSql;
  readonly progress: RunProgress;
}

/** What feeding some records came to. */
export interface Fed {
  readonly read: number;
  readonly seconds: number;
  /** Records quarantined by reason, as the function logged them. */
  readonly reasons: Readonly<Record<string, number>>;
  /** What is in no table, as the function logged it; absent where it has neither transform nor deduplication. */
  readonly leftOut?: LeftOut;
  /** How the records differ from the contract, as the function logged it. @default - nothing of it was logged */
  readonly drift?: DriftShare;
  /** Personal data that the function found and the contract does not know of. @default - nobody looked */
  readonly personalData?: PersonalData;
}

/** Tables that are asked what they held before their columns changed. */
const TRAVELLED = [TableRole.BRONZE, TableRole.SILVER];

/** What a run of several products has that is of each of them. */
export interface RunSurroundings {
  readonly workflows: readonly ExecutedWorkflow[];
  readonly lineage: readonly LineageStep[];
}

/** One product on its way: fed its records, in one go or in parts, and asked at the end what became of them. */
export abstract class ProductRun {
  protected readonly latency = new LatencyHistogram();
  private read = 0;
  private seconds = 0;
  private reasons: Record<string, number> = {};
  private leftOut: LeftOut | undefined;
  private drift = NO_DRIFT;
  private personalData: PersonalData | undefined;
  private failure: string | undefined;
  private halted = false;

  protected constructor(
    private readonly around: ProductRunOptions,
    private readonly before: readonly TableContents[],
  ) {}

  get product(): string {
    return this.around.pipeline.product;
  }

  /** Whether something went wrong. */
  get hasFailed(): boolean {
    return this.failure !== undefined;
  }

  /** Where the records come from: a file, or a folder of files. */
  protected abstract readonly source: string;

  /** Name of the dataset that lineage knows the records by. */
  protected abstract readonly dataset: string;

  /** What became of the files of a product that is fed by files. */
  protected get files(): readonly FileReport[] | undefined {
    return undefined;
  }

  /** Adds what feeding came to. */
  protected add({ read, seconds, reasons, leftOut, drift, personalData }: Fed): void {
    this.read += read;
    this.seconds += seconds;
    for (const [reason, count] of Object.entries(reasons)) {
      this.reasons[reason] = (this.reasons[reason] ?? 0) + count;
    }
    if (leftOut) this.leftOut = addLeftOut(this.leftOut, leftOut);
    if (drift) this.drift = addDrift(this.drift, drift);
    this.personalData = addPersonalData(this.personalData, personalData);
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
    const { contract, pipeline, sql, progress } = this.around;
    const connection = sql?.connection;
    const tables = await Promise.all(pipeline.tables.map(tableContents));
    const added = newFiles(this.before, tables, 'quarantine');
    const digest = connection
      ? await quarantineDigest(connection, added)
      : { byReason: this.reasons, ofSilverByReason: {}, samples: [] };
    await sql?.attach(tables);
    const found = sql ? await answers(sql, pipeline, this.around.questions ?? []) : [];
    for (const table of tables.filter(({ role }) => TRAVELLED.includes(role))) {
      const travelled = sql && (await timeTravel(sql, table));
      if (travelled) found.push(travelled);
    }
    const account = sql && (await silverAccount(sql, contract.schema(), tables));
    const bronze = tables.find(({ role }) => role === TableRole.BRONZE);
    const silver = tables.find(({ role }) => role === TableRole.SILVER);
    const gates = await zoneGates(contract, [bronze, silver], connection);
    const increments = flowed.filter(({ table }) => tables.some(({ uri }) => uri === table));
    const refined = silver && total(increments.filter(({ table }) => table === silver.uri));
    const profile = await profileTable(contract, bronze, connection);
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
      contract,
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
    const runs = workflows.filter(({ products }) => products.has(this.product)).map(({ run }) => run);
    const own = new Set([this.dataset, ...tables.map(({ zone, table }) => `${zone}.${table}`)]);
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
    const { contract, pipeline, metrics } = this.around;
    const { read, seconds, latency } = this;
    const { dropped, duplicates, moreRows } = this.leftOut ?? { moreRows: 0 };
    const accepted = addedRows(this.before, tables, 'bronze') - moreRows;
    const ofSilver = Object.values(ofSilverByReason).reduce((sum, count) => sum + count, 0);
    const quarantined = addedRows(this.before, tables, 'quarantine') - ofSilver;
    return {
      product: pipeline.product,
      contract: { id: contract.id, version: contract.version },
      events: this.source,
      ...(this.files && { files: this.files }),
      records: {
        read: read,
        accepted,
        quarantined,
        ...(dropped !== undefined && { dropped }),
        ...(duplicates !== undefined && { duplicates }),
        replayed: Math.max(0, read - accepted - quarantined - (dropped ?? 0) - (duplicates ?? 0)),
        quarantinedByReason: byReason,
      },
      drift: { schemaHash: contract.schema().schemaHash, ...this.drift },
      ...(this.personalData && { personalData: this.personalData }),
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
  pipeline: Intake,
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

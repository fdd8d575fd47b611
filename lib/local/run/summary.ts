import type { ColumnProfile, DataContract, GateDecision, QualityGateResult } from '../../contract';
import type { AlarmReport } from '../metrics/alarm';
import type { LatencyBucket } from '../metrics/latency-histogram';
import type { FileReport } from './file-report';
import type { Increment } from './increment';
import type { FilePipeline, Pipeline } from './pipeline';
import type { PersonalData } from './personal-data';
import type { TableRole } from './product-tables';
import type { SchemaDrift } from './schema-drift';
import type { SilverAccount } from './silver-account';
import type { QuarantineSample, SqlAnswer } from './sql-answers';
import type { TableContents } from './table-contents';
import type { WorkflowRun } from './workflow-runs';

/** What a run of one product did: the content of `summary.json`. Counts of records are of this run, rows of the tables as they are now. */
export interface ProductSummary {
  readonly product: string;
  readonly contract: { readonly id: string; readonly version: string };
  /** File of the events; the folder that files arrive in, for a product that is fed by files. */
  readonly events: string;
  /** Every file of the folder, by its key; absent for a product that is fed by a stream. */
  readonly files?: readonly FileReport[];
  readonly records: {
    /** Records delivered to the function: `accepted` + `dropped` + `duplicates` + `quarantined` + `replayed`. */
    readonly read: number;
    readonly accepted: number;
    /** Records the transform made nothing of; absent without a transform. */
    readonly dropped?: number;
    /** Records whose event was in by another record; absent without deduplication. */
    readonly duplicates?: number;
    readonly quarantined: number;
    /** In the tables before this run. */
    readonly replayed: number;
    /** Together `quarantined`. */
    readonly quarantinedByReason: Readonly<Record<string, number>>;
  };
  /** How the records of this run differ from the contract. */
  readonly drift: SchemaDrift;
  /** Personal data that the contract does not know of; absent where nobody looked. */
  readonly personalData?: PersonalData;
  readonly tables: readonly {
    readonly zone: string;
    readonly role: TableRole;
    readonly table: string;
    readonly rows: number;
    readonly snapshotId: string | null;
    readonly files: number;
    readonly location: string;
  }[];
  readonly seconds: number;
  readonly rowsPerSecond: number;
  /** From arrival in the stream, or of the file, to the commit; null without a record. */
  readonly latencyMs: { readonly p50: number | null; readonly p99: number | null };
  readonly alarms: readonly AlarmReport[];
  /** What this run did to silver; absent where the product has none. */
  readonly silver?: RefinementSummary;
  /** Where the rows of bronze are, from the tables as they are now; absent without silver or DuckDB. */
  readonly account?: SilverAccount;
  /** The result of every quality rule of the contract, on the bronze and the silver table. */
  readonly gates: readonly ZoneGateResult[];
  /** What the gates of the last of these zones together ask for. */
  readonly decision: GateDecision;
  /** Every column of the bronze table; empty without DuckDB. */
  readonly profile: readonly ColumnProfile[];
  /** Runs of workflows that called a function of the product; absent where there was none. */
  readonly workflows?: readonly WorkflowRun[];
  /** What leads to what among the product's datasets, as runs told it; absent where none did. */
  readonly lineage?: readonly LineageStep[];
  /** Why the run ended early, where it did. */
  readonly failure?: string;
}

/** A job of the lineage, with the datasets it reads and writes (`silver.flights`). */
export interface LineageStep {
  readonly job: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** A gate's result and the zone whose table it was measured on. */
export interface ZoneGateResult extends QualityGateResult {
  readonly zone: string;
}

/** The increments of a run together, as the function or container that made them counts them. */
export interface RefinementSummary {
  readonly increments: number;
  readonly rows: number;
  readonly upserted: number;
  readonly deleted: number;
  readonly superseded: number;
  readonly late: number;
  readonly rejected: number;
  /** Rows of bronze that are in quarantine since this run: an increment that repeats rejects them once more. */
  readonly quarantinedByReason: Readonly<Record<string, number>>;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly seconds: number;
}

/** A summary and what the report shows beside it. */
export interface ProductReport {
  readonly summary: ProductSummary;
  readonly contract: DataContract;
  readonly pipeline: Pipeline | FilePipeline;
  readonly tables: readonly TableContents[];
  readonly samples: readonly QuarantineSample[];
  readonly answers: readonly SqlAnswer[];
  readonly latency: readonly LatencyBucket[];
  /** Updates of silver and gold, in their order. */
  readonly increments: readonly Increment[];
}

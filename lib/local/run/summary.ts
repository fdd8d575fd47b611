import type { ColumnProfile, DataContract, GateDecision, QualityGateResult } from '../../contract';
import type { AlarmReport } from '../metrics/alarm';
import type { LatencyBucket } from '../metrics/latency-histogram';
import type { Pipeline } from './pipeline';
import type { QuarantineSample, SqlAnswer } from './sql-answers';
import type { TableContents } from './table-contents';

/** What a run of one product did: the content of `summary.json`. Counts of records are of this run, rows of the tables as they are now. */
export interface ProductSummary {
  readonly product: string;
  readonly contract: { readonly id: string; readonly version: string };
  readonly events: string;
  readonly records: {
    /** Records delivered to the function: `accepted` + `quarantined` + `replayed`. */
    readonly read: number;
    readonly accepted: number;
    readonly quarantined: number;
    /** In the tables before this run. */
    readonly replayed: number;
    readonly quarantinedByReason: Readonly<Record<string, number>>;
  };
  readonly tables: readonly {
    readonly zone: string;
    readonly table: string;
    readonly rows: number;
    readonly snapshotId: string | null;
    readonly files: number;
    readonly location: string;
  }[];
  readonly seconds: number;
  readonly rowsPerSecond: number;
  /** From arrival in the stream to the commit; null without a record. */
  readonly latencyMs: { readonly p50: number | null; readonly p99: number | null };
  readonly alarms: readonly AlarmReport[];
  /** The result of every quality rule of the contract, on the bronze table. */
  readonly gates: readonly QualityGateResult[];
  /** What the gates together ask for. */
  readonly decision: GateDecision;
  /** Every column of the bronze table; empty without DuckDB. */
  readonly profile: readonly ColumnProfile[];
  /** Why the run ended early, where it did. */
  readonly failure?: string;
}

/** A summary and what the report shows beside it. */
export interface ProductReport {
  readonly summary: ProductSummary;
  readonly contract: DataContract;
  readonly pipeline: Pipeline;
  readonly tables: readonly TableContents[];
  readonly samples: readonly QuarantineSample[];
  readonly answers: readonly SqlAnswer[];
  readonly latency: readonly LatencyBucket[];
}

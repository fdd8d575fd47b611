import type { QualityGateResult } from '../../lib/contract/quality/quality-result';
import type { ColumnProfile } from '../../lib/contract/quality/table-profiler';
import type { IcebergTable } from '../tables/iceberg-table';
import { AppendOutcome } from '../tables/table';
import type { TableRow } from './read-rows';
import { writeRows } from './write-rows';

/** What was measured, and when. */
export interface Evaluation {
  /** Epoch milliseconds. */
  readonly evaluatedAt: number;
  /** The table whose gates they are, as people know it. */
  readonly table: string;
  /** `increment`: rows on their way into the table; `table`: all its rows. */
  readonly scope: 'increment' | 'table';
  /** Sequence number of the last snapshot whose rows were measured. */
  readonly sequence: bigint;
  readonly contractId: string;
  readonly contractVersion: string;
}

/**
 * Keeps the results of an evaluation in a table of them, once: of a run that is repeated after a crash, or overtaken
 * by another, nothing is added. True where they were added.
 */
export function keepResults(
  table: IcebergTable,
  results: readonly QualityGateResult[],
  evaluation: Evaluation,
): Promise<boolean> {
  return keepOnce(table, `gates/${evaluation.scope}/${evaluation.table}`, evaluation.sequence, () =>
    resultRows(results, evaluation),
  );
}

/** Keeps the profile of a table in a table of them, once for each snapshot. True where it was added. */
export function keepProfile(
  table: IcebergTable,
  columns: readonly ColumnProfile[],
  evaluation: Omit<Evaluation, 'scope'>,
): Promise<boolean> {
  return keepOnce(table, `profile/${evaluation.table}`, evaluation.sequence, () =>
    columns.map((column) => ({
      profiled_at: BigInt(Math.round(evaluation.evaluatedAt)) * 1000n,
      table_name: evaluation.table,
      snapshot_sequence: evaluation.sequence,
      column_name: column.column,
      column_type: column.type,
      schema_hash: column.schemaHash,
      row_count: BigInt(column.rows),
      nulls: BigInt(column.nulls),
      distincts: column.distincts === undefined ? null : BigInt(column.distincts),
      duplicates: column.duplicates === undefined ? null : BigInt(column.duplicates),
      minimum: column.minimum ?? null,
      maximum: column.maximum ?? null,
      contract_id: evaluation.contractId,
      contract_version: evaluation.contractVersion,
    })),
  );
}

async function keepOnce(
  table: IcebergTable,
  lane: string,
  sequence: bigint,
  rowsOf: () => TableRow[],
): Promise<boolean> {
  const known = table.position(lane);
  if (known !== undefined && BigInt(known) >= sequence) return false;
  const rows = rowsOf();
  if (rows.length === 0) return false;
  const files = await writeRows(table, rows);
  const position = String(sequence);
  const { outcome } = await table.append(files, [{ lane, first: position, last: position }]);
  if (outcome === AppendOutcome.COMMITTED) return true;
  await Promise.allSettled(files.map((file) => table.store.delete(file.filePath)));
  return false;
}

/** Results as rows of a table of them (lib/contract/quality-results-schema.ts). */
function resultRows(results: readonly QualityGateResult[], evaluation: Evaluation): TableRow[] {
  return results.map((result) => ({
    evaluated_at: BigInt(Math.round(evaluation.evaluatedAt)) * 1000n,
    table_name: evaluation.table,
    scope: evaluation.scope,
    snapshot_sequence: evaluation.sequence,
    rule: result.rule,
    column_name: result.column ?? null,
    metric: result.metric,
    value: result.value ?? null,
    total: result.total === undefined ? null : BigInt(result.total),
    operator: result.operator ?? null,
    threshold: result.threshold.length === 0 ? null : result.threshold.join(', '),
    unit: result.unit,
    severity: result.severity ?? null,
    dimension: result.dimension ?? null,
    mode: result.mode,
    outcome: result.outcome,
    reason: result.reason,
    contract_id: evaluation.contractId,
    contract_version: evaluation.contractVersion,
  }));
}

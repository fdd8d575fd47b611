import type { QualityGateResult } from '../../lib/contract/quality/quality-result';
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
export async function keepResults(
  table: IcebergTable,
  results: readonly QualityGateResult[],
  evaluation: Evaluation,
): Promise<boolean> {
  if (results.length === 0) return false;
  const lane = `gates/${evaluation.scope}/${evaluation.table}`;
  const position = String(evaluation.sequence);
  const known = table.position(lane);
  if (known !== undefined && BigInt(known) >= evaluation.sequence) return false;
  const files = await writeRows(table, resultRows(results, evaluation));
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

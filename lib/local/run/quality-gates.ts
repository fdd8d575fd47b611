import type { DuckDBConnection } from '@duckdb/node-api';
import {
  type DataContract,
  GateDecision,
  type QualityGateResult,
  QualityGates,
  type QualityMeasurement,
  type QualityQuery,
  SqlDialect,
} from '../../contract';
import { INSTALL_DUCKDB } from '../duckdb';
import { UnusableInput } from '../events/unusable-input';
import { attachContractView } from './contract-view';
import type { TableContents } from './table-contents';

/** The gates of a table and what they ask for together. */
export interface GateReport {
  readonly gates: readonly QualityGateResult[];
  readonly decision: GateDecision;
}

/** @throws UnusableInput for a rule that asks for a gate there is not */
export function gatesOf(contract: DataContract): QualityGates {
  try {
    return QualityGates.of(contract.schema());
  } catch (error) {
    throw new UnusableInput(`contract ${contract.id}`, (error as Error).message);
  }
}

/** Measures the quality rules of a contract on its bronze table as it is now. Without DuckDB nothing is measured. */
export async function evaluateGates(
  contract: DataContract,
  table: TableContents | undefined,
  connection: DuckDBConnection | undefined,
): Promise<GateReport> {
  if (table === undefined) return { gates: [], decision: GateDecision.PROCEED };
  const gates = gatesOf(contract);
  const queries = gates.queries(SqlDialect.DUCKDB, [table.zone, table.table]);
  const measurements: QualityMeasurement[] = [];
  try {
    if (connection && queries.length > 0) await attachContractView(connection, table, contract.schema());
    for (const query of queries) measurements.push(...(await measure(query, connection)));
  } catch (error) {
    // Files DuckDB cannot read: every gate says so, and those that halt are shut.
    measurements.push(...queries.flatMap((query) => unmeasured(query, error)));
  }
  const results = gates.evaluate(measurements);
  return { gates: results, decision: gates.decide(results) };
}

async function measure(
  query: QualityQuery,
  connection: DuckDBConnection | undefined,
): Promise<QualityMeasurement[]> {
  if (!connection) return unmeasured(query, new Error(`DuckDB is not installed (${INSTALL_DUCKDB})`));
  try {
    const rows = (await connection.runAndReadAll(query.sql)).getRows();
    if (rows.length !== 1) throw new Error(`the query gave ${rows.length} rows instead of one`);
    return query.measures.map((name, index) => ({
      measure: name,
      ...(rows[0][index] !== null && { value: String(rows[0][index]) }),
    }));
  } catch (error) {
    return unmeasured(query, error);
  }
}

function unmeasured({ measures }: QualityQuery, error: unknown): QualityMeasurement[] {
  const [reason] = (error as Error).message.split('\n');
  return measures.map((name) => ({ measure: name, error: reason }));
}

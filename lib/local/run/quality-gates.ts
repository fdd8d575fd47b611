import type { DuckDBConnection } from '@duckdb/node-api';
import {
  type DataContract,
  GateDecision,
  QualityGates,
  type QualityMeasurement,
  type QualityQuery,
  SqlDialect,
  Zone,
} from '../../contract';
import { INSTALL_DUCKDB } from '../duckdb';
import { UnusableInput } from '../../../lambda/formats/records/unusable-input';
import { bronzeSchema, silverSchema } from '../../contract/table-schema';
import { attachContractView } from './contract-view';
import type { TableFiles } from './contract-view';
import type { ZoneGateResult } from './summary';

/** The gates of the zones' tables, and what those of the last of them ask for together. */
export interface GateReport {
  readonly gates: readonly ZoneGateResult[];
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

/** Evaluates the gates of each table there is, in their order. */
export async function zoneGates(
  contract: DataContract,
  tables: readonly (TableFiles | undefined)[],
  connection: DuckDBConnection | undefined,
): Promise<GateReport> {
  let report: GateReport = { gates: [], decision: GateDecision.PROCEED };
  for (const table of tables) {
    if (!table) continue;
    const { gates, decision } = await evaluateGates(contract, table, connection);
    report = { gates: [...report.gates, ...gates], decision };
  }
  return report;
}

/** Measures the quality rules of a contract on its bronze or silver table as it is now. Without DuckDB nothing is measured. */
export async function evaluateGates(
  contract: DataContract,
  table: TableFiles | undefined,
  connection: DuckDBConnection | undefined,
): Promise<GateReport> {
  if (table === undefined) return { gates: [], decision: GateDecision.PROCEED };
  const gates = gatesOf(contract);
  const queries = gates.queries(SqlDialect.DUCKDB, [table.zone, table.table]);
  const measurements: QualityMeasurement[] = [];
  try {
    if (connection && queries.length > 0) {
      const schema = contract.schema();
      await attachContractView(
        connection,
        table,
        table.zone === Zone.SILVER ? silverSchema(schema) : bronzeSchema(schema),
      );
    }
    for (const query of queries) measurements.push(...(await measure(query, connection)));
  } catch (error) {
    // Files DuckDB cannot read: every gate says so, and those that halt are shut.
    measurements.push(...queries.flatMap((query) => unmeasured(query, error)));
  }
  const results = gates.evaluate(measurements);
  return {
    gates: results.map((result) => ({ zone: table.zone, ...result })),
    decision: gates.decide(results),
  };
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

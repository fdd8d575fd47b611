import type { QualityGates } from '../../../lib/contract/quality/quality-gates';
import type {
  GateDecision,
  QualityGateResult,
  QualityMeasurement,
  QualityQuery,
} from '../../../lib/contract/quality/quality-result';
import type { SqlDialect } from '../../../lib/contract/quality/sql-dialect';

/** An engine that answers the queries of gates. */
export interface GateEngine {
  readonly dialect: SqlDialect;
  /** The rows a query gives, each value as text; null for NULL. */
  query(sql: string): Promise<(string | null)[][]>;
}

/** What became of the gates of a table. */
export interface GateReport {
  readonly results: readonly QualityGateResult[];
  readonly decision: GateDecision;
}

/**
 * Measures every rule over a whole table and compares. A query that fails leaves its gates unevaluated, with the
 * engine's reason: those that halt are then shut.
 * @param table the table's name with what qualifies it, as the engine knows it
 */
export async function measureGates(
  gates: QualityGates,
  engine: GateEngine,
  table: string[],
): Promise<GateReport> {
  const measurements: QualityMeasurement[] = [];
  for (const query of gates.queries(engine.dialect, table)) {
    measurements.push(...(await measure(query, engine)));
  }
  const results = gates.evaluate(measurements);
  return { results, decision: gates.decide(results) };
}

async function measure({ sql, measures }: QualityQuery, engine: GateEngine): Promise<QualityMeasurement[]> {
  try {
    const rows = await engine.query(sql);
    if (rows.length !== 1) throw new Error(`the query gave ${rows.length} rows instead of one`);
    return measures.map((measure, index) => {
      const value = rows[0][index];
      return value === null ? { measure } : { measure, value };
    });
  } catch (error) {
    const [reason] = (error as Error).message.split('\n');
    return measures.map((measure) => ({ measure, error: reason }));
  }
}

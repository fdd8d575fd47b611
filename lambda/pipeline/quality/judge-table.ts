import type { QualityGates } from '../../../lib/contract/quality/quality-gates';
import { quoteName } from '../../../lib/contract/quality/sql-dialect';
import type { ColumnProfile, TableProfiler } from '../../../lib/contract/quality/table-profiler';
import type { IcebergTable } from '../../tables/iceberg-table';
import { currentSnapshot } from '../../tables/table-metadata';
import { type SqlEngine, SqlRefused, type TableRead } from '../sql-transform/engine';
import { type GateReport, measureGates } from './measure-gates';

/** Name the rules' queries know the table by. */
const JUDGED = 'judged';

/** Measures every rule over a table as it is now. @throws what the engine threw when it was away: that is no verdict */
export function judgeTable(gates: QualityGates, table: IcebergTable, engine: SqlEngine): Promise<GateReport> {
  return judgeRows(gates, { table, snapshot: currentSnapshot(table.metadata) }, engine, JUDGED);
}

/** Profiles the columns of a table as it is now. */
export async function profileTable(
  profiler: TableProfiler,
  table: IcebergTable,
  engine: SqlEngine,
): Promise<ColumnProfile[]> {
  const rows = await engine.read({ table, snapshot: currentSnapshot(table.metadata) });
  const sql = profiler.query(engine.dialect, [JUDGED]);
  const [row] = await engine.query(`WITH ${quoteName(JUDGED, engine.dialect)} AS (${rows})\n${sql}`);
  return profiler.read([...row]);
}

/**
 * Measures every rule over the rows of a read. A mistake in a rule shuts its own gate; an engine that is away, or still at
 * it, says nothing about the rows.
 * @param name the queries' name for the rows
 */
export async function judgeRows(
  gates: QualityGates,
  read: TableRead,
  engine: SqlEngine,
  name: string,
): Promise<GateReport> {
  const rows = await engine.read(read);
  const quoted = quoteName(name, engine.dialect);
  let failure: unknown;
  const query = async (sql: string) => {
    try {
      return (await engine.query(`WITH ${quoted} AS (${rows})\n${sql}`)).map((row) => [...row]);
    } catch (error) {
      if (!(error instanceof SqlRefused)) failure ??= error;
      throw error;
    }
  };
  const report = await measureGates(gates, { dialect: engine.dialect, query }, [name]);
  if (failure !== undefined) throw failure;
  return report;
}

import type { DuckDBConnection } from '@duckdb/node-api';
import { type ColumnProfile, type DataContract, SqlDialect, TableProfiler } from '../../contract';
import { bronzeSchema } from '../../contract/table-schema';
import { attachContractView } from './contract-view';
import type { TableFiles } from './contract-view';

/**
 * What is in the columns of a bronze table as it is now; nothing without DuckDB, or without a table that DuckDB can
 * read: the gates say why it cannot.
 */
export async function profileTable(
  contract: DataContract,
  table: TableFiles | undefined,
  connection: DuckDBConnection | undefined,
): Promise<ColumnProfile[]> {
  if (!connection || !table) return [];
  const schema = contract.schema();
  const profiler = TableProfiler.of(schema);
  const query = profiler.query(SqlDialect.DUCKDB, [table.zone, table.table]);
  try {
    await attachContractView(connection, table, bronzeSchema(schema));
    return profiler.read((await connection.runAndReadAll(query)).getRows()[0]);
  } catch {
    return [];
  }
}

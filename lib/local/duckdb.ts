import type { DuckDBConnection } from '@duckdb/node-api';

/** How to get the engine that reads Parquet and answers SQL; the rest of a run does without it. */
export const INSTALL_DUCKDB = 'npm install @duckdb/node-api';

/**
 * A connection to an in-memory database of its own; undefined where @duckdb/node-api is not installed. Times are
 * shown in UTC.
 */
export async function openDuckDb(threads: number): Promise<DuckDBConnection | undefined> {
  let duckdb: typeof import('@duckdb/node-api');
  try {
    duckdb = await import('@duckdb/node-api');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
  const instance = await duckdb.DuckDBInstance.create(':memory:', { threads: String(threads) });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  return connection;
}

/** A string literal of SQL. */
export function literal(text: string): string {
  return `'${text.replace(/'/g, "''")}'`;
}

/** A quoted identifier of SQL. */
export function identifier(name: string): string {
  return `"${name.replace(/"/g, '""')}"`;
}

/** The rows of Parquet files as a table function. Names are taken as they are, not as patterns. */
export function parquetFiles(files: readonly string[]): string {
  const names = files.map((file) => literal(file.replace(/[[*?]/g, '[$&]')));
  return `read_parquet([${names.join(', ')}], union_by_name = true, hive_partitioning = false)`;
}

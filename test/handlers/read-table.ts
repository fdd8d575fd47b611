import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

/**
 * The rows of a table that is a directory, read by code that is none of ours: icebird finds the data files, DuckDB reads
 * them. A table without data has no rows.
 */
export async function readTable(
  uri: string,
  columns = '*',
  order = '_lane, _position',
  where = 'true',
): Promise<any[]> {
  const files = dataFiles(uri);
  if (files.length === 0) return [];
  const connection = await (await DuckDBInstance.create()).connect();
  const list = files.map((file) => `'${file.replaceAll("'", "''")}'`).join(', ');
  const result = await connection.runAndReadAll(
    `SELECT ${columns} FROM read_parquet([${list}], hive_partitioning = false) WHERE ${where} ORDER BY ${order}`,
  );
  return result.getRowObjectsJson();
}

export function dataFiles(uri: string): string[] {
  const lister = path.join(__dirname, 'list-data-files.mjs');
  const child = spawnSync(process.execPath, [lister, uri], { encoding: 'utf8' });
  if (child.status !== 0) throw new Error(child.stderr);
  return JSON.parse(child.stdout);
}

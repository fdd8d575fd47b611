import { once } from 'node:events';
import path from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
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
  const files = await dataFiles(uri);
  if (files.length === 0) return [];
  const connection = await (await DuckDBInstance.create()).connect();
  const list = files.map((file) => `'${file.replaceAll("'", "''")}'`).join(', ');
  const result = await connection.runAndReadAll(
    `SELECT ${columns} FROM read_parquet([${list}], hive_partitioning = false) WHERE ${where} ORDER BY ${order}`,
  );
  return result.getRowObjectsJson();
}

// One for a test file: loading icebird costs more than what it is asked.
let lister: Worker | undefined;
afterAll(() => lister?.terminate());

export async function dataFiles(uri: string): Promise<string[]> {
  lister ??= new Worker(path.join(__dirname, 'list-data-files.mjs'));
  const { port1, port2 } = new MessageChannel();
  lister.postMessage({ uri, answer: port2 }, [port2]);
  const [{ files, error }] = await once(port1, 'message');
  port1.close();
  if (error !== undefined) throw new Error(error);
  return files;
}

import { DuckDBInstance } from '@duckdb/node-api';
import { type FileMetaData, parquetMetadata, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

function arrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}

/** Rows as hyparquet reads them. */
export function readWithHyparquet(bytes: Uint8Array): Promise<Record<string, any>[]> {
  return parquetReadObjects({ file: arrayBuffer(bytes), compressors, utf8: false });
}

export function footer(bytes: Uint8Array): FileMetaData {
  return parquetMetadata(arrayBuffer(bytes));
}

/** Rows as DuckDB reads them, as JSON values: 64-bit integers, decimals and timestamps are text. */
export async function readWithDuckDb(bytes: Uint8Array, select = '*'): Promise<Record<string, any>[]> {
  const directory = mkdtempSync(join(tmpdir(), 'parquet-'));
  try {
    const file = join(directory, 'rows.parquet');
    writeFileSync(file, bytes);
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    await connection.run("SET TimeZone='UTC'");
    const result = await connection.runAndReadAll(`SELECT ${select} FROM read_parquet('${file}')`);
    const rows = result.getRowObjectsJson() as Record<string, any>[];
    connection.closeSync();
    return rows;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

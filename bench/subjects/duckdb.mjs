// DuckDB in the same process: the decoded lines in a temporary file, then COPY. All its threads' time counts.
import { DuckDBInstance } from '@duckdb/node-api';
import { statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { OUT } from '../paths.mjs';

const TYPES = `{event_id: 'VARCHAR', event_type: 'VARCHAR', user_id: 'BIGINT', session_id: 'VARCHAR', ts: 'TIMESTAMPTZ',
  received_at: 'BIGINT', url: 'VARCHAR', referrer: 'VARCHAR', duration_ms: 'INTEGER', scroll_pct: 'DOUBLE', price: 'DOUBLE',
  device: 'STRUCT(os VARCHAR, browser VARCHAR, width INTEGER, height INTEGER)', tags: 'VARCHAR[]'}`;

export async function prepare({ payloads }) {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const lines = path.join(OUT, `duckdb-${process.pid}.ndjson`);
  const parquet = path.join(OUT, `duckdb-${process.pid}.parquet`);
  return async () => {
    writeFileSync(
      lines,
      payloads.map((payload) => `${Buffer.from(payload, 'base64').toString()}\n`).join(''),
    );
    await connection.run(
      `COPY (SELECT * REPLACE (make_timestamptz(received_at * 1000) AS received_at)
             FROM read_json('${lines}', format = 'newline_delimited', columns = ${TYPES}))
       TO '${parquet}' (FORMAT parquet, COMPRESSION snappy)`,
    );
    return statSync(parquet).size;
  };
}

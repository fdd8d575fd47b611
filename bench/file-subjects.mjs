// One measurement of bench/files.mjs in a process of its own: ours BUNDLE FILE BYTES | duckdb FILE PARQUET
import path from 'node:path';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const COLUMNS = {
  customer_id: 'BIGINT',
  first_name: 'VARCHAR',
  last_name: 'VARCHAR',
  email: 'VARCHAR',
  street: 'VARCHAR',
  city: 'VARCHAR',
  postal_code: 'VARCHAR',
  country: 'VARCHAR',
  birth_date: 'DATE',
  segment: 'VARCHAR',
  balance: 'DECIMAL(12,2)',
  orders: 'INTEGER',
  newsletter: 'BOOLEAN',
  created_at: 'TIMESTAMPTZ',
  updated_at: 'TIMESTAMPTZ',
};

const subjects = {
  async ours(bundle, file, size) {
    const log = console.log;
    const { handler } = await import(pathToFileURL(bundle).href);
    console.log = () => undefined;
    const { caughtUp, files } = await handler({
      source: 'aws.s3',
      'detail-type': 'Object Created',
      time: '2026-11-30T02:00:00Z',
      detail: {
        bucket: { name: pathToFileURL(path.dirname(file)).href },
        object: { key: path.basename(file), size: Number(size) },
      },
    });
    console.log = log;
    if (!caughtUp || files[0].state !== 'done') throw new Error(JSON.stringify(files));
    return {};
  },
  async duckdb(file, parquet) {
    const { DuckDBInstance } = createRequire(import.meta.url)('@duckdb/node-api');
    const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
    const columns = Object.entries(COLUMNS).map(([name, type]) => `'${name}': '${type}'`);
    await connection.run(
      `COPY (SELECT * FROM read_csv('${file}', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', ` +
        `columns = {${columns.join(', ')}})) TO '${parquet}' (FORMAT parquet, COMPRESSION snappy)`,
    );
    const [[rows]] = await (await connection.run(`SELECT count(*) FROM '${parquet}'`)).getRows();
    connection.closeSync();
    return { rows: Number(rows) };
  },
};

const [subject, ...args] = process.argv.slice(2);
const result = await subjects[subject](...args);
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
console.log(
  JSON.stringify({ ...result, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMiB: maxRSS / 1024 }),
);

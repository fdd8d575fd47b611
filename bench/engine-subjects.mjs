// One measurement of bench/engines.mjs in a process of its own: SUBJECT DIRECTORY ROWS MEMORY_MIB
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';

const require = createRequire(import.meta.url);
const built = (name) => require(`../dist/lambda/${name}.js`);
const { createOrEvolveTable } = built('tables/create-table');
const { openTable } = built('tables/open-table');
const { openDuckDb, attachTable, writeResult } = built('engines/duckdb/index');
const { DuckDbIncrementEngine } = built('engines/duckdb/increment-engine');
const { RowEngine } = built('pipeline/refine/row-engine');
const { refine } = built('pipeline/refine/refine');

const [subject, directory, rowCount, memory] = process.argv.slice(2);
const rows = Number(rowCount);
const options = { memoryMiB: Number(memory), threads: 2, scratch: `${directory}/scratch` };
const uri = (name) => `file://${directory}/${name}`;

/** Microseconds from one row to the next: all of them are of one month. */
const STEP = Math.floor((30 * 86_400_000_000) / rows);

const columns = (...fields) =>
  fields.map(([name, type, required = false], i) => ({ id: i + 1, name, type, required }));
const PROVENANCE = [
  ['_lane', 'string', true],
  ['_position', 'string', true],
  ['_arrived_at', 'timestamptz', true],
];
const EVENT = [
  ['id', 'string', true],
  ['at', 'timestamptz', true],
  ['customer', 'long'],
  ['page', 'string'],
  ['amount', 'decimal(12,2)'],
  ['quantity', 'int'],
  ['device', 'string'],
  ['note', 'string'],
];
const SESSION = [
  ['session_id', 'string', true],
  ['customer', 'long', true],
  ['session_start', 'timestamptz', true],
  ['session_end', 'timestamptz', true],
  ['total_events', 'long', true],
  ['pages_visited', 'long', true],
];

async function table(name, fields) {
  const schema = { type: 'struct', fields: columns(...fields) };
  const definition = { schema, partitionSpec: { 'spec-id': 0, fields: [] }, properties: {} };
  return (await createOrEvolveTable(uri(name), definition)).table;
}

/** Rows of a shop: customers come back within minutes or after days, one row in ten is a correction of an earlier one. */
const events = (from, count, key) => `
  SELECT 'o-' || lpad(CAST(${key} AS VARCHAR), 12, '0') AS id,
    make_timestamp(1714521600000000 + CAST(i AS BIGINT) * ${STEP} // 1000000 * 1000000)::TIMESTAMPTZ AS at,
    CAST(hash(i // 3) % ${Math.ceil(rows / 50)} AS BIGINT) AS customer,
    '/products/' || hash(i) % 97 AS page,
    CAST(hash(i + 1) % 100000 AS DECIMAL(12,2)) / 100 AS amount,
    CAST(hash(i + 2) % 9 AS INTEGER) AS quantity,
    ['phone', 'desktop', 'tablet'][CAST(hash(i + 3) % 3 AS BIGINT) + 1] AS device,
    md5(CAST(i AS VARCHAR)) AS note,
    'shop/shardId-' || lpad(CAST(i % 4 AS VARCHAR), 12, '0') AS _lane,
    '4964' || lpad(CAST(i AS VARCHAR), 52, '0') AS _position,
    make_timestamp(1714521600000000 + CAST(i AS BIGINT) * ${STEP})::TIMESTAMPTZ AS _arrived_at
  FROM range(${from}, ${from + count}) t(i)`;

const bronze = () => table('bronze', [...EVENT, ...PROVENANCE]);
const silver = (name) => table(name, [...EVENT, ...PROVENANCE]);

async function append(to, sql) {
  const duckdb = await openDuckDb(options);
  const files = await writeResult(duckdb, sql, to, { targetBytes: 32 * 1024 * 1024 });
  duckdb.close();
  await to.append(files, []);
}

async function dedupe(name, engine) {
  const tables = { bronze: await openTable(uri('bronze')), silver: await silver(name) };
  const report = await refine(tables, {
    refinement: { key: ['id'], eventTime: 'at' },
    engine,
    maxBytes: Infinity,
    contract: { contractId: 'bench', contractVersion: '1.0.0' },
    now: Date.now,
  });
  return { rows: report.upserted, read: report.bytesRead, written: report.bytesWritten };
}

/** A customer's events with less than half an hour between them; every window has a full tie-break. */
const SESSIONS = `
  WITH gaps AS (
    SELECT *, coalesce("at" - lag("at") OVER in_order > INTERVAL 30 MINUTE, true) AS starts FROM events
    WINDOW in_order AS (PARTITION BY customer ORDER BY "at", id, _lane, _position)
  ), numbered AS (
    SELECT *, sum(CAST(starts AS INTEGER)) OVER (PARTITION BY customer ORDER BY "at", id, _lane, _position ROWS UNBOUNDED PRECEDING) AS session FROM gaps
  )
  SELECT customer || ':' || epoch_us(min("at")) AS session_id, customer, min("at") AS session_start, max("at") AS session_end,
    count(*) AS total_events, count(DISTINCT page) AS pages_visited
  FROM numbered GROUP BY customer, session`;

const size = async (name) =>
  (await (await openTable(uri(name))).dataFiles()).reduce((sum, file) => sum + file.fileSizeInBytes, 0);

const subjects = {
  async make() {
    const to = await bronze();
    const key = `CASE WHEN hash(i) % 10 = 0 AND i > 1000 THEN i - 1 - hash(i + 9) % 1000 ELSE i END`;
    await append(to, events(0, rows, key));
    return { paths: (await to.dataFiles()).map(({ filePath }) => filePath.slice('file://'.length)) };
  },
  'dedupe, DuckDB engine': () => dedupe('silver', new DuckDbIncrementEngine(options)),
  'dedupe, row engine': () => dedupe('silver by rows', new RowEngine()),
  async 'sessions, DuckDB engine'() {
    const gold = await table('sessions', SESSION);
    const duckdb = await openDuckDb(options);
    const seen = await attachTable(duckdb, 'events', await openTable(uri('bronze')));
    const files = await writeResult(duckdb, SESSIONS, gold);
    await seen.detach();
    duckdb.close();
    await gold.append(files, []);
    return { rows: files.reduce((sum, file) => sum + file.recordCount, 0) };
  },
  // One row in a hundred changes, of the latest two in a hundred keys.
  async 'change of 1 %'() {
    const change = rows / 100;
    const key = `${Math.floor(rows * 0.98)} + hash(i) % ${Math.ceil(rows * 0.02)}`;
    await append(await openTable(uri('bronze')), events(rows, change, key));
    const before = await size('silver');
    return { ...(await dedupe('silver', new DuckDbIncrementEngine(options))), before };
  },
};

if (!existsSync(directory)) throw new Error(`${directory} is no directory.`);
const started = performance.now();
const result = await subjects[subject]();
const seconds = (performance.now() - started) / 1000;
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
console.log(
  JSON.stringify({
    ...result,
    seconds,
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    peakMiB: maxRSS / 1024,
  }),
);

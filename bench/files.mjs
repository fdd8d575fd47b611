// node bench/files.mjs [rows] [repetitions]
// A nightly dump as CSV, plain and in gzip, to Parquet: the shipped `file-ingest` bundle, which looks through the file, holds
// every row against its contract and commits to Iceberg tables in a directory, beside DuckDB's COPY from read_csv to Parquet
// on one thread, which is told the columns' types and checks nothing else. A process for each run, by turns; CPU times are
// those of the whole process, system included. Run `npm run build` first.
import {
  cpSync,
  createReadStream,
  createWriteStream,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { createGzip } from 'node:zlib';
import { median, NODE, runJson } from './child.mjs';
import { writeDump } from './dumps/customers.mjs';
import { BENCH, ROOT } from './paths.mjs';

const require = createRequire(import.meta.url);
const built = (name) => require(path.join(ROOT, 'dist', name));
const { DataContract } = built('lib/contract');
const { compileContract } = built('lib/contract/handler-code');
const { fileColumns } = built('lib/contract/file-columns');
const { bronzeSchema } = built('lib/contract/table-schema');
const { quarantineSchema } = built('lib/contract/quarantine-schema');
const { createOrEvolveTable } = built('lambda/tables/create-table');
const { openTable } = built('lambda/tables/open-table');

const ROWS = Number(process.argv[2] ?? 500_000);
const REPETITIONS = Number(process.argv[3] ?? 5);
const SUBJECTS = path.join(BENCH, 'file-subjects.mjs');
const MEBI = 2 ** 20;
const directory = mkdtempSync(path.join(os.tmpdir(), 'bench-files-'));
const bundle = path.join(directory, 'function');
const contract = DataContract.fromFile(path.join(BENCH, 'dumps', 'customers.odcs.yaml'));
let lakes = 0;

function stage() {
  cpSync(path.join(ROOT, 'dist', 'handlers', 'file-ingest'), bundle, { recursive: true });
  writeFileSync(path.join(bundle, 'contract.mjs'), compileContract(contract, contract.schema()));
  const columns = JSON.stringify(fileColumns(contract.schema()));
  writeFileSync(path.join(bundle, 'file-columns.mjs'), `export const columns = ${columns};`);
}

/** The bundle on tables of its own. */
async function ours(file) {
  const lake = path.join(directory, `lake-${++lakes}`);
  const [bronze, quarantine] = ['bronze', 'quarantine'].map(
    (name) => pathToFileURL(path.join(lake, name)).href,
  );
  const partitionSpec = { 'spec-id': 0, fields: [] };
  await createOrEvolveTable(bronze, { schema: bronzeSchema(contract.schema()), partitionSpec });
  await createOrEvolveTable(quarantine, { schema: quarantineSchema(), partitionSpec });
  const { size } = statSync(file);
  const result = runJson(NODE, [SUBJECTS, 'ours', path.join(bundle, 'index.mjs'), file, size], {
    LAKEHOUSE_BRONZE_TABLE: bronze,
    LAKEHOUSE_QUARANTINE_TABLE: quarantine,
    LAKEHOUSE_FILE_LEDGER: `${pathToFileURL(lake).href}/_ledger/`,
    LAKEHOUSE_PRODUCT: 'customers',
    // What FileProcessor gives it.
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '2048',
  });
  const files = await (await openTable(bronze)).dataFiles();
  const total = (of) => files.reduce((sum, one) => sum + of(one), 0);
  const bytes = total((one) => one.fileSizeInBytes);
  rmSync(lake, { recursive: true });
  return { ...result, rows: total((one) => one.recordCount), bytes };
}

function duckdb(file) {
  const to = path.join(directory, 'duckdb.parquet');
  return { ...runJson(NODE, [SUBJECTS, 'duckdb', file, to]), bytes: statSync(to).size };
}

function print(name, runs, csvSize, peer) {
  const of = (value) => median(runs.map(value));
  const cpu = of((run) => run.cpuSeconds);
  const figures = {
    subject: name,
    'CPU s': Number(cpu.toFixed(2)),
    'rows a CPU-second': Math.round(ROWS / cpu),
    'MiB of CSV a CPU-second': Number((csvSize / MEBI / cpu).toFixed(1)),
    'Parquet : CSV': Number((of((run) => run.bytes) / csvSize).toFixed(3)),
    'peak MiB': Math.round(of((run) => run.peakMiB)),
  };
  if (peer)
    figures['DuckDB’s CPU s : ours'] = Number(
      median(runs.map((run, i) => peer[i].cpuSeconds / run.cpuSeconds)).toFixed(2),
    );
  return figures;
}

try {
  stage();
  const csv = path.join(directory, 'customers.csv');
  writeDump(csv, ROWS);
  await pipeline(createReadStream(csv), createGzip(), createWriteStream(`${csv}.gz`));
  const size = statSync(csv).size;
  console.log(
    `${ROWS.toLocaleString('en')} rows, ${(size / MEBI).toFixed(1)} MiB of CSV, ${(statSync(`${csv}.gz`).size / MEBI).toFixed(1)} MiB in ` +
      `gzip; medians of ${REPETITIONS} pairs; ${os.cpus()[0].model.trim()}, ${os.availableParallelism()} cores`,
  );
  const table = [];
  for (const [name, file] of [
    ['CSV', csv],
    ['gzip', `${csv}.gz`],
  ]) {
    const [mine, theirs] = [[], []];
    for (let run = 0; run < REPETITIONS; run++) {
      mine.push(await ours(file));
      theirs.push(duckdb(file));
    }
    for (const { rows } of [...mine, ...theirs])
      if (rows !== ROWS) throw new Error(`${rows} of ${ROWS} rows came to the table.`);
    table.push(print(`${name}, lakehouse-constructs`, mine, size, theirs));
    table.push(print(`${name}, DuckDB COPY`, theirs, size));
  }
  console.table(table);
} finally {
  rmSync(directory, { recursive: true, force: true });
}

// Lays out what the measurements run on: the encoder bundled as the handlers are, the code compiled from the
// benchmark's contract, the deployed function with tables in a directory.
import esbuild from 'esbuild';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { clickstream, kinesisEvent } from './events/clickstream.mjs';
import { BENCH, OUT, ROOT } from './paths.mjs';

const require = createRequire(import.meta.url);
const BUNDLE = path.join(ROOT, 'dist', 'handlers', 'kinesis-ingest');

export async function stage() {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  await esbuild.build({
    entryPoints: [path.join(ROOT, 'lambda', 'pipeline', 'encoding', 'index.ts')],
    outfile: path.join(OUT, 'encoder.mjs'),
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    mainFields: ['module', 'main'],
    logLevel: 'error',
  });
  const { DataContract } = require(path.join(ROOT, 'dist', 'lib', 'contract'));
  const { compileContract } = require(path.join(ROOT, 'dist', 'lib', 'contract', 'handler-code'));
  const contract = DataContract.fromFile(path.join(BENCH, 'events', 'clickstream.odcs.yaml'));
  const compiled = compileContract(contract, contract.schema());
  writeFileSync(path.join(OUT, 'contract.mjs'), compiled);
  return existsSync(BUNDLE) ? stageHandler(contract, compiled) : undefined;
}

/** Times the memory of a full batch is measured, each in tables of its own. */
const MEMORY_RUNS = 3;

async function stageHandler(contract, compiled) {
  const directory = path.join(OUT, 'handler');
  cpSync(BUNDLE, directory, { recursive: true });
  writeFileSync(path.join(directory, 'contract.mjs'), compiled);
  const { createOrEvolveTable } = require(path.join(ROOT, 'dist', 'lambda', 'tables', 'create-table'));
  const { bronzeSchema } = require(path.join(ROOT, 'dist', 'lib', 'contract', 'table-schema'));
  const { quarantineSchema } = require(path.join(ROOT, 'dist', 'lib', 'contract', 'quarantine-schema'));
  const partitionSpec = { 'spec-id': 0, fields: [] };
  const bronze = { schema: bronzeSchema(contract.schema()), partitionSpec };
  const quarantine = { schema: quarantineSchema(), partitionSpec };
  // Into the same tables again, the batch would be a replay, and nothing would be encoded.
  const lakes = [];
  for (let i = 0; i < MEMORY_RUNS; i++) {
    const lake = environment(path.join(OUT, `lake-${i}`));
    await createOrEvolveTable(lake.LAKEHOUSE_BRONZE_TABLE, bronze);
    await createOrEvolveTable(lake.LAKEHOUSE_QUARANTINE_TABLE, quarantine);
    lakes.push(lake);
  }
  const event = path.join(OUT, 'event.json');
  writeFileSync(event, JSON.stringify(kinesisEvent(clickstream(10_000))));
  return {
    // The entry, then what it loads on first use with tables in the Glue catalog and files in S3.
    files: ['index.mjs', ...readdirSync(BUNDLE).filter((file) => /^(glue-catalog|s3-store)-/.test(file))].map(
      (file) => path.join(directory, file),
    ),
    event,
    bytes: readdirSync(BUNDLE).reduce((sum, file) => sum + statSync(path.join(BUNDLE, file)).size, 0),
    lakes,
  };
}

/** What a construct would tell the function, with the tables below a directory. */
function environment(tables) {
  return {
    LAKEHOUSE_BRONZE_TABLE: pathToFileURL(path.join(tables, 'bronze')).href,
    LAKEHOUSE_QUARANTINE_TABLE: pathToFileURL(path.join(tables, 'quarantine')).href,
    LAKEHOUSE_PRODUCT: 'clickstream',
  };
}

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { isBuiltin as isBuiltIn } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { BUNDLES } from '../../lib/contract/handler-environment';
import { bundleDirectory } from '../handlers/deployment';

const PACKAGE = path.resolve(__dirname, '../..');
/**
 * KiB, the AWS clients among them. Maintenance and silver read Parquet as well, in every codec; silver has SQS's client.
 * Ingestion with a transform and silver have the clients of lookups, in files that only such a transform loads.
 */
const LARGEST = {
  [BUNDLES.kinesisIngest]: 700,
  [BUNDLES.kinesisTransform]: 800,
  [BUNDLES.fileIngest]: 1050,
  [BUNDLES.silverRefine]: 1050,
  [BUNDLES.tableProvision]: 700,
  [BUNDLES.tableMaintenance]: 800,
  [BUNDLES.tableFailover]: 700,
  [BUNDLES.partitionArchival]: 700,
  [BUNDLES.subjectErasure]: 850,
  [BUNDLES.sqlTransform]: 800,
  [BUNDLES.tableCommit]: 900,
  [BUNDLES.tableGate]: 800,
  [BUNDLES.webhookReceive]: 400,
  [BUNDLES.indexSnapshot]: 80,
};
/** What shows that a bundle has its clients, where it has no business with tables. */
const CLIENTS: { readonly [name: string]: RegExp } = {
  [BUNDLES.webhookReceive]: /GetSecretValue[\s\S]*PutRecords|PutRecords[\s\S]*GetSecretValue/,
  // None: its requests are signed by themselves.
  [BUNDLES.indexSnapshot]: /AWS4-HMAC-SHA256/,
};
/** What is laid beside a bundle at synth, or installed where it runs. */
const FOREIGN: { readonly [name: string]: string[] } = {
  [BUNDLES.kinesisIngest]: ['./classified-columns.mjs', './contract.mjs'],
  [BUNDLES.kinesisTransform]: [
    './classified-columns.mjs',
    './contract.mjs',
    './input-contract.mjs',
    './transform.mjs',
  ],
  [BUNDLES.fileIngest]: [
    './classified-columns.mjs',
    './contract.mjs',
    './file-columns.mjs',
    './input-contract.mjs',
    './transform.mjs',
  ],
  [BUNDLES.silverRefine]: [
    './contract.mjs',
    './input-contract.mjs',
    './masks.mjs',
    './transform.mjs',
    '@duckdb/node-api',
  ],
  [BUNDLES.sqlTransform]: ['./transformation.mjs', '@duckdb/node-api'],
  [BUNDLES.tableGate]: ['./gates.mjs', '@duckdb/node-api'],
};

/** What is not there while a bundle is looked at. */
const BESIDE = [
  './classified-columns.mjs',
  './gates.mjs',
  './contract.mjs',
  './file-columns.mjs',
  './input-contract.mjs',
  './masks.mjs',
  './transform.mjs',
  './transformation.mjs',
];

const filesOf = (directory: string) => fs.readdirSync(directory).sort();
const textOf = (directory: string) =>
  filesOf(directory)
    .map((name) => fs.readFileSync(path.join(directory, name), 'utf8'))
    .join('\n');

let imports: ReturnType<typeof importsOfAll>;
beforeAll(() => (imports = importsOfAll()));

describe.each(Object.values(BUNDLES))('the bundle %s', (name) => {
  const directory = bundleDirectory(name);

  test(`is below ${LARGEST[name]} KiB with its AWS clients`, () => {
    const bytes = filesOf(directory).reduce(
      (sum, file) => sum + fs.statSync(path.join(directory, file)).size,
      0,
    );
    expect(bytes).toBeLessThan(LARGEST[name] * 1024);
    expect(textOf(directory)).toMatch(CLIENTS[name] ?? /GetTable[\s\S]*PutObject|PutObject[\s\S]*GetTable/);
  });

  test('holds modules only, flat, and imports nothing but Node, its own files and the contract', () => {
    for (const file of filesOf(directory)) expect(file).toMatch(/^[\w-]+\.mjs$/);
    const foreign = imports[name].filter((specifier) => !isBuiltIn(specifier));
    expect(foreign.sort()).toEqual(FOREIGN[name] ?? []);
    expect(textOf(directory)).not.toMatch(/\.node["']|process\.dlopen/);
  });

  test('names no path of the machine it was built on', () => {
    expect(textOf(directory)).not.toContain(PACKAGE);
  });
});

test('only silver, maintenance, erasure, the committer and files bring code that reads Parquet', () => {
  // Part of hyparquet's messages.
  const readers = Object.values(BUNDLES).filter((name) =>
    textOf(bundleDirectory(name)).includes('parquet file invalid'),
  );
  const allowed = [
    BUNDLES.fileIngest,
    BUNDLES.silverRefine,
    BUNDLES.tableMaintenance,
    BUNDLES.subjectErasure,
    BUNDLES.tableCommit,
  ];
  expect(readers.sort()).toEqual(allowed.sort());
});

test('the same sources give the same bundles, byte for byte', () => {
  const output = fs.mkdtempSync(path.join(os.tmpdir(), 'bundles-'));
  run(`
    import { buildBundles } from ${JSON.stringify(path.join(PACKAGE, 'scripts', 'bundle-handlers.mjs'))};
    const handlers = ${JSON.stringify(
      Object.values(BUNDLES).map((name) => path.join(PACKAGE, 'lambda', 'handlers', `${name}.ts`)),
    )};
    await buildBundles({ root: ${JSON.stringify(PACKAGE)}, handlers, outputDirectory: ${JSON.stringify(output)} });`);
  for (const name of Object.values(BUNDLES)) {
    const [shipped, again] = [bundleDirectory(name), path.join(output, name)];
    expect(filesOf(again)).toEqual(filesOf(shipped));
    expect(textOf(again)).toBe(textOf(shipped));
  }
  fs.rmSync(output, { recursive: true });
});

/** What each bundle imports from outside its directory, as esbuild's parser sees it. */
function importsOfAll(): { readonly [name: string]: string[] } {
  const entries = Object.values(BUNDLES).map((name) => [name, path.join(bundleDirectory(name), 'index.mjs')]);
  return JSON.parse(
    run(`
    import esbuild from 'esbuild';
    const found = {};
    for (const [name, entry] of ${JSON.stringify(entries)}) {
      const { metafile } = await esbuild.build({ entryPoints: [entry], bundle: true, write: false, metafile: true,
        outdir: 'out', platform: 'node', format: 'esm', packages: 'external', external: ${JSON.stringify(BESIDE)} });
      const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
      found[name] = [...new Set(imports.filter((one) => one.external).map((one) => one.path))];
    }
    console.log(JSON.stringify(found));`),
  );
}

/** esbuild refuses to run inside jest, whose globals are not Node's own. */
function run(script: string): string {
  const child = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: PACKAGE,
    encoding: 'utf8',
  });
  if (child.status !== 0) throw new Error(child.stderr);
  return child.stdout;
}

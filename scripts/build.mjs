#!/usr/bin/env node
// Builds the package: TypeScript to dist/{lib,lambda,bin} and one bundle for each file of lambda/handlers to
// dist/handlers/<name>/index.mjs, and the program of containers to dist/containers/main. Runs before every start and
// test, so an unchanged tree costs a hash of its sources.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildBundles, buildContainerProgram } from './bundle-handlers.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = path.join(root, 'dist');
const stampFile = path.join(dist, '.built');
const incrementalState = path.join(dist, '.tsbuildinfo');
const SOURCE_ROOTS = ['lib', 'lambda', 'bin'];
const INPUTS = [...SOURCE_ROOTS, 'scripts/build.mjs', 'scripts/bundle-handlers.mjs'];
const CONFIGURATION = ['tsconfig.json', 'tsconfig.build.json', 'package.json', 'package-lock.json'];

function filesUnder(directory) {
  if (!fs.existsSync(directory)) return [];
  if (fs.statSync(directory).isFile()) return [directory];
  return fs
    .readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** Identity of everything the build reads, the dependencies' versions included. */
function fingerprint(files) {
  const hash = createHash('sha256').update(process.version);
  for (const file of files) {
    hash.update(path.relative(root, file)).update('\0').update(fs.readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

function isModule(file) {
  return file.endsWith('.ts') && !file.endsWith('.d.ts');
}

function compiledFrom(sources) {
  return sources
    .filter((file) => isModule(file))
    .map((file) => path.join(dist, path.relative(root, file)).slice(0, -'.ts'.length))
    .flatMap((stem) => [`${stem}.js`, `${stem}.d.ts`]);
}

/** What a removed or renamed source left behind would otherwise be published. */
function removeStale(expected) {
  const keep = new Set(expected);
  for (const directory of SOURCE_ROOTS) {
    for (const file of filesUnder(path.join(dist, directory))) {
      if (!keep.has(file)) fs.rmSync(file);
    }
  }
}

function compile() {
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  return new Promise((resolve, reject) => {
    spawn(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--pretty', String(!!process.stdout.isTTY)], {
      cwd: root,
      stdio: 'inherit',
    })
      .on('error', reject)
      .on('exit', (code) => resolve(code === 0));
  });
}

function makeProgramsExecutable() {
  for (const file of filesUnder(path.join(dist, 'bin')).filter((name) => name.endsWith('.js'))) {
    if (fs.readFileSync(file, 'utf8').startsWith('#!')) fs.chmodSync(file, 0o755);
  }
}

async function build() {
  const started = performance.now();
  const inputs = INPUTS.flatMap((name) => filesUnder(path.join(root, name)));
  const stamp = fingerprint([...inputs, ...CONFIGURATION.map((name) => path.join(root, name))]);
  const handlers = filesUnder(path.join(root, 'lambda', 'handlers')).filter(
    (file) => isModule(file) && path.basename(path.dirname(file)) === 'handlers',
  );
  const compiled = compiledFrom(inputs.filter((file) => !file.startsWith(path.join(root, 'scripts'))));
  const bundled = handlers.map((file) =>
    path.join(dist, 'handlers', path.basename(file, '.ts'), 'index.mjs'),
  );
  bundled.push(path.join(dist, 'containers', 'main', 'main.mjs'));
  const missing = [...compiled, ...bundled].filter((file) => !fs.existsSync(file));

  if (missing.length === 0 && fs.existsSync(stampFile) && fs.readFileSync(stampFile, 'utf8') === stamp)
    return true;

  fs.rmSync(stampFile, { force: true });
  // tsc trusts this file over the directory: an output deleted by hand would not be written again.
  if (missing.some((file) => compiled.includes(file))) fs.rmSync(incrementalState, { force: true });
  removeStale(compiled);

  const reported = (error) => {
    // esbuild has printed its own messages.
    if (!error.errors) console.error(error);
    return undefined;
  };
  const [compiles, bundles, program] = await Promise.all([
    compile(),
    buildBundles({ root, handlers, outputDirectory: path.join(dist, 'handlers') }).catch(reported),
    buildContainerProgram({ root, outputDirectory: path.join(dist, 'containers') }).catch(reported),
  ]);
  makeProgramsExecutable();
  for (const { name, bytes } of bundles ?? []) {
    console.log(`${name.padEnd(20)} ${(bytes / 1024).toFixed(0).padStart(5)} KiB`);
  }
  if (!compiles || !bundles || !program) return false;
  fs.writeFileSync(stampFile, stamp);
  console.log(`Built in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return true;
}

if (!(await build())) process.exitCode = 1;

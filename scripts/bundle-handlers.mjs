// Bundles the deployed functions, a directory each: index.mjs and the chunks it loads on first use (a function on
// Glue never reads the code for other catalogs, nor the credential providers it has no use for). The output depends on
// the sources and the locked dependencies only, never on the machine: a function's asset hash is taken from it.
import fs from 'node:fs';
import path from 'node:path';
import esbuild from 'esbuild';

// Compiled from contracts or bundled from the user's own code when a user synthesizes, and laid beside the bundle;
// the bundle itself, beside the program of a container.
const BESIDE_THE_BUNDLE = [
  './classified-columns.mjs',
  './contract.mjs',
  './file-columns.mjs',
  './gates.mjs',
  './index.mjs',
  './input-contract.mjs',
  './masks.mjs',
  './transform.mjs',
  './transformation.mjs',
];
// Imported on first use, which comes in a browser only.
const BROWSER_ONLY = ['bowser'];
// Native, and where SQL runs in a container or on a laptop only: installed there.
const INSTALLED = ['@duckdb/node-api'];
// The program of a container, and what it runs: the bundle beside it.
const CONTAINER_PROGRAM = 'lambda/containers/main.ts';
const NOTICES = 'THIRD-PARTY-NOTICES.txt';
// CommonJS dependencies that load a Node built-in call `require`, which an ES module does not have.
const REQUIRE = `import{createRequire}from'node:module';const require=createRequire(import.meta.url);\n`;

export function buildBundles({ root, handlers, outputDirectory }) {
  return build(
    root,
    outputDirectory,
    handlers.map((handler) => bundle(root, 'index', handler)),
  );
}

/**
 * The program of every container, `main.mjs`, which runs the bundle laid beside it, and the packages that have to be
 * installed there.
 */
export function buildContainerProgram({ root, outputDirectory }) {
  const program = bundle(root, 'main', path.join(root, CONTAINER_PROGRAM)).then((main) => {
    main.files.set('package.json', manifest(root));
    return main;
  });
  return build(root, outputDirectory, [program]);
}

async function build(root, outputDirectory, bundling) {
  const bundles = await Promise.all(bundling);
  const names = bundles.map(({ name }) => name);
  if (fs.existsSync(outputDirectory)) removeOthers(outputDirectory, new Set([...names, NOTICES]));
  const staging = `${outputDirectory}.${process.pid}`;
  fs.mkdirSync(staging, { recursive: true });
  for (const { name, entry, files } of bundles)
    write(path.join(outputDirectory, name), entry, files, staging);
  fs.rmSync(staging, { recursive: true });
  const packages = new Set(bundles.flatMap((one) => one.packages));
  fs.writeFileSync(path.join(outputDirectory, NOTICES), notices(root, [...packages].sort()));
  return bundles.map(({ name, files }) => ({
    name,
    bytes: [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0),
  }));
}

/** Exact versions: those that the tests ran with. */
function manifest(root) {
  const { devDependencies } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  const dependencies = Object.fromEntries(
    INSTALLED.map((dependency) => [dependency, devDependencies[dependency]]),
  );
  return `${JSON.stringify({ private: true, type: 'module', dependencies }, undefined, 2)}\n`;
}

/** @param entry name of the file the bundle begins with; the module it is made from gives the bundle its name */
async function bundle(root, entry, module) {
  const result = await esbuild.build({
    absWorkingDir: root,
    entryPoints: { [entry]: module },
    outdir: 'out',
    outExtension: { '.js': '.mjs' },
    write: false,
    metafile: true,
    bundle: true,
    // What is imported on first use becomes a file of its own. In one file, esbuild keeps such modules whole: every
    // operation of an AWS client instead of the few that are called.
    splitting: true,
    minify: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    // The ES module builds of the AWS clients are half the size of the CommonJS ones once bundled.
    mainFields: ['module', 'main'],
    external: [...BESIDE_THE_BUNDLE, ...INSTALLED],
    alias: Object.fromEntries(
      BROWSER_ONLY.map((name) => [name, path.join(root, 'scripts', 'browser-only.mjs')]),
    ),
    charset: 'utf8',
    legalComments: 'none',
    tsconfig: path.join(root, 'tsconfig.build.json'),
  });
  const files = new Map();
  for (const { path: file, text } of result.outputFiles) {
    const output = result.metafile.outputs[path.relative(root, file).split(path.sep).join('/')];
    const requiresBuiltIn = output.imports.some(({ kind, external }) => kind === 'require-call' && external);
    files.set(path.basename(file), (requiresBuiltIn ? REQUIRE : '') + text);
  }
  const packages = Object.keys(result.metafile.inputs).flatMap(
    (input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? [],
  );
  return { name: path.basename(module, '.ts'), entry: `${entry}.mjs`, files, packages };
}

/** What the licences of the bundled packages ask of whoever passes them on; each text once. */
function notices(root, packages) {
  const sharing = new Map();
  for (const directory of packages) {
    const folder = path.join(root, directory);
    const { name, version, license } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
    const files = fs.readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/i.test(file));
    const texts = files.sort().map((file) => fs.readFileSync(path.join(folder, file), 'utf8').trim());
    const text = texts.join('\n\n');
    sharing.set(text, [...(sharing.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  const sections = [...sharing].map(([text, names]) => [names.join('\n'), text].filter(Boolean).join('\n\n'));
  return (
    ['The handlers contain code of these packages.', ...sections].join(`\n\n${'-'.repeat(80)}\n\n`) + '\n'
  );
}

/** The entry last: a function started while a build runs finds every chunk its entry names. */
function write(directory, entry, files, staging) {
  fs.mkdirSync(directory, { recursive: true });
  const names = [...files.keys()].filter((name) => name !== entry);
  for (const name of [...names, entry]) {
    fs.writeFileSync(path.join(staging, name), files.get(name));
    fs.renameSync(path.join(staging, name), path.join(directory, name));
  }
  removeOthers(directory, new Set(files.keys()));
}

function removeOthers(directory, names) {
  for (const existing of fs.readdirSync(directory)) {
    if (!names.has(existing)) fs.rmSync(path.join(directory, existing), { recursive: true });
  }
}

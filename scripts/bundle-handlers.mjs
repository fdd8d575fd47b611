// Bundles the deployed functions. The output depends on the sources and the locked dependencies only, never on the
// machine: a function's asset hash is taken from it.
import fs from 'node:fs';
import path from 'node:path';
import esbuild from 'esbuild';

// Compiled from the contract when a user synthesizes, and laid beside the bundle.
const BESIDE_THE_BUNDLE = ['./contract.mjs'];
// CommonJS dependencies that load a Node built-in call `require`, which an ES module does not have.
const REQUIRE = `import{createRequire}from'node:module';const require=createRequire(import.meta.url);\n`;

export async function buildBundles({ root, handlers, outputDirectory }) {
  const bundles = await Promise.all(handlers.map((entry) => bundle(root, entry)));
  const names = new Set(bundles.map(({ name }) => name));
  if (fs.existsSync(outputDirectory)) {
    for (const existing of fs.readdirSync(outputDirectory)) {
      if (!names.has(existing)) fs.rmSync(path.join(outputDirectory, existing), { recursive: true });
    }
  }
  return bundles.map(({ name, text }) => {
    const directory = path.join(outputDirectory, name);
    fs.mkdirSync(directory, { recursive: true });
    // Renamed into place: a function started while a build runs must not load half a file.
    const temporary = path.join(directory, `.index.mjs.${process.pid}`);
    fs.writeFileSync(temporary, text);
    fs.renameSync(temporary, path.join(directory, 'index.mjs'));
    return { name, bytes: Buffer.byteLength(text) };
  });
}

async function bundle(root, entry) {
  const result = await esbuild.build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: 'index.mjs',
    write: false,
    metafile: true,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    // The ES module builds of the AWS clients are half the size of the CommonJS ones once bundled.
    mainFields: ['module', 'main'],
    external: BESIDE_THE_BUNDLE,
    charset: 'utf8',
    legalComments: 'none',
    tsconfig: path.join(root, 'tsconfig.build.json'),
  });
  const [output] = Object.values(result.metafile.outputs);
  const requiresBuiltIn = output.imports.some(({ kind, external }) => kind === 'require-call' && external);
  return {
    name: path.basename(entry, '.ts'),
    text: (requiresBuiltIn ? REQUIRE : '') + result.outputFiles[0].text,
  };
}

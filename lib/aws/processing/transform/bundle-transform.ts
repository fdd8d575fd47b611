import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';

/** What the child process answers. */
interface Built {
  readonly text?: string;
  readonly exports?: string[];
  readonly errors?: string[];
}

// CommonJS packages that load a Node built-in call `require`, which an ES module does not have.
const REQUIRE = `import{createRequire}from'node:module';const require=createRequire(import.meta.url);\n`;

/** Run in a process of its own: esbuild's synchronous calls want one, and what it prints is ours to phrase. */
const BUILD = `
const [esbuildPath, file] = process.argv.slice(1);
const path = require('node:path');
const esbuild = require(esbuildPath);
const answer = (built) => process.stdout.write(JSON.stringify(built));
try {
  const { outputFiles, metafile } = esbuild.buildSync({
    absWorkingDir: path.dirname(file), entryPoints: [path.basename(file)], outfile: 'transform.mjs', write: false,
    metafile: true, bundle: true, platform: 'node', format: 'esm', target: 'node22', minify: true, charset: 'utf8',
    legalComments: 'none', logLevel: 'silent', mainFields: ['module', 'main'],
  });
  const [output] = Object.values(metafile.outputs);
  const needsRequire = output.imports.some(({ kind, external }) => kind === 'require-call' && external);
  answer({ text: (needsRequire ? ${JSON.stringify(REQUIRE)} : '') + outputFiles[0].text, exports: output.exports });
} catch (error) {
  if (!error.errors) throw error;
  answer({ errors: error.errors.map(({ text, location }) =>
    location ? location.file + ':' + location.line + ':' + (location.column + 1) + ' ' + text : text) });
}
`;

/**
 * A user's module and all it imports as one ES module, by the esbuild of the user's project. The same sources give the
 * same text on every machine: paths are relative to the file.
 *
 * @throws Error when the file is not there, esbuild is not, or it cannot bundle the file
 */
export function bundleTransform(file: string): string {
  const absolute = path.resolve(file);
  if (!fs.existsSync(absolute)) {
    throw new Error(
      `The transform "${file}" is not there: no file ${absolute}. Paths begin at the working directory.`,
    );
  }
  const child = spawnSync(process.execPath, ['-e', BUILD, esbuildOf(absolute, file), absolute], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (child.status !== 0) {
    throw new Error(
      `The transform "${file}" cannot be bundled: ${child.stderr.trim() || String(child.error)}`,
    );
  }
  const { text, exports, errors } = JSON.parse(child.stdout) as Built;
  if (text === undefined) {
    throw new Error(`The transform "${file}" cannot be bundled:\n  ${(errors ?? []).join('\n  ')}`);
  }
  if (exports?.includes('default') !== true) throw noDefaultExport(file);
  return text;
}

/**
 * A module the user has bundled.
 *
 * @throws Error when the file is not there, or is no ES module with a default export
 */
export function readTransformBundle(file: string): string {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`The transform "${file}" cannot be read: ${(error as Error).message}.`);
  }
  if (!file.endsWith('.mjs')) {
    throw new Error(
      `The transform "${file}" must be an ES module with all it imports in one file, named *.mjs. ` +
        'Transform.fromFile bundles TypeScript.',
    );
  }
  // Nothing is run at synthesis: that it is a function shows when the first batch comes.
  if (!/\bexport\s*(\{[^}]*\bas\s+default\b|default\b)/.test(text)) throw noDefaultExport(file);
  return text;
}

function noDefaultExport(file: string): Error {
  return new Error(
    `The transform "${file}" has no default export. It is to be the function: export default (record, context) => …`,
  );
}

/** esbuild as the file itself would find it, else as the app does. */
function esbuildOf(absolute: string, file: string): string {
  for (const from of [absolute, path.join(process.cwd(), 'package.json')]) {
    try {
      return createRequire(from).resolve('esbuild');
    } catch {
      continue;
    }
  }
  throw new Error(
    `The transform "${file}" needs esbuild, which your project does not have. Install it: npm install --save-dev esbuild. ` +
      'Or bundle it yourself and pass the result to Transform.fromBundle.',
  );
}

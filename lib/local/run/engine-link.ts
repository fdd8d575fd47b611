import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

const ENGINE = '@duckdb/node-api';

/**
 * Lets bundles of an app find DuckDB, which they load by its name and do not hold: a link beside their directories to
 * where it is installed. Nothing where it is not.
 */
export function linkEngine(assemblyDirectory: string): void {
  const installed = installation();
  const link = join(assemblyDirectory, 'node_modules', ...ENGINE.split('/'));
  if (installed === undefined || existsSync(link)) return;
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(installed, link, 'junction');
}

function installation(): string | undefined {
  try {
    const entry = require.resolve(ENGINE);
    const name = join('node_modules', ...ENGINE.split('/')) + sep;
    return entry.slice(0, entry.lastIndexOf(name) + name.length - 1);
  } catch {
    return undefined;
  }
}

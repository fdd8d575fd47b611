import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linkEngine } from '../../../lib/local/run/engine-link';

describe('the link to DuckDB', () => {
  it('lets the bundles of an assembly load it, wherever the assembly is', () => {
    const assembly = mkdtempSync(join(tmpdir(), 'assembly-'));
    try {
      const bundle = join(assembly, 'asset.abc', 'index.mjs');
      mkdirSync(join(assembly, 'asset.abc'));
      writeFileSync(bundle, `console.log(typeof (await import('@duckdb/node-api')).DuckDBInstance);`);
      linkEngine(assembly);
      linkEngine(assembly);
      expect(execFileSync(process.execPath, [bundle], { encoding: 'utf8' })).toBe('function\n');
    } finally {
      rmSync(assembly, { recursive: true });
    }
  });
});

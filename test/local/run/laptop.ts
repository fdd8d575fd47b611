import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openDuckDb, parquetFiles } from '../../../lib/local/duckdb';
import type { ProductSummary } from '../../../lib/local';
import { openTable } from '../../../lambda/tables/open-table';

export const COMMAND = join(__dirname, '../../../dist/bin/lakehouse.js');

/** These tests run the compiled command, with its functions as processes. */
export const BUILT = { name: 'dist', present: existsSync(COMMAND), install: 'npm run build' };

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function lakehouse(args: readonly string[], cwd?: string): CommandResult {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], {
    encoding: 'utf8',
    cwd,
  });
  return { code: status, stdout, stderr };
}

/** The command in a process group of its own, as a shell starts it. */
export function startLakehouse(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [COMMAND, ...args], { detached: true, stdio: 'ignore' });
}

export function summaryOf(out: string): ProductSummary {
  return JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8')) as ProductSummary;
}

/** How often a table was committed to, from the names of its metadata files. */
export function commits(table: string): number {
  const directory = join(table, 'metadata');
  if (!existsSync(directory)) return 0;
  const versions = readdirSync(directory).map((name) =>
    Number(/^v(\d+)\.metadata\.json$/.exec(name)?.[1] ?? 0),
  );
  return Math.max(0, ...versions) - 1;
}

export async function dataFiles(table: string): Promise<string[]> {
  const files = await (await openTable(`file://${table}`)).currentDataFiles();
  return files.map(({ filePath }) => filePath.replace('file://', ''));
}

/** Row count and a digest of a table's rows as a multiset, without the times that differ from run to run. */
export async function contentOf(table: string): Promise<{ rows: number; digest: string }> {
  const files = await dataFiles(table);
  if (files.length === 0) return { rows: 0, digest: '' };
  const connection = (await openDuckDb(1))!;
  try {
    const result = await connection.runAndReadAll(
      `SELECT to_json(t)::VARCHAR AS line FROM (SELECT * EXCLUDE (_arrived_at) FROM ${parquetFiles(files)}) t ORDER BY line`,
    );
    const lines = result.getRows().map(([line]) => String(line).replace(/"quarantined_at":"[^"]*"/, ''));
    return { rows: lines.length, digest: createHash('sha256').update(lines.join('\n')).digest('hex') };
  } finally {
    connection.closeSync();
  }
}

import { quoteName } from '../../../lib/contract/quality/sql-dialect';
import type { Transformation } from '../../../lib/contract/transform/transformation';
import type { DataFile } from '../../tables/data-file';
import type { IcebergTable } from '../../tables/iceberg-table';
import { overwrite } from '../../tables/overwrite';
import type { AppendOutcome } from '../../tables/table';
import type { TableFile } from '../../tables/table-files';
import { currentSnapshot } from '../../tables/table-metadata';
import { type FileEngine, SqlRefused } from './engine';
import { filesOfValues } from './files-of-values';
import type { PlannedWrite } from './run-transform';
import { conditionOf } from './run-transform';

/**
 * Writes what the query gives as files and commits them with the progress in one swap (copy on write): files with rows
 * that are replaced are written anew with the rest of theirs, so that every reader sees the result without applying deletes.
 */
export async function commitFiles(
  engine: FileEngine,
  table: IcebergTable,
  transformation: Transformation,
  { query, scope, ranges, notes }: PlannedWrite,
): Promise<{ readonly outcome: AppendOutcome; readonly rows: number }> {
  const snapshot = currentSnapshot(table.metadata);
  const present = await table.dataFiles(snapshot);
  const result = await engine.keep(query);
  await requireKeys(engine, transformation, result);
  const replaced = await replacedRows(engine, table, transformation, { result, scope, present });
  const [removed, added] = await written(engine, table, transformation, result, replaced);
  const { outcome } = await overwrite(table, {
    removed,
    added,
    readAt: snapshot?.['snapshot-id'] ?? null,
    partitionsRead: 'all',
    ranges,
    notes,
  });
  return { outcome, rows: added.reduce((sum, file) => sum + file.recordCount, 0) };
}

/** Files whose rows go or stay, and the condition for going; undefined where all go. */
interface ReplacedRows {
  readonly files: readonly TableFile[];
  /** Over the rows as `o`. */
  readonly goes?: string;
}

async function replacedRows(
  engine: FileEngine,
  table: IcebergTable,
  transformation: Transformation,
  { result, scope, present }: { result: string; scope: PlannedWrite['scope']; present: readonly TableFile[] },
): Promise<ReplacedRows> {
  const { mode, output } = transformation;
  const { dialect } = engine;
  if (mode.kind === 'merge') {
    const key = output.key.map((name) => quoteName(name, dialect));
    const same = key.map((name) => `n.${name} = o.${name}`).join(' AND ');
    const goes = `EXISTS (SELECT 1 FROM ${result} AS n WHERE ${same})`;
    return { files: await filesWith(engine, table, present, goes), goes };
  }
  if (scope.kind !== 'values') return { files: present };
  const goes = `coalesce(${conditionOf(transformation, scope, 'o', dialect)}, FALSE)`;
  const likely = filesOfValues(table, present, scope.column, scope.values);
  return { files: await filesWith(engine, table, likely, goes), goes };
}

/** Those of the files with at least one such row: the others are left alone. */
async function filesWith(
  engine: FileEngine,
  table: IcebergTable,
  files: readonly TableFile[],
  goes: string,
): Promise<TableFile[]> {
  const snapshot = currentSnapshot(table.metadata);
  const found: TableFile[] = [];
  for (const file of files) {
    const rows = await engine.read({ table, snapshot, files: [file] });
    const [[any]] = await engine.query(`SELECT EXISTS (SELECT 1 FROM (${rows}) AS o WHERE ${goes}) AS found`);
    if (any === 'true') found.push(file);
  }
  return found;
}

async function written(
  engine: FileEngine,
  table: IcebergTable,
  { output }: Transformation,
  result: string,
  { files, goes }: ReplacedRows,
): Promise<[removed: readonly TableFile[], added: DataFile[]]> {
  const { dialect } = engine;
  // Columns that the contract has no more are kept in rows that stay, and have no value in new ones.
  const columns = table.schema.fields.map(({ name }) => quoteName(name, dialect));
  const known = new Set(output.columns.map(({ name }) => quoteName(name, dialect)));
  const fresh = columns.filter((name) => known.has(name)).join(', ');
  const parts = [`SELECT ${fresh} FROM ${result}`];
  if (goes !== undefined && files.length > 0) {
    const rows = await engine.read({ table, snapshot: currentSnapshot(table.metadata), files });
    parts.push(`SELECT * FROM (${rows}) AS o WHERE NOT (${goes})`);
  }
  return [files, await engine.write(table, parts.join('\nUNION ALL BY NAME\n'))];
}

/** As an engine's MERGE would: one row for each key, and no key without a value. */
async function requireKeys(engine: FileEngine, { output }: Transformation, result: string): Promise<void> {
  if (output.key.length === 0) return;
  const key = output.key.map((name) => quoteName(name, engine.dialect));
  const shown = key.map((name) => `CAST(${name} AS VARCHAR)`).join(', ');
  const [repeated] = await engine.query(
    `SELECT ${shown} FROM ${result} GROUP BY ${key.join(', ')} HAVING count(*) > 1 LIMIT 1`,
  );
  const [empty] = await engine.query(
    `SELECT count(*) FROM ${result} WHERE ${key.map((name) => `${name} IS NULL`).join(' OR ')}`,
  );
  const columns = output.key.join(', ');
  if (Number(empty[0]) > 0) {
    throw new SqlRefused(
      `${empty[0]} rows have no value in the primary key (${columns}): let the SQL leave them out.`,
    );
  }
  if (repeated !== undefined) {
    throw new SqlRefused(
      `Several rows have the primary key (${columns}) = (${repeated.join(', ')}): let the SQL give one row for each.`,
    );
  }
}

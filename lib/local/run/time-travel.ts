import { identifier } from '../duckdb';
import type { LakeSql } from './lake-sql';
import type { SqlAnswer } from './sql-answers';
import { rowsOf } from './sql-answers';
import type { TableContents, TableSchema, TableSnapshot } from './table-contents';

/** The newest snapshot of a table from before its columns changed; undefined where they never did. */
export function snapshotBeforeChange({ snapshots, schemas }: TableContents): TableSnapshot | undefined {
  const [current] = snapshots;
  if (!current) return undefined;
  const now = columnsText(schemas, current.schemaId);
  return snapshots.find(({ schemaId, totalRows }) => totalRows > 0 && columnsText(schemas, schemaId) !== now);
}

/** Asks a table what it held before its columns changed, and what it holds now; undefined where they never did. */
export async function timeTravel(sql: LakeSql, table: TableContents): Promise<SqlAnswer | undefined> {
  const before = snapshotBeforeChange(table);
  if (!before) return undefined;
  const name = `${table.zone}.${table.table}`;
  const then = `${name}@${before.id}`;
  await sql.attachSnapshot(then, table, before.id);
  const [old, now] = [before.schemaId, table.snapshots[0].schemaId].map((id) => namesOf(table.schemas, id));
  const added = now.filter((column) => !old.includes(column));
  const asked = (from: string, label: string, columns: readonly string[]): string =>
    `SELECT '${label}' AS as_of, count(*) AS "rows", ${columns.length} AS columns` +
    added
      .map((column) =>
        columns.includes(column)
          ? `, count(${identifier(column)}) AS ${identifier(`with ${column}`)}`
          : `, NULL AS ${identifier(`with ${column}`)}`,
      )
      .join('') +
    ` FROM ${from}`;
  const query =
    `${asked(identifier(then), `snapshot ${before.id}`, old)}\nUNION ALL ` +
    asked(`${identifier(table.zone)}.${identifier(table.table)}`, 'now', now);
  const { columns, rows } = await sql.query(query);
  return {
    question: `What did ${name} hold before its columns changed?`,
    sql: query,
    columns,
    rows: rowsOf(rows),
  };
}

function namesOf(schemas: readonly TableSchema[], id: number): string[] {
  return (schemas.find((schema) => schema.id === id)?.columns ?? []).map(({ name }) => name);
}

function columnsText(schemas: readonly TableSchema[], id: number): string {
  return JSON.stringify(schemas.find((schema) => schema.id === id)?.columns ?? []);
}

import type { IcebergField, IcebergSchema, IcebergType } from '../../../lib/contract/iceberg-types';
import type { DuckDb } from './duckdb';
import { identifier, literal, parquetFiles } from './sql-text';

/** Rows have no value in a column that the table requires. */
export class RequiredColumnEmpty extends Error {
  constructor(
    location: string,
    /** Column, nested ones as `a.b`, and how many rows have no value there. */
    readonly violations: readonly { readonly column: string; readonly rows: number }[],
    total: number,
  ) {
    const columns = violations.map(
      ({ column, rows }) =>
        `"${column}" in ${rows.toLocaleString('en')} of ${total.toLocaleString('en')} rows`,
    );
    super(
      `${location} requires values that the result lacks: ${columns.join(', ')}. Nothing was written to the table. ` +
        'Leave those rows out (WHERE … IS NOT NULL), give them a value (coalesce), or make the column optional in the contract.',
    );
    this.name = 'RequiredColumnEmpty';
  }
}

/** @throws RequiredColumnEmpty */
export async function requireValues(
  duckdb: DuckDb,
  schema: IcebergSchema,
  paths: readonly string[],
  location: string,
): Promise<void> {
  const checks = schema.fields.flatMap((field) => emptyIn(field, identifier(field.name), field.name));
  if (checks.length === 0 || paths.length === 0) return;
  const counts = checks.map(({ empty }, i) => `count(*) FILTER (WHERE ${empty}) AS c${i}`);
  const [row] = await duckdb.rows(
    `SELECT count(*) AS total, ${counts.join(', ')} FROM ${parquetFiles(paths)}`,
  );
  const violations = checks
    .map(({ column }, i) => ({ column, rows: Number(row[`c${i}`]) }))
    .filter(({ rows }) => rows > 0);
  if (violations.length > 0) throw new RequiredColumnEmpty(location, violations, Number(row.total));
}

export interface Check {
  readonly column: string;
  /** SQL that is true for a row without the value. */
  readonly empty: string;
}

/** How a column, and what is in it, can lack values that are required. */
export function emptyIn({ type, required }: IcebergField, sql: string, path: string): Check[] {
  const own = required ? [{ column: path, empty: `${sql} IS NULL` }] : [];
  return [...own, ...emptyInside(type, sql, path).map((check) => within(sql, check))];
}

/** A value that is missing because what is around it is missing is not missed. */
function within(sql: string, { column, empty }: Check): Check {
  return { column, empty: `(${sql} IS NOT NULL AND ${empty})` };
}

function emptyInside(type: IcebergType, sql: string, path: string): Check[] {
  if (typeof type === 'string') return [];
  if (type.type === 'struct') {
    return type.fields.flatMap((field) =>
      emptyIn(field, `struct_extract(${sql}, ${literal(field.name)})`, `${path}.${field.name}`),
    );
  }
  if (type.type !== 'list') return [];
  const item = identifier(`item of ${path}`);
  const element = {
    id: type['element-id'],
    name: 'element',
    required: type['element-required'],
    type: type.element,
  };
  return emptyIn(element, item, `${path}[]`).map(({ column, empty }) => ({
    column,
    empty: `len(list_filter(${sql}, lambda ${item}: ${empty})) > 0`,
  }));
}

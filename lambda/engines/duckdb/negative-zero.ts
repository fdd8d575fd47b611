import type { IcebergSchema, IcebergType } from '../../../lib/contract/iceberg-types';
import type { DuckDb } from './duckdb';
import { identifier, literal } from './sql-text';

/** Whether a column of rows holds a negative zero, which DuckDB loses where it writes dictionaries. */
export async function holdsNegativeZero(
  duckdb: DuckDb,
  schema: IcebergSchema,
  relations: readonly string[],
): Promise<boolean> {
  const tests = schema.fields.flatMap(({ name, type }) => negativeZeros(type, identifier(name), name));
  if (tests.length === 0) return false;
  for (const relation of relations) {
    const [row] = await duckdb.rows(
      `SELECT coalesce(bool_or(${tests.join(' OR ')}), false) AS found FROM ${relation}`,
    );
    if (row.found === true) return true;
  }
  return false;
}

function negativeZeros(type: IcebergType, sql: string, path: string): string[] {
  if (type === 'float' || type === 'double') return [`coalesce(${sql} = 0 AND signbit(${sql}), false)`];
  if (typeof type === 'string') return [];
  if (type.type === 'struct')
    return type.fields.flatMap((field) =>
      negativeZeros(field.type, `struct_extract(${sql}, ${literal(field.name)})`, `${path}.${field.name}`),
    );
  if (type.type !== 'list') return [];
  const item = identifier(`item of ${path}`);
  return negativeZeros(type.element, item, `${path}[]`).map(
    (test) => `coalesce(len(list_filter(${sql}, lambda ${item}: ${test})) > 0, false)`,
  );
}

import type { IcebergType } from '../iceberg-types';
import { SqlDialect } from '../quality/sql-dialect';
import { sqlType } from './sql-type';

const INTEGERS = /^(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|UTINYINT|USMALLINT|UINTEGER|UBIGINT)$/;
const DECIMAL = /^DECIMAL\((\d+),\s*(\d+)\)$/i;
/** What a column of nothing but NULL is called. */
const UNTYPED = /^("NULL"|NULL)$/;

/**
 * Whether a column of a query, by the name DuckDB has for its type, becomes a column of a table without losing anything
 * unseen. Integers are of any width, since engines sum them to different ones; a value that is too large fails the run.
 */
export function becomes(given: string, wanted: IcebergType): boolean {
  if (UNTYPED.test(given)) return true;
  if (typeof wanted !== 'string') {
    if (wanted.type === 'struct') return given.startsWith('STRUCT(');
    return wanted.type === 'list' ? given.endsWith('[]') : given.startsWith('MAP(');
  }
  const integer = INTEGERS.test(given);
  const decimal = DECIMAL.exec(given);
  if (wanted === 'int' || wanted === 'long') return integer;
  if (wanted === 'double') return integer || decimal !== null || given === 'FLOAT' || given === 'DOUBLE';
  if (wanted === 'float') return integer || decimal !== null || given === 'FLOAT';
  const scale = DECIMAL.exec(wanted)?.[2];
  if (scale !== undefined) return integer || (decimal !== null && Number(decimal[2]) <= Number(scale));
  if (wanted === 'timestamp') return /^TIMESTAMP(_S|_MS|_NS)?$/.test(given);
  if (wanted === 'uuid') return given === 'UUID';
  return given === sqlType(wanted, SqlDialect.DUCKDB);
}

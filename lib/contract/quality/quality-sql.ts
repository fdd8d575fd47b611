import type { PlannedCheck, QualityPlan } from './planned-check';
import type { QualityQuery } from './quality-result';
import { TABLE_ALIAS, columnSql, rowPredicate } from './row-predicate';
import { ruleQuery } from './rule-query';
import { type SqlDialect, quoteName } from './sql-dialect';

/** Name of the measurement that is the number of rows in the table. */
export const ROWS_MEASURE = 'rows';

/**
 * The queries that measure a plan: one scan for all counts of rows, then one for each duplicate check and each SQL rule.
 *
 * @param table the table's name, with what qualifies it: `['lake_bronze', 'orders']`.
 */
export function qualitySql(plan: QualityPlan, dialect: SqlDialect, table: readonly string[]): QualityQuery[] {
  const name = table.map((part) => quoteName(part, dialect)).join('.');
  const scan = scanQuery(plan, dialect, name);
  return [
    ...(scan === undefined ? [] : [scan]),
    ...plan.checks.flatMap((check) => separateQuery(check, plan, dialect, name) ?? []),
  ];
}

function scanQuery(plan: QualityPlan, dialect: SqlDialect, table: string): QualityQuery | undefined {
  const counted = plan.checks.filter(({ measurement }) => measurement.kind === 'rows');
  const needsRows = plan.checks.some(({ measurement }) => !['query', 'none'].includes(measurement.kind));
  if (!needsRows) return undefined;
  const columns = [
    'count(*)',
    ...counted.flatMap(({ measurement }) =>
      measurement.kind === 'rows' ? [`count(*) FILTER (WHERE ${rowPredicate(measurement, dialect)})`] : [],
    ),
  ];
  return {
    sql: `SELECT ${columns.map((sql, index) => `${sql} AS m${index}`).join(',\n       ')}\nFROM ${table} AS ${TABLE_ALIAS}`,
    measures: [ROWS_MEASURE, ...counted.map(({ id }) => id)],
  };
}

function separateQuery(
  { id, measurement }: PlannedCheck,
  plan: QualityPlan,
  dialect: SqlDialect,
  table: string,
): QualityQuery | undefined {
  if (measurement.kind === 'duplicates') {
    const columns = measurement.columns.map((column) => columnSql(column, dialect));
    return { sql: duplicatesSql(columns, table), measures: [id] };
  }
  if (measurement.kind !== 'query') return undefined;
  const column = measurement.column?.path.map((name) => quoteName(name, dialect)).join('.');
  const query = ruleQuery(measurement.query, { dialect, table, column, tableNames: plan.tableNames });
  // Text, because a driver would round a large number or show a decimal as an object.
  return { sql: `SELECT CAST(q.m0 AS VARCHAR) AS m0\nFROM (${query}) AS q(m0)`, measures: [id] };
}

/**
 * Rows that repeat an earlier one: rows less distinct values. As with a unique constraint of SQL, rows with a null
 * among the values repeat nothing.
 */
export function duplicatesSql(columns: readonly string[], table: string): string {
  const present = columns.map((column) => `${column} IS NOT NULL`).join(' AND ');
  return (
    `SELECT coalesce(sum(d.n - 1), 0) AS m0\n` +
    `FROM (SELECT count(*) AS n FROM ${table} AS ${TABLE_ALIAS} WHERE ${present} GROUP BY ${columns.join(', ')} HAVING count(*) > 1) AS d`
  );
}

import type { Column, Condition, Criteria, RowMeasurement } from './planned-check';
import { portablePattern } from './portable-pattern';
import { QualityGateError } from './quality-gate-error';
import { SqlDialect, isNumericType, quoteName, quoteText, valueLiteral } from './sql-dialect';

/** Alias of the table in every query: a struct column may be named as the table is. */
export const TABLE_ALIAS = 't';

/** A column of the table that `TABLE_ALIAS` stands for. */
export function columnSql(column: Column, dialect: SqlDialect): string {
  return [TABLE_ALIAS, ...column.path.map((name) => quoteName(name, dialect))].join('.');
}

/**
 * SQL that is true for the rows a check counts and false for all others, never NULL: a table is split by it and by its
 * negation without losing a row.
 *
 * @throws QualityGateError for what cannot be compared in the column's type.
 */
export function rowPredicate({ column, condition }: RowMeasurement, dialect: SqlDialect): string {
  const sql = columnSql(column, dialect);
  if (condition.kind === 'null') return `${sql} IS NULL`;
  return condition.kind === 'missing'
    ? missing(sql, column, condition, dialect)
    : invalid(sql, column, condition.criteria, dialect);
}

function missing(
  sql: string,
  column: Column,
  { values }: Extract<Condition, { kind: 'missing' }>,
  dialect: SqlDialect,
): string {
  const listed = literals(values, column, dialect);
  const parts = [
    ...(values.includes(null) ? [`${sql} IS NULL`] : []),
    ...(listed.length > 0
      ? [`(${sql} IS NOT NULL AND ${textual(sql, column, dialect)} IN (${listed.join(', ')}))`]
      : []),
  ];
  return parts.length === 0 ? 'FALSE' : parts.length === 1 ? parts[0] : `(${parts.join(' OR ')})`;
}

/** A null is no value, and so no invalid one: nullValues and missingValues count it. */
function invalid(sql: string, column: Column, criteria: Criteria, dialect: SqlDialect): string {
  const value = textual(sql, column, dialect);
  const valid: string[] = [];
  if (criteria.validValues !== undefined) {
    const listed = literals(criteria.validValues, column, dialect);
    valid.push(listed.length === 0 ? 'FALSE' : `${value} IN (${listed.join(', ')})`);
  }
  if (criteria.pattern !== undefined)
    valid.push(matches(asText(sql, column, 'pattern', dialect), criteria.pattern, dialect));
  if (criteria.minLength !== undefined)
    valid.push(`length(${asText(sql, column, 'minLength', dialect)}) >= ${criteria.minLength}`);
  if (criteria.maxLength !== undefined)
    valid.push(`length(${asText(sql, column, 'maxLength', dialect)}) <= ${criteria.maxLength}`);
  const bounds = { minimum: '>=', exclusiveMinimum: '>', maximum: '<=', exclusiveMaximum: '<' } as const;
  for (const [name, operator] of Object.entries(bounds)) {
    const bound = criteria[name as keyof typeof bounds];
    if (bound !== undefined) valid.push(`${sql} ${operator} ${boundLiteral(name, bound, column, dialect)}`);
  }
  return `(${sql} IS NOT NULL AND NOT (${valid.join(' AND ')}))`;
}

/** Values no column of the type can hold are left out; a list is compared with what it can hold. */
function literals(values: readonly unknown[], column: Column, dialect: SqlDialect): string[] {
  return values
    .filter((value) => value !== null)
    .flatMap((value) => valueLiteral(value, column.type, dialect) ?? []);
}

/** Spark knows no uuid: the column is text there already. */
function textual(sql: string, column: Column, dialect: SqlDialect): string {
  return column.type === 'uuid' && dialect !== SqlDialect.SPARK ? `CAST(${sql} AS VARCHAR)` : sql;
}

function asText(sql: string, column: Column, argument: string, dialect: SqlDialect): string {
  if (column.type === 'string') return sql;
  if (column.type === 'uuid') return textual(sql, column, dialect);
  throw new QualityGateError(`${argument} is for text, and the column is of type ${column.type}`);
}

function boundLiteral(name: string, bound: unknown, column: Column, dialect: SqlDialect): string {
  if (!isNumericType(column.type) && !/^(date|time|timestamp|timestamptz)$/.test(column.type)) {
    throw new QualityGateError(
      `${name} is for numbers, dates and times, and the column is of type ${column.type}`,
    );
  }
  const literal = valueLiteral(bound, column.type, dialect);
  if (literal !== undefined) return literal;
  throw new QualityGateError(`${name} is ${JSON.stringify(bound)}, which is no value of type ${column.type}`);
}

function matches(text: string, pattern: string, dialect: SqlDialect): string {
  const quoted = quoteText(portablePattern(pattern), dialect);
  if (dialect === SqlDialect.SPARK) return `${text} RLIKE ${quoted}`;
  return `${dialect === SqlDialect.ATHENA ? 'regexp_like' : 'regexp_matches'}(${text}, ${quoted})`;
}

import { quoteName, SqlDialect } from '../../../lib/contract/quality/sql-dialect';
import { sqlType } from '../../../lib/contract/transform/sql-type';
import type { TransformationOutput } from '../../../lib/contract/transform/transformation';

/** What a merge is made of. */
export interface MergeParts {
  readonly dialect: SqlDialect;
  /** Quoted name of the target. */
  readonly target: string;
  readonly output: TransformationOutput;
  /** Query of the new rows, in the output's columns. */
  readonly query: string;
}

/** Not a name a column of a contract has: technical columns begin with an underscore, and these are none of them. */
const GONE = '_is_gone';
const REPLACES = '_replaces';

/** Puts rows in the place of those of the same key, or adds them. Rows that stay as they are are not written. */
export function upsertStatement({ dialect, target, output, query }: MergeParts): string {
  const { all, on } = names(output, dialect);
  return [
    `MERGE INTO ${target} AS t`,
    `USING (\n${query}\n) AS s`,
    `ON ${on('t', 's')}`,
    ...update(output, dialect),
    `WHEN NOT MATCHED THEN INSERT (${all.join(', ')}) VALUES (${all.map((name) => `s.${name}`).join(', ')})`,
  ].join('\n');
}

/**
 * Puts rows in the place of all those that meet a condition, in one atomic statement: no reader and no crash finds the
 * table between the two.
 *
 * With a key, new rows and keys of old ones meet in a full outer join: an old key without a new row goes. Without one, a
 * single row of the source stands for the order to delete, and matches every row the condition is true for; the new
 * rows match none.
 *
 * @param condition over the columns of the target, whose alias is given; undefined means all rows
 */
export function replaceStatement(parts: MergeParts, condition?: (alias: string) => string): string {
  return parts.output.key.length > 0 ? replaceByKey(parts, condition) : replaceRows(parts, condition);
}

function replaceByKey(
  { dialect, target, output, query }: MergeParts,
  condition?: (alias: string) => string,
): string {
  const { all, key, on } = names(output, dialect);
  const gone = quoteName(GONE, dialect);
  const columns = all.map((name) =>
    key.includes(name) ? `coalesce(n.${name}, o.${name}) AS ${name}` : `n.${name} AS ${name}`,
  );
  const old = `SELECT ${key.map((name) => `x.${name} AS ${name}`).join(', ')} FROM ${target} AS x`;
  const where = condition === undefined ? '' : ` WHERE ${condition('x')}`;
  return [
    `MERGE INTO ${target} AS t`,
    `USING (`,
    `SELECT ${columns.join(', ')}, n.${key[0]} IS NULL AS ${gone}`,
    `FROM (\n${query}\n) AS n FULL OUTER JOIN (${old}${where}) AS o ON ${on('n', 'o')}`,
    `) AS s`,
    `ON ${on('t', 's')}`,
    `WHEN MATCHED AND s.${gone} THEN DELETE`,
    ...update(output, dialect),
    `WHEN NOT MATCHED AND NOT s.${gone} THEN INSERT (${all.join(', ')}) VALUES (${all.map((name) => `s.${name}`).join(', ')})`,
  ].join('\n');
}

function replaceRows(
  { dialect, target, output, query }: MergeParts,
  condition?: (alias: string) => string,
): string {
  const { all } = names(output, dialect);
  const replaces = quoteName(REPLACES, dialect);
  const nothing = output.columns.map(
    ({ type }, index) => `CAST(NULL AS ${sqlType(type, dialect)}) AS ${all[index]}`,
  );
  // An equality, so that engines join by hash: the order's side is true, that of new rows is null and equals nothing.
  const affected = condition?.('t') ?? `t.${all[0]} IS NULL OR t.${all[0]} IS NOT NULL`;
  return [
    `MERGE INTO ${target} AS t`,
    `USING (`,
    `SELECT ${all.map((name) => `n.${name}`).join(', ')}, CAST(NULL AS BOOLEAN) AS ${replaces} FROM (\n${query}\n) AS n`,
    `UNION ALL`,
    `SELECT ${nothing.join(', ')}, TRUE AS ${replaces}`,
    `) AS s`,
    `ON coalesce(${affected}, FALSE) = s.${replaces}`,
    `WHEN MATCHED THEN DELETE`,
    `WHEN NOT MATCHED AND s.${replaces} IS NULL THEN INSERT (${all.join(', ')}) VALUES (${all.map((name) => `s.${name}`).join(', ')})`,
  ].join('\n');
}

function names(output: TransformationOutput, dialect: SqlDialect) {
  const quoted = (name: string): string => quoteName(name, dialect);
  const key = output.key.map(quoted);
  return {
    all: output.columns.map(({ name }) => quoted(name)),
    key,
    on: (left: string, right: string) =>
      key.map((name) => `${left}.${name} = ${right}.${name}`).join(' AND '),
  };
}

/** Only rows that differ are written; none where all columns are the key. */
function update(output: TransformationOutput, dialect: SqlDialect): string[] {
  const others = output.columns
    .filter(({ name }) => !output.key.includes(name))
    .map(({ name }) => quoteName(name, dialect));
  if (others.length === 0) return [];
  const differs = others.map((name) =>
    dialect === SqlDialect.SPARK ? `NOT (t.${name} <=> s.${name})` : `t.${name} IS DISTINCT FROM s.${name}`,
  );
  const set = others.map((name) => `${name} = s.${name}`);
  return [`WHEN MATCHED AND (${differs.join(' OR ')}) THEN UPDATE SET ${set.join(', ')}`];
}

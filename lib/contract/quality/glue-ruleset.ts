import { parseDecimal } from '../decimal';
import { QualityMetric, QualityOperator } from '../quality-rule';
import type { SchemaObject } from '../schema-object';
import { compilePlan } from './compile-plan';
import type { Comparison, Measurement, PlannedCheck, QualityPlan } from './planned-check';
import { QualityGateError } from './quality-gate-error';
import { duplicatesSql } from './quality-sql';
import { TABLE_ALIAS, columnSql, rowPredicate } from './row-predicate';
import { ruleQuery } from './rule-query';
import { SqlDialect, plainDecimal, quoteName } from './sql-dialect';

/** A rule that a ruleset does not hold. */
export interface OmittedQualityRule {
  /** Id of the rule, as in the results of the gates. */
  readonly rule: string;
  readonly reason: string;
}

/** The rules of a table in the Data Quality Definition Language (DQDL) of AWS Glue. */
export interface GlueRuleset {
  /** DQDL text; empty when no rule can be said in it. */
  readonly text: string;
  /** What DQDL cannot say. */
  readonly omitted: OmittedQualityRule[];
}

/** The quality rules of a schema object as DQDL text; empty when no rule can be said in it. */
export function qualityRuleset(schema: SchemaObject): string {
  return glueRuleset(compilePlan(schema)).text;
}

export function glueRuleset(plan: QualityPlan): GlueRuleset {
  const rules: string[] = [];
  const omitted: OmittedQualityRule[] = [];
  for (const check of plan.checks) {
    try {
      rules.push(glueRule(check, plan));
    } catch (error) {
      if (!(error instanceof QualityGateError)) throw error;
      omitted.push({ rule: check.id, reason: error.message });
    }
  }
  const text = rules.length === 0 ? '' : `Rules = [\n    ${rules.join(',\n    ')}\n]`;
  return { text, omitted };
}

/** The alias DQDL gives the table a ruleset is run on. */
const PRIMARY = 'primary';

function glueRule({ rule, measurement, comparison }: PlannedCheck, plan: QualityPlan): string {
  if (measurement.kind === 'none') throw new QualityGateError(measurement.reason);
  if (comparison === undefined) throw new QualityGateError('it compares with nothing');
  if (comparison.operands.some((operand) => operand === 'true' || operand === 'false')) {
    throw new QualityGateError('CustomSql compares numbers only: let the query give 0 or 1');
  }
  refuseNested(measurement);
  if (measurement.kind === 'rowCount') return compared('RowCount', comparison.operator, comparison.operands);
  if (rule.metric === QualityMetric.NULL_VALUES) {
    const complete = completeness(measurement, comparison);
    if (complete !== undefined) return complete;
  }
  return customSql(measurement, comparison, plan);
}

function refuseNested(measurement: Measurement): void {
  const columns =
    measurement.kind === 'duplicates'
      ? measurement.columns
      : 'column' in measurement && measurement.column !== undefined
        ? [measurement.column]
        : [];
  if (columns.some(({ path, type }) => path.length > 1 || type === 'struct' || type === 'list')) {
    throw new QualityGateError('DQDL does not take nested or list columns');
  }
}

/** The rule types of DQDL for nulls. They are on the share of values that are there, which is exact in a double. */
function completeness(
  measurement: Measurement,
  { operator, operands, percent }: Comparison,
): string | undefined {
  if (measurement.kind !== 'rows') return undefined;
  const column = quoted(measurement.column.path[0].toLowerCase());
  if (operator === QualityOperator.MUST_BE && Number(operands[0]) === 0) return `IsComplete ${column}`;
  if (!percent) return undefined;
  const shares = operands.map((operand) => shareOfOthers(operand)).reverse();
  return compared(`Completeness ${column}`, MIRRORED[operator] ?? operator, shares);
}

const MIRRORED: Partial<Record<QualityOperator, QualityOperator>> = {
  [QualityOperator.MUST_BE_GREATER_THAN]: QualityOperator.MUST_BE_LESS_THAN,
  [QualityOperator.MUST_BE_GREATER_OR_EQUAL_TO]: QualityOperator.MUST_BE_LESS_OR_EQUAL_TO,
  [QualityOperator.MUST_BE_LESS_THAN]: QualityOperator.MUST_BE_GREATER_THAN,
  [QualityOperator.MUST_BE_LESS_OR_EQUAL_TO]: QualityOperator.MUST_BE_GREATER_OR_EQUAL_TO,
};

/** 2 % of nulls are a completeness of 0.98. */
function shareOfOthers(percent: string): string {
  const { digits, scale } = parseDecimal(percent);
  const rest = 100n * 10n ** BigInt(scale) - digits;
  const text = plainDecimal(`${rest}e-${scale + 2}`);
  return text.replace(/0+$/, '').replace(/\.$/, '');
}

/**
 * A share is compared as `part * 100 - percent * rows` with 0, in whole numbers: no engine's division decides at the
 * boundary.
 */
function customSql(measurement: Measurement, comparison: Comparison, plan: QualityPlan): string {
  if (!comparison.percent) {
    return compared(
      `CustomSql ${quoted(countSql(measurement, plan))}`,
      comparison.operator,
      comparison.operands,
    );
  }
  const rules = comparison.operands.map((operand) => {
    const { digits, scale } = parseDecimal(operand);
    return `CustomSql ${quoted(shareSql(measurement, digits, 100n * 10n ** BigInt(scale)))}`;
  });
  return comparedEach(
    rules,
    comparison.operator,
    comparison.operands.map(() => '0'),
  );
}

function countSql(measurement: Measurement, plan: QualityPlan): string {
  switch (measurement.kind) {
    case 'rows':
      return `select count(*) from ${PRIMARY} as ${TABLE_ALIAS} where ${rowPredicate(measurement, SqlDialect.SPARK)}`;
    case 'duplicates':
      return duplicates(measurement.columns);
    case 'query': {
      const column = measurement.column && quoteName(measurement.column.path[0], SqlDialect.SPARK);
      const { tableNames } = plan;
      return ruleQuery(measurement.query, { dialect: SqlDialect.SPARK, table: PRIMARY, column, tableNames });
    }
    default:
      throw new QualityGateError('DQDL has no rule for it');
  }
}

function shareSql(measurement: Measurement, percent: bigint, hundred: bigint): string {
  if (measurement.kind === 'rows') {
    const part = `count(case when ${rowPredicate(measurement, SqlDialect.SPARK)} then 1 end)`;
    return `select ${part} * ${hundred} - ${percent} * count(*) from ${PRIMARY} as ${TABLE_ALIAS}`;
  }
  if (measurement.kind === 'duplicates') {
    return `select part.m0 * ${hundred} - ${percent} * whole.n from (${duplicates(measurement.columns)}) as part cross join (select count(*) as n from ${PRIMARY}) as whole`;
  }
  throw new QualityGateError('DQDL has no rule for its share');
}

function duplicates(columns: Extract<Measurement, { kind: 'duplicates' }>['columns']): string {
  const names = columns.map((column) => columnSql(column, SqlDialect.SPARK));
  return duplicatesSql(names, PRIMARY).replace(/\n/g, ' ');
}

const SYMBOLS: Partial<Record<QualityOperator, string>> = {
  [QualityOperator.MUST_BE]: '=',
  [QualityOperator.MUST_NOT_BE]: '!=',
  [QualityOperator.MUST_BE_GREATER_THAN]: '>',
  [QualityOperator.MUST_BE_GREATER_OR_EQUAL_TO]: '>=',
  [QualityOperator.MUST_BE_LESS_THAN]: '<',
  [QualityOperator.MUST_BE_LESS_OR_EQUAL_TO]: '<=',
};

function compared(subject: string, operator: QualityOperator, operands: readonly string[]): string {
  return comparedEach(
    operands.map(() => subject),
    operator,
    operands,
  );
}

/** `between` of DQDL leaves its ends out; the standard's does not, so that two comparisons say it. */
function comparedEach(
  subjects: readonly string[],
  operator: QualityOperator,
  operands: readonly string[],
): string {
  const [low, high] = subjects;
  if (operator === QualityOperator.MUST_BE_BETWEEN) {
    return `(${low} >= ${operands[0]}) and (${high} <= ${operands[1]})`;
  }
  if (operator === QualityOperator.MUST_NOT_BE_BETWEEN) {
    return `(${low} < ${operands[0]}) or (${high} > ${operands[1]})`;
  }
  return `${low} ${SYMBOLS[operator]} ${operands[0]}`;
}

/** A string of DQDL. How Glue hands escapes on to Spark is documented nowhere, so that none are written. */
function quoted(text: string): string {
  if (!/["\\]/.test(text)) return `"${text}"`;
  throw new QualityGateError(
    'it holds a quotation mark or a backslash, which DQDL and Spark would each read their own way',
  );
}

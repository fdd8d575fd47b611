import { columnName } from '../column-name';
import { type ColumnType, columnType } from '../column-type';
import type { ContractProperty } from '../contract-property';
import { QualityMetric, QualityOperator, type QualityRule, QualityType } from '../quality-rule';
import type { SchemaObject } from '../schema-object';
import { gateMode } from './gate-mode';
import type { Column, Comparison, Criteria, Measurement, PlannedCheck, QualityPlan } from './planned-check';
import { rowPredicate } from './row-predicate';
import { QualityGateError } from './quality-gate-error';
import { ruleQuery } from './rule-query';
import { SqlDialect, isDecimalText, plainDecimal } from './sql-dialect';

/** A rule, and the property it stands on. */
interface PlacedRule {
  readonly rule: QualityRule;
  readonly property?: string;
  readonly column?: Column;
  /** Why the values of the property cannot be measured. */
  readonly unmeasurable?: string;
}

/**
 * The quality rules of a schema object and of its properties, compiled. A rule that cannot be evaluated is carried with
 * the reason: none is dropped.
 *
 * @throws Error for a `gate` custom property that is not allowed.
 */
export function compilePlan(schema: SchemaObject): QualityPlan {
  const tableNames = [schema.tableName, schema.name, ...(schema.physicalName ? [schema.physicalName] : [])];
  const placed: PlacedRule[] = [
    ...schema.quality.map((rule) => ({ rule })),
    ...schema.properties.flatMap((property) => placedRules(property, [], undefined)),
  ];
  const ids = new Ids();
  return {
    tableNames,
    checks: placed.map((each) => plannedCheck(each, ids.next(each), schema, tableNames)),
  };
}

function placedRules(
  property: ContractProperty,
  parents: readonly string[],
  unmeasurable?: string,
): PlacedRule[] {
  const { type, column } = columnAt(property, parents);
  const own = property.quality.map((rule) => ({ rule, property: property.path, column, unmeasurable }));
  if (type.kind === 'list') {
    const reason = 'it stands on the elements of a list, of which a row has any number';
    return [...own, ...placedRules(type.element, column.path, reason)];
  }
  const fields = type.kind === 'struct' ? type.fields : [];
  return [...own, ...fields.flatMap((field) => placedRules(field, column.path, unmeasurable))];
}

function columnAt(
  property: ContractProperty,
  parents: readonly string[],
): { readonly type: ColumnType; readonly column: Column } {
  const type = columnType(property);
  const name = type.kind === 'primitive' || type.kind === 'json' ? type.type : type.kind;
  return { type, column: { path: [...parents, columnName(property)], type: name } };
}

function plannedCheck(
  placed: PlacedRule,
  id: string,
  schema: SchemaObject,
  tableNames: readonly string[],
): PlannedCheck {
  const { rule, property } = placed;
  const check = { id, rule, property, mode: gateMode(rule, id) };
  try {
    const measurement = measurementOf(placed, schema);
    if (measurement.kind === 'none') return { ...check, measurement };
    checkSayable(measurement, tableNames);
    return { ...check, measurement, comparison: comparisonOf(rule) };
  } catch (error) {
    if (!(error instanceof QualityGateError)) throw error;
    return { ...check, measurement: { kind: 'none', reason: error.message } };
  }
}

/** What cannot be said in SQL is found here, once, and not by whoever asks for the SQL. */
function checkSayable(measurement: Measurement, tableNames: readonly string[]): void {
  if (measurement.kind === 'rows') rowPredicate(measurement, SqlDialect.DUCKDB);
  if (measurement.kind === 'query') {
    const column = measurement.column && 'column';
    ruleQuery(measurement.query, { dialect: SqlDialect.DUCKDB, table: 'table', column, tableNames });
  }
}

function measurementOf({ rule, column, unmeasurable }: PlacedRule, schema: SchemaObject): Measurement {
  if (rule.type === QualityType.TEXT) return none('it is prose, for people to check');
  if (rule.type === QualityType.CUSTOM) return none(`it is a rule for ${rule.engine ?? 'another engine'}`);
  if (unmeasurable !== undefined) return none(unmeasurable);
  if (rule.type === QualityType.SQL) return { kind: 'query', query: rule.query ?? '', column };
  switch (rule.metric) {
    case QualityMetric.ROW_COUNT:
      if (rule.unit === 'percent')
        throw new QualityGateError('rowCount counts rows, which are no share of anything');
      return { kind: 'rowCount' };
    case QualityMetric.DUPLICATE_VALUES:
      return { kind: 'duplicates', columns: duplicateColumns(rule, column, schema) };
    case QualityMetric.NULL_VALUES:
      allowArguments(rule, []);
      return { kind: 'rows', column: columnOf(rule, column), condition: { kind: 'null' } };
    case QualityMetric.MISSING_VALUES:
      allowArguments(rule, ['missingValues']);
      return {
        kind: 'rows',
        column: columnOf(rule, column),
        condition: { kind: 'missing', values: list(rule, 'missingValues') ?? [null, ''] },
      };
    case QualityMetric.INVALID_VALUES:
      return {
        kind: 'rows',
        column: columnOf(rule, column),
        condition: { kind: 'invalid', criteria: criteriaOf(rule) },
      };
    default:
      return none(`"${rule.rule ?? ''}" is no metric of the standard, v3.1`);
  }
}

function none(reason: string): Measurement {
  return { kind: 'none', reason };
}

function columnOf(rule: QualityRule, column: Column | undefined): Column {
  if (column !== undefined) return column;
  throw new QualityGateError(
    `${rule.metric} counts the values of one property: move the rule to that property`,
  );
}

function duplicateColumns(rule: QualityRule, column: Column | undefined, schema: SchemaObject): Column[] {
  allowArguments(rule, ['properties']);
  const names = list(rule, 'properties');
  if (names === undefined || names.length === 0) {
    if (column !== undefined) return [column];
    throw new QualityGateError(
      'duplicateValues of a table needs arguments.properties: the properties that make a row one of its kind',
    );
  }
  return names.map((name) => findColumn(String(name), schema));
}

function findColumn(name: string, schema: SchemaObject): Column {
  const all = schema.properties.flatMap((property) => described(property, []));
  const found =
    all.find(({ property }) => property.path === name) ??
    all.find(({ column }) => column.path.join('.') === name);
  if (found !== undefined) return found.column;
  throw new QualityGateError(
    `arguments.properties names ${JSON.stringify(name)}. ${schema.name} has: ${all.map(({ property }) => property.path).join(', ')}`,
  );
}

function described(
  property: ContractProperty,
  parents: readonly string[],
): { property: ContractProperty; column: Column }[] {
  const { type, column } = columnAt(property, parents);
  const fields = type.kind === 'struct' ? type.fields : [];
  return [{ property, column }, ...fields.flatMap((field) => described(field, column.path))];
}

const CRITERIA = [
  ...['validValues', 'pattern', 'minLength', 'maxLength'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
];

function criteriaOf(rule: QualityRule): Criteria {
  allowArguments(rule, CRITERIA);
  const given = rule.arguments;
  if (Object.keys(given).length === 0) {
    throw new QualityGateError(
      `invalidValues needs arguments that say what is valid: ${CRITERIA.join(', ')}`,
    );
  }
  for (const name of ['minLength', 'maxLength']) {
    if (given[name] !== undefined && !(Number.isInteger(given[name]) && Number(given[name]) >= 0)) {
      throw new QualityGateError(
        `arguments.${name} must be a whole number of characters, not ${JSON.stringify(given[name])}`,
      );
    }
  }
  if (given.pattern !== undefined && typeof given.pattern !== 'string') {
    throw new QualityGateError(`arguments.pattern must be text, not ${JSON.stringify(given.pattern)}`);
  }
  return { ...given, validValues: list(rule, 'validValues') };
}

/** An argument that is silently left out would make a check weaker than it reads. */
function allowArguments(rule: QualityRule, known: readonly string[]): void {
  const unknown = Object.keys(rule.arguments).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const allowed = known.length === 0 ? 'It takes none' : `Known are ${known.join(', ')}`;
  throw new QualityGateError(`${rule.metric} has no argument ${unknown.join(', ')}. ${allowed}`);
}

function list(rule: QualityRule, name: string): readonly unknown[] | undefined {
  const given = rule.arguments[name];
  if (given === undefined || Array.isArray(given)) return given;
  throw new QualityGateError(`arguments.${name} must be a list, not ${JSON.stringify(given)}`);
}

function comparisonOf(rule: QualityRule): Comparison {
  const { operator, operands } = rule;
  if (operator === undefined) {
    throw new QualityGateError(
      `it compares with nothing: add one of ${Object.values(QualityOperator).join(', ')}`,
    );
  }
  const isQuery = rule.type === QualityType.SQL;
  return {
    operator,
    operands: operands.map((operand) => operandText(operand, operator, isQuery)),
    // The number of a query is in whatever unit the query computes.
    percent: rule.unit === 'percent' && !isQuery,
  };
}

function operandText(operand: unknown, operator: QualityOperator, isQuery: boolean): string {
  if (isQuery && typeof operand === 'boolean') return String(operand);
  const text = String(operand);
  if ((typeof operand === 'number' || typeof operand === 'string') && isDecimalText(text))
    return plainDecimal(text);
  throw new QualityGateError(
    `${operator} must be a number${isQuery ? ', true or false' : ''}, not ${JSON.stringify(operand)}`,
  );
}

/** Ids are unique in a table: a second check of the same kind gets a number. */
class Ids {
  private readonly taken = new Set<string>();

  public next({ rule, property }: PlacedRule): string {
    const what = rule.metric ?? (rule.type === QualityType.LIBRARY ? (rule.rule ?? rule.type) : rule.type);
    const wanted =
      rule.id ?? slug(rule.name ?? [...(property === undefined ? [] : [property]), what].join('-'));
    let id = wanted;
    for (let count = 2; this.taken.has(id); count++) id = `${wanted}-${count}`;
    this.taken.add(id);
    return id;
  }
}

function slug(text: string): string {
  const id = text.replace(/[^\p{L}\p{N}._]+/gu, '-').replace(/^-+|-+$/g, '');
  return id === '' ? 'rule' : id;
}

import { compareDecimals } from '../decimal';
import { QualityMetric, QualityOperator, QualityType, type QualityRule } from '../quality-rule';
import { described, plain } from './document';
import type { Fields, Keys } from './fields';
import { readCustomProperties } from './read-custom-properties';
import { didYouMean } from './suggestion';

const OPERATORS = Object.values(QualityOperator);
const QUALITY_KEYS: Keys = {
  of: 'a quality rule',
  known: [
    ...OPERATORS,
    ...['id', 'type', 'metric', 'rule', 'arguments', 'unit', 'query', 'engine', 'implementation', 'name'],
    ...['description', 'dimension', 'method', 'severity', 'businessImpact', 'scheduler', 'schedule', 'tags'],
    ...['authoritativeDefinitions', 'customProperties'],
  ],
};
const DIMENSIONS = [
  'accuracy',
  'completeness',
  'conformity',
  'consistency',
  'coverage',
  'timeliness',
  'uniqueness',
];
/** The names v3.0 examples use for what v3.1 made metrics. */
const METRIC_OF_RULE = new Map<string, QualityMetric>(
  Object.entries({
    nullCount: QualityMetric.NULL_VALUES,
    nullCheck: QualityMetric.NULL_VALUES,
    missingCount: QualityMetric.MISSING_VALUES,
    invalidCount: QualityMetric.INVALID_VALUES,
    duplicateCount: QualityMetric.DUPLICATE_VALUES,
    rowCount: QualityMetric.ROW_COUNT,
  }),
);
const UNITS = new Map<string, string>(
  Object.entries({
    ...{ row: 'rows', rows: 'rows', record: 'rows', records: 'rows' },
    ...{ percent: 'percent', percentage: 'percent', '%': 'percent' },
  }),
);

/** Reads `quality` of a schema object or a property. */
export function readQuality(owner: Fields, apiVersion: string): QualityRule[] {
  return owner.maps('quality').map((fields) => readRule(fields, apiVersion.startsWith('v3.0.')));
}

function readRule(fields: Fields, isV30: boolean): QualityRule {
  checkRuleKeys(fields, isV30);
  for (const key of ['method', 'businessImpact', 'scheduler', 'schedule']) fields.string(key);
  const type = fields.oneOf('type', Object.values(QualityType)) ?? undeclaredType(fields);
  const rule = fields.string('rule');
  const metric = readMetric(fields, rule);
  if (type === QualityType.LIBRARY && !fields.has('metric') && (rule === undefined || !isV30)) {
    const wanted = `a library rule needs a metric: ${Object.values(QualityMetric).join(', ')}`;
    fields.requiredString('metric', wanted);
  }
  if (type === QualityType.CUSTOM) fields.requiredString('engine', 'the engine that knows the custom rule');
  const compares = (type === QualityType.LIBRARY || type === QualityType.SQL) && !isV30;
  return {
    id: fields.string('id'),
    type,
    metric,
    rule,
    ...readOperator(fields, compares),
    unit: readUnit(fields, metric),
    arguments: readArguments(fields),
    query:
      type === QualityType.SQL
        ? fields.requiredString('query', 'the SQL that gives one number')
        : fields.string('query'),
    engine: fields.string('engine'),
    implementation: readImplementation(fields, type),
    name: fields.string('name'),
    description: fields.string('description'),
    dimension: fields.oneOf('dimension', DIMENSIONS),
    severity: fields.string('severity'),
    tags: fields.strings('tags'),
    customProperties: readCustomProperties(fields),
  };
}

/** v3.0 lets a rule hold keys of its engine's own; there only a misspelt operator is worth a report. */
function checkRuleKeys(fields: Fields, isV30: boolean): void {
  if (!isV30) return fields.allowOnly(QUALITY_KEYS);
  for (const [key, node] of fields.node.entries) {
    if (!key.startsWith('must') || (OPERATORS as string[]).includes(key)) continue;
    fields.problems.report(
      node,
      `is no operator. Operators are ${OPERATORS.join(', ')}.${didYouMean(key, OPERATORS)}`,
    );
  }
}

function undeclaredType(fields: Fields): QualityType {
  if (fields.has('metric') || fields.has('rule')) return QualityType.LIBRARY;
  if (fields.has('query')) return QualityType.SQL;
  if (fields.has('engine') || fields.has('implementation')) return QualityType.CUSTOM;
  return QualityType.TEXT;
}

function readMetric(fields: Fields, rule: string | undefined): QualityMetric | undefined {
  const metrics = Object.values(QualityMetric);
  if (fields.has('metric')) return fields.oneOf('metric', metrics);
  if (rule === undefined) return undefined;
  return metrics.find((metric) => metric === rule) ?? METRIC_OF_RULE.get(rule);
}

function readOperator(fields: Fields, compares: boolean): Pick<QualityRule, 'operator' | 'operands'> {
  const given = OPERATORS.filter((operator) => fields.has(operator));
  if (given.length > 1) {
    fields.problems.report(
      fields.entry(given[1])!,
      `is one operator too many: a rule has exactly one, and here are ${given.join(' and ')}. Write a rule for each.`,
    );
  }
  if (given.length === 0) {
    if (compares) {
      fields.problems.reportMissing(
        fields.node,
        fields.node.path,
        `compares with nothing. Add one of ${OPERATORS.join(', ')}.`,
      );
    }
    return { operands: [] };
  }
  const [operator] = given;
  return { operator, operands: readOperands(fields, operator) };
}

function readOperands(fields: Fields, operator: QualityOperator): unknown[] {
  const node = fields.entry(operator)!;
  if (operator === QualityOperator.MUST_BE || operator === QualityOperator.MUST_NOT_BE) {
    return [node.kind === 'scalar' && node.decimal !== undefined ? exact(node.decimal) : plain(node)];
  }
  if (operator !== QualityOperator.MUST_BE_BETWEEN && operator !== QualityOperator.MUST_NOT_BE_BETWEEN) {
    const value = fields.decimal(operator);
    return value === undefined ? [] : [exact(value)];
  }
  const values = node.kind === 'list' ? node.items.map(plain) : [];
  const [low, high] = values;
  if (values.length === 2 && typeof low === 'number' && typeof high === 'number' && low < high) return values;
  fields.problems.report(node, 'must be a list of two numbers, the smaller one first, for example [0, 100].');
  return [];
}

/** A number, or its text where a number would round it. */
function exact(decimal: string): number | string {
  const value = Number(decimal);
  return Number.isFinite(value) && compareDecimals(String(value), decimal) === 0 ? value : decimal;
}

/** The standard lets a unit be anything; with a metric only rows and percent have a meaning. */
function readUnit(fields: Fields, metric: QualityMetric | undefined): string | undefined {
  const unit = fields.string('unit');
  if (unit === undefined || metric === undefined) return unit;
  const known = UNITS.get(unit.toLowerCase());
  if (known === undefined) {
    fields.problems.report(
      fields.entry('unit')!,
      `must be rows or percent with the metric ${metric}.${didYouMean(unit, ['rows', 'percent'])}`,
    );
  }
  return known;
}

function readArguments(fields: Fields): { readonly [name: string]: unknown } {
  const given = fields.map('arguments');
  return given === undefined ? {} : (plain(given.node) as { [name: string]: unknown });
}

function readImplementation(fields: Fields, type: QualityType): unknown {
  const node = fields.entry('implementation');
  if (node === undefined) {
    if (type === QualityType.CUSTOM) {
      fields.requiredString('implementation', 'the custom rule in the words of its engine');
    }
    return undefined;
  }
  if (node.kind === 'map' || (node.kind === 'scalar' && typeof node.value === 'string')) return plain(node);
  fields.problems.report(node, `must be text or an object, not ${described(node)}.`);
  return undefined;
}

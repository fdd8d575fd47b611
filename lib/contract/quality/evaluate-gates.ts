import { compareDecimals, parseDecimal } from '../decimal';
import { QualityMetric, QualityOperator, type QualityRule, QualityType } from '../quality-rule';
import { GateMode } from './gate-mode';
import type { Comparison, PlannedCheck, QualityPlan } from './planned-check';
import {
  GateDecision,
  type QualityGateResult,
  type QualityMeasurement,
  QualityOutcome,
} from './quality-result';
import { ROWS_MEASURE } from './quality-sql';
import { isDecimalText, plainDecimal } from './sql-dialect';

/** Compares what was measured with what the rules ask for, exactly. Pure: no engine, no clock. */
export function evaluateGates(
  plan: QualityPlan,
  measurements: readonly QualityMeasurement[],
): QualityGateResult[] {
  const measured = new Map(measurements.map((measurement) => [measurement.measure, measurement]));
  return plan.checks.map((check) => result(check, measured));
}

/**
 * What the results together ask for. A gate that ought to have been measured and was not is no pass; prose and the
 * rules of other engines are nobody's gate here.
 */
export function decisionOf(plan: QualityPlan, results: readonly QualityGateResult[]): GateDecision {
  const foreign = new Set(plan.checks.filter(({ rule }) => isForeign(rule)).map(({ id }) => id));
  const failed = (mode: GateMode): boolean =>
    results.some(
      ({ rule, mode: own, outcome }) =>
        own === mode && outcome !== QualityOutcome.PASSED && !foreign.has(rule),
    );
  if (failed(GateMode.HALT)) return GateDecision.HALT;
  return failed(GateMode.QUARANTINE) ? GateDecision.QUARANTINE : GateDecision.PROCEED;
}

/** v3.0 has rules without a metric or an operator, whose meaning is their engine's. */
function isForeign({ type, metric, operator }: QualityRule): boolean {
  if (operator === undefined) return true;
  return type === QualityType.LIBRARY ? metric === undefined : type !== QualityType.SQL;
}

type Verdict = Pick<QualityGateResult, 'value' | 'total' | 'outcome' | 'reason'>;

function result(check: PlannedCheck, measured: ReadonlyMap<string, QualityMeasurement>): QualityGateResult {
  const { id, rule, property, mode, comparison } = check;
  return {
    rule: id,
    ...(rule.name !== undefined && { name: rule.name }),
    ...(property !== undefined && { column: property }),
    metric: rule.type === QualityType.LIBRARY ? (rule.metric ?? rule.rule ?? rule.type) : rule.type,
    ...(rule.operator !== undefined && { operator: rule.operator }),
    threshold: [...(comparison?.operands ?? rule.operands.map(String))],
    unit: rule.unit ?? 'rows',
    ...(rule.severity !== undefined && { severity: rule.severity }),
    ...(rule.dimension !== undefined && { dimension: rule.dimension }),
    mode,
    ...verdict(check, measured),
  };
}

function verdict(check: PlannedCheck, measured: ReadonlyMap<string, QualityMeasurement>): Verdict {
  const { measurement, comparison } = check;
  if (measurement.kind === 'none') return notEvaluated(measurement.reason);
  if (comparison === undefined) return notEvaluated('it compares with nothing');
  const own = measured.get(measurement.kind === 'rowCount' ? ROWS_MEASURE : check.id);
  if (own === undefined) return notEvaluated('it was not measured');
  if (own.error !== undefined) return notEvaluated(own.error);
  if (measurement.kind === 'query') return queryVerdict(own.value, comparison);
  const rows = measured.get(ROWS_MEASURE);
  if (rows?.value === undefined) return notEvaluated(rows?.error ?? 'the rows of the table were not counted');
  const value = count(own.value);
  const total = count(rows.value);
  if (value === undefined || total === undefined) {
    return notEvaluated(`${own.value ?? 'NULL'} of ${rows.value} is no count of rows`);
  }
  return countVerdict(check, comparison, value, total);
}

function queryVerdict(value: string | undefined, comparison: Comparison): Verdict {
  const wanted = wants(comparison);
  if (value === undefined) {
    return { outcome: QualityOutcome.FAILED, reason: `the query gave NULL; it ${wanted}` };
  }
  const asksForTruth = comparison.operands.some((operand) => operand === 'true' || operand === 'false');
  if (asksForTruth ? !/^(true|false)$/i.test(value) : !isDecimalText(value)) {
    return notEvaluated(
      `the query gave ${JSON.stringify(value)}, which is ${asksForTruth ? 'not true or false' : 'no number'}`,
    );
  }
  const exact = asksForTruth ? value.toLowerCase() : plainDecimal(value);
  const passed = asksForTruth
    ? (exact === comparison.operands[0]) === (comparison.operator === QualityOperator.MUST_BE)
    : holds(comparison, (operand) => compareDecimals(exact, operand));
  return { value: exact, outcome: outcome(passed), reason: `the query gave ${exact}; it ${wanted}` };
}

function countVerdict(check: PlannedCheck, comparison: Comparison, value: bigint, total: bigint): Verdict {
  const passed = holds(comparison, (operand) =>
    comparison.percent ? compareShare(value, total, operand) : compareDecimals(String(value), operand),
  );
  const unit = comparison.percent ? ' %' : '';
  const measured =
    check.measurement.kind === 'rowCount'
      ? `the table has ${value} ${value === 1n ? 'row' : 'rows'}`
      : `${value} of ${total} rows ${SUBJECT[check.rule.metric!]}${comparison.percent ? ` (${shareText(value, total)} %)` : ''}`;
  return {
    value: String(value),
    total: String(total),
    outcome: outcome(passed),
    reason: `${measured}; it ${wants(comparison, unit)}`,
  };
}

const SUBJECT: Record<QualityMetric, string> = {
  [QualityMetric.NULL_VALUES]: 'hold null',
  [QualityMetric.MISSING_VALUES]: 'hold a missing value',
  [QualityMetric.INVALID_VALUES]: 'hold an invalid value',
  [QualityMetric.DUPLICATE_VALUES]: 'repeat another',
  [QualityMetric.ROW_COUNT]: '',
};

/** `value / total` with `percent / 100`, without dividing. None of no rows is 0 %. */
function compareShare(value: bigint, total: bigint, percent: string): number {
  if (total === 0n) return compareDecimals('0', percent);
  const { digits, scale } = parseDecimal(percent);
  const difference = value * 100n * 10n ** BigInt(scale) - digits * total;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function holds({ operator, operands }: Comparison, compare: (operand: string) => number): boolean {
  const [first, second] = operands;
  switch (operator) {
    case QualityOperator.MUST_BE:
      return compare(first) === 0;
    case QualityOperator.MUST_NOT_BE:
      return compare(first) !== 0;
    case QualityOperator.MUST_BE_GREATER_THAN:
      return compare(first) > 0;
    case QualityOperator.MUST_BE_GREATER_OR_EQUAL_TO:
      return compare(first) >= 0;
    case QualityOperator.MUST_BE_LESS_THAN:
      return compare(first) < 0;
    case QualityOperator.MUST_BE_LESS_OR_EQUAL_TO:
      return compare(first) <= 0;
    case QualityOperator.MUST_BE_BETWEEN:
      return compare(first) >= 0 && compare(second) <= 0;
    case QualityOperator.MUST_NOT_BE_BETWEEN:
      return compare(first) < 0 || compare(second) > 0;
  }
}

const WORDS: Record<QualityOperator, string> = {
  [QualityOperator.MUST_BE]: 'must be',
  [QualityOperator.MUST_NOT_BE]: 'must not be',
  [QualityOperator.MUST_BE_GREATER_THAN]: 'must be greater than',
  [QualityOperator.MUST_BE_GREATER_OR_EQUAL_TO]: 'must be at least',
  [QualityOperator.MUST_BE_LESS_THAN]: 'must be less than',
  [QualityOperator.MUST_BE_LESS_OR_EQUAL_TO]: 'must be at most',
  [QualityOperator.MUST_BE_BETWEEN]: 'must be between',
  [QualityOperator.MUST_NOT_BE_BETWEEN]: 'must not be between',
};

function wants({ operator, operands }: Comparison, unit = ''): string {
  return `${WORDS[operator]} ${operands.join(' and ')}${unit}`;
}

const SHOWN_DECIMALS = 4;

/** For people: cut, never rounded up or down onto the threshold, and marked where it was cut. */
function shareText(value: bigint, total: bigint): string {
  if (total === 0n) return '0';
  const scaled = value * 100n * 10n ** BigInt(SHOWN_DECIMALS);
  const digits = String(scaled / total).padStart(SHOWN_DECIMALS + 1, '0');
  const text = `${digits.slice(0, -SHOWN_DECIMALS)}.${digits.slice(-SHOWN_DECIMALS)}`;
  return scaled % total === 0n ? text.replace(/\.?0+$/, '') : `${text}…`;
}

function count(text: string | undefined): bigint | undefined {
  return text !== undefined && /^\d+$/.test(text) ? BigInt(text) : undefined;
}

function outcome(passed: boolean): QualityOutcome {
  return passed ? QualityOutcome.PASSED : QualityOutcome.FAILED;
}

function notEvaluated(reason: string): Verdict {
  return { outcome: QualityOutcome.NOT_EVALUATED, reason };
}

import { QualityMetric, type QualityRule, QualityType } from '../quality-rule';

/** What a failed gate does. */
export enum GateMode {
  /** Nothing is processed further. */
  HALT = 'halt',
  /** The rows that fail the check go to the quarantine; the others go on. */
  QUARANTINE = 'quarantine',
  /** The result is recorded and that is all. */
  REPORT = 'report',
}

/** Custom property of a quality rule that says what a failure does; it wins over the severity. */
export const GATE_PROPERTY = 'gate';
const HALTING_SEVERITIES = ['error', 'critical', 'blocker', 'fatal', 'high'];
const ROW_METRICS = [QualityMetric.NULL_VALUES, QualityMetric.MISSING_VALUES, QualityMetric.INVALID_VALUES];

/**
 * What a failure of the rule does: as its custom property `gate` says, else `halt` for the severities error, critical,
 * blocker, fatal and high, else `report`.
 *
 * @param label the rule as errors name it.
 * @throws Error for a `gate` that is no mode, and for a quarantine by a check that points at no rows.
 */
export function gateMode(rule: QualityRule, label: string): GateMode {
  const given = rule.customProperties.find(({ property }) => property === GATE_PROPERTY)?.value;
  if (given === undefined) {
    return HALTING_SEVERITIES.includes((rule.severity ?? '').toLowerCase()) ? GateMode.HALT : GateMode.REPORT;
  }
  const modes = Object.values(GateMode);
  const mode = modes.find((each) => each === given);
  if (mode === undefined) {
    throw new Error(`Quality rule ${label}: gate is ${JSON.stringify(given)}. Allowed: ${modes.join(', ')}.`);
  }
  if (mode === GateMode.QUARANTINE && !isRowRule(rule)) {
    throw new Error(
      `Quality rule ${label}: gate is quarantine, but only ${ROW_METRICS.join(', ')} point at single rows. Allowed here: halt, report.`,
    );
  }
  return mode;
}

function isRowRule({ type, metric }: QualityRule): boolean {
  return type === QualityType.LIBRARY && metric !== undefined && ROW_METRICS.includes(metric);
}

export { GateMode } from './gate-mode';
export { type GlueRuleset, type OmittedQualityRule } from './glue-ruleset';
export { type QualityGate, QualityGates } from './quality-gates';
export {
  GateDecision,
  type QualityGateResult,
  type QualityMeasurement,
  QualityOutcome,
  type QualityQuery,
} from './quality-result';
export { SqlDialect } from './sql-dialect';
export { type ColumnProfile, TableProfiler } from './table-profiler';

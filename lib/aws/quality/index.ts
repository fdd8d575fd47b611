export { QualityAlarms, type QualityAlarmsProps } from './quality-alarms';
export { QualityResponse, type QualityResponseProps } from './quality-response';
export { QualityRuleset, type QualityRulesetProps } from './quality-ruleset';
export { TableGate, type TableGateProps } from './table-gate';

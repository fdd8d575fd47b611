export { QualityAlarms, type QualityAlarmsProps } from './quality-alarms';
export { QualityRuleset, type QualityRulesetProps } from './quality-ruleset';

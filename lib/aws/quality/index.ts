export { QualityRuleset, type QualityRulesetProps } from './quality-ruleset';

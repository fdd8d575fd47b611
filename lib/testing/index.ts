/** For tests of one's own infrastructure: snapshots that stay still, matchers for jest, rules about templates. */
export { type ConfigurationDocument, type ConfigurationSource } from './configuration';
export { configurationSnapshot } from './configuration-snapshot';
export { iamStatements, type IamStatement } from './iam-statements';
export { lakehouseMatchers, type LakehouseMatchers, type MatcherResult } from './matchers';
export {
  NAG_PACKS,
  nagFindings,
  nagReport,
  type NagFinding,
  type NagPackLike,
  type NagPackName,
} from './nag';
export { type DataResource, dataResources, replacedResources } from './replacements';
export {
  encryptionFindings,
  exposureFindings,
  removalFindings,
  secretFindings,
  type TemplateFinding,
  transportFindings,
} from './rules';
export type { StatementParts } from './policy-text';
export { stackSnapshot } from './stack-snapshot';
export { logicalIds, type TemplateAssertions, type TemplateDocument, type TemplateSource } from './template';
export type { Json, JsonObject, TemplateResource } from './template';

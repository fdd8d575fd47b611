export { encryptionFindings } from './encryption';
export { exposureFindings } from './exposure';
export { findingLines, type TemplateFinding } from './finding';
export { removalFindings } from './removal';
export { secretFindings } from './secrets';
export { transportFindings } from './transport';

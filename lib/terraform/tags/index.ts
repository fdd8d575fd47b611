export { type RequiredTag, RequiredTagsBase } from './required-tags';
export { ScopeTag } from './scope-tag';
export { setTags, type TagNames, tagsOf, type TagValues } from './tagged-resource';

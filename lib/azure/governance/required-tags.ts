import { type RequiredTag, RequiredTagsBase } from '../../terraform';
import { AZURE_TAGS, requireTag } from './tags';

/**
 * Fails synthesis where a resource that can be tagged lacks a tag, or has a value that is not allowed: what is not tagged on the first day
 * is in nobody's bill later. `TaggingPolicy` asks the same of what is made elsewhere.
 */
export class RequiredTags extends RequiredTagsBase {
  /** Cost center, environment, owner and classification of data. @param allowedClassifications values of `DataClassification` */
  static standard(allowedClassifications?: string[]): RequiredTags {
    return new RequiredTags([
      { key: 'CostCenter' },
      { key: 'Environment' },
      { key: 'DataOwner' },
      { key: 'DataClassification', allowedValues: allowedClassifications },
    ]);
  }

  /** Each tag is required of every resource that can have some. @throws Error for none, and for a key given twice */
  static of(tags: RequiredTag[]): RequiredTags {
    return new RequiredTags(tags);
  }

  private constructor(tags: RequiredTag[]) {
    super(AZURE_TAGS, tags);
    tags.forEach(({ key }) => requireTag(key));
  }
}

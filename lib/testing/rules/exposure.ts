import type { TemplateSource } from '../template';
import { resourcesOf, type TemplateFinding, valueAt } from './finding';

const BLOCKS = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'];

/** Buckets that do not block every way to be public, or whose objects another account may own. */
export function exposureFindings(source: TemplateSource, ...except: string[]): TemplateFinding[] {
  return resourcesOf(source, except)
    .filter(({ resource }) => resource.Type === 'AWS::S3::Bucket')
    .flatMap(({ logicalId, resource }) => {
      const open = BLOCKS.filter(
        (block) => valueAt(resource.Properties, ['PublicAccessBlockConfiguration', block]) !== true,
      );
      // Without ownership controls a new bucket has BucketOwnerEnforced since April 2023.
      const owner =
        valueAt(resource.Properties, ['OwnershipControls', 'Rules', 0, 'ObjectOwnership']) ??
        'BucketOwnerEnforced';
      const problems = [
        ...(open.length > 0 ? [`PublicAccessBlockConfiguration lacks ${open.join(', ')}.`] : []),
        ...(owner === 'BucketOwnerEnforced' ? [] : [`ObjectOwnership is ${JSON.stringify(owner)}.`]),
      ];
      return problems.map((problem) => ({ logicalId, type: resource.Type, problem }));
    });
}

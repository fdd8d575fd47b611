import { Aspects, CfnResource, type IAspect, Stack, TagManager, Token } from 'aws-cdk-lib';
import { Annotations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** A tag that has to be there. */
export interface RequiredTag {
  readonly key: string;
  /**
   * What its value may be, for example `public`, `internal`, `confidential`.
   * @default - anything but an empty text
   */
  readonly allowedValues?: string[];
}

/**
 * Fails synthesis where a resource that can be tagged lacks a tag, or has a value that is not allowed: what is not
 * tagged on the first day is in nobody's bill later.
 *
 * `DataProduct` sets `DataProduct`, `DataDomain`, `DataOwner` and `DataClassification` by itself, from the contract; set
 * the others by `Tags.of(app).add(…)`.
 */
export class RequiredTags implements IAspect {
  /**
   * Cost center, environment, owner and classification of data.
   * @param allowedClassifications values of `DataClassification`; several on one resource are separated by blanks
   */
  static standard(allowedClassifications?: string[]): RequiredTags {
    return new RequiredTags([
      { key: 'CostCenter' },
      { key: 'Environment' },
      { key: 'DataOwner' },
      { key: 'DataClassification', allowedValues: allowedClassifications },
    ]);
  }

  /** Each tag is required of every resource that can be tagged. @throws Error for none, and for a key given twice */
  static of(tags: RequiredTag[]): RequiredTags {
    return new RequiredTags(tags);
  }

  private readonly checked = new Set<IConstruct>();

  private constructor(private readonly tags: RequiredTag[]) {
    const keys = tags.map(({ key }) => key);
    if (keys.length === 0) throw new Error('RequiredTags requires no tag. Name at least one.');
    const twice = keys.find((key, index) => keys.indexOf(key) !== index);
    if (twice !== undefined) throw new Error(`RequiredTags names "${twice}" twice. Keep one of them.`);
  }

  /** Checks everything below a scope: an app, a stage, a stack. */
  enforce(scope: IConstruct): void {
    // Tags are set by aspects as well: the check has to come after all of them.
    Aspects.of(scope).add(this, { priority: 1000 });
  }

  visit(node: IConstruct): void {
    if (!(node instanceof CfnResource) || this.checked.has(node)) return;
    this.checked.add(node);
    const manager = TagManager.of(node);
    if (manager === undefined || !manager.applyTagAspectHere([], [])) return;
    const present = new Map(Object.entries({ ...stackTags(node), ...manager.tagValues() }));
    for (const { key, allowedValues } of this.tags) {
      const value = present.get(key);
      if (value === undefined || value === '') {
        Annotations.of(node).addError(
          `${node.node.path} has no tag "${key}". Set it for everything below: Tags.of(app).add('${key}', …).`,
        );
      } else if (allowedValues !== undefined && !Token.isUnresolved(value)) {
        const wrong = value.split(' ').find((word) => !allowedValues.includes(word));
        if (wrong !== undefined) {
          Annotations.of(node).addError(
            `${node.node.path} has the tag "${key}" with "${wrong}". Allowed: ${allowedValues.join(', ')}.`,
          );
        }
      }
    }
  }
}

/** CloudFormation gives these to every resource of the stack. */
function stackTags(node: IConstruct): { [key: string]: string } {
  return Stack.of(node).tags.tagValues();
}

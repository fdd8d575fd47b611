import { type IAspect, Token } from 'cdktf';
import type { IConstruct } from 'constructs';
import { addAspect } from '../add-aspect';
import { type TagNames, tagsOf, type TagValues } from './tagged-resource';

/** A tag that has to be there. */
export interface RequiredTag {
  readonly key: string;
  /**
   * What its value may be, for example `public`, `internal`, `confidential`.
   * @default - anything but an empty text
   */
  readonly allowedValues?: string[];
}

/** Classes by which the clouds set one for everything below a scope. */
const SETTERS = { tag: 'Tags', label: 'Labels' };

/** What the clouds have in common that fail synthesis where a tag is missing. */
export abstract class RequiredTagsBase implements IAspect {
  private readonly checked = new Set<IConstruct>();

  /** @throws Error for none, and for a key given twice */
  protected constructor(
    private readonly names: TagNames,
    /** What is required. */
    readonly tags: RequiredTag[],
  ) {
    const keys = tags.map(({ key }) => key);
    if (keys.length === 0) throw new Error(`No ${names.noun} is required. Name at least one.`);
    const twice = keys.find((key, index) => keys.indexOf(key) !== index);
    if (twice !== undefined)
      throw new Error(`The ${names.noun} "${twice}" is required twice. Keep one of them.`);
  }

  /** Checks everything below a scope when it is synthesized: a stack, a construct, or an app whose stacks are all made. */
  enforce(scope: IConstruct): void {
    addAspect(scope, this);
  }

  visit(node: IConstruct): void {
    if (this.checked.has(node)) return;
    this.checked.add(node);
    if (tagsOf(node, this.names) === undefined) return;
    // Tags are set by aspects as well; validations come after all of them.
    node.node.addValidation({ validate: () => this.problemsOf(node) });
  }

  private problemsOf(node: IConstruct): string[] {
    const values = tagsOf(node, this.names);
    return values === undefined ? [] : this.tags.flatMap((tag) => this.problem(node, tag, values) ?? []);
  }

  private problem(node: IConstruct, tag: RequiredTag, values: TagValues): string | undefined {
    const { key, allowedValues } = tag;
    const { noun } = this.names;
    const value = values[key];
    if (value === undefined || value === '') {
      return `${node.node.path} has no ${noun} "${key}". Set it for everything below: ${SETTERS[noun]}.of(app).add('${key}', …).`;
    }
    if (allowedValues === undefined || Token.isUnresolved(value)) return undefined;
    // Where data of several kinds are in one resource, blanks are between them.
    const wrong = value.split(' ').find((word) => !allowedValues.includes(word));
    if (wrong === undefined) return undefined;
    return `${node.node.path} has the ${noun} "${key}" with "${wrong}". Allowed: ${allowedValues.join(', ')}.`;
  }
}

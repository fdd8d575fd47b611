import { Token } from 'cdktf';
import type { IConstruct } from 'constructs';
import { ScopeTag, type TagNames } from '../../terraform';

export const AZURE_TAGS: TagNames = { argument: 'tags', noun: 'tag' };

/** Tags for everything below a scope that can have them. What a resource was given itself stays. */
export class Tags {
  /** A stack, a construct, or an app whose stacks are all made. */
  static of(scope: IConstruct): Tags {
    return new Tags(scope);
  }

  private constructor(private readonly scope: IConstruct) {}

  /** @throws Error for a key or a value Azure would refuse */
  add(key: string, value: string): Tags {
    requireTag(key, value);
    new ScopeTag(AZURE_TAGS, this.scope, key, value).add();
    return this;
  }
}

/** Storage accounts take shorter keys than other resources: https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources#limitations */
export function requireTag(key: string, value = ''): void {
  if (!Token.isUnresolved(key) && (key === '' || key.length > 128 || /[<>%&\\?/]/.test(key))) {
    throw new Error(`"${key}" is no key of a tag: 1 to 128 characters, none of <>%&\\?/ among them.`);
  }
  if (!Token.isUnresolved(value) && value.length > 256) {
    throw new Error(`The tag "${key}" has ${value.length} characters. Azure takes 256.`);
  }
}

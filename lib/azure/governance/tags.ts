import { Token } from 'cdktf';
import type { IConstruct } from 'constructs';
import type { DataContract } from '../../contract';
import { classificationsOf, ownerOf } from '../../contract/table-facts';
import { ScopeTag, type TagNames } from '../../terraform';

export const AZURE_TAGS: TagNames = { argument: 'tags', noun: 'tag' };

/** Tags for everything below a scope that can have them. What a resource was given itself stays. */
export class Tags {
  /** A stack, a construct, or an app whose stacks are all made. */
  static of(scope: IConstruct): Tags {
    return new Tags(scope);
  }

  /**
   * What a contract says of its data: `DataProduct`, `DataDomain`, `DataOwner` and `DataClassification`, several classifications with
   * blanks between them. Absent facts make none.
   */
  static fromContract(contract: DataContract): { [key: string]: string } {
    const facts = {
      DataProduct: contract.dataProduct ?? contract.name ?? contract.id,
      DataDomain: contract.domain,
      DataOwner: ownerOf(contract),
      DataClassification: [...new Set(contract.schemas.flatMap(classificationsOf))].sort().join(' '),
    };
    return Object.fromEntries(
      Object.entries(facts).filter((fact): fact is [string, string] => (fact[1] ?? '') !== ''),
    );
  }

  private constructor(private readonly scope: IConstruct) {}

  /** @throws Error for a key or a value Azure would refuse */
  add(key: string, value: string): Tags {
    requireTag(key, value);
    new ScopeTag(AZURE_TAGS, this.scope, key, value).add();
    return this;
  }

  /** The tags of a contract: see `fromContract`. */
  addContract(contract: DataContract): Tags {
    for (const [key, value] of Object.entries(Tags.fromContract(contract))) this.add(key, value);
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

import type { IConstruct } from 'constructs';
import type { DataContract } from '../../contract';
import { classificationsOf, ownerOf } from '../../contract/table-facts';
import { type RequiredTag, RequiredTagsBase, ScopeTag, type TagNames } from '../../terraform';
import { labelValue, requireLabels } from '../storage/labels';

const NAMES: TagNames = { argument: 'labels', noun: 'label' };

/** Labels of everything below a scope, as tags are on other clouds. */
export class Labels {
  /** A stack, a construct, or an app whose stacks are all made. */
  static of(scope: IConstruct): Labels {
    return new Labels(scope);
  }

  /**
   * What a contract says of its data, as labels: `data-product`, `data-domain`, `data-owner` and `data-classification`,
   * several classifications with `_` between them. Absent facts make none; other characters than Google takes become dashes.
   */
  static fromContract(contract: DataContract): { [key: string]: string } {
    const facts = {
      'data-product': contract.dataProduct ?? contract.name ?? contract.id,
      'data-domain': contract.domain,
      'data-owner': ownerOf(contract),
      'data-classification': [...new Set(contract.schemas.flatMap(classificationsOf))].sort().join('_'),
    };
    return Object.fromEntries(
      Object.entries(facts)
        .filter((fact): fact is [string, string] => fact[1] !== undefined && fact[1] !== '')
        .map(([key, value]) => [key, labelValue(value)]),
    );
  }

  private constructor(private readonly scope: IConstruct) {}

  /**
   * Sets a label on everything that can have one. A resource's own value stays; nearer scopes win over others.
   * @throws Error for a key or value Google refuses
   */
  add(key: string, value: string): Labels {
    requireLabels(this.scope.node.path, { [key]: value });
    new ScopeTag(NAMES, this.scope, key, value).add();
    return this;
  }

  /** The labels of a contract: see `fromContract`. */
  addContract(contract: DataContract): Labels {
    for (const [key, value] of Object.entries(Labels.fromContract(contract))) this.add(key, value);
    return this;
  }
}

/**
 * Fails synthesis where a resource that can be labelled lacks a label, or has a value that is not allowed: what is not
 * labelled on the first day is in nobody's bill later.
 */
export class RequiredLabels extends RequiredTagsBase {
  /**
   * Cost center, environment, owner and classification of data.
   * @param allowedClassifications values of `data-classification`
   */
  static standard(allowedClassifications?: string[]): RequiredLabels {
    return new RequiredLabels([
      { key: 'cost-center' },
      { key: 'environment' },
      { key: 'data-owner' },
      { key: 'data-classification', allowedValues: allowedClassifications },
    ]);
  }

  /** Each label is required of every resource that can have one. @throws Error for none, and for a key given twice */
  static of(labels: RequiredTag[]): RequiredLabels {
    return new RequiredLabels(labels);
  }

  private constructor(labels: RequiredTag[]) {
    super(NAMES, labels);
  }
}

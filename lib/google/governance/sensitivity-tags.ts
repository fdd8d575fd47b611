import { DataCatalogPolicyTag } from '@cdktf/provider-google/lib/data-catalog-policy-tag';
import { DataCatalogPolicyTagIamMember } from '@cdktf/provider-google/lib/data-catalog-policy-tag-iam-member';
import { DataCatalogTaxonomy } from '@cdktf/provider-google/lib/data-catalog-taxonomy';
import { Construct } from 'constructs';
import type { DataContract, SchemaObject } from '../../contract';
import { classifiedColumns } from '../../contract/classified-columns';
import { classificationsOf } from '../../contract/table-facts';
import { requireTerraformStack } from '../../terraform';
import type { IMember } from '../storage/member';

/** Which classifications there are. */
export interface SensitivityTagsProps {
  /** Contracts whose columns are classified. */
  readonly contracts: DataContract[];
  /** Where the tables in BigQuery are, `europe-west3` or `eu`: a policy tag is of use there only. */
  readonly region: string;
  /**
   * Name of the taxonomy, unique in the organization.
   * @default 'data-classification'
   */
  readonly displayName?: string;
}

/**
 * The contract's classifications as policy tags of BigQuery: who may query a column is who may read its tag. What LF-tags
 * are in Lake Formation. Whoever reads the files themselves is not held by it: give engines tables, not buckets.
 *
 * @throws Error for contracts that classify nothing
 */
export class SensitivityTags extends Construct {
  readonly taxonomy: DataCatalogTaxonomy;
  private readonly tags = new Map<string, DataCatalogPolicyTag>();

  constructor(scope: Construct, id: string, props: SensitivityTagsProps) {
    super(scope, id);
    requireTerraformStack(this);
    const classifications = new Set(
      props.contracts.flatMap(({ schemas }) => schemas.flatMap(classificationsOf)),
    );
    if (classifications.size === 0) {
      throw new Error(
        `"${this.node.path}": no column of the contracts has a classification. Give one its "classification", or leave the tags out.`,
      );
    }
    this.taxonomy = new DataCatalogTaxonomy(this, 'Taxonomy', {
      displayName: props.displayName ?? 'data-classification',
      description: `Classifications of data contracts: ${this.node.path}`.slice(0, 2000),
      region: props.region,
      activatedPolicyTypes: ['FINE_GRAINED_ACCESS_CONTROL'],
    });
    for (const name of [...classifications].sort()) {
      this.tags.set(
        name,
        new DataCatalogPolicyTag(this, `Tag-${name}`, { taxonomy: this.taxonomy.id, displayName: name }),
      );
    }
  }

  /** @throws Error for a classification no contract has */
  policyTag(classification: string): DataCatalogPolicyTag {
    const tag = this.tags.get(classification);
    if (tag === undefined) {
      throw new Error(
        `No contract has the classification "${classification}". There are: ${[...this.tags.keys()].join(', ')}.`,
      );
    }
    return tag;
  }

  /** Lets a member query the columns of a classification, in tables that it may query. */
  grantRead(classification: string, member: IMember): DataCatalogPolicyTagIamMember {
    const policyTag = this.policyTag(classification);
    const id = `Read-${classification}:${member.memberId}`;
    const made = this.node.tryFindChild(id.replace(/\//g, '--')) as DataCatalogPolicyTagIamMember | undefined;
    return (
      made ??
      new DataCatalogPolicyTagIamMember(this, id, {
        policyTag: policyTag.name,
        role: 'roles/datacatalog.categoryFineGrainedReader',
        member: member.member,
      })
    );
  }

  /**
   * Names of the policy tags of a table's classified columns, by the column: for `policyTags.names` in a schema of BigQuery.
   * Columns within others have the path of their field, `customer.email`.
   */
  columnTags(schema: SchemaObject): { [column: string]: string } {
    return Object.fromEntries(
      classifiedColumns(schema).flatMap(({ path, classification }) =>
        classification === undefined
          ? []
          : [[path.replace(/\[\]/g, ''), this.policyTag(classification).name]],
      ),
    );
  }
}

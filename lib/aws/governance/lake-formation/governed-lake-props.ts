import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { LakeCatalog } from '../../catalog';
import type { ILakeFormationSettings } from './lake-formation-settings';
import type { LakeTag } from './lake-tags';

/** Who decides about access to the tables of a governed lake. */
export enum GovernanceMode {
  /** Lake Formation, beside IAM, for every principal. */
  LAKE_FORMATION = 'lake-formation',
  /**
   * Lake Formation for those a `GovernedLake` grants to, IAM alone for all others: the way in for a lake that is in use.
   */
  HYBRID = 'hybrid',
}

/** What is governed, and how. */
export interface GovernedLakeProps {
  /** The catalog whose databases and tables are governed, with the zones of its lake. In the same stack. */
  readonly catalog: LakeCatalog;
  /** @default LakeFormationSettings.of(stack) */
  readonly settings?: ILakeFormationSettings;
  /** @default GovernanceMode.LAKE_FORMATION */
  readonly mode?: GovernanceMode;
  /**
   * The classifications of contracts, from the least to the most sensitive. A contract that has another is refused.
   * @default - public, internal, restricted, confidential
   */
  readonly classifications?: string[];
  /**
   * Classification of columns to which the contract gives none.
   * @default internal
   */
  readonly unclassified?: string;
  /**
   * Start of the keys of LF-tags, which are unique in an account and region.
   * @default - `<environment>-` where the lake has an environment, else none
   */
  readonly tagKeyPrefix?: string;
  /**
   * Tags that are not made.
   * @default - none
   */
  readonly omitTags?: LakeTag[];
  /**
   * Further LF-tags of the databases, which their tables inherit, by key.
   * @default - none
   */
  readonly databaseTags?: { readonly [key: string]: string };
  /**
   * Role Lake Formation reads and writes the registered zones with, for those it lets in.
   * `lakeformation.amazonaws.com` has to be able to assume it.
   * @default - a role of its own
   */
  readonly registrationRole?: IRole;
}

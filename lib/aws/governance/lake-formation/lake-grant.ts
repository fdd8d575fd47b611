import type * as iam from 'aws-cdk-lib/aws-iam';
import type { CfnPrincipalPermissions } from 'aws-cdk-lib/aws-lakeformation';
import type { IConstruct } from 'constructs';

/** What Lake Formation gives, and what IAM allows beside it. */
export class LakeGrant {
  constructor(
    /** The permissions of Lake Formation. Some may have been given before, for another grant. */
    readonly permissions: CfnPrincipalPermissions[],
    /** Undefined for other accounts and organizations, which see to it themselves. */
    readonly iamGrant?: iam.Grant,
  ) {}

  /** Has constructs made after all of it. */
  applyBefore(...constructs: IConstruct[]): void {
    this.iamGrant?.applyBefore(...constructs);
    for (const construct of constructs) construct.node.addDependency(...this.permissions);
  }
}

import { Token } from 'aws-cdk-lib';
import type { LakePrincipal } from './lake-permissions';

/** Whom tables are shared with. */
export class LakeConsumer {
  /** @throws Error for what is no account id */
  static account(accountId: string): LakeConsumer {
    if (!Token.isUnresolved(accountId) && !/^\d{12}$/.test(accountId)) {
      throw new Error(`LakeConsumer.account("${accountId}"): an account id has twelve digits.`);
    }
    return new LakeConsumer(accountId);
  }

  /**
   * @param organizationArn `arn:<partition>:organizations::<management account>:organization/o-…`
   * @throws Error for what is no ARN of an organization
   */
  static organization(organizationArn: string): LakeConsumer {
    return LakeConsumer.ofArn('organization', organizationArn);
  }

  /**
   * @param unitArn `arn:<partition>:organizations::<management account>:ou/o-…/ou-…`
   * @throws Error for what is no ARN of an organizational unit
   */
  static organizationalUnit(unitArn: string): LakeConsumer {
    return LakeConsumer.ofArn('ou', unitArn);
  }

  private static ofArn(kind: string, arn: string): LakeConsumer {
    if (!Token.isUnresolved(arn) && !new RegExp(`^arn:[\\w-]+:organizations::\\d{12}:${kind}/o-`).test(arn)) {
      throw new Error(
        `"${arn}" is no ARN of organizations with ${kind}/o-…, which Lake Formation knows it by. See aws organizations ` +
          (kind === 'ou' ? 'describe-organizational-unit.' : 'describe-organization.'),
      );
    }
    return new LakeConsumer(arn);
  }

  private constructor(private readonly identifier: string) {}

  /** @internal */
  public _principal(): LakePrincipal {
    return { identifier: this.identifier, key: this.identifier };
  }
}

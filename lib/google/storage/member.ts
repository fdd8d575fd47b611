import { Token } from 'cdktf';
import type { ServiceAccount } from '@cdktf/provider-google/lib/service-account';
import type { IConstruct } from 'constructs';

/** Who a grant is for. */
export interface IMember {
  /** As IAM writes it, for example `serviceAccount:loader@acme.iam.gserviceaccount.com`. */
  readonly member: string;
  /** What it is told apart by in addresses of Terraform: the same each time the stack is synthesized. */
  readonly memberId: string;
  /**
   * What it was made of. Where that is in another stack than the zone, bindings are in its stack, which is deployed after the zone's.
   * @default - bindings are in the stack of the zone
   */
  readonly source?: IConstruct;
}

const KINDS = ['user', 'group', 'serviceAccount', 'domain', 'principal', 'principalSet'];

/** A member of an IAM policy. */
export class Member implements IMember {
  /**
   * One that is known by its text: `group:analysts@acme.example`, `user:…`, `serviceAccount:…`, `domain:acme.example`,
   * `principal://…`, `principalSet://…`.
   * @param memberId needed where the text is known to Terraform only
   * @throws Error for `allUsers` and `allAuthenticatedUsers`, which buckets of this library refuse, and for other texts
   */
  static of(member: string, memberId?: string): Member {
    if (!Token.isUnresolved(member)) {
      if (/^all(Authenticated)?Users$/.test(member)) {
        throw new Error(
          `The member ${member} is everybody, and public access is prevented on every bucket here. Name a group: ` +
            '"group:analysts@acme.example".',
        );
      }
      if (!new RegExp(`^(${KINDS.join('|')}):.+`).test(member)) {
        throw new Error(
          `"${member}" is no member of an IAM policy. Write what it is before it, one of ${KINDS.join(', ')}: ` +
            '"group:analysts@acme.example".',
        );
      }
    } else if (memberId === undefined) {
      throw new Error(
        'The member is known to Terraform only, and its grants need a name that stays the same. Pass a memberId, or use ' +
          'Member.serviceAccount.',
      );
    }
    return new Member(member, memberId ?? member);
  }

  /** A service account of this app, of this stack or another. */
  static serviceAccount(account: ServiceAccount): Member {
    return new Member(`serviceAccount:${account.email}`, account.node.path, account);
  }

  private constructor(
    readonly member: string,
    readonly memberId: string,
    /** The service account it was made of. */
    readonly source?: IConstruct,
  ) {}
}

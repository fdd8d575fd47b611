import { Construct } from 'constructs';
import { isInstant, known, requireTerraformStack } from '../../terraform';
import type { IMember } from '../storage/member';
import { ROLES, type IZoneBucket } from '../storage/zone-bucket-access';
import type { ZoneGrant } from '../storage/zone-grant';

/** A folder of a zone. */
export interface PartnerFolder {
  readonly zone: IZoneBucket;
  /** For example `exports/acme`. */
  readonly prefix: string;
}

/** Who outside the organization may read what. */
export interface PartnerAccessProps {
  /**
   * `Member.of('serviceAccount:reader@partner.iam.gserviceaccount.com')`, or better a principal of workload identity
   * federation, which has no keys: `Member.of('principal://iam.googleapis.com/…')`.
   */
  readonly partner: IMember;
  /** Folders that may be read; a table is the folder it is in. */
  readonly folders: PartnerFolder[];
  /**
   * Instant from which nothing can be read any more, as ISO 8601: `2027-01-01T00:00:00Z`.
   * @default - none
   */
  readonly validUntil?: string;
}

/**
 * Lets somebody of another organization read the folders they were given, and nothing else, until an instant.
 *
 * @throws Error without a folder, for a partner that is a whole domain, and for an instant that is none
 */
export class PartnerAccess extends Construct {
  /** One for each folder. */
  readonly grants: ZoneGrant[];

  constructor(scope: Construct, id: string, props: PartnerAccessProps) {
    super(scope, id);
    requireTerraformStack(this);
    const { partner, folders, validUntil } = props;
    if (folders.length === 0) throw new Error(`"${this.node.path}" may read nothing. Name folders.`);
    if (known(partner.member)?.startsWith('domain:')) {
      throw new Error(
        `partner is everybody of ${partner.member.slice(7)}. Name a service account, a group or a principal.`,
      );
    }
    if (known(validUntil) !== undefined && !isInstant(validUntil!)) {
      throw new Error(`validUntil: "${validUntil}" is no instant in UTC. Write 2027-01-01T00:00:00Z.`);
    }
    // A binding with a condition is another one than that without.
    const member =
      validUntil === undefined ? partner : { ...memberOf(partner), memberId: `partner:${partner.memberId}` };
    this.grants = folders.map(({ zone, prefix }) => zone._grantRole(ROLES.read, member, prefix, validUntil));
  }
}

function memberOf({ member, source }: IMember): Omit<IMember, 'memberId'> {
  return { member, source };
}

import type { RoleAssignment } from '@cdktf/provider-azurerm/lib/role-assignment';
import { Construct } from 'constructs';
import { isInstant, known, requireTerraformStack } from '../../terraform';
import type { Principal } from '../access';
import { NOW } from '../access/blob-actions';
import { type IZoneBucket, ZoneBucketBase } from '../storage';

/** Folders of a zone that somebody may read. */
export interface PartnerFolder {
  readonly zone: IZoneBucket;
  /** For example `exports/acme`. */
  readonly prefix: string;
}

/** Who outside the tenant may read what. */
export interface PartnerAccessProps {
  /**
   * Who reads: the service principal of the partner's application in your directory (`az ad sp create --id <their application>`), or a group
   * of guests.
   */
  readonly partner: Principal;
  /** Folders that may be read; a table's, for example. */
  readonly folders: PartnerFolder[];
  /**
   * Instant after which nothing can be read, as ISO 8601: `2027-01-01T00:00:00Z`.
   * @default - none
   */
  readonly validUntil?: string;
}

/**
 * Another company that reads folders of the lake and nothing else, by roles whose conditions name the folders and, where given, an end.
 * Nobody has keys or signatures to lose.
 *
 * @throws Error without a folder, and for an end that is no instant
 */
export class PartnerAccess extends Construct {
  readonly assignments: RoleAssignment[];

  constructor(scope: Construct, id: string, { partner, folders, validUntil }: PartnerAccessProps) {
    super(scope, id);
    requireTerraformStack(this);
    if (folders.length === 0) throw new Error(`"${this.node.path}" may read nothing. Name folders.`);
    const until = known(validUntil);
    if (until !== undefined && !isInstant(until)) {
      throw new Error(`validUntil: "${until}" is no instant in UTC. Write 2027-01-01T00:00:00Z.`);
    }
    const further = validUntil === undefined ? [] : [`${NOW} DateTimeLessThan '${validUntil}'`];
    this.assignments = [...new Set(folders.map(({ zone }) => zone))].flatMap((zone) => {
      const prefixes = folders.filter((one) => one.zone === zone).map(({ prefix }) => prefix);
      return (zone as ZoneBucketBase)._grantReadIf(partner, prefixes, further).assignments;
    });
  }
}

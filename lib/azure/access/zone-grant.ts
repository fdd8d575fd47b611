import type { RoleAssignment } from '@cdktf/provider-azurerm/lib/role-assignment';
import type { TerraformResource } from 'cdktf';
import { addDependencies } from '../../terraform';

/** What a grant made: the role assignments, to depend on or to look at. */
export class ZoneGrant {
  constructor(
    /** A principal has a role once in a zone: what is granted later widens its condition. */
    readonly assignments: RoleAssignment[],
  ) {}

  /** Makes resources wait until the principal has been let in. */
  applyBefore(...resources: TerraformResource[]): ZoneGrant {
    for (const resource of resources) addDependencies(resource, this.assignments);
    return this;
  }

  /** This grant and another, as one. */
  combine(other: ZoneGrant): ZoneGrant {
    return new ZoneGrant([...new Set([...this.assignments, ...other.assignments])]);
  }
}

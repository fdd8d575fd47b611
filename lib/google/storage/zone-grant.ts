import type { TerraformResource } from 'cdktf';
import { addDependencies } from '../../terraform';

/** What was granted, and by which resources. */
export class ZoneGrant {
  constructor(
    readonly member: string,
    /** Roles of IAM, `roles/storage.objectViewer` for example. */
    readonly roles: string[],
    /** The bindings made, and the managed folders they are on. */
    readonly bindings: TerraformResource[],
  ) {}

  /** Both, as one. */
  combine(other: ZoneGrant): ZoneGrant {
    return new ZoneGrant(
      this.member,
      [...new Set([...this.roles, ...other.roles])],
      [...new Set([...this.bindings, ...other.bindings])],
    );
  }

  /** Makes resources wait until the member has been let in. */
  applyBefore(...resources: TerraformResource[]): ZoneGrant {
    for (const resource of resources) addDependencies(resource, this.bindings);
    return this;
  }
}

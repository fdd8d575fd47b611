import { RoleAssignment } from '@cdktf/provider-azurerm/lib/role-assignment';
import { Lazy, type TerraformResource, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { resolved } from '../../terraform';
import type { LakeRole, LakeRoles } from './lake-roles';
import type { Principal } from './principal';
import { roleCondition } from './role-condition';

/** What of a zone a role is granted for. */
export interface GrantedScope {
  /** Folder with a slash at its end; undefined for the whole container. */
  readonly prefix?: string;
  /** Pattern of what may be deleted; undefined where deleting is limited like the rest. */
  readonly deletable?: string;
}

interface Granted {
  readonly assignment: RoleAssignment;
  readonly scopes: GrantedScope[];
  readonly further: string;
}

/**
 * The role assignments of a container. Azure takes one for each principal and role, whatever its condition, and answers a second one
 * with RoleAssignmentExists: further grants widen the condition of the first.
 */
export class ZoneAssignments {
  private readonly granted = new Map<string, Granted>();

  /** @param containerId resource id of the container */
  constructor(
    private readonly zone: Construct,
    private readonly containerId: string,
    private readonly roles: LakeRoles,
  ) {}

  /** @param further lines that have to hold beside the limits of folders */
  assign(
    principal: Principal,
    role: LakeRole,
    granted: GrantedScope,
    further: readonly string[] = [],
  ): RoleAssignment {
    const key = `${role.name}-${principal.name}`;
    const present = this.granted.get(key);
    if (present !== undefined) {
      this.requireSame(present, further, principal, role);
      present.scopes.push(granted);
      return present.assignment;
    }
    const scopes = [granted];
    // It names the zone and the principal: in the stack of an identity it makes no circle between two stacks.
    const resource = principal._resource;
    const elsewhere = resource !== undefined && TerraformStack.of(resource) !== TerraformStack.of(this.zone);
    const scope = elsewhere ? accessOf(resource, this.zone) : this.zone;
    const condition = () => conditionOf(role, scopes, further);
    const assignment = new RoleAssignment(scope, key, {
      scope: this.containerId,
      principalId: principal.objectId,
      principalType: principal.type,
      ...(role.builtIn === undefined
        ? { roleDefinitionId: this.roles.definition(role).roleDefinitionResourceId }
        : { roleDefinitionName: role.builtIn }),
      description: role.description,
      condition: Lazy.stringValue({ produce: condition }),
      conditionVersion: Lazy.stringValue({ produce: () => condition() && '2.0' }),
    });
    this.granted.set(key, { assignment, scopes, further: further.join() });
    return assignment;
  }

  private requireSame(
    present: Granted,
    further: readonly string[],
    { name, objectId }: Principal,
    role: LakeRole,
  ): void {
    const { assignment } = present;
    const [one, other] = [assignment.principalIdInput, objectId].map((id) => resolved(assignment, id));
    if (one !== other) {
      throw new Error(
        `${name} is the name of another principal in the grants of "${this.zone.node.path}": it would be granted nothing. Give each a name of ` +
          "its own: Principal.group(id, 'analysts').",
      );
    }
    if (present.further === further.join()) return;
    throw new Error(
      `${name} is a ${role.name} of "${this.zone.node.path}" already, under another condition, and Azure takes one assignment of a role. ` +
        'Grant it once, or to another principal.',
    );
  }
}

/** Where the assignments in a zone are that belong to a resource of another stack. */
function accessOf(resource: TerraformResource, zone: Construct): Construct {
  const id = `Access-${zone.node.addr}`;
  return (resource.node.tryFindChild(id) ?? new Construct(resource, id)) as Construct;
}

function conditionOf(
  role: LakeRole,
  scopes: readonly GrantedScope[],
  further: readonly string[],
): string | undefined {
  const prefixes = scopes.map(({ prefix }) => prefix);
  const patterns = scopes.map(({ deletable }) => deletable);
  return roleCondition(
    role.actions,
    { prefixes: allKnown(prefixes), deletable: allKnown(patterns) },
    further,
  );
}

/** Undefined where one of them is unlimited, and with it all. */
function allKnown(values: readonly (string | undefined)[]): string[] | undefined {
  return values.includes(undefined) ? undefined : [...new Set(values as string[])].sort();
}

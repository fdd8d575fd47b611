import { PolicyDefinition } from '@cdktf/provider-azurerm/lib/policy-definition';
import { ResourceGroupPolicyAssignment } from '@cdktf/provider-azurerm/lib/resource-group-policy-assignment';
import { RoleAssignment } from '@cdktf/provider-azurerm/lib/role-assignment';
import { SubscriptionPolicyAssignment } from '@cdktf/provider-azurerm/lib/subscription-policy-assignment';
import { type TerraformResource, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { literal } from '../../terraform';
import type { IResourceGroup } from '../resource-group';
import { subscriptionId } from './policy-scope';

/** A rule of Azure Policy, and where it holds. */
export interface AssignedPolicy {
  /** Of the definition and the assignment: letters, digits, dashes. */
  readonly name: string;
  readonly displayName: string;
  /** `Indexed` for what has tags and a location, `All` for everything. */
  readonly mode: 'Indexed' | 'All';
  readonly rule: object;
  /** Told to whoever is refused. */
  readonly message: string;
  /** Group it holds in; undefined for the whole subscription. */
  readonly resourceGroup?: IResourceGroup;
  /** Role the policy changes resources with, by its id (a GUID); undefined where it changes none. */
  readonly roleId?: string;
  /** Region of the identity that changes resources. */
  readonly location: string;
}

/** What an assigned policy is made of. */
export interface PolicyResources {
  readonly definition: PolicyDefinition;
  readonly assignment: TerraformResource;
  readonly roleAssignment?: RoleAssignment;
}

export const ROLE_DEFINITIONS = '/providers/Microsoft.Authorization/roleDefinitions/';

export function assignPolicy(scope: Construct, policy: AssignedPolicy): PolicyResources {
  const { name, displayName, resourceGroup, roleId, location } = policy;
  requireOnlyOne(scope, name);
  const definition = new PolicyDefinition(scope, 'Definition', {
    name,
    displayName: literal(displayName),
    policyType: 'Custom',
    mode: policy.mode,
    metadata: JSON.stringify({ category: 'Lakehouse' }),
    policyRule: literal(JSON.stringify(policy.rule)),
  });
  const common = {
    name,
    displayName: literal(displayName),
    policyDefinitionId: definition.id,
    nonComplianceMessage: [{ content: literal(policy.message) }],
    ...(roleId !== undefined && { location, identity: { type: 'SystemAssigned' } }),
  };
  const place = resourceGroup?.id ?? subscriptionId(scope);
  const assignment =
    resourceGroup === undefined
      ? new SubscriptionPolicyAssignment(scope, 'Assignment', { ...common, subscriptionId: place })
      : new ResourceGroupPolicyAssignment(scope, 'Assignment', { ...common, resourceGroupId: place });
  if (roleId === undefined) return { definition, assignment };
  const roleAssignment = new RoleAssignment(scope, 'Role', {
    scope: place,
    roleDefinitionId: `${ROLE_DEFINITIONS}${roleId}`,
    principalId: assignment.identity.principalId,
    principalType: 'ServicePrincipal',
    description: `Lets the policy ${name} change resources.`,
  });
  return { definition, assignment, roleAssignment };
}

/** @throws Error for a name that a policy of the stack has already */
function requireOnlyOne(scope: Construct, name: string): void {
  const others = TerraformStack.of(scope)
    .node.findAll()
    .filter((one) => one instanceof PolicyDefinition);
  const other = others.find(({ nameInput }) => nameInput === name);
  if (other === undefined) return;
  throw new Error(
    `"${other.node.path}" is a policy called ${name} already, and a subscription takes a name once. Give policyName.`,
  );
}

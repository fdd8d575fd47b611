import type { PolicyDefinition } from '@cdktf/provider-azurerm/lib/policy-definition';
import type { RoleAssignment } from '@cdktf/provider-azurerm/lib/role-assignment';
import type { TerraformResource } from 'cdktf';
import { Construct } from 'constructs';
import { known, requireTerraformStack } from '../../terraform';
import type { IResourceGroup } from '../resource-group';
import { AccessTier, type TieringProfile } from '../storage';
import { ARCHIVING } from '../storage/account/redundancy';
import { assignPolicy, ROLE_DEFINITIONS } from './policy-assignment';

/** How accounts of others are tiered. */
export interface TieringPolicyProps {
  /** Moves of their objects; by age, not by last access. */
  readonly profile: TieringProfile;
  /**
   * What it moves: beginnings of names, each with its container first, for example `app/logs/`; up to ten.
   * @default - everything
   */
  readonly prefixes?: string[];
  /**
   * Group whose accounts it is for.
   * @default - the whole subscription of the provider
   */
  readonly resourceGroup?: IResourceGroup;
  /**
   * Name of the definition and its assignment, 1 to 64 letters, digits and dashes.
   * @default - `lake-tiering-` and the profile's name
   */
  readonly policyName?: string;
  /**
   * Region of the identity that deploys.
   * @default - that of the resource group
   */
  readonly location?: string;
}

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/storage#storage-account-contributor */
const STORAGE_ACCOUNT_CONTRIBUTOR = '17d1049b-9a84-46fb-8f53-869881c3d3ab';
const MANAGEMENT_POLICIES = 'Microsoft.Storage/storageAccounts/managementPolicies';

/**
 * Tiering for every storage account that somebody makes in a resource group or a subscription without a lifecycle of its own: Azure Policy
 * deploys it. Accounts that are there already get it by a remediation task; those of a lake have theirs.
 *
 * @throws Error for a profile that needs something an account may not have, and for names Azure would refuse
 */
export class TieringPolicy extends Construct {
  readonly definition: PolicyDefinition;
  readonly assignment: TerraformResource;
  /** By which the lifecycle is deployed. */
  readonly roleAssignment?: RoleAssignment;

  constructor(scope: Construct, id: string, props: TieringPolicyProps) {
    super(scope, id);
    requireTerraformStack(this);
    const { profile, resourceGroup, prefixes = [] } = props;
    const name = props.policyName ?? `lake-tiering-${profile.name}`;
    requireDeployable(props, name);
    const made = assignPolicy(this, {
      name,
      displayName: `Tiering of storage accounts: ${profile.name}`,
      mode: 'All',
      rule: deployment(profile, prefixes),
      message: `A storage account needs a lifecycle policy, ${profile.name} where it has none.`,
      resourceGroup,
      location: props.location ?? resourceGroup!.location,
      roleId: STORAGE_ACCOUNT_CONTRIBUTOR,
    });
    this.definition = made.definition;
    this.assignment = made.assignment;
    this.roleAssignment = made.roleAssignment;
  }
}

function deployment(profile: TieringProfile, prefixes: readonly string[]): object {
  const name = 'accountName';
  return {
    if: {
      allOf: [
        { field: 'type', equals: 'Microsoft.Storage/storageAccounts' },
        { field: 'kind', in: ['StorageV2', 'BlobStorage'] },
        ...(profile.archives
          ? [
              {
                field: 'Microsoft.Storage/storageAccounts/sku.name',
                in: ARCHIVING.map((sku) => `Standard_${sku}`),
              },
            ]
          : []),
      ],
    },
    then: {
      effect: 'deployIfNotExists',
      details: {
        type: MANAGEMENT_POLICIES,
        roleDefinitionIds: [`${ROLE_DEFINITIONS}${STORAGE_ACCOUNT_CONTRIBUTOR}`],
        deployment: {
          properties: {
            mode: 'incremental',
            parameters: { [name]: { value: "[field('name')]" } },
            template: {
              $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
              contentVersion: '1.0.0.0',
              parameters: { [name]: { type: 'string' } },
              resources: [
                {
                  type: MANAGEMENT_POLICIES,
                  apiVersion: '2023-05-01',
                  name: `[concat(parameters('${name}'), '/default')]`,
                  properties: { policy: { rules: [lifecycleRule(profile, prefixes)] } },
                },
              ],
            },
          },
        },
      },
    },
  };
}

/** As Azure's own interface takes it: https://learn.microsoft.com/azure/storage/blobs/lifecycle-management-policy-structure */
function lifecycleRule({ name, steps }: TieringProfile, prefixes: readonly string[]): object {
  const actions = steps.map(({ tier, afterDays }) => [
    {
      [AccessTier.COOL]: 'tierToCool',
      [AccessTier.COLD]: 'tierToCold',
      [AccessTier.ARCHIVE]: 'tierToArchive',
    }[tier],
    { daysAfterModificationGreaterThan: afterDays },
  ]);
  return {
    name: name.replace(/[^A-Za-z\d]/g, ''),
    enabled: true,
    type: 'Lifecycle',
    definition: {
      filters: { blobTypes: ['blockBlob'], ...(prefixes.length > 0 && { prefixMatch: prefixes }) },
      actions: { baseBlob: Object.fromEntries(actions) },
    },
  };
}

function requireDeployable(props: TieringPolicyProps, name: string): void {
  const { profile, prefixes = [], resourceGroup, location } = props;
  if (profile.byLastAccess || profile.noncurrentSteps.length > 0) {
    throw new Error(
      `Tiering ${profile.name} goes by last access or moves versions, which an account of somebody else may not keep. Use a profile with steps ` +
        'by age only.',
    );
  }
  if (profile.steps.length === 0) throw new Error(`Tiering ${profile.name} moves nothing. Give it steps.`);
  if (prefixes.length > 10) {
    throw new Error(`prefixes has ${prefixes.length} entries; a rule takes 10. Leave some out, or all.`);
  }
  if (known(name) !== undefined && !/^[A-Za-z\d-]{1,64}$/.test(name)) {
    throw new Error(`policyName must be 1 to 64 letters, digits and dashes. Received "${name}".`);
  }
  if (resourceGroup === undefined && location === undefined) {
    throw new Error(
      'A tiering policy of a whole subscription needs the location of its identity. Give location.',
    );
  }
}

import type { PolicyDefinition } from '@cdktf/provider-azurerm/lib/policy-definition';
import type { RoleAssignment } from '@cdktf/provider-azurerm/lib/role-assignment';
import type { TerraformResource } from 'cdktf';
import { Construct } from 'constructs';
import { known, type RequiredTag, requireTerraformStack } from '../../terraform';
import type { IResourceGroup } from '../resource-group';
import { assignPolicy, ROLE_DEFINITIONS } from './policy-assignment';
import { requireTag } from './tags';

/** What Azure does with a resource that lacks a tag. */
export enum TaggingEffect {
  /** Refuses to make or change it. */
  DENY = 'deny',
  /** Reports it. */
  AUDIT = 'audit',
  /** Gives it the tag of its resource group, where that has one. */
  INHERIT = 'modify',
}

/** Which tags, and where. */
export interface TaggingPolicyProps {
  readonly tags: RequiredTag[];
  /**
   * Group it holds in.
   * @default - the whole subscription of the provider
   */
  readonly resourceGroup?: IResourceGroup;
  /** @default TaggingEffect.DENY */
  readonly effect?: TaggingEffect;
  /**
   * Name of the definition and its assignment, 1 to 64 letters, digits and dashes.
   * @default - `lake-tags-` and the effect
   */
  readonly policyName?: string;
  /**
   * Region of the identity that sets tags, for `INHERIT`.
   * @default - that of the resource group
   */
  readonly location?: string;
}

/** Sets tags and nothing else: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/management-and-governance#tag-contributor */
const TAG_CONTRIBUTOR = '4a9ae827-6dc8-4573-8ac7-8239d42aa03f';

/**
 * Tags that Azure asks of everything made in a resource group or a subscription, whoever makes it and by whatever: a definition of Azure
 * Policy and its assignment. What is there already is reported, and changed by a remediation task only.
 *
 * @throws Error for no tags, a key Azure would refuse, and an effect that lacks something
 */
export class TaggingPolicy extends Construct {
  readonly definition: PolicyDefinition;
  readonly assignment: TerraformResource;
  /** By which `INHERIT` sets tags. */
  readonly roleAssignment?: RoleAssignment;

  constructor(scope: Construct, id: string, props: TaggingPolicyProps) {
    super(scope, id);
    requireTerraformStack(this);
    const { tags, resourceGroup, effect = TaggingEffect.DENY } = props;
    requireTags(props, effect);
    const name = props.policyName ?? `lake-tags-${effect === TaggingEffect.INHERIT ? 'inherit' : effect}`;
    const made = assignPolicy(this, {
      name,
      // Azure takes 128 characters.
      displayName: `Tags of the lake: ${tags.map(({ key }) => key).join(', ')}`.slice(0, 128),
      mode: 'Indexed',
      rule: effect === TaggingEffect.INHERIT ? inheritance(tags[0].key) : requirement(tags, effect),
      message: tags.map(sentence).join(' '),
      resourceGroup,
      location: props.location ?? resourceGroup?.location ?? '',
      roleId: effect === TaggingEffect.INHERIT ? TAG_CONTRIBUTOR : undefined,
    });
    this.definition = made.definition;
    this.assignment = made.assignment;
    this.roleAssignment = made.roleAssignment;
  }
}

function requirement(tags: readonly RequiredTag[], effect: TaggingEffect): object {
  const lacking = tags.flatMap(({ key, allowedValues }) => [
    { field: fieldOf(key), exists: 'false' },
    ...(allowedValues
      ? [{ field: fieldOf(key), notIn: allowedValues }]
      : [{ field: fieldOf(key), equals: '' }]),
  ]);
  return { if: { anyOf: lacking }, then: { effect } };
}

/** One tag a policy: a resource that has one and lacks another would otherwise not be told apart. */
function inheritance(key: string): object {
  const ofGroup = `[resourceGroup().tags['${key}']]`;
  return {
    if: {
      allOf: [
        { field: fieldOf(key), exists: 'false' },
        { value: ofGroup, notEquals: '' },
      ],
    },
    then: {
      effect: TaggingEffect.INHERIT,
      details: {
        roleDefinitionIds: [`${ROLE_DEFINITIONS}${TAG_CONTRIBUTOR}`],
        operations: [{ operation: 'add', field: fieldOf(key), value: ofGroup }],
      },
    },
  };
}

function fieldOf(key: string): string {
  return `tags['${key}']`;
}

function sentence({ key, allowedValues }: RequiredTag): string {
  const allowed = allowedValues === undefined ? '' : ` with one of: ${allowedValues.join(', ')}`;
  return `The tag "${key}" is required${allowed}.`;
}

function requireTags(
  { tags, resourceGroup, location, policyName }: TaggingPolicyProps,
  effect: TaggingEffect,
): void {
  if (tags.length === 0) throw new Error('A tagging policy without tags. Name at least one.');
  for (const { key } of tags) {
    requireTag(key);
    if (key.includes("'"))
      throw new Error(`The tag "${key}" has a quotation mark, which rules of Azure Policy cannot hold.`);
  }
  if (known(policyName) !== undefined && !/^[A-Za-z\d-]{1,64}$/.test(policyName!)) {
    throw new Error(`policyName must be 1 to 64 letters, digits and dashes. Received "${policyName}".`);
  }
  if (effect !== TaggingEffect.INHERIT) return;
  if (tags.length > 1) {
    throw new Error(
      `TaggingEffect.INHERIT with ${tags.length} tags: a policy inherits one. Make one for each, with a policyName of its own.`,
    );
  }
  if (resourceGroup === undefined && location === undefined) {
    throw new Error(
      'TaggingEffect.INHERIT in a whole subscription needs the location of its identity. Give location.',
    );
  }
}

import { TerraformVariable, Testing } from 'cdktf';
import { DataContract } from '../../../lib/contract';
import { RequiredTags } from '../../../lib/azure/governance/required-tags';
import {
  TaggingEffect,
  TaggingPolicy,
  type TaggingPolicyProps,
} from '../../../lib/azure/governance/tagging-policy';
import { Tags } from '../../../lib/azure/governance/tags';
import { azureStack, groupOf, lakeIn, onlyOf, resourcesOf } from '../stack';

const TAGS = [{ key: 'CostCenter' }, { key: 'DataClassification', allowedValues: ['public', 'internal'] }];

describe('RequiredTags', () => {
  it('fails synthesis where one is missing, on everything that can have tags', () => {
    const stack = azureStack();
    lakeIn(stack);
    RequiredTags.standard(['public', 'internal']).enforce(stack);
    Tags.of(stack).add('CostCenter', '4711').add('Environment', 'prod').add('DataOwner', 'finance');
    const synth = () => Testing.synth(stack, true);
    expect(synth).toThrow(
      `Azure/Lake/Account/Account has no tag "DataClassification". Set it for everything below: Tags.of(app).add('DataClassification', …).`,
    );
    Tags.of(stack).add('DataClassification', 'internal');
    expect(synth).not.toThrow();
    expect(onlyOf(stack, 'storage_account').tags).toEqual({
      CostCenter: '4711',
      Environment: 'prod',
      DataOwner: 'finance',
      DataClassification: 'internal',
    });
  });

  it('is satisfied by what a contract says', () => {
    const contract = DataContract.fromFile(`${__dirname}/../../../examples/first-stack/orders.odcs.yaml`);
    const stack = azureStack();
    groupOf(stack);
    Tags.of(stack).addContract(contract).add('CostCenter', '4711').add('Environment', 'prod');
    expect(onlyOf(stack, 'resource_group').tags).toEqual({
      CostCenter: '4711',
      Environment: 'prod',
      DataProduct: 'orders',
      DataDomain: 'sales',
      DataOwner: 'order-data',
      DataClassification: 'restricted',
    });
    RequiredTags.standard(['public', 'internal', 'restricted']).enforce(stack);
    expect(() => Testing.synth(stack, true)).not.toThrow();
    const several = azureStack();
    groupOf(several);
    Tags.of(several).add('DataClassification', 'public secret');
    RequiredTags.of([{ key: 'DataClassification', allowedValues: ['public'] }]).enforce(several);
    expect(() => Testing.synth(several, true)).toThrow('with "secret". Allowed: public.');
  });

  it('knows what Azure takes for a tag', () => {
    const stack = azureStack();
    expect(() => RequiredTags.of([{ key: 'a/b' }])).toThrow(
      new Error('"a/b" is no key of a tag: 1 to 128 characters, none of <>%&\\?/ among them.'),
    );
    expect(() => Tags.of(stack).add('a', 'x'.repeat(257))).toThrow(
      new Error('The tag "a" has 257 characters. Azure takes 256.'),
    );
  });
});

function policyWith(props: Partial<TaggingPolicyProps> = {}, inGroup = true) {
  const stack = azureStack();
  const resourceGroup = inGroup ? groupOf(stack) : undefined;
  new TaggingPolicy(stack, 'Policy', { tags: TAGS, resourceGroup, ...props });
  return stack;
}
const ruleOf = (stack: ReturnType<typeof azureStack>) =>
  JSON.parse(onlyOf(stack, 'policy_definition').policy_rule);

describe('TaggingPolicy', () => {
  it('denies what lacks a tag, or has another value', () => {
    const stack = policyWith();
    expect(ruleOf(stack)).toEqual({
      if: {
        anyOf: [
          { field: "tags['CostCenter']", exists: 'false' },
          { field: "tags['CostCenter']", equals: '' },
          { field: "tags['DataClassification']", exists: 'false' },
          { field: "tags['DataClassification']", notIn: ['public', 'internal'] },
        ],
      },
      then: { effect: 'deny' },
    });
    expect(onlyOf(stack, 'policy_definition')).toMatchObject({
      name: 'lake-tags-deny',
      mode: 'Indexed',
      policy_type: 'Custom',
    });
    expect(onlyOf(stack, 'resource_group_policy_assignment')).toMatchObject({
      resource_group_id: '${azurerm_resource_group.Group.id}',
      policy_definition_id: expect.stringContaining('azurerm_policy_definition.'),
      non_compliance_message: [
        {
          content:
            'The tag "CostCenter" is required. The tag "DataClassification" is required with one of: public, internal.',
        },
      ],
    });
  });

  it('holds in the whole subscription where no group is named', () => {
    const stack = policyWith({ effect: TaggingEffect.AUDIT }, false);
    expect(ruleOf(stack).then).toEqual({ effect: 'audit' });
    expect(onlyOf(stack, 'subscription_policy_assignment').subscription_id).toMatch(
      /^\/subscriptions\/\$\{data\.azurerm_client_config\./,
    );
  });

  it('gives a resource the tag of its group, by an identity that sets tags only', () => {
    const stack = policyWith({ tags: [{ key: 'CostCenter' }], effect: TaggingEffect.INHERIT });
    expect(ruleOf(stack)).toEqual({
      if: {
        allOf: [
          { field: "tags['CostCenter']", exists: 'false' },
          { value: "[resourceGroup().tags['CostCenter']]", notEquals: '' },
        ],
      },
      then: {
        effect: 'modify',
        details: {
          roleDefinitionIds: [
            '/providers/Microsoft.Authorization/roleDefinitions/4a9ae827-6dc8-4573-8ac7-8239d42aa03f',
          ],
          operations: [
            { operation: 'add', field: "tags['CostCenter']", value: "[resourceGroup().tags['CostCenter']]" },
          ],
        },
      },
    });
    expect(onlyOf(stack, 'resource_group_policy_assignment')).toMatchObject({
      identity: { type: 'SystemAssigned' },
      location: '${azurerm_resource_group.Group.location}',
    });
    expect(resourcesOf(stack, 'role_assignment')).toEqual([
      expect.objectContaining({
        scope: '${azurerm_resource_group.Group.id}',
        role_definition_id: expect.stringContaining('4a9ae827-6dc8-4573-8ac7-8239d42aa03f'),
        principal_id: expect.stringMatching(/azurerm_resource_group_policy_assignment\..*principal_id/),
      }),
    ]);
  });

  it.each<[Partial<TaggingPolicyProps>, string]>([
    [{ tags: [] }, 'A tagging policy without tags. Name at least one.'],
    [
      { tags: [{ key: "it's" }] },
      `The tag "it's" has a quotation mark, which rules of Azure Policy cannot hold.`,
    ],
    [
      { policyName: 'my policy' },
      'policyName must be 1 to 64 letters, digits and dashes. Received "my policy".',
    ],
    [
      { effect: TaggingEffect.INHERIT },
      'TaggingEffect.INHERIT with 2 tags: a policy inherits one. Make one for each, with a policyName of its own.',
    ],
    [
      { effect: TaggingEffect.INHERIT, tags: [{ key: 'a' }], resourceGroup: undefined },
      'TaggingEffect.INHERIT in a whole subscription needs the location of its identity. Give location.',
    ],
  ])('refuses %j', (props, message) => {
    expect(() => policyWith(props)).toThrow(new Error(message));
  });
});

test('a policy of many tags has a title that Azure takes, and its name may be a variable', () => {
  const stack = azureStack();
  const policyName = new TerraformVariable(stack, 'name', { type: 'string' }).stringValue;
  const tags = Array.from({ length: 12 }, (_, index) => ({ key: `AKeyOfSomeLength${index}` }));
  new TaggingPolicy(stack, 'Tagging', { tags, policyName, resourceGroup: groupOf(stack) });
  const definition = onlyOf(stack, 'policy_definition');
  expect(definition.name).toBe('${var.name}');
  expect(definition.display_name).toHaveLength(128);
});

test('a second policy of the same name is refused: a subscription takes one', () => {
  const stack = azureStack();
  new TaggingPolicy(stack, 'One', { tags: TAGS, resourceGroup: groupOf(stack) });
  expect(() => new TaggingPolicy(stack, 'Other', { tags: TAGS, resourceGroup: groupOf(stack) })).toThrow(
    '"Azure/One/Definition" is a policy called lake-tags-deny already, and a subscription takes a name once. Give policyName.',
  );
});

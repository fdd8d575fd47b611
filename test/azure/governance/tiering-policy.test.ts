import { TieringPolicy, type TieringPolicyProps } from '../../../lib/azure/governance/tiering-policy';
import { TieringProfile } from '../../../lib/azure/storage';
import { azureStack, groupOf, onlyOf, resourcesOf } from '../stack';

function policyWith(props: Partial<TieringPolicyProps> = {}, inGroup = true) {
  const stack = azureStack();
  const resourceGroup = inGroup ? groupOf(stack) : undefined;
  new TieringPolicy(stack, 'Policy', { profile: TieringProfile.HOT_COOL, resourceGroup, ...props });
  return stack;
}
const ruleOf = (stack: ReturnType<typeof azureStack>) =>
  JSON.parse(onlyOf(stack, 'policy_definition').policy_rule);

test('accounts without a lifecycle get one: cool after 7 days', () => {
  const stack = policyWith({ prefixes: ['app/logs/'] });
  const rule = ruleOf(stack);
  expect(rule.if.allOf).toEqual([
    { field: 'type', equals: 'Microsoft.Storage/storageAccounts' },
    { field: 'kind', in: ['StorageV2', 'BlobStorage'] },
  ]);
  expect(rule.then.effect).toBe('deployIfNotExists');
  expect(rule.then.details.type).toBe('Microsoft.Storage/storageAccounts/managementPolicies');
  const [deployed] = rule.then.details.deployment.properties.template.resources;
  expect(deployed.name).toBe("[concat(parameters('accountName'), '/default')]");
  expect(deployed.properties.policy.rules).toEqual([
    {
      name: 'hotcool',
      enabled: true,
      type: 'Lifecycle',
      definition: {
        filters: { blobTypes: ['blockBlob'], prefixMatch: ['app/logs/'] },
        actions: { baseBlob: { tierToCool: { daysAfterModificationGreaterThan: 7 } } },
      },
    },
  ]);
  expect(onlyOf(stack, 'resource_group_policy_assignment')).toMatchObject({
    name: 'lake-tiering-hot-cool',
    identity: { type: 'SystemAssigned' },
  });
  expect(resourcesOf(stack, 'role_assignment')).toHaveLength(1);
});

test('an archive is for accounts that have one', () => {
  const { if: condition } = ruleOf(policyWith({ profile: TieringProfile.HOT_COOL_ARCHIVE }));
  expect(condition.allOf).toContainEqual({
    field: 'Microsoft.Storage/storageAccounts/sku.name',
    in: ['Standard_LRS', 'Standard_GRS', 'Standard_RAGRS'],
  });
});

test('it can hold in a whole subscription', () => {
  const stack = policyWith({ location: 'westeurope' }, false);
  expect(onlyOf(stack, 'subscription_policy_assignment').location).toBe('westeurope');
});

test.each<[Partial<TieringPolicyProps>, string]>([
  [
    { profile: TieringProfile.INTELLIGENT },
    'Tiering intelligent goes by last access or moves versions, which an account of somebody else may not keep. Use a profile with steps by age ' +
      'only.',
  ],
  [{ profile: TieringProfile.custom({ name: 'none' }) }, 'Tiering none moves nothing. Give it steps.'],
  [
    { prefixes: Array.from({ length: 11 }, (_one, index) => `app/${index}/`) },
    'prefixes has 11 entries; a rule takes 10. Leave some out, or all.',
  ],
  [{ policyName: 'a b' }, 'policyName must be 1 to 64 letters, digits and dashes. Received "a b".'],
  [
    { resourceGroup: undefined },
    'A tiering policy of a whole subscription needs the location of its identity. Give location.',
  ],
])('refused: %j', (props, message) => {
  expect(() => policyWith(props)).toThrow(new Error(message));
});

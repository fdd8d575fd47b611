import {
  BlobInventory,
  type BlobInventoryProps,
  InventorySchedule,
  MedallionLake,
} from '../../../lib/azure/storage';
import { azureStack, groupOf, lakeIn, onlyOf, resourcesOf } from '../stack';

const OWN = { customerManagedKey: false };

test('a lake is listed daily, by a rule named tiering, with when its objects were read', () => {
  const stack = azureStack();
  lakeIn(stack, { ...OWN, accessMonitoring: { prefixes: ['logs/'] } });
  const { rules } = onlyOf(stack, 'storage_blob_inventory_policy');
  expect(rules).toEqual([
    expect.objectContaining({
      name: 'tiering',
      format: 'Parquet',
      schedule: 'Daily',
      scope: 'Blob',
      storage_container_name: expect.stringMatching(/azurerm_storage_container\.Lake_Inventory_\w+\.name/),
      filter: {
        blob_types: ['blockBlob'],
        include_blob_versions: true,
        prefix_match: ['bronze/logs/', 'silver/logs/', 'gold/logs/', 'quarantine/logs/'],
      },
    }),
  ]);
  // Azure asks for these fields where types and versions are chosen.
  for (const field of ['BlobType', 'VersionId', 'IsCurrentVersion']) {
    expect(rules[0].schema_fields).toContain(field);
  }
  expect(onlyOf(stack, 'storage_account').blob_properties.last_access_time_enabled).toBe(true);
  const expiry = onlyOf(stack, 'storage_management_policy').rule.find(
    ({ name }: any) => name === 'expire-inventory',
  );
  expect(expiry).toMatchObject({
    filters: { prefix_match: ['inventory/'] },
    actions: { base_blob: { delete_after_days_since_modification_greater_than: 90 } },
  });
});

test('an account with folders is listed without versions', () => {
  const stack = azureStack();
  const { account } = lakeIn(stack, { ...OWN, hierarchicalNamespace: true });
  const schedule = InventorySchedule.WEEKLY;
  new BlobInventory(stack, 'Inventory', { account, schedule, ruleName: 'weekly', containerName: 'lists' });
  const [rule] = onlyOf(stack, 'storage_blob_inventory_policy').rules;
  expect(rule).toMatchObject({
    name: 'weekly',
    schedule: 'Weekly',
    filter: { include_blob_versions: false },
  });
  expect(rule.filter.prefix_match).toBeUndefined();
  expect(rule.schema_fields).not.toContain('VersionId');
  expect(resourcesOf(stack, 'storage_container').map(({ name }) => name)).toContain('lists');
});

test('refused: a name, too many folders, and zones of another account', () => {
  const stack = azureStack();
  const { account, bronze } = lakeIn(stack, OWN);
  const other = new MedallionLake(stack, 'Other', { name: 'other', resourceGroup: groupOf(stack), ...OWN });
  let count = 0;
  const make = (props: Partial<BlobInventoryProps>) => () =>
    new BlobInventory(stack, `Inventory${count++}`, { account, ...props });
  expect(make({ ruleName: 'my-rule' })).toThrow(
    new Error('ruleName must be 1 to 256 letters and digits. Received "my-rule".'),
  );
  const folders = Array.from({ length: 11 }, (_one, index) => ({ zone: bronze, prefix: `f${index}` }));
  expect(make({ folders })).toThrow(
    new Error('folders has 11 entries; an inventory takes 10. Leave some out, or all.'),
  );
  expect(make({ folders: [{ zone: other.gold }] })).toThrow(
    new Error(
      'The zone Azure/Other/Gold is in the account other, and the inventory of acmelake. Make an inventory for each account.',
    ),
  );
  expect(make({ retentionDays: 0 })).toThrow(
    new Error('retentionDays must be 1 to 36500 whole days. Received 0.'),
  );
});

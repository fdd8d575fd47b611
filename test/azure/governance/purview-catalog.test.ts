import { PurviewCatalog, type PurviewCatalogProps } from '../../../lib/azure/governance/purview-catalog';
import { azureStack, groupOf, lakeIn, onlyOf, resourcesOf } from '../stack';

function catalogWith(props: Partial<PurviewCatalogProps> = {}) {
  const stack = azureStack();
  const lake = lakeIn(stack, { customerManagedKey: false });
  const resourceGroup = groupOf(stack);
  new PurviewCatalog(stack, 'Catalog', { accountName: 'acme-catalog', resourceGroup, lake, ...props });
  return stack;
}

test('a catalog is private, kept, and may read the accounts it scans', () => {
  const stack = catalogWith();
  expect(onlyOf(stack, 'purview_account')).toMatchObject({
    name: 'acme-catalog',
    identity: { type: 'SystemAssigned' },
    public_network_enabled: false,
    lifecycle: { prevent_destroy: true },
  });
  expect(resourcesOf(stack, 'role_assignment')).toEqual([
    expect.objectContaining({
      scope: expect.stringMatching(/azurerm_storage_account\.Lake_Account_\w+\.id/),
      role_definition_name: 'Storage Blob Data Reader',
      principal_id: expect.stringMatching(
        /azurerm_purview_account\.Catalog_Account_\w+\.identity\[0\]\.principal_id/,
      ),
    }),
  ]);
  expect(resourcesOf(stack, 'private_endpoint')).toEqual([]);
});

test('people reach it by private endpoints', () => {
  const stack = catalogWith({ privateAccess: { subnet: { id: '/subnet' } } });
  const targets = resourcesOf(stack, 'private_endpoint').map(
    ({ private_service_connection: connection }) => connection.subresource_names[0],
  );
  expect(targets.sort()).toEqual(['account', 'portal']);
});

test('refused: nothing to scan, and a name', () => {
  expect(() => catalogWith({ lake: undefined })).toThrow(
    new Error('"Azure/Catalog" scans nothing. Pass a lake, or name zones.'),
  );
  expect(() => catalogWith({ accountName: 'acme--catalog' })).toThrow(
    new Error(
      '"acme--catalog" is no name of a Purview account: 3 to 63 letters, digits and single dashes, unique in the world.',
    ),
  );
});

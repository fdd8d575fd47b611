import { App, Stack } from 'aws-cdk-lib';
import { PrivateDnsZone } from '@cdktf/provider-azurerm/lib/private-dns-zone';
import { Subnet } from '@cdktf/provider-azurerm/lib/subnet';
import { Principal } from '../../../lib/azure/access';
import { LakeAccount, type LakeAccountProps, LakeKey, StorageRedundancy } from '../../../lib/azure/storage';
import { azureStack, groupOf, NETWORK, onlyOf, PRINCIPAL, resourcesOf } from '../stack';

function stackWith(props: Partial<LakeAccountProps> = {}) {
  const stack = azureStack();
  new LakeAccount(stack, 'Account', {
    accountName: 'acmelake',
    resourceGroup: groupOf(stack),
    network: NETWORK,
    ...props,
  });
  return stack;
}
const accountWith = (props: Partial<LakeAccountProps> = {}) => onlyOf(stackWith(props), 'storage_account');

describe('an account, unless told otherwise', () => {
  const stack = stackWith();
  const account = onlyOf(stack, 'storage_account');

  it('speaks TLS 1.2 only, knows no keys but roles, and has nothing public', () => {
    expect(account).toMatchObject({
      min_tls_version: 'TLS1_2',
      https_traffic_only_enabled: true,
      shared_access_key_enabled: false,
      local_user_enabled: false,
      default_to_oauth_authentication: true,
      allow_nested_items_to_be_public: false,
      cross_tenant_replication_enabled: false,
      allowed_copy_scope: 'AAD',
    });
  });

  it('turns away everybody its network does not name', () => {
    expect(account.network_rules).toEqual({
      bypass: ['AzureServices'],
      default_action: 'Deny',
      ip_rules: ['203.0.113.7'],
      virtual_network_subnet_ids: [],
    });
    expect(onlyOf(stack, 'key_vault').network_acls).toEqual({
      bypass: 'AzureServices',
      default_action: 'Deny',
      ip_rules: ['203.0.113.7'],
      virtual_network_subnet_ids: [],
    });
  });

  it('is encrypted twice, by a key that is rotated and cannot be purged', () => {
    expect(account.infrastructure_encryption_enabled).toBe(true);
    expect(account.customer_managed_key).toEqual({
      key_vault_key_id: expect.stringMatching(/azurerm_key_vault_key\..*\.versionless_id/),
      user_assigned_identity_id: expect.stringContaining('azurerm_user_assigned_identity.'),
    });
    expect(account.identity.identity_ids).toEqual([account.customer_managed_key.user_assigned_identity_id]);
    expect(onlyOf(stack, 'key_vault')).toMatchObject({
      name: 'acmelake-kv',
      purge_protection_enabled: true,
      rbac_authorization_enabled: true,
      soft_delete_retention_days: 90,
    });
    expect(onlyOf(stack, 'key_vault_key')).toMatchObject({
      key_type: 'RSA',
      key_size: 3072,
      key_opts: ['wrapKey', 'unwrapKey'],
      rotation_policy: { automatic: { time_after_creation: 'P365D' } },
    });
  });

  it('waits for the right to use the key', () => {
    const [user] = resourcesOf(stack, 'role_assignment').filter(
      ({ role_definition_name: name }) => name === 'Key Vault Crypto Service Encryption User',
    );
    expect(user.scope).toContain('.resource_versionless_id}');
    expect(account.depends_on).toEqual([
      expect.stringMatching(/^azurerm_key_vault_key\./),
      expect.stringMatching(/^azurerm_role_assignment\.Account_EncryptionKey_User_/),
    ]);
    const key = onlyOf(stack, 'key_vault_key');
    expect(key.depends_on).toEqual([expect.stringMatching(/^azurerm_role_assignment\..*_Officer_/)]);
  });

  it('keeps versions and what is deleted for 30 days, in three zones', () => {
    expect(account.account_replication_type).toBe('ZRS');
    expect(account.is_hns_enabled).toBe(false);
    expect(account.blob_properties).toEqual({
      change_feed_enabled: false,
      container_delete_retention_policy: { days: 30 },
      delete_retention_policy: { days: 30 },
      last_access_time_enabled: false,
      versioning_enabled: true,
    });
    expect(onlyOf(stack, 'storage_management_policy').rule).toEqual([
      {
        actions: {
          snapshot: { delete_after_days_since_creation_greater_than: 30 },
          version: { delete_after_days_since_creation: 30 },
        },
        enabled: true,
        filters: { blob_types: ['blockBlob'] },
        name: 'clean-up',
      },
    ]);
  });

  it('is not destroyed, nor its key', () => {
    for (const type of ['storage_account', 'key_vault', 'key_vault_key']) {
      expect(onlyOf(stack, type).lifecycle).toEqual({ prevent_destroy: true });
    }
    expect(accountWith({ deletionProtection: false }).lifecycle).toEqual({ prevent_destroy: false });
  });
});

describe('an account can have', () => {
  it('folders, and then no versions', () => {
    const stack = stackWith({ hierarchicalNamespace: true });
    const account = onlyOf(stack, 'storage_account');
    expect(account.is_hns_enabled).toBe(true);
    expect(account.blob_properties.versioning_enabled).toBe(false);
    expect(resourcesOf(stack, 'storage_management_policy')).toEqual([]);
  });

  it('a copy in the paired region that can be read', () => {
    const account = accountWith({ redundancy: StorageRedundancy.RAGZRS });
    expect(account.account_replication_type).toBe('RAGZRS');
  });

  it('a restore to a point in time, with the change feed it reads', () => {
    const { blob_properties: properties } = accountWith({ pointInTimeRestoreDays: 14 });
    expect(properties).toMatchObject({ restore_policy: { days: 14 }, change_feed_enabled: true });
  });

  it('a lock of all versions', () => {
    const { immutability_policy: policy } = accountWith({ versionLock: { days: 365 } });
    expect(policy).toEqual({
      allow_protected_append_writes: false,
      period_since_creation_in_days: 365,
      state: 'Unlocked',
    });
    expect(accountWith({ versionLock: { days: 1, locked: true } }).immutability_policy.state).toBe('Locked');
  });

  it('the key of another vault, or none of its own', () => {
    const stack = azureStack();
    const encryptionKey = LakeKey.fromAttributes(stack, 'Key', {
      keyId: 'https://acme.vault.azure.net/keys/lake',
      identityId: '/subscriptions/1/identity',
    });
    const props = { accountName: 'acmelake', resourceGroup: groupOf(stack) };
    new LakeAccount(stack, 'Account', { ...props, encryptionKey });
    expect(onlyOf(stack, 'storage_account')).toMatchObject({
      customer_managed_key: { key_vault_key_id: 'https://acme.vault.azure.net/keys/lake' },
      identity: { identity_ids: ['/subscriptions/1/identity'] },
    });
    expect(resourcesOf(stack, 'key_vault')).toEqual([]);
    const microsofts = accountWith({ customerManagedKey: false, network: undefined });
    expect(microsofts.customer_managed_key).toBeUndefined();
    expect(microsofts.network_rules.default_action).toBe('Deny');
  });

  it('private endpoints only', () => {
    const stack = azureStack();
    const resourceGroup = groupOf(stack);
    const at = { resourceGroupName: resourceGroup.name };
    const subnet = new Subnet(stack, 'Subnet', {
      ...at,
      name: 'lake',
      virtualNetworkName: 'v',
      addressPrefixes: ['10.0.0.0/24'],
    });
    const blob = new PrivateDnsZone(stack, 'Dns', { ...at, name: 'privatelink.blob.core.windows.net' });
    const account = new LakeAccount(stack, 'Account', {
      accountName: 'acmelake',
      resourceGroup,
      network: { privateAccess: { subnet, dnsZones: { blob } }, publicEndpoint: false },
    });
    expect(account.privateEndpoints).toHaveLength(2);
    expect(onlyOf(stack, 'storage_account').public_network_access_enabled).toBe(false);
    expect(onlyOf(stack, 'key_vault').public_network_access_enabled).toBe(false);
    const endpoints = resourcesOf(stack, 'private_endpoint');
    expect(
      endpoints.map((one) => [
        one.private_service_connection.subresource_names[0],
        one.private_dns_zone_group?.private_dns_zone_ids,
      ]),
    ).toEqual(
      expect.arrayContaining([
        ['blob', ['${azurerm_private_dns_zone.Dns.id}']],
        ['dfs', undefined],
        ['vault', undefined],
      ]),
    );
    expect(endpoints).toHaveLength(3);
  });
});

describe('refused at construction', () => {
  it.each<[Partial<LakeAccountProps>, string]>([
    [
      { accountName: 'Acme-Lake' },
      '"Acme-Lake" is no name of a storage account: 3 to 24 lower-case letters and digits, unique in the world. Use acmelake for example.',
    ],
    [
      { accountName: 'x' },
      '"x" is no name of a storage account: 3 to 24 lower-case letters and digits, unique in the world. Use acmelakeprod for example.',
    ],
    [
      { accountName: 'acmelakeproductioneurope' },
      '"acmelakeproductioneurope-kv" is no name of a key vault: 3 to 24 letters, digits and single dashes, beginning with a letter, unique ' +
        'in the world. Give vaultName, or an encryptionKey.',
    ],
    [
      { hierarchicalNamespace: true, versioning: true },
      'versioning together with hierarchicalNamespace: true: Azure has it in accounts without one only. Leave out one of them; blobs are ' +
        'read by abfss:// in either.',
    ],
    [
      { hierarchicalNamespace: true, changeFeed: true },
      'changeFeed together with hierarchicalNamespace: true: Azure has it in accounts without one only. Leave out one of them; blobs are ' +
        'read by abfss:// in either.',
    ],
    [
      { hierarchicalNamespace: true, pointInTimeRestoreDays: 7 },
      'pointInTimeRestoreDays together with hierarchicalNamespace: true: Azure has it in accounts without one only. Leave out one of ' +
        'them; blobs are read by abfss:// in either.',
    ],
    [
      { hierarchicalNamespace: true, versionLock: { days: 7 } },
      'versionLock together with hierarchicalNamespace: true: Azure has it in accounts without one only. Leave out one of them; blobs are ' +
        'read by abfss:// in either.',
    ],
    [
      { versioning: false, versionLock: { days: 7 } },
      'versionLock together with versioning: false: it locks versions. Leave out one of them.',
    ],
    [
      { versioning: false, pointInTimeRestoreDays: 7 },
      'pointInTimeRestoreDays together with versioning: false: it restores versions. Leave out one of them.',
    ],
    [
      { pointInTimeRestoreDays: 7, changeFeed: false },
      'pointInTimeRestoreDays together with changeFeed: false, which it reads. Leave out one of them.',
    ],
    [
      { pointInTimeRestoreDays: 30 },
      'pointInTimeRestoreDays must be 1 to 29, fewer than softDeleteDays (30). Received 30.',
    ],
    [{ softDeleteDays: 366 }, 'softDeleteDays must be 1 to 365 whole days. Received 366.'],
    [{ softDeleteDays: 0 }, 'softDeleteDays must be 1 to 365 whole days. Received 0.'],
    [{ versionLock: { days: 146_001 } }, 'versionLock.days must be 1 to 146000 whole days. Received 146001.'],
    [
      { noncurrentVersionExpirationDays: 1.5 },
      'noncurrentVersionExpirationDays must be 1 to 36500 whole days. Received 1.5.',
    ],
    [
      { network: {} },
      'The vault "acmelake-kv" would let nobody in, so that Terraform could not make the key. Name the address Terraform comes from in ' +
        "network.allowedAddresses ('203.0.113.7'), or subnets or privateAccess where it runs inside of a network.",
    ],
    [
      { network: { ...NETWORK, publicEndpoint: false } },
      'publicEndpoint: false together with allowedAddresses or subnets, which come in by it. Leave them out, and let readers use ' +
        'privateAccess.',
    ],
    [
      { network: { allowedAddresses: ['203.0.113.300'] } },
      'allowedAddresses: "203.0.113.300" is no IPv4 address or range. Write 203.0.113.7 or 203.0.113.0/24.',
    ],
    [
      { network: { allowedAddresses: ['203.0.113.7/32'] } },
      'allowedAddresses: "203.0.113.7/32": the firewall of a storage account takes no ranges of one or two addresses. Write each as ' +
        '203.0.113.7.',
    ],
    [
      { network: { allowedAddresses: ['172.20.0.0/16'] } },
      'allowedAddresses: "172.20.0.0/16" is private; the firewall knows public addresses only. Name subnets, or use privateAccess.',
    ],
    [
      { customerManagedKey: false, vaultName: 'acme' },
      'customerManagedKey: false together with encryptionKey or vaultName. Leave out one or the other.',
    ],
  ])('%j', (props, message) => {
    expect(() => stackWith(props)).toThrow(new Error(message));
  });

  it('a version of a key, a rotation that is too quick, and the id of an application', () => {
    const stack = azureStack();
    const keyId = 'https://acme.vault.azure.net/keys/lake/0123';
    expect(() => LakeKey.fromAttributes(stack, 'Key', { keyId, identityId: '/i' })).toThrow(
      new Error(
        `keyId "${keyId}" names one version, so that a rotation would be missed. Leave the version out.`,
      ),
    );
    const props = { resourceGroup: groupOf(stack), vaultName: 'acme-kv', network: NETWORK };
    expect(() => new LakeKey(stack, 'Quick', { ...props, rotationDays: 7 })).toThrow(
      new Error('rotationDays must be 28 to 3650 whole days. Received 7.'),
    );
    expect(() => Principal.group('analysts')).toThrow(
      new Error(
        '"analysts" is no object id of a principal. Give the id of its service principal, group or user in Entra ID, a GUID: az ad sp ' +
          'show --id APP_ID --query id. The application (client) id is another one.',
      ),
    );
  });

  it('a stack of another cloud', () => {
    const resourceGroup = { id: '/g', name: 'g', location: 'westeurope' };
    const make = () =>
      new LakeAccount(new Stack(new App(), 'Aws'), 'Account', { accountName: 'acmelake', resourceGroup });
    expect(make).toThrow('"Aws/Account" is in no TerraformStack');
  });
});

test('somebody else than Terraform’s own identity can be the officer of a key', () => {
  const stack = azureStack();
  new LakeKey(stack, 'Key', {
    resourceGroup: groupOf(stack),
    vaultName: 'acme-kv',
    network: NETWORK,
    officer: Principal.servicePrincipal(PRINCIPAL),
  });
  expect(resourcesOf(stack, 'role_assignment')).toContainEqual(
    expect.objectContaining({
      role_definition_name: 'Key Vault Crypto Officer',
      principal_id: PRINCIPAL,
      principal_type: 'ServicePrincipal',
    }),
  );
});

import { type TerraformStack, Testing } from 'cdktf';
import {
  AuditTrail,
  type AuditTrailProps,
  StorageOperation,
} from '../../../lib/azure/governance/audit-trail';
import { MedallionLake, type MedallionLakeProps } from '../../../lib/azure/storage';
import { azureStack, groupOf, lakeIn, NETWORK, onlyOf, resourcesOf } from '../stack';

function trailWith(props: Partial<AuditTrailProps> = {}, lakeProps: Partial<MedallionLakeProps> = {}) {
  const stack = azureStack();
  const lake = lakeIn(stack, lakeProps);
  const trail = new AuditTrail(stack, 'Audit', { lake, ...props });
  return { stack, trail };
}
const settingsOf = (stack: ReturnType<typeof azureStack>) =>
  resourcesOf(stack, 'monitor_diagnostic_setting').map(
    ({ target_resource_id: target, enabled_log: logs }) => [
      target.replace(/_[\dA-F]{8}/g, ''),
      logs.map(({ category }: any) => category),
    ],
  );

describe('a trail', () => {
  const { stack, trail } = trailWith();

  it('records reads, writes and deletions of blobs, and the use of the key', () => {
    expect(settingsOf(stack)).toEqual([
      [
        '${azurerm_storage_account.Lake_Account.id}/blobServices/default',
        ['StorageRead', 'StorageWrite', 'StorageDelete'],
      ],
      ['${azurerm_key_vault.Lake_Account_EncryptionKey_Vault.id}', ['AuditEvent']],
    ]);
  });

  it('keeps each kind in a container where nothing is changed or deleted for a year', () => {
    const own = resourcesOf(stack, 'storage_container').map(({ name }) => name);
    expect(own).toEqual(
      expect.arrayContaining([
        'insights-logs-storageread',
        'insights-logs-storagewrite',
        'insights-logs-storagedelete',
        'insights-logs-auditevent',
      ]),
    );
    const retentions = resourcesOf(stack, 'storage_container_immutability_policy');
    expect(retentions).toHaveLength(4);
    for (const retention of retentions) {
      expect(retention).toMatchObject({
        immutability_period_in_days: 365,
        protected_append_writes_enabled: true,
        locked: false,
      });
    }
    const setting = resourcesOf(stack, 'monitor_diagnostic_setting')[0];
    expect(setting.depends_on).toHaveLength(4);
    expect(setting.depends_on[0]).toMatch(/^azurerm_storage_container_immutability_policy\./);
  });

  it('is in an account of its own, by the same key and network, that lets records go after that', () => {
    const accounts = Object.fromEntries(resourcesOf(stack, 'storage_account').map((one) => [one.name, one]));
    expect(Object.keys(accounts).sort()).toEqual(['acmelake', 'acmelakeaudit']);
    const { acmelake, acmelakeaudit: records } = accounts;
    expect(records.customer_managed_key).toEqual(acmelake.customer_managed_key);
    expect(records.network_rules).toEqual(acmelake.network_rules);
    const policies = resourcesOf(stack, 'storage_management_policy');
    const expiry = policies
      .flatMap(({ rule }) => rule)
      .filter(({ name }) => name.startsWith('expire-insights'));
    expect(expiry).toHaveLength(4);
    expect(expiry[0]).toMatchObject({
      filters: { blob_types: ['blockBlob', 'appendBlob'], prefix_match: ['insights-logs-storageread/'] },
      actions: { base_blob: { delete_after_days_since_modification_greater_than: 366 } },
    });
  });

  it('can be asked in a workspace', () => {
    expect(onlyOf(stack, 'log_analytics_workspace')).toMatchObject({
      name: 'acmelakeaudit-logs',
      retention_in_days: 90,
    });
    expect(trail.settings).toHaveLength(2);
    const given = trailWith({ workspace: { id: '/workspace' } });
    expect(resourcesOf(given.stack, 'log_analytics_workspace')).toEqual([]);
    expect(resourcesOf(given.stack, 'monitor_diagnostic_setting')[0].log_analytics_workspace_id).toBe(
      '/workspace',
    );
  });

  it('can record deletions only, locked, and who changes the subscription', () => {
    const { stack: other } = trailWith(
      {
        operations: [StorageOperation.DELETE],
        activityLog: true,
        locked: true,
        retentionDays: 30,
        recordsAccountName: 'acmerecords',
      },
      { customerManagedKey: false },
    );
    expect(resourcesOf(other, 'monitor_diagnostic_setting').map(({ name }) => name)).toEqual([
      'lake-audit-acmerecords',
      'lake-audit',
    ]);
    expect(settingsOf(other)).toEqual([
      [
        '/subscriptions/${data.azurerm_client_config.Audit_Subscription.subscription_id}',
        ['Administrative', 'Security', 'Policy'],
      ],
      ['${azurerm_storage_account.Lake_Account.id}/blobServices/default', ['StorageDelete']],
    ]);
    expect(resourcesOf(other, 'storage_container').map(({ name }) => name)).toContain(
      'insights-activity-logs',
    );
    expect(resourcesOf(other, 'storage_container_immutability_policy')).toHaveLength(2);
    const records = resourcesOf(other, 'storage_account').find(({ name }) => name === 'acmerecords');
    expect(records.customer_managed_key).toBeUndefined();
  });
});

test('refused: a name that grows too long', () => {
  expect(() =>
    trailWith({}, { name: 'acmelakeofeurope', environment: 'prod', customerManagedKey: false }),
  ).toThrow(
    new Error(
      'The account of the records would be called "acmelakeofeuropeprodaudit", which is longer than 24 characters. Give recordsAccountName.',
    ),
  );
});

test.each<[Partial<AuditTrailProps>, string]>([
  [{ lake: undefined }, '"Azure/Audit" records nothing. Pass a lake, or name zones.'],
  [{ operations: [] }, 'operations is empty, so that nothing would be recorded. Leave it out.'],
  [{ retentionDays: 0 }, 'retentionDays must be 1 to 146000 whole days. Received 0.'],
  [{ logRetentionDays: 7 }, 'logRetentionDays must be 30 to 730 whole days. Received 7.'],
])('refused: %j', (props, message) => {
  expect(() => trailWith(props)).toThrow(new Error(message));
});

test('addresses stay whatever else is recorded, and in whatever order', () => {
  const addresses = (names: string[]) => {
    const stack = azureStack();
    const zones = new Map(
      ['first', 'second'].map((name) => [
        name,
        new MedallionLake(stack, name, lakePropsOf(stack, name)).gold,
      ]),
    );
    new AuditTrail(stack, 'Audit', {
      zones: names.map((name) => zones.get(name)!),
      recordsAccountName: 'records',
    });
    const { resource } = JSON.parse(Testing.synth(stack)) as any;
    return Object.entries<any>(resource.azurerm_monitor_diagnostic_setting)
      .map(([address, { target_resource_id: target }]) => `${address} ${target}`)
      .sort();
  };
  expect(addresses(['second', 'first'])).toEqual(addresses(['first', 'second']));
  expect(addresses(['first', 'second'])).toEqual(expect.arrayContaining(addresses(['second'])));
});

function lakePropsOf(stack: TerraformStack, name: string): MedallionLakeProps {
  return { name, resourceGroup: groupOf(stack), network: NETWORK };
}

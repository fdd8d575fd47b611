import { Principal } from '../../../lib/azure/access';
import { AuditAlarms, type AuditAlarmsProps } from '../../../lib/azure/governance/audit-alarms';
import {
  AuditTrail,
  type AuditTrailProps,
  StorageOperation,
} from '../../../lib/azure/governance/audit-trail';
import { LakeKey, type MedallionLake } from '../../../lib/azure/storage';
import { azureStack, lakeIn, NETWORK, onlyOf, PRINCIPAL, resourcesOf } from '../stack';

function alarmsWith(
  props: (lake: MedallionLake) => Partial<AuditAlarmsProps> = () => ({}),
  trailProps: Partial<AuditTrailProps> = {},
) {
  const stack = azureStack();
  const lake = lakeIn(stack);
  const trail = new AuditTrail(stack, 'Audit', { lake, ...trailProps });
  const actionGroups = [{ id: '/operators' }];
  const alarms = new AuditAlarms(stack, 'Alarms', { trail, actionGroups, ...props(lake) });
  return { stack, alarms };
}

test('what protects the lake is told of when it changes', () => {
  const { stack } = alarmsWith();
  const alerts = resourcesOf(stack, 'monitor_activity_log_alert');
  expect(alerts).toHaveLength(12);
  for (const alert of alerts) {
    expect(alert).toMatchObject({
      scopes: ['${azurerm_resource_group.Group.id}'],
      location: 'global',
      action: [{ action_group_id: '/operators' }],
      criteria: { category: 'Administrative', statuses: ['Succeeded'] },
    });
  }
  expect(
    Object.fromEntries(alerts.map(({ name, criteria }) => [name, criteria.operation_name])),
  ).toMatchObject({
    'acmelakeaudit-retention-removed':
      'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies/delete',
    'acmelakeaudit-trail-stopped': 'Microsoft.Insights/diagnosticSettings/delete',
    'acmelakeaudit-vault-deleted': 'Microsoft.KeyVault/vaults/delete',
  });
  expect(resourcesOf(stack, 'monitor_scheduled_query_rules_alert_v2')).toEqual([]);
});

test('deletions are told of, but of maintainers, commits and the lifecycle', () => {
  const maintainers = [Principal.servicePrincipal(PRINCIPAL)];
  const { stack, alarms } = alarmsWith(({ bronze }) => ({ appendOnlyZone: bronze, maintainers }));
  const rule = onlyOf(stack, 'monitor_scheduled_query_rules_alert_v2');
  expect(rule).toMatchObject({
    severity: 1,
    scopes: [expect.stringContaining('azurerm_log_analytics_workspace.Audit_Workspace_')],
    action: { action_groups: ['/operators'] },
  });
  expect(rule.criteria[0]).toMatchObject({ operator: 'GreaterThan', threshold: 0 });
  expect(rule.criteria[0].query).toBe(
    [
      'StorageBlobLogs',
      '| where AccountName == "acmelake" and Category == "StorageDelete" and StatusText == "Success"',
      '| where ObjectKey startswith "/acmelake/bronze/"',
      '| where ObjectKey !endswith ".metadata.json"',
      '| where not(isempty(RequesterObjectId) and UserAgentHeader has_any ("ObjectLifeCycleScanner", "OLCMScanner"))',
      `| where RequesterObjectId !in ("${PRINCIPAL}")`,
    ].join('\n'),
  );
  expect(alarms.deletions).toBeDefined();
});

test('refused: nobody to tell, and deletions that are not recorded', () => {
  expect(() => alarmsWith(() => ({ actionGroups: [] }))).toThrow(
    new Error('"Azure/Alarms" tells nobody. Name action groups.'),
  );
  const unrecorded = () =>
    alarmsWith(({ bronze }) => ({ appendOnlyZone: bronze }), { operations: [StorageOperation.READ] });
  expect(unrecorded).toThrow(
    new Error(
      'appendOnlyZone: the trail "Azure/Audit" does not record deletions in acmelake. Add the zone to the trail, and StorageOperation.DELETE ' +
        'to its operations.',
    ),
  );
});

test('a vault in another group than the accounts is watched, too', () => {
  const stack = azureStack();
  const resourceGroup = { id: '/groups/keys', name: 'keys', location: 'westeurope' };
  const encryptionKey = new LakeKey(stack, 'Key', {
    resourceGroup,
    vaultName: 'acme-keys',
    network: NETWORK,
  });
  const trail = new AuditTrail(stack, 'Audit', { lake: lakeIn(stack, { encryptionKey }) });
  new AuditAlarms(stack, 'Alarms', { trail, actionGroups: [{ id: '/operators' }] });
  const [alert] = resourcesOf(stack, 'monitor_activity_log_alert');
  expect(alert.scopes).toEqual(['${azurerm_resource_group.Group.id}', '/groups/keys']);
});

import { MonitorActivityLogAlert } from '@cdktf/provider-azurerm/lib/monitor-activity-log-alert';
import { MonitorScheduledQueryRulesAlertV2 } from '@cdktf/provider-azurerm/lib/monitor-scheduled-query-rules-alert-v2';
import { Construct } from 'constructs';
import { known, literal, requireTerraformStack } from '../../terraform';
import type { Principal } from '../access';
import type { IZoneBucket } from '../storage';
import type { AuditTrail } from './audit-trail';
import type { IActionGroup } from './cost-watch';

/** What of a trail is told at once, and to whom. */
export interface AuditAlarmsProps {
  readonly trail: AuditTrail;
  /** Told, for example those of the pipeline's alarms. */
  readonly actionGroups: IActionGroup[];
  /**
   * Zone from which nothing is to be deleted, bronze for example. The trail has to record deletions of its account.
   * @default - no such alarm
   */
  readonly appendOnlyZone?: IZoneBucket;
  /**
   * Who may delete from it: those of compaction and expiry. What the lifecycle of the account deletes is left out anyway.
   * @default - nobody
   */
  readonly maintainers?: Principal[];
}

/** What is told, by the operation of Azure's own interface: https://learn.microsoft.com/azure/role-based-access-control/resource-provider-operations */
const CHANGES: { readonly [name: string]: string } = {
  'account-changed': 'Microsoft.Storage/storageAccounts/write',
  'account-deleted': 'Microsoft.Storage/storageAccounts/delete',
  // Versions and soft delete of blobs.
  'protection-changed': 'Microsoft.Storage/storageAccounts/blobServices/write',
  'container-deleted': 'Microsoft.Storage/storageAccounts/blobServices/containers/delete',
  'lifecycle-changed': 'Microsoft.Storage/storageAccounts/managementPolicies/write',
  'retention-changed': 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies/write',
  'retention-removed':
    'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies/delete',
  'role-assigned': 'Microsoft.Authorization/roleAssignments/write',
  'vault-changed': 'Microsoft.KeyVault/vaults/write',
  'vault-deleted': 'Microsoft.KeyVault/vaults/delete',
  'trail-changed': 'Microsoft.Insights/diagnosticSettings/write',
  'trail-stopped': 'Microsoft.Insights/diagnosticSettings/delete',
};

/**
 * Alarms on what an attacker or a mistake does first: accounts, roles and vaults that change, retentions and trails that are removed, in the
 * resource groups of the trail; and blobs deleted where nothing is to be. Azure cannot leave out a caller, so that deployments are told of,
 * too.
 *
 * @throws Error for nobody to tell, and for a zone whose deletions the trail does not record
 */
export class AuditAlarms extends Construct {
  /** By what they tell of: `account-changed`, `retention-removed`, … */
  readonly changes: { readonly [name: string]: MonitorActivityLogAlert };
  /** Something was deleted by somebody who does not maintain the zone; undefined without `appendOnlyZone`. */
  readonly deletions?: MonitorScheduledQueryRulesAlertV2;

  constructor(scope: Construct, id: string, props: AuditAlarmsProps) {
    super(scope, id);
    requireTerraformStack(this);
    const { trail, actionGroups, appendOnlyZone } = props;
    if (actionGroups.length === 0) throw new Error(`"${this.node.path}" tells nobody. Name action groups.`);
    const groups = [
      ...new Set([...trail.recorded, trail.account, ...trail.keys].map(({ resourceGroup }) => resourceGroup)),
    ];
    const resourceGroupName = trail.account.resourceGroup.name;
    const prefix = known(trail.account.accountName) ?? 'lake';
    this.changes = Object.fromEntries(
      Object.entries(CHANGES).map(([name, operationName]) => [
        name,
        new MonitorActivityLogAlert(this, name, {
          name: `${prefix}-${name}`,
          resourceGroupName,
          location: 'global',
          scopes: groups.map((group) => group.id),
          description: `${operationName} in a resource group of the lake.`,
          criteria: { category: 'Administrative', operationName, statuses: ['Succeeded'] },
          action: actionGroups.map((group) => ({ actionGroupId: group.id })),
        }),
      ]),
    );
    if (appendOnlyZone) this.deletions = this.deletionAlarm(appendOnlyZone, props);
  }

  private deletionAlarm(zone: IZoneBucket, props: AuditAlarmsProps): MonitorScheduledQueryRulesAlertV2 {
    const { trail, actionGroups, maintainers = [] } = props;
    if (!trail.recorded.includes(zone.account) || !trail.recordsDeletions) {
      throw new Error(
        `appendOnlyZone: the trail "${trail.node.path}" does not record deletions in ${zone.account.accountName}. Add the zone to the trail, and ` +
          'StorageOperation.DELETE to its operations.',
      );
    }
    const { accountName, resourceGroup, location } = trail.account;
    return new MonitorScheduledQueryRulesAlertV2(this, 'deletions', {
      name: `${known(accountName) ?? 'lake'}-deletions`,
      resourceGroupName: resourceGroup.name,
      location,
      scopes: [trail.workspaceId],
      severity: 1,
      description: `Blobs of ${zone.containerName} were deleted by somebody who does not maintain it.`,
      evaluationFrequency: 'PT15M',
      windowDuration: 'PT15M',
      criteria: [
        {
          query: literal(deletionsQuery(zone, maintainers)),
          timeAggregationMethod: 'Count',
          operator: 'GreaterThan',
          threshold: 0,
          failingPeriods: { minimumFailingPeriodsToTriggerAlert: 1, numberOfEvaluationPeriods: 1 },
        },
      ],
      action: { actionGroups: actionGroups.map((group) => group.id) },
    });
  }
}

/** https://learn.microsoft.com/azure/azure-monitor/reference/tables/storagebloblogs */
function deletionsQuery(
  { account, containerName, root = '' }: IZoneBucket,
  maintainers: readonly Principal[],
): string {
  const allowed = maintainers.map(({ objectId }) => `"${objectId}"`).join(', ');
  return [
    'StorageBlobLogs',
    `| where AccountName == "${account.accountName}" and Category == "StorageDelete" and StatusText == "Success"`,
    `| where ObjectKey startswith "/${account.accountName}/${containerName}/${root}"`,
    // Commits clear away metadata that they supersede.
    '| where ObjectKey !endswith ".metadata.json"',
    // The lifecycle is nobody of the directory; whoever is may call himself what he likes.
    '| where not(isempty(RequesterObjectId) and UserAgentHeader has_any ("ObjectLifeCycleScanner", "OLCMScanner"))',
    ...(allowed === '' ? [] : [`| where RequesterObjectId !in (${allowed})`]),
  ].join('\n');
}

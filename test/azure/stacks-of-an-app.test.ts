import { MonitorActionGroup } from '@cdktf/provider-azurerm/lib/monitor-action-group';
import { UserAssignedIdentity } from '@cdktf/provider-azurerm/lib/user-assigned-identity';
import { Testing } from 'cdktf';
import {
  AuditAlarms,
  AuditTrail,
  LakeBackup,
  MedallionLake,
  Principal,
  PurviewCatalog,
  ZoneReplication,
} from '../../lib/azure';
import { validate, withTerraform } from '../terraform/terraform';
import { azureStack, groupOf, lakeIn, NETWORK, resourcesOf } from './stack';

function twoStacks() {
  const app = Testing.app();
  const [here, there] = ['Lake', 'Etl'].map((id) => azureStack(app, id));
  const lake = lakeIn(here);
  const resourceGroup = groupOf(there);
  const at = { location: 'westeurope', resourceGroupName: resourceGroup.name };
  const identity = new UserAssignedIdentity(there, 'Identity', { ...at, name: 'etl' });
  const grant = lake.bronze
    .grantReadWrite(Principal.identity(identity), 'orders')
    .combine(lake.silver.grantTableCommit(Principal.identity(identity), 'orders'));
  const group = new MonitorActionGroup(there, 'Operators', { ...at, name: 'operators', shortName: 'ops' });
  grant.applyBefore(group);
  const trail = new AuditTrail(there, 'Audit', { lake });
  new AuditAlarms(there, 'Alarms', { trail, appendOnlyZone: lake.bronze, actionGroups: [group] });
  new LakeBackup(there, 'Backup', { lake, resourceGroup, vaultName: 'lake-backups' });
  new PurviewCatalog(there, 'Catalog', { lake, resourceGroup, accountName: 'acme-catalog' });
  const copy = new MedallionLake(there, 'Copy', { name: 'acmecopy', resourceGroup, network: NETWORK });
  new ZoneReplication(there, 'Copies', { zones: [{ source: lake.gold, destination: copy.gold }] });
  return { app, here, there };
}

it('leaves the lake alone, and makes what lets somebody in where he is', () => {
  const { app, here, there } = twoStacks();
  app.synth();
  expect(there.dependencies).toEqual([here]);
  expect(here.dependencies).toEqual([]);
  const [group] = resourcesOf(there, 'monitor_action_group');
  expect(group.depends_on).toHaveLength(3);
  expect(resourcesOf(there, 'role_assignment')).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ principal_id: '${azurerm_user_assigned_identity.Identity.principal_id}' }),
    ]),
  );
});

withTerraform('Terraform takes the stack that reads of the other', () => {
  it('as valid', async () => {
    const { app, there } = twoStacks();
    app.synth();
    expect(await validate(there)).toEqual([]);
  });
});

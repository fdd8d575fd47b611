import type { TerraformStack } from 'cdktf';
import {
  AuditAlarms,
  AuditTrail,
  BlobInventory,
  CostWatch,
  LakeAccount,
  LakeBackup,
  LakeKey,
  MedallionLake,
  PartnerAccess,
  Principal,
  PurviewCatalog,
  TaggingPolicy,
  TieringPolicy,
  TieringProfile,
  ZoneBucket,
  ZoneReplication,
} from '../../lib/azure';
import { groupOf, NETWORK, PRINCIPAL } from './stack';

function account(stack: TerraformStack, accountName = 'acmelake'): LakeAccount {
  return new LakeAccount(stack, `Account-${accountName}`, {
    accountName,
    resourceGroup: groupOf(stack),
    network: NETWORK,
  });
}

function zone(stack: TerraformStack, accountName?: string): ZoneBucket {
  const own = account(stack, accountName);
  return new ZoneBucket(own, 'Zone', { account: own, containerName: 'bronze' });
}

/** Every construct of the library with its defaults, in a stack of its own. */
export const CONSTRUCTS: { readonly [name: string]: (stack: TerraformStack) => void } = {
  AuditAlarms: (stack) =>
    new AuditAlarms(stack, 'Alarms', {
      trail: new AuditTrail(stack, 'Audit', { zones: [zone(stack)] }),
      actionGroups: [{ id: '/subscriptions/1/actionGroups/operators' }],
    }),
  AuditTrail: (stack) => new AuditTrail(stack, 'Audit', { zones: [zone(stack)] }),
  BlobInventory: (stack) => new BlobInventory(stack, 'Inventory', { account: account(stack) }),
  CostWatch: (stack) =>
    new CostWatch(stack, 'Costs', {
      monthlyLimit: 500,
      tagValue: 'orders',
      actionGroup: { id: '/subscriptions/1/actionGroups/operators' },
    }),
  LakeAccount: account,
  LakeBackup: (stack) =>
    new LakeBackup(stack, 'Backup', {
      vaultName: 'lake-backups',
      resourceGroup: groupOf(stack),
      zones: [zone(stack)],
    }),
  LakeKey: (stack) =>
    new LakeKey(stack, 'Key', { vaultName: 'acme-kv', resourceGroup: groupOf(stack), network: NETWORK }),
  MedallionLake: (stack) =>
    new MedallionLake(stack, 'Lake', {
      name: 'acmelake',
      resourceGroup: groupOf(stack),
      network: NETWORK,
    }),
  PartnerAccess: (stack) =>
    new PartnerAccess(stack, 'Partner', {
      partner: Principal.servicePrincipal(PRINCIPAL, 'acme'),
      folders: [{ zone: zone(stack), prefix: 'exports' }],
    }),
  PurviewCatalog: (stack) =>
    new PurviewCatalog(stack, 'Catalog', {
      accountName: 'acme-catalog',
      resourceGroup: groupOf(stack),
      zones: [zone(stack)],
    }),
  TaggingPolicy: (stack) =>
    new TaggingPolicy(stack, 'Policy', { tags: [{ key: 'CostCenter' }], resourceGroup: groupOf(stack) }),
  TieringPolicy: (stack) =>
    new TieringPolicy(stack, 'Policy', { profile: TieringProfile.HOT_COOL, resourceGroup: groupOf(stack) }),
  ZoneBucket: zone,
  ZoneReplication: (stack) =>
    new ZoneReplication(stack, 'Copies', {
      zones: [{ source: zone(stack), destination: zone(stack, 'acmecopy') }],
    }),
};

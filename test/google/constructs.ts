import { MonitoringNotificationChannel } from '@cdktf/provider-google/lib/monitoring-notification-channel';
import type { TerraformStack } from 'cdktf';
import {
  AuditAlarms,
  AuditTrail,
  BucketLocation,
  CostWatch,
  DataContract,
  MedallionLake,
  Member,
  PartnerAccess,
  PersonalDataDiscovery,
  SensitivityTags,
  ZoneBucket,
  ZoneInventory,
  ZoneKey,
  ZoneReplication,
} from '../../lib/google';

const location = BucketLocation.region('europe-west3');

function zone(stack: TerraformStack, name = 'acme-zone'): ZoneBucket {
  return new ZoneBucket(stack, 'Zone', { bucketName: name, location });
}

/** Every construct of the library with its defaults, in a stack of its own. */
export const CONSTRUCTS: { readonly [name: string]: (stack: TerraformStack) => void } = {
  AuditAlarms: (stack) => {
    const zones = [zone(stack)];
    new AuditAlarms(stack, 'Alarms', {
      trail: new AuditTrail(stack, 'Audit', { bucketName: 'acme-audit', location, zones }),
      notificationChannels: [new MonitoringNotificationChannel(stack, 'Mail', { type: 'email' })],
    });
  },
  AuditTrail: (stack) =>
    new AuditTrail(stack, 'Audit', { bucketName: 'acme-audit', location, zones: [zone(stack)] }),
  CostWatch: (stack) =>
    new CostWatch(stack, 'Costs', {
      billingAccount: '012345-6789AB-CDEF01',
      monthlyLimit: 500,
      labelValue: 'orders',
    }),
  MedallionLake: (stack) => new MedallionLake(stack, 'Lake', { name: 'acme', location }),
  PartnerAccess: (stack) =>
    new PartnerAccess(stack, 'Partner', {
      partner: Member.of('group:readers@partner.example'),
      folders: [{ zone: zone(stack), prefix: 'exports' }],
    }),
  PersonalDataDiscovery: (stack) =>
    new PersonalDataDiscovery(stack, 'Personal', { zones: [zone(stack)], location: 'europe-west3' }),
  SensitivityTags: (stack) =>
    new SensitivityTags(stack, 'Sensitivity', {
      contracts: [DataContract.fromFile(`${__dirname}/../../examples/first-stack/orders.odcs.yaml`)],
      region: 'europe-west3',
    }),
  ZoneBucket: zone,
  ZoneInventory: (stack) =>
    new ZoneInventory(stack, 'Inventory', {
      zones: [zone(stack)],
      destination: new ZoneBucket(stack, 'Lists', { bucketName: 'acme-lists', location }),
      from: '2027-01-01',
      until: '2037-01-01',
    }),
  ZoneKey: (stack) => new ZoneKey(stack, 'Key', { name: 'lake', location }),
  ZoneReplication: (stack) =>
    new ZoneReplication(stack, 'Copies', {
      source: zone(stack),
      destination: ZoneBucket.fromBucketName(stack, 'Copy', 'acme-copy'),
    }),
};

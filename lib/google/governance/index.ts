export { AuditAlarms, type AuditAlarmsProps } from './audit-alarms';
export { AuditTrail, type AuditTrailProps } from './audit-trail';
export { CostWatch, type CostWatchProps } from './cost-watch';
export { Labels, RequiredLabels } from './labels';
export { PartnerAccess, type PartnerAccessProps, type PartnerFolder } from './partner-access';
export { PersonalDataDiscovery, type PersonalDataDiscoveryProps } from './personal-data-discovery';
export { SensitivityTags, type SensitivityTagsProps } from './sensitivity-tags';
export { ZoneInventory, type ZoneInventoryProps } from './zone-inventory';

export { AuditAlarms, type AuditAlarmsProps } from './audit-alarms';
export { AuditTrail, type AuditTrailProps } from './audit-trail';

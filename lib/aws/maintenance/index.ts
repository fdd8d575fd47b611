export type { MaintenanceOptions } from './maintenance-options';
export {
  MaintenanceSchedule,
  type MaintenanceScheduleProps,
  type ObjectStoreTable,
} from './maintenance-schedule';
export { type ArchivedTable, PartitionArchival, type PartitionArchivalProps } from './partition-archival';
export { TableMaintenance, type TableMaintenanceProps } from './table-maintenance';

export type { MaintenanceOptions } from './maintenance-options';
export {
  MaintenanceSchedule,
  type MaintenanceScheduleProps,
  type ObjectStoreTable,
} from './maintenance-schedule';
export { TableMaintenance, type TableMaintenanceProps } from './table-maintenance';
